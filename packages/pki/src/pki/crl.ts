import { equalBytes } from '../encoding/bytes.ts';
import type { DerReader } from '../encoding/der-reader.ts';
import { readDer, readDerHead } from '../encoding/read-der.ts';
import { PkiError } from '../errors/pki-error.ts';
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from './algorithm-identifier.ts';
import { scanCrlEntries } from './crl-scan.ts';
import { type Extension, readExtensions } from './extension.ts';
import { type Name, readName } from './name.ts';
import { readSigned, type Signed } from './signed.ts';

/** A CRL (RFC 5280 5.1), as decoded and not yet judged. All bytes share memory with the input. */
export interface Crl extends Signed {
  readonly der: Uint8Array;
  readonly version: 1 | 2;
  readonly issuer: Name;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  /** The contents of revokedCertificates; empty when that is absent. Read them with {@link crlEntries}. */
  readonly entriesDer: Uint8Array;
  readonly entryCount: number;
  /** Types of entry extensions that are critical on any entry: one not known forbids the use of the CRL (RFC 5280 5.3). */
  readonly criticalEntryExtensions: readonly string[];
  readonly extensions: readonly Extension[];
}

/** The caps of {@link decodeCrl}. */
export interface CrlLimits {
  /** Octets. Default 1 GiB: what is fetched from strangers is to be capped where it is fetched. */
  readonly maxBytes?: number;
}

/** What the first octets of a CRL say. */
export interface CrlHead {
  readonly issuer: Name;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  /** How long the whole CRL says to be, in octets. */
  readonly totalLength: number;
}

/**
 * Decodes a CRL in DER. The structure of all entries is checked here, without making an object for
 * each: 1,000,000 take about a tenth of a second. An empty revokedCertificates is read like an absent
 * one. Nothing is verified.
 *
 * @throws PkiError der_*, size_exceeded, extension_duplicate, extension_invalid, crl_invalid (version
 *   and fields do not fit, or the two signature algorithms differ)
 *
 * @example
 * const crl = decodeCrl(await readFile('e1.crl'));
 * const entry = findCrlEntry(crl, parseSerialNumber('04:a1'));
 */
export function decodeCrl(der: Uint8Array, limits: CrlLimits = {}): Crl {
  const { maxBytes = MAX_CRL_BYTES } = limits;
  const signed = readDer(der, 'CertificateList', (reader) => readSigned(reader, 'CertificateList', readTbs), {
    maxBytes,
  });
  const { tbs, ...rest } = signed;
  const { tbsSignatureAlgorithm, ...fields } = tbs;
  const offset = signed.signatureAlgorithm.der.byteOffset - der.byteOffset;
  checkSameAlgorithm(tbsSignatureAlgorithm, signed.signatureAlgorithm, offset);
  return Object.freeze({ der, ...rest, ...fields });
}

/**
 * Reads issuer and times from the first octets of a CRL (512 are enough for all but giant names),
 * for serving a file without reading it.
 *
 * @throws PkiError der_* when `head` is too short or no CRL
 */
export function peekCrl(head: Uint8Array): CrlHead {
  const { value, totalLength } = readDerHead(head, 2, 'CertificateList', readCrlHead);
  const { issuer, thisUpdate, nextUpdate } = value;
  return Object.freeze({ issuer, thisUpdate, nextUpdate, totalLength });
}

/** The fields before the entries. */
export type CrlHeadFields = Pick<Crl, 'version' | 'issuer' | 'thisUpdate' | 'nextUpdate'> & {
  readonly tbsSignatureAlgorithm: AlgorithmIdentifier;
};

function readTbs(reader: DerReader): CrlHeadFields & Omit<Crl, 'der' | keyof Signed> {
  const head = readCrlHead(reader);
  const entriesDer = reader.is('sequence') ? reader.sequenceContent('revokedCertificates') : EMPTY;
  const contentOffset = reader.offset - entriesDer.length;
  const form = head.version === 1 ? 'without-extensions' : 'with-extensions';
  const entries = scanCrlEntries(entriesDer, contentOffset, form);
  return {
    ...head,
    entriesDer,
    entryCount: entries.count,
    criticalEntryExtensions: entries.criticalExtensions,
    extensions: readCrlExtensions(reader, head.version),
  };
}

/** Reads crlExtensions where they are there. */
export function readCrlExtensions(reader: DerReader, version: Crl['version']): readonly Extension[] {
  if (version === 1 && reader.isContext(0)) reader.fail('crl_invalid', 'extensions in a version 1 CRL');
  return (
    reader.optionalContext(0, 'crlExtensions', (explicit) => readExtensions(explicit, 'crlExtensions')) ??
    NO_EXTENSIONS
  );
}

/** RFC 5280 5.1.1.2. `offset` is where the outer one stands. Throws crl_invalid. */
export function checkSameAlgorithm(
  inner: AlgorithmIdentifier,
  outer: AlgorithmIdentifier,
  offset: number,
): void {
  if (equalBytes(inner.der, outer.der)) return;
  throw new PkiError('crl_invalid', 'the inner and the outer signature algorithm differ', { offset });
}

/** Reads the fields before the entries. */
export function readCrlHead(reader: DerReader): CrlHeadFields {
  const version = reader.is('integer') ? reader.smallInteger('version') : undefined;
  if (version !== undefined && version !== 1)
    reader.fail('crl_invalid', 'a version field that does not say v2');
  return {
    version: version === undefined ? 1 : 2,
    tbsSignatureAlgorithm: readAlgorithmIdentifier(reader, 'signature'),
    issuer: readName(reader, 'issuer'),
    thisUpdate: reader.time('thisUpdate'),
    nextUpdate: reader.is('utcTime') || reader.is('generalizedTime') ? reader.time('nextUpdate') : undefined,
  };
}

const EMPTY = new Uint8Array(0);
const NO_EXTENSIONS: readonly Extension[] = Object.freeze([]);
const MAX_CRL_BYTES = 1024 ** 3;
