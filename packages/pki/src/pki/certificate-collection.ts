import { decodePem } from '../encoding/pem.ts';
import { readDer } from '../encoding/read-der.ts';
import { decodeLatin1 } from '../encoding/text.ts';
import { PkiError } from '../errors/pki-error.ts';
import { type Certificate, decodeCertificate } from './certificate.ts';
import { decodeCertsOnlyCms } from './cms.ts';

/**
 * Decodes certificates from a file of any usual kind: DER, PEM with one or more blocks (others than
 * certificates are passed over), or a certs-only CMS message in DER or PEM.
 *
 * @returns one or more, in the order of the file
 * @throws PkiError what {@link decodeCertificate}, `decodePem` and `decodeCertsOnlyCms` throw;
 *   certificate_invalid when there is none
 *
 * @example
 * const [issuer, ...crossSigned] = decodeCertificates(await readFile('e1.pem'));
 */
export function decodeCertificates(input: Uint8Array | string): readonly Certificate[] {
  const certificates = certificateDers(input).map((der) => decodeCertificate(der));
  if (certificates.length === 0) throw new PkiError('certificate_invalid', 'there is no certificate here');
  return Object.freeze(certificates);
}

function certificateDers(input: Uint8Array | string): readonly Uint8Array[] {
  if (typeof input !== 'string' && input[0] === FIRST_OCTET_OF_DER)
    return isCms(input) ? decodeCertsOnlyCms(input) : [input];
  const text = typeof input === 'string' ? input : decodeLatin1(input);
  return decodePem(text).flatMap(({ label, der }) => {
    if (CMS_LABELS.has(label)) return decodeCertsOnlyCms(der);
    return CERTIFICATE_LABELS.has(label) ? [der] : [];
  });
}

/** A ContentInfo begins with an object identifier, a Certificate with a SEQUENCE. */
function isCms(der: Uint8Array): boolean {
  return readDer(der, 'certificates', (reader) =>
    reader.sequence('certificates', (outer) => {
      const startsWithOid = outer.is('oid');
      outer.rest();
      return startsWithOid;
    }),
  );
}

const FIRST_OCTET_OF_DER = 0x30;
const CERTIFICATE_LABELS: ReadonlySet<string> = new Set(['CERTIFICATE', 'X509 CERTIFICATE']);
const CMS_LABELS: ReadonlySet<string> = new Set(['PKCS7', 'CMS']);
