import type { CertificateStatus } from '../status/certificate-record.ts';

/** A certificate as a source tells it; the shard may be the CA's own choice. */
export interface ImportedCertificate {
  readonly kind: 'certificate';
  /** Magnitude octets. */
  readonly serialNumber: Uint8Array;
  readonly notAfter: Date;
  readonly status: CertificateStatus;
  /** Undefined = by the rule over the serial. */
  readonly shard?: number;
  /** Undefined = the issuer the import was started for. */
  readonly issuerName?: string;
}

/** What a line of a source turned out to be. */
export type ImportedLine =
  | ImportedCertificate
  | { readonly kind: 'empty' }
  | { readonly kind: 'refused'; readonly field: string; readonly reason: string };

/** Reads one line of a format, `octets` from `start` to `end`; never throws on its content. */
export type LineParser = (octets: Buffer, start: number, end: number) => ImportedLine;

/** A line that cannot be taken in, and why. */
export function refuseLine(field: string, reason: string): ImportedLine {
  return { kind: 'refused', field, reason };
}
