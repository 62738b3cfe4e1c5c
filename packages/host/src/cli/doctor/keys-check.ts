import { LoadedSigners } from '../running/loaded-signers.ts';
import { type Finding, Findings } from './finding.ts';
import type { Scene } from './scene.ts';

/** Whether each key can be loaded, from its file or token, and is that of its certificate. */
export async function checkKeys({
  issuers,
  environment,
  crypto,
  now,
}: Pick<Scene, 'issuers' | 'environment' | 'crypto' | 'now'>): Promise<readonly Finding[]> {
  const findings = new Findings('keys');
  const signers = new LoadedSigners({ environment, crypto, now: () => now });
  await signers.load(issuers);
  for (const { issuer, message } of signers.problems) {
    findings.bad(
      `${issuer}: ${message}`,
      'mend it, and run this as the user and with the environment of the host',
    );
  }
  for (const { id, name, key, responders = [] } of issuers) {
    const isSilent = signers.respondersOf(id, now).length === 0;
    if (isSilent && (key !== undefined || responders.length > 0))
      findings.bad(`${name}: nobody can sign its OCSP answers`, 'see the other findings about its keys');
  }
  const count = issuers.reduce((sum, { key, responders = [] }) => sum + (key ? 1 : 0) + responders.length, 0);
  return findings.orGood(`keys: ${count}, each can be loaded and is that of its certificate`);
}
