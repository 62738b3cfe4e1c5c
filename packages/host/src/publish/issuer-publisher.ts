import { encodeCertsOnlyCms } from '@lancre/pki/cms';
import { encodePem } from '@lancre/pki/text';
import { LancreError } from '../errors/lancre-error.ts';
import type { Issuer } from '../issuer/issuer.ts';
import { type IssuerExtension, issuerExtensions, issuerPath } from '../issuer/public-address.ts';
import type { ArtifactStore, ObjectName } from './artifact-store.ts';

/**
 * Publishes an issuer's certificates where the AIA of its subscribers' certificates point (ISS-01):
 * the first one as DER at the bare URL, all cross-certificates as certs-only CMS at `.p7c`.
 * What is published already is left alone, so a command and a running host may do this at the same
 * moment: each certificate's address ends at the same object, whoever was first.
 *
 * @throws LancreError `artifact_conflict` when others go on publishing something else at the address
 */
export async function publishIssuer(artifacts: ArtifactStore, issuer: Issuer): Promise<void> {
  for (const extension of issuerExtensions) {
    const object = await store(artifacts, contentOf(issuer, extension), issuer.certificates[0].notBefore);
    await pointTo(artifacts, issuerPath(issuer.name, extension), object);
  }
}

/** Takes an issuer's certificates off the public side. */
export async function withdrawIssuer(artifacts: ArtifactStore, issuerName: string): Promise<void> {
  for (const extension of issuerExtensions) await artifacts.withdraw(issuerPath(issuerName, extension));
}

function contentOf(issuer: Issuer, extension: IssuerExtension): Uint8Array {
  const [first] = issuer.certificates;
  if (extension === '.p7c') return encodeCertsOnlyCms(issuer.certificates.map(({ der }) => der));
  if (extension === '.pem') return new TextEncoder().encode(encodePem('CERTIFICATE', first.der));
  return first.der;
}

async function store(artifacts: ArtifactStore, content: Uint8Array, lastModified: Date): Promise<ObjectName> {
  const staged = await artifacts.stage();
  await staged.append(content);
  return staged.seal({ lastModified });
}

const mostAttempts = 8;

/** Lists have an order that must not be lost to a race; an issuer's certificates only have a wanted state. */
async function pointTo(artifacts: ArtifactStore, path: string, object: ObjectName): Promise<void> {
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const expected = artifacts.resolve(path);
    if (object === expected) return;
    if ((await artifacts.point(path, object, expected)) !== 'conflict') return;
  }
  throw new LancreError('artifact_conflict', `${path}: others go on publishing something else there`);
}
