import { encodeCertsOnlyCms } from '@lancre/pki/cms';
import { encodePem } from '@lancre/pki/text';
import { LancreError } from '../errors/lancre-error.ts';
import type { Issuer } from '../issuer/issuer.ts';
import { type IssuerExtension, issuerExtensions, issuerPath } from '../issuer/public-address.ts';
import type { ArtifactStore, ObjectName } from './artifact-store.ts';

/**
 * Publishes an issuer's certificates where the AIA of its subscribers' certificates point (ISS-01):
 * the first one as DER at the bare URL, all cross-certificates as certs-only CMS at `.p7c`.
 * What is published already is left alone.
 *
 * @throws LancreError `artifact_conflict` when another process publishes the same at this moment
 */
export async function publishIssuer(artifacts: ArtifactStore, issuer: Issuer): Promise<void> {
  for (const extension of issuerExtensions) {
    const path = issuerPath(issuer.name, extension);
    const expected = artifacts.resolve(path);
    const object = await store(artifacts, contentOf(issuer, extension), issuer.certificates[0].notBefore);
    if (object === expected) continue;
    if ((await artifacts.point(path, object, expected)) === 'conflict') {
      throw new LancreError('artifact_conflict', `${path}: somebody else published it meanwhile`);
    }
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
