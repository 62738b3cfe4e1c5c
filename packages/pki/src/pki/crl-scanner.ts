import { DerScanner } from '../encoding/der-scanner.ts';
import { readDer, readDerHead } from '../encoding/read-der.ts';
import type { TimeForm } from '../encoding/time.ts';
import { PkiError, type PkiErrorCode } from '../errors/pki-error.ts';
import { readAlgorithmIdentifier } from './algorithm-identifier.ts';
import { type Crl, type CrlHeadFields, checkSameAlgorithm, readCrlExtensions, readCrlHead } from './crl.ts';
import { type CrlLayout, derHeaderEnd, measureCrl } from './crl-layout.ts';
import { type CrlEntryForm, newCrlEntryFindings, scanCrlEntry } from './crl-scan.ts';
import type { Extension } from './extension.ts';
import { HeldOctets } from './held-octets.ts';

/** Who is told of the parts of a CRL while it is scanned. The octets are valid during the call only. */
export interface CrlScanHandler {
  /** An entry of revokedCertificates, checked: the octets from `start` to `end`, tag and length included. */
  onEntry(octets: Uint8Array, start: number, end: number): void;
  /** The next octets of tbsCertList, its own tag and length first: what the signature is over. */
  onTbs(octets: Uint8Array): void;
}

/** Where in a CRL a scan stands. */
export type CrlPart = 'head' | 'entries' | 'extensions' | 'signature' | 'end';

/** A CRL that was scanned: what {@link Crl} holds but the entries, not yet judged. */
export interface ScannedCrl
  extends Pick<
    Crl,
    | 'version'
    | 'issuer'
    | 'thisUpdate'
    | 'nextUpdate'
    | 'extensions'
    | 'criticalEntryExtensions'
    | 'entryCount'
    | 'signatureAlgorithm'
    | 'signature'
  > {
  /** How the times are written (RFC 5280 5.1.2.4). */
  readonly thisUpdateForm: TimeForm;
  readonly nextUpdateForm: TimeForm | undefined;
  /** Whether the field is there, with entries or without. */
  readonly revokedCertificates: 'present' | 'absent';
  /** Octets of all entries together. */
  readonly entriesLength: number;
  /** Octets of the whole list. */
  readonly length: number;
}

/**
 * Reads a CRL in DER chunk by chunk, in memory that does not grow with the list, and as strictly as
 * `decodeCrl`. Fields, extensions and signature may have 1 MiB each, an entry 64 KiB; more is refused.
 *
 * @example
 * const scanner = new CrlScanner({ onEntry: () => undefined, onTbs: (octets) => hash.update(octets) });
 * for await (const chunk of file) scanner.push(chunk);
 * const { entryCount, signature } = scanner.finish();
 */
export class CrlScanner {
  readonly #handler: CrlScanHandler;
  readonly #held = new HeldOctets();
  readonly #found = newCrlEntryFindings();
  #part: CrlPart = 'head';
  /** Octets of the list that came before the one looked at next. */
  #offset = 0;
  /** How many octets have to be held before the next look at them. */
  #need = 2;
  #layout: CrlLayout = NO_LAYOUT;
  #head: CrlHeadFields | undefined;
  #extensions: readonly Extension[] = [];
  #entryCount = 0;
  #scanned: ScannedCrl | undefined;

  constructor(handler: CrlScanHandler) {
    this.#handler = handler;
  }

  /** The part that the next octets belong to; after an error, the part where it is. */
  get part(): CrlPart {
    return this.#part;
  }

  /**
   * Takes the next octets, any number of them. After an error the scanner is of no more use.
   *
   * @throws PkiError der_*, size_exceeded, extension_duplicate, extension_invalid, crl_invalid
   */
  push(chunk: Uint8Array): void {
    let position = 0;
    while (position < chunk.length) {
      position =
        this.#part === 'entries' ? this.#takeEntries(chunk, position) : this.#takeFields(chunk, position);
    }
  }

  /**
   * Takes the next octets as `count` whole entries that were scanned before, and does not look at them: for
   * whoever compares a list with one that is known. `onTbs` gets them, `onEntry` does not.
   *
   * @throws PkiError crl_invalid where no entry can begin, or where they are longer than all entries
   */
  pass(entries: Uint8Array, count: number): void {
    const end = this.#offset + entries.length;
    if (this.#part !== 'entries' || this.#held.length > 0 || end > this.#layout.entriesEnd)
      this.#fail('crl_invalid', 'no whole entries are passed here', this.#offset);
    this.#handler.onTbs(entries);
    this.#entryCount += count;
    this.#offset = end;
    if (end === this.#layout.entriesEnd) this.#beginExtensions();
  }

  /**
   * To be called when all octets were pushed.
   *
   * @throws PkiError der_truncated
   */
  finish(): ScannedCrl {
    return this.#scanned ?? this.#fail('der_truncated', 'CertificateList is missing or cut off', 0);
  }

  /** Everything but the entries is held until it is whole. */
  #takeFields(chunk: Uint8Array, position: number): number {
    if (this.#part === 'end')
      this.#fail('der_trailing_data', 'CertificateList has data after its end', this.#offset);
    const end = this.#held.fill(chunk, position, chunk.length, this.#need);
    this.#offset += end - position;
    this.#readHeld();
    return end;
  }

  /** Reads the parts that are whole: after one, the next may be, as it may have no octets. */
  #readHeld(): void {
    while (this.#held.length >= this.#need) {
      if (this.#part === 'head') this.#readHead();
      else if (this.#part === 'extensions') this.#readExtensions();
      else if (this.#part === 'signature') this.#readSignature();
      else return;
    }
  }

  #readHead(): void {
    const layout = measureCrl(this.#held.octets);
    if (typeof layout === 'number') {
      this.#require(layout, 'tbsCertList');
      return;
    }
    this.#layout = layout;
    const octets = this.#held.take(layout.entriesStart);
    this.#head = readDerHead(octets, 2, 'CertificateList', readCrlHead).value;
    this.#handler.onTbs(octets.subarray(layout.tbsStart));
    if (layout.entriesStart < layout.entriesEnd) this.#part = 'entries';
    else this.#beginExtensions();
  }

  #beginExtensions(): void {
    this.#part = 'extensions';
    this.#require(this.#layout.tbsEnd - this.#layout.entriesEnd, 'crlExtensions');
  }

  #readExtensions(): void {
    const { entriesEnd: offset, tbsEnd, end } = this.#layout;
    const { version = 2 } = this.#head ?? {};
    const octets = this.#held.take(tbsEnd - offset);
    this.#extensions = readDer(
      octets,
      'CertificateList.tbs',
      (reader) => readCrlExtensions(reader, version),
      { offset },
    );
    if (octets.length > 0) this.#handler.onTbs(octets);
    this.#part = 'signature';
    this.#require(end - tbsEnd, 'CertificateList.signature');
  }

  #readSignature(): void {
    const { tbsEnd: offset, end } = this.#layout;
    const octets = this.#held.take(end - offset);
    const signed = readDer(
      octets,
      'CertificateList',
      (reader) => ({
        signatureAlgorithm: readAlgorithmIdentifier(reader, 'CertificateList.signatureAlgorithm'),
        signature: reader.bitStringOctets('CertificateList.signature'),
      }),
      { offset },
    );
    if (this.#head === undefined) return;
    const { tbsSignatureAlgorithm, ...fields } = this.#head;
    checkSameAlgorithm(tbsSignatureAlgorithm, signed.signatureAlgorithm, offset);
    this.#scanned = this.#summary({ ...fields, ...signed });
    this.#part = 'end';
  }

  #summary(fields: Omit<CrlHeadFields, 'tbsSignatureAlgorithm'> & SignatureFields): ScannedCrl {
    const { entriesStart, entriesEnd, end, revokedCertificates } = this.#layout;
    return Object.freeze({
      ...fields,
      thisUpdateForm: this.#layout.thisUpdateForm,
      nextUpdateForm: this.#layout.nextUpdateForm,
      revokedCertificates,
      entryCount: this.#entryCount,
      criticalEntryExtensions: Object.freeze([...this.#found.critical]),
      extensions: this.#extensions,
      entriesLength: entriesEnd - entriesStart,
      length: end,
    });
  }

  /** Takes what the chunk has of the entries. Only an entry that lies across two chunks is copied. */
  #takeEntries(chunk: Uint8Array, position: number): number {
    const stop = Math.min(chunk.length, position + this.#layout.entriesEnd - this.#offset);
    this.#handler.onTbs(chunk.subarray(position, stop));
    let at = position;
    while (at < stop) {
      const next = this.#held.length > 0 ? this.#fillEntry(chunk, at, stop) : this.#scan(chunk, at, stop);
      this.#offset += next - at;
      at = next;
    }
    if (this.#offset === this.#layout.entriesEnd) {
      this.#beginExtensions();
      this.#readHeld();
    }
    return stop;
  }

  /** Scans the entries that are whole, and holds what is left. */
  #scan(chunk: Uint8Array, position: number, stop: number): number {
    const handler = this.#handler;
    const found = this.#found;
    const form = this.#entryForm;
    const limit = position + this.#layout.entriesEnd - this.#offset;
    const scanner = new DerScanner(chunk, this.#offset - position);
    let at = position;
    while (at < stop && this.#isWhole(scanner, at, stop, limit)) {
      const { end } = scanner;
      scanCrlEntry(scanner, at, form, found);
      handler.onEntry(chunk, at, end);
      this.#entryCount += 1;
      at = end;
    }
    return this.#held.fill(chunk, at, stop, stop - at);
  }

  /** Adds to the entry that is held, and scans it when it is whole. */
  #fillEntry(chunk: Uint8Array, position: number, stop: number): number {
    const held = this.#held;
    const end = held.fill(chunk, position, stop, this.#need);
    if (held.length < this.#need) return end;
    const { octets } = held;
    const start = this.#offset + (end - position) - octets.length;
    const scanner = new DerScanner(octets, start);
    if (!this.#isWhole(scanner, 0, octets.length, this.#layout.entriesEnd - start)) return end;
    scanCrlEntry(scanner, 0, this.#entryForm, this.#found);
    this.#handler.onEntry(octets, 0, octets.length);
    this.#entryCount += 1;
    held.clear();
    return end;
  }

  /** Reads the header of the entry at `at`; false when not all of the entry is before `stop`. */
  #isWhole(scanner: DerScanner, at: number, stop: number, limit: number): boolean {
    if (at + MAX_HEADER_OCTETS > stop) {
      const headerEnd = derHeaderEnd(scanner.bytes, at, stop);
      this.#need = headerEnd - at;
      if (headerEnd > stop && headerEnd <= limit) return false;
    }
    scanner.sequence(at, limit, 'CRL entry');
    const length = scanner.end - at;
    if (length > MAX_ENTRY_OCTETS) {
      scanner.fail('size_exceeded', `a CRL entry is longer than ${MAX_ENTRY_OCTETS} octets`, at);
    }
    this.#need = length;
    return scanner.end <= stop;
  }

  get #entryForm(): CrlEntryForm {
    return this.#head?.version === 1 ? 'without-extensions' : 'with-extensions';
  }

  #require(octets: number, what: string): void {
    this.#need = octets;
    if (octets > MAX_FIELDS_OCTETS) {
      this.#fail('size_exceeded', `${what} is longer than ${MAX_FIELDS_OCTETS} octets`, this.#offset);
    }
  }

  #fail(code: PkiErrorCode, message: string, offset: number): never {
    throw new PkiError(code, message, { offset });
  }
}

type SignatureFields = Pick<ScannedCrl, 'signatureAlgorithm' | 'signature'>;

const MAX_FIELDS_OCTETS = 1024 * 1024;
/** The largest entries in the field are those of indirect lists, with a name in each: some hundred octets. */
const MAX_ENTRY_OCTETS = 64 * 1024;
/** A tag and a length of four octets. */
const MAX_HEADER_OCTETS = 6;
const NO_LAYOUT: CrlLayout = {
  tbsStart: 0,
  entriesStart: 0,
  entriesEnd: 0,
  tbsEnd: 0,
  end: 0,
  revokedCertificates: 'absent',
  thisUpdateForm: 'utcTime',
  nextUpdateForm: undefined,
};
