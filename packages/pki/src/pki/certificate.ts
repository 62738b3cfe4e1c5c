import { equalBytes } from '../encoding/bytes.ts';
import type { DerReader } from '../encoding/der-reader.ts';
import { readDer } from '../encoding/read-der.ts';
import type { SerialNumber } from '../encoding/serial-number.ts';
import { PkiError } from '../errors/pki-error.ts';
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from './algorithm-identifier.ts';
import { type Extension, readExtensions } from './extension.ts';
import { type Name, readName } from './name.ts';
import { readSubjectPublicKeyInfo, type SubjectPublicKeyInfo } from './public-key-info.ts';
import { readSigned, type Signed } from './signed.ts';

/** A certificate (RFC 5280 4.1), as decoded and not yet judged. All bytes share memory with the input. */
export interface Certificate extends Signed {
  readonly der: Uint8Array;
  readonly version: 1 | 2 | 3;
  readonly serialNumber: SerialNumber;
  /** The algorithm inside the signed part; equal to `signatureAlgorithm` octet by octet. */
  readonly tbsSignatureAlgorithm: AlgorithmIdentifier;
  readonly issuer: Name;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly subject: Name;
  readonly subjectPublicKeyInfo: SubjectPublicKeyInfo;
  readonly extensions: readonly Extension[];
}

/**
 * Decodes one certificate in DER. Nothing is verified: neither signature, nor times, nor the values of
 * extensions. Both time forms are read whatever the year: what RFC 5280 4.1.2.5 asks of CAs is not
 * held against a certificate.
 *
 * @throws PkiError der_*, size_exceeded above 1 MiB, extension_duplicate, certificate_invalid
 *   (version and fields do not fit, or the two signature algorithms differ)
 *
 * @example
 * const { subject, serialNumber } = decodeCertificate(await readFile('e1.der'));
 */
export function decodeCertificate(der: Uint8Array): Certificate {
  const signed = readDer(der, 'Certificate', (reader) => readSigned(reader, 'Certificate', readTbs), {
    maxBytes: MAX_CERTIFICATE_BYTES,
  });
  const { tbs, ...rest } = signed;
  if (!equalBytes(tbs.tbsSignatureAlgorithm.der, signed.signatureAlgorithm.der)) {
    throw new PkiError('certificate_invalid', 'the inner and the outer signature algorithm differ', {
      offset: signed.signatureAlgorithm.der.byteOffset - der.byteOffset,
    });
  }
  return Object.freeze({ der, ...rest, ...tbs });
}

type Tbs = Omit<Certificate, 'der' | keyof Signed>;

function readTbs(reader: DerReader): Tbs {
  const version = readVersion(reader);
  const fields = {
    version,
    serialNumber: reader.serialNumber('serialNumber'),
    tbsSignatureAlgorithm: readAlgorithmIdentifier(reader, 'signature'),
    issuer: readName(reader, 'issuer'),
    ...reader.sequence('validity', (validity) => ({
      notBefore: validity.time('notBefore'),
      notAfter: validity.time('notAfter'),
    })),
    subject: readName(reader, 'subject'),
    subjectPublicKeyInfo: readSubjectPublicKeyInfo(reader),
  };
  return { ...fields, extensions: readTail(reader, version) };
}

function readVersion(reader: DerReader): 1 | 2 | 3 {
  const version = reader.optionalContext(0, 'version', (explicit) => explicit.smallInteger('version'));
  if (version === undefined) return 1;
  if (version === 0) return reader.fail('der_default_encoded', 'version is v1, its default, and yet encoded');
  if (version === 1) return 2;
  return version === 2 ? 3 : reader.fail('certificate_invalid', 'the version is not known');
}

/** RFC 5280 4.1.2.8 and 4.1.2.9: unique identifiers want version 2 or 3, extensions version 3. */
function readTail(reader: DerReader, version: 1 | 2 | 3): readonly Extension[] {
  for (const number of [1, 2]) {
    if (!reader.isContext(number)) continue;
    reader.contextContent(number, number === 1 ? 'issuerUniqueID' : 'subjectUniqueID');
    if (version === 1) reader.fail('certificate_invalid', 'a unique identifier in a version 1 certificate');
  }
  if (!reader.isContext(3)) return NO_EXTENSIONS;
  const extensions = reader.context(3, 'extensions', (explicit) => readExtensions(explicit, 'extensions'));
  return version === 3
    ? extensions
    : reader.fail('certificate_invalid', `extensions in a version ${version} certificate`);
}

const NO_EXTENSIONS: readonly Extension[] = Object.freeze([]);
const MAX_CERTIFICATE_BYTES = 1024 * 1024;
