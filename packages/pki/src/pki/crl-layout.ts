import { DerScanner } from '../encoding/der-scanner.ts';
import type { TimeForm } from '../encoding/time.ts';

/** Where the parts of a CRL stand in it, in octets. Without revokedCertificates the entries are an empty range. */
export interface CrlLayout {
  readonly tbsStart: number;
  readonly entriesStart: number;
  readonly entriesEnd: number;
  readonly tbsEnd: number;
  readonly end: number;
  readonly revokedCertificates: 'present' | 'absent';
  readonly thisUpdateForm: TimeForm;
  readonly nextUpdateForm: TimeForm | undefined;
}

/**
 * Measures a CRL by its first octets.
 *
 * @returns the layout, or how many octets are needed before another look is worth it
 * @throws PkiError der_*
 */
export function measureCrl(head: Uint8Array): CrlLayout | number {
  const ruler = new Ruler(head);
  if (!ruler.header(0, Number.MAX_SAFE_INTEGER, 'CertificateList', SEQUENCE)) return ruler.need;
  const tbsStart = ruler.contentStart;
  const end = ruler.end;
  if (!ruler.header(tbsStart, end, 'CertificateList.tbs', SEQUENCE)) return ruler.need;
  const frame = { tbsStart, tbsEnd: ruler.end, end };
  return measureFields(ruler, frame);
}

/**
 * Where the header of the element at `position` ends, as far as the octets before `available` tell:
 * beyond `available` when more of them are needed.
 */
export function derHeaderEnd(bytes: Uint8Array, position: number, available: number): number {
  const first = position + 1 < available ? (bytes[position + 1] ?? 0) : 0;
  const count = first & 0x7f;
  // With more than four octets of length the element is refused by its first two.
  return first <= 0x80 || count > 4 ? position + 2 : position + 2 + count;
}

type Frame = Pick<CrlLayout, 'tbsStart' | 'tbsEnd' | 'end'>;

function measureFields(ruler: Ruler, frame: Frame): CrlLayout | number {
  const { tbsEnd } = frame;
  let position = ruler.contentStart;
  if (!ruler.tag(position, tbsEnd)) return ruler.need;
  for (const [what, identifiers] of ruler.identifier === INTEGER ? ALL_FIELDS : FIELDS) {
    if (!ruler.element(position, tbsEnd, what, identifiers)) return ruler.need;
    position = ruler.end;
  }
  const thisUpdateForm = formOf(ruler.identifier);
  if (!ruler.tag(position, tbsEnd)) return ruler.need;
  const hasNextUpdate = TIMES.includes(ruler.identifier);
  if (hasNextUpdate) {
    if (!ruler.element(position, tbsEnd, 'nextUpdate', TIMES)) return ruler.need;
    position = ruler.end;
  }
  const nextUpdateForm = hasNextUpdate ? formOf(ruler.identifier) : undefined;
  return measureEntries(ruler, position, { ...frame, thisUpdateForm, nextUpdateForm });
}

function measureEntries(
  ruler: Ruler,
  position: number,
  known: Frame & Pick<CrlLayout, 'thisUpdateForm' | 'nextUpdateForm'>,
): CrlLayout | number {
  if (!ruler.tag(position, known.tbsEnd)) return ruler.need;
  if (ruler.identifier !== 0x30) {
    return { ...known, entriesStart: position, entriesEnd: position, revokedCertificates: 'absent' };
  }
  if (!ruler.header(position, known.tbsEnd, 'revokedCertificates', SEQUENCE)) return ruler.need;
  const { contentStart: entriesStart, end: entriesEnd } = ruler;
  return { ...known, entriesStart, entriesEnd, revokedCertificates: 'present' };
}

/** Steps over elements of which not all octets are there. */
class Ruler {
  /** How many octets are needed to go on, after a step that returned false. */
  need = 0;
  /** The identifier octet looked at last; 0 at the end of what holds the element. */
  identifier = 0;
  readonly #scanner: DerScanner;

  constructor(bytes: Uint8Array) {
    this.#scanner = new DerScanner(bytes, 0);
  }

  get contentStart(): number {
    return this.#scanner.contentStart;
  }

  get end(): number {
    return this.#scanner.end;
  }

  /** Looks at an identifier octet. */
  tag(position: number, limit: number): boolean {
    const { bytes } = this.#scanner;
    this.need = position + 1;
    this.identifier = position < limit ? (bytes[position] ?? 0) : 0;
    return position >= limit || position < bytes.length;
  }

  /** Reads the header of an element that has one of these identifier octets. */
  header(position: number, limit: number, what: string, identifiers: readonly number[]): boolean {
    const scanner = this.#scanner;
    if (!this.tag(position, limit)) return false;
    if (position < limit && !identifiers.includes(this.identifier))
      scanner.failTag(identifiers[0] ?? 0, position, what);
    this.need = derHeaderEnd(scanner.bytes, position, scanner.bytes.length);
    if (this.need > scanner.bytes.length && this.need <= limit) return false;
    scanner.step(position, limit, what);
    return true;
  }

  /** Steps over the element, of which all has to be there. */
  element(position: number, limit: number, what: string, identifiers: readonly number[]): boolean {
    if (!this.header(position, limit, what, identifiers)) return false;
    this.need = this.#scanner.end;
    return this.need <= this.#scanner.bytes.length;
  }
}

function formOf(identifier: number): TimeForm {
  return identifier === UTC_TIME ? 'utcTime' : 'generalizedTime';
}

const INTEGER = 0x02;
const UTC_TIME = 0x17;
const SEQUENCE: readonly number[] = [0x30];
const TIMES: readonly number[] = [UTC_TIME, 0x18];
const FIELDS: readonly (readonly [string, readonly number[]])[] = [
  ['signature', SEQUENCE],
  ['issuer', SEQUENCE],
  ['thisUpdate', TIMES],
];
const ALL_FIELDS: typeof FIELDS = [['version', [INTEGER]], ...FIELDS];
