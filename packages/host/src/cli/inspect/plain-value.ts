/**
 * What the descriptions are made of: JSON as it is printed with `--json`, and all that the printer
 * needs. Keys with undefined values are left out of both.
 */
export type PlainValue =
  | string
  | number
  | boolean
  | undefined
  | Instant
  | ExtensionNote
  | EntryNote
  | readonly PlainValue[]
  | PlainObject;

/** An object of a description. */
export interface PlainObject {
  readonly [key: string]: PlainValue;
}

/** A point in time, and how far it is from now. */
export type Instant = {
  /** RFC 3339. */
  readonly at: string;
  /** Seconds from now; negative in the past. */
  readonly inSeconds: number;
};

/** An extension that is there. */
export type ExtensionNote = {
  readonly oid: string;
  /** As the RFCs call it; absent for those not known here. */
  readonly name?: string;
  readonly critical: boolean;
  /** What it says, where that is told nowhere else: hexadecimal of its DER. */
  readonly valueDer?: string;
};

/** One entry of a CRL. */
export type EntryNote = {
  readonly serialNumber: string;
  readonly revocationDate: string;
  readonly reason?: string;
  readonly invalidityDate?: string;
  readonly certificateIssuer?: readonly string[];
};
