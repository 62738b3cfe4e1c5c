import { concatBytes } from '../encoding/bytes.ts';
import { encodeDer, encodeDerHeader } from '../encoding/der-writer.ts';
import { PkiError } from '../errors/pki-error.ts';
import { reasonFlag } from './distribution-points.ts';
import { encodeExtension } from './extension.ts';
import { encodeAuthorityKeyIdentifier, encodeFreshestCrl } from './extension-encode.ts';
import { EXTENSION_OIDS } from './extension-oids.ts';
import { type GeneralNameInput, writeGeneralName } from './general-name.ts';
import type { RevocationReason } from './revocation-reason.ts';

/** issuingDistributionPoint to write; all that is not given is absent, FALSE or "all reasons". */
export interface IssuingDistributionPointInput {
  readonly distributionPoint?: readonly GeneralNameInput[] | undefined;
  readonly onlyContainsUserCerts?: boolean;
  readonly onlyContainsCACerts?: boolean;
  readonly onlySomeReasons?: Iterable<RevocationReason> | undefined;
  readonly indirectCrl?: boolean;
}

/** The extensions of a CRL to write. */
export interface CrlExtensionsInput {
  /** keyIdentifier of the CA: the authorityKeyIdentifier holds nothing else (CRL-07). */
  readonly authorityKeyIdentifier: Uint8Array;
  readonly crlNumber: bigint;
  readonly issuingDistributionPoint?: IssuingDistributionPointInput | undefined;
  /** BaseCRLNumber: makes the CRL a delta (RFC 5280 5.2.4). */
  readonly deltaBase?: bigint | undefined;
  /** URIs of the delta, at least one; on a complete CRL only (RFC 5280 5.2.6, SHD-19). */
  readonly freshestCrl?: readonly string[] | undefined;
}

/** What goes into a CRL, but for its entries and signature. */
export interface CrlFrameInput {
  /** The CA's subject, octet by octet: `certificate.subject.der` (CRL-02). */
  readonly issuerDer: Uint8Array;
  readonly signatureAlgorithmDer: Uint8Array;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** Octets of all encoded entries together. */
  readonly entriesLength: number;
  readonly extensions: CrlExtensionsInput;
}

/** The octets around the entries of a TBSCertList. */
export interface CrlFrame {
  readonly tbsHead: Uint8Array;
  readonly tbsTail: Uint8Array;
  /** Octets of `tbsHead`, entries and `tbsTail` together. */
  readonly tbsLength: number;
}

/**
 * Encodes what stands around the entries of a CRL, for lists that are written in a stream: `tbsHead`,
 * then the entries, then `tbsTail` are the TBSCertList. revokedCertificates is absent when there are
 * no entries (RFC 5280 5.1.2.6).
 *
 * @throws PkiError crl_invalid (a CRL number of 2^159 or above; an empty issuingDistributionPoint; scopes that exclude
 *   each other; a freshestCrl without a URI)
 *
 * @example
 * const frame = frameCrl({ ...fields, entriesLength });
 * // sign tbsHead, entries, tbsTail with signer.begin(), then:
 * const outer = frameSigned(frame.tbsLength, signer.algorithm.der, signature);
 * // the file is outer.head, frame.tbsHead, entries, frame.tbsTail, outer.tail
 */
export function frameCrl(input: CrlFrameInput): CrlFrame {
  const { entriesLength } = input;
  const fields = encodeFields(input);
  const entriesHead = entriesLength === 0 ? new Uint8Array(0) : encodeDerHeader('sequence', entriesLength);
  const tbsTail = encodeCrlExtensions(input.extensions);
  const contentLength = fields.length + entriesHead.length + entriesLength + tbsTail.length;
  const tbsHead = concatBytes(encodeDerHeader('sequence', contentLength), fields, entriesHead);
  return { tbsHead, tbsTail, tbsLength: tbsHead.length + entriesLength + tbsTail.length };
}

/** The whole TBSCertList in memory, for small lists; entries as {@link encodeCrlEntry} makes them. */
export function encodeTbsCrl(
  input: Omit<CrlFrameInput, 'entriesLength'> & { readonly entries: readonly Uint8Array[] },
): Uint8Array {
  const entries = concatBytes(...input.entries);
  const { tbsHead, tbsTail } = frameCrl({ ...input, entriesLength: entries.length });
  return concatBytes(tbsHead, entries, tbsTail);
}

function encodeFields(input: CrlFrameInput): Uint8Array {
  return encodeDer((writer) => {
    writer.integer(1);
    writer.raw(input.signatureAlgorithmDer);
    writer.raw(input.issuerDer);
    writer.time(input.thisUpdate);
    writer.time(input.nextUpdate);
  });
}

function encodeCrlExtensions(input: CrlExtensionsInput): Uint8Array {
  const { authorityKeyIdentifier, crlNumber, deltaBase, freshestCrl, issuingDistributionPoint } = input;
  const number = (value: bigint) => encodeCrlNumber(value);
  return encodeDer((writer) =>
    writer.context(0, (explicit) =>
      explicit.sequence((list) => {
        list.raw(encodeAuthorityKeyIdentifier(authorityKeyIdentifier));
        list.raw(encodeExtension(EXTENSION_OIDS.cRLNumber, 'non-critical', number(crlNumber)));
        if (deltaBase !== undefined) {
          list.raw(encodeExtension(EXTENSION_OIDS.deltaCRLIndicator, 'critical', number(deltaBase)));
        }
        if (issuingDistributionPoint !== undefined) list.raw(encodeIdp(issuingDistributionPoint));
        if (freshestCrl !== undefined) list.raw(encodeFreshest(freshestCrl));
      }),
    ),
  );
}

/** RFC 5280 5.2.3: no more than 20 octets of contents. */
function encodeCrlNumber(value: bigint): Uint8Array {
  if (value < 0n || value >= 1n << 159n) throw new PkiError('crl_invalid', 'a CRL number is below 2^159');
  return encodeDer((writer) => writer.integer(value));
}

/** A DistributionPoint without a name says nothing (RFC 5280 4.2.1.13). */
function encodeFreshest(uris: readonly string[]): Uint8Array {
  if (uris.length === 0) throw new PkiError('crl_invalid', 'a freshestCRL without an address');
  return encodeFreshestCrl(uris);
}

/** The issuingDistributionPoint extension of these fields, critical. Throws crl_invalid when it would be empty. */
function encodeIdp(input: IssuingDistributionPointInput): Uint8Array {
  const {
    distributionPoint,
    onlyContainsUserCerts = false,
    onlyContainsCACerts = false,
    indirectCrl = false,
  } = input;
  if (onlyContainsUserCerts && onlyContainsCACerts) {
    throw new PkiError(
      'crl_invalid',
      'a CRL cannot be for user certificates only and for CA certificates only',
    );
  }
  const value = encodeDer((writer) =>
    writer.sequence((point) => {
      if (distributionPoint !== undefined) {
        point.context(0, (name) =>
          name.context(0, (fullName) => {
            for (const each of distributionPoint) writeGeneralName(fullName, each);
          }),
        );
      }
      point.contextDefaultFalse(1, onlyContainsUserCerts);
      point.contextDefaultFalse(2, onlyContainsCACerts);
      if (input.onlySomeReasons !== undefined) point.contextNamedBits(3, reasonFlags(input.onlySomeReasons));
      point.contextDefaultFalse(4, indirectCrl);
    }),
  );
  if (value.length === 2) throw new PkiError('crl_invalid', 'an issuingDistributionPoint may not be empty');
  return encodeExtension(EXTENSION_OIDS.issuingDistributionPoint, 'critical', value);
}

function reasonFlags(reasons: Iterable<RevocationReason>): readonly number[] {
  return Array.from(reasons, (reason) => reasonFlag(reason)).filter((bit) => bit !== undefined);
}
