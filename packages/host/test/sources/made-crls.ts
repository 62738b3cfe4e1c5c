import {
  assembleSigned,
  EXTENSION_OIDS,
  encodeAuthorityKeyIdentifier,
  encodeExtension,
  subjectKeyIdentifierOf,
} from '@lancre/pki/certificate';
import { encodeCrlEntry, type RevocationReason, reasonCode } from '@lancre/pki/crl';
import { type DerWriter, encodeDer } from '@lancre/pki/der';
import { serialNumberToBytes } from '@lancre/pki/text';
import type { TestIssuer } from '../issuer/test-issuers.js';

/** An entry of a list: a serial number alone was revoked a day before {@link NOW}, without a reason. */
export type WantedEntry =
  | string
  | {
      readonly serial: string;
      readonly date?: Date;
      readonly reason?: RevocationReason;
      readonly invalidityDate?: Date;
      /** Encoded, in place of those that the fields above make. */
      readonly extensions?: readonly Uint8Array[];
    };

/** A list as an offline root would make it, by hand, so that it can be wrong in every way. */
export interface WantedCrl {
  readonly signedBy?: TestIssuer;
  readonly number?: bigint | 'absent';
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date | 'absent';
  readonly entries?: readonly WantedEntry[];
  readonly keyIdentifier?: Uint8Array | 'absent';
  /** Contents of the issuingDistributionPoint. Default: none. */
  readonly point?: (point: DerWriter) => void;
  readonly extensions?: readonly Uint8Array[];
}

export const NOW: Date = new Date('2026-11-25T10:00:00Z');
const HOUR = 3_600_000;

/** So many hours after {@link NOW}. */
export function hours(count: number): Date {
  return new Date(NOW.getTime() + count * HOUR);
}

/** The list: number 7, of an hour ago, for 90 days, unless told otherwise. */
export async function makeCrl(ca: TestIssuer, wanted: WantedCrl = {}): Promise<Uint8Array> {
  const { signedBy = ca, thisUpdate = hours(-1), nextUpdate = hours(90 * 24), entries = [] } = wanted;
  const tbs = encodeDer((writer) =>
    writer.sequence((list) => {
      list.integer(1);
      list.raw(signedBy.signer.algorithm.der);
      list.raw(ca.certificate.subject.der);
      list.time(thisUpdate);
      if (nextUpdate !== 'absent') list.time(nextUpdate);
      if (entries.length > 0)
        list.sequence((revoked) => {
          for (const entry of entries) revoked.raw(encodeEntry(entry));
        });
      list.context(0, (explicit) =>
        explicit.sequence((extensions) => {
          for (const extension of extensionsOf(ca, wanted)) extensions.raw(extension);
        }),
      );
    }),
  );
  return assembleSigned(tbs, signedBy.signer.algorithm.der, await signedBy.signer.sign(tbs));
}

function extensionsOf(ca: TestIssuer, { number = 7n, keyIdentifier, point, extensions = [] }: WantedCrl) {
  const own = keyIdentifier ?? subjectKeyIdentifierOf(ca.certificate) ?? new Uint8Array();
  return [
    ...(own === 'absent' ? [] : [encodeAuthorityKeyIdentifier(own)]),
    ...(number === 'absent' ? [] : [integerExtension(EXTENSION_OIDS.cRLNumber, 'non-critical', number)]),
    ...(point === undefined
      ? []
      : [
          encodeExtension(
            EXTENSION_OIDS.issuingDistributionPoint,
            'critical',
            encodeDer((writer) => writer.sequence(point)),
          ),
        ]),
    ...extensions,
  ];
}

/** An extension that holds an INTEGER. */
export function integerExtension(
  oid: string,
  criticality: 'critical' | 'non-critical',
  value: bigint,
): Uint8Array {
  return encodeExtension(
    oid,
    criticality,
    encodeDer((writer) => writer.integer(value)),
  );
}

/** The distributionPoint of an issuingDistributionPoint, with these URLs. */
export function pointAt(...urls: readonly string[]): (point: DerWriter) => void {
  return (point) =>
    point.context(0, (name) =>
      name.context(0, (fullName) => {
        for (const url of urls) fullName.contextContent(6, new TextEncoder().encode(url));
      }),
    );
}

function encodeEntry(wanted: WantedEntry): Uint8Array {
  const entry = typeof wanted === 'string' ? { serial: wanted } : wanted;
  const { serial, date: revocationDate = hours(-24), reason, invalidityDate, extensions } = entry;
  const isPlain = extensions === undefined && reason !== 'removeFromCRL' && !serial.startsWith('-');
  if (isPlain) {
    const serialNumber = serialNumberToBytes(serial);
    return encodeCrlEntry({ serialNumber, revocationDate, reason, invalidityDate });
  }
  const own =
    reason === undefined
      ? []
      : [
          encodeExtension(
            EXTENSION_OIDS.reasonCode,
            'non-critical',
            encodeDer((code) => code.enumerated(reasonCode(reason))),
          ),
        ];
  const all = extensions ?? own;
  return encodeDer((writer) =>
    writer.sequence((fields) => {
      fields.serialNumber(serial);
      fields.time(revocationDate);
      if (all.length > 0)
        fields.sequence((list) => {
          for (const extension of all) list.raw(extension);
        });
    }),
  );
}
