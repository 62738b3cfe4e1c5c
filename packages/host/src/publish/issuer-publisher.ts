import { encodeCertsOnlyCms } from '@lancre/pki/cms';
import { encodePem } from '@lancre/pki/text';
import { crlUrlListPath } from '../issuer/disclosure-address.ts';
import type { Issuer } from '../issuer/issuer.ts';
import { type IssuerExtension, issuerExtensions, issuerPath } from '../issuer/public-address.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { publishWanted } from './wanted-artifact.ts';

/**
 * Publishes an issuer's certificates where the AIA of its subscribers' certificates point (ISS-01):
 * the first one as DER at the bare URL, all cross-certificates as certs-only CMS at `.p7c`.
 * What is published already is left alone, so a command and a running host may do this at the same
 * moment: each certificate's address ends at the same object, whoever was first.
 *
 * @throws LancreError `artifact_conflict` when others go on publishing something else at the address
 */
export async function publishIssuer(artifacts: ArtifactStore, issuer: Issuer): Promise<void> {
  const { notBefore } = issuer.certificates[0];
  for (const extension of issuerExtensions) {
    await publishWanted(
      artifacts,
      issuerPath(issuer.name, extension),
      contentOf(issuer, extension),
      notBefore,
    );
  }
}

/** Takes an issuer's certificates, and what is disclosed about it, off the public side. */
export async function withdrawIssuer(artifacts: ArtifactStore, issuerName: string): Promise<void> {
  for (const extension of issuerExtensions) await artifacts.withdraw(issuerPath(issuerName, extension));
  await artifacts.withdraw(crlUrlListPath(issuerName));
}

function contentOf(issuer: Issuer, extension: IssuerExtension): Uint8Array {
  const [first] = issuer.certificates;
  if (extension === '.p7c') return encodeCertsOnlyCms(issuer.certificates.map(({ der }) => der));
  if (extension === '.pem') return new TextEncoder().encode(encodePem('CERTIFICATE', first.der));
  return first.der;
}
