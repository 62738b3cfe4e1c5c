import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { parseConfig } from '#host/cli/config.js';
import type { Finding } from '#host/cli/doctor/finding.js';
import type { PublicAnswer, PublicRequest } from '#host/cli/doctor/public-client.js';
import type { Scene } from '#host/cli/doctor/scene.js';
import { listFreshness } from '#host/cli/running/list-freshness.js';
import type { TestHost } from '../publish/test-host.ts';

/** What a public side that a test plays answers. */
export type Play = (request: PublicRequest) => PublicAnswer | Promise<PublicAnswer>;

/** A scene over a test host, its public side played by the test. */
export function sceneOf(host: TestHost, play: Play = () => refused): Scene {
  const { statuses, publications, artifacts, ca } = host;
  const issuers = [ca.issuer];
  return {
    config: parseConfig('[public]\nzone = "example.net"\n', '/srv/host/lancre.toml'),
    store: { statuses, publications, artifacts },
    issuers,
    lists: listFreshness(issuers, publications),
    now: host.now,
    environment: {},
    crypto: createNodeCrypto(),
    client: { fetch: async (request) => play(request), unresolved: [] },
  };
}

export const refused: PublicAnswer = { kind: 'failed', message: 'refused', cause: 'no-answer' };

/** A response as a sound host sends it. */
export function answered(
  body: Uint8Array,
  mediaType: string | undefined,
  changes: { readonly status?: number; readonly cacheControl?: string } = {},
): PublicAnswer {
  const { status = 200, cacheControl = 'max-age=600, public' } = changes;
  const type = mediaType === undefined ? {} : { 'content-type': mediaType };
  return {
    kind: 'answered',
    status,
    headers: { ...type, 'cache-control': cacheControl },
    mediaType,
    body,
  };
}

/** `bad: what it says`, one for each. */
export function told(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ verdict, message }) => `${verdict}: ${message}`);
}
