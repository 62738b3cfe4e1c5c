import type { Issuer } from '../issuer/issuer.ts';
import { shardOfSerial } from '../issuer/issuer-policy.ts';
import { revocationFaultOf } from '../issuer/revocation-profile.ts';
import { CertificateBatch } from '../status/certificate-batch.ts';
import type { AssignSummary, StatusStore } from '../status/status-store.ts';
import type { ImportedCertificate, LineParser } from './import-line.ts';
import { readLines } from './line-reader.ts';

/** What an import works with. */
export interface ImportOptions {
  readonly store: Pick<StatusStore, 'assign'>;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly parser: LineParser;
  /** The issuer of lines that name none. */
  readonly issuer: Issuer | undefined;
  /** The issuer of lines that name one. */
  readonly issuerByName: (name: string) => Issuer | undefined;
  /** A revocation dated after this is refused: it would be on a list issued before it (CRL-11, REV-13). */
  readonly now: Date;
  /** Told of each known certificate that was revoked or held, once that is durable. */
  readonly onRevoked?: (issuerId: number, serialNumber: Uint8Array) => void;
  /** Told after each batch. */
  readonly onProgress?: (report: ImportReport) => void;
}

/** What became of the lines. Everything good is taken in; what is not is listed. */
export interface ImportReport {
  readonly lines: number;
  readonly added: number;
  readonly revoked: number;
  readonly unchanged: number;
  readonly refused: number;
  /** Known ones that came revoked with another date or reason than the one on record, which stays. */
  readonly differing: number;
  /** The first of the refused lines. */
  readonly refusals: readonly ImportRefusal[];
}

/** One refused line. */
export interface ImportRefusal {
  readonly line: number;
  readonly field: string;
  readonly reason: string;
}

/**
 * Takes a file of certificates into the store, batch by batch; each batch is durable before the
 * next is begun, so an interrupted import is resumed by running it again.
 *
 * @throws LancreError `input_invalid` when the file is not text at all
 */
export async function runImport(options: ImportOptions): Promise<ImportReport> {
  const run = new ImportRun(options);
  for await (const block of readLines(options.chunks)) {
    block.eachLine((octets, start, end, number) => run.take(octets, start, end, number));
    if (run.isBatchFull) await run.flush();
  }
  await run.flush();
  return run.report;
}

/** Large batches: one commit, one fsync and neighbouring keys for so many certificates. */
const batchRecords = 250_000;
/** A batch is written between two blocks of lines; a block of 1 MiB has no more than this. */
const blockRecords = 1 << 17;
const maximumRefusals = 100;

class ImportRun {
  readonly #options: ImportOptions;
  readonly #batches = new Map<number, { readonly certificates: CertificateBatch; lines: number[] }>();
  readonly #refusals: ImportRefusal[] = [];
  #isBatchFull = false;
  #report = { lines: 0, added: 0, revoked: 0, unchanged: 0, refused: 0, differing: 0 };

  constructor(options: ImportOptions) {
    this.#options = options;
  }

  get isBatchFull(): boolean {
    return this.#isBatchFull;
  }

  get report(): ImportReport {
    return { ...this.#report, refusals: this.#refusals };
  }

  take(octets: Buffer, start: number, end: number, number: number): void {
    this.#report.lines += 1;
    const parsed = this.#options.parser(octets, start, end);
    if (parsed.kind === 'refused') this.#refuse(number, parsed.field, parsed.reason);
    if (parsed.kind === 'certificate') this.#queue(number, parsed);
  }

  async flush(): Promise<void> {
    for (const [issuerId, batch] of this.#batches) {
      const summary = await this.#options.store.assign(issuerId, batch.certificates);
      this.#add(summary, batch.lines);
      this.#tell(issuerId, summary, batch.certificates);
      batch.certificates.clear();
      batch.lines = [];
    }
    this.#isBatchFull = false;
    this.#options.onProgress?.(this.report);
  }

  #queue(line: number, certificate: ImportedCertificate): void {
    const { issuerName, serialNumber, notAfter, status } = certificate;
    const issuer = issuerName === undefined ? this.#options.issuer : this.#options.issuerByName(issuerName);
    if (issuer === undefined) {
      const reason =
        issuerName === undefined ? 'names no issuer, and --issuer is not given' : `no issuer "${issuerName}"`;
      this.#refuse(line, 'issuer', reason);
      return;
    }
    if (status.kind !== 'assigned' && status.revocationTime > this.#options.now) {
      this.#refuse(line, 'revocation', 'it lies in the future');
      return;
    }
    const fault = status.kind === 'assigned' ? undefined : revocationFaultOf(issuer.policy, status);
    if (fault !== undefined) {
      this.#refuse(line, 'reason', fault);
      return;
    }
    const shard = certificate.shard ?? shardOfSerial(serialNumber, issuer.policy.crl.shards);
    const batch = this.#batchOf(issuer.id);
    batch.certificates.add({ serialNumber, notAfter, shard, status });
    batch.lines.push(line);
    if (batch.certificates.length >= batchRecords) this.#isBatchFull = true;
  }

  #batchOf(issuerId: number): { readonly certificates: CertificateBatch; lines: number[] } {
    let batch = this.#batches.get(issuerId);
    if (batch === undefined) {
      batch = { certificates: new CertificateBatch(issuerId, batchRecords + blockRecords), lines: [] };
      this.#batches.set(issuerId, batch);
    }
    return batch;
  }

  #add(summary: AssignSummary, lines: readonly number[]): void {
    this.#report.added += summary.added;
    this.#report.revoked += summary.revoked;
    this.#report.unchanged += summary.unchanged;
    for (const { index, field } of summary.conflicts) {
      // What was revoked here first and in the CA later has two dates; that is no fault of the line.
      if (field === 'revocation') this.#report.differing += 1;
      else this.#refuse(lines[index] ?? 0, field, `the store has another ${field} for this serial`);
    }
  }

  #tell(issuerId: number, { changed }: AssignSummary, certificates: CertificateBatch): void {
    for (const index of changed) {
      const serialNumber = certificates.at(index)?.serialNumber;
      // Copied: the batch is used again.
      if (serialNumber !== undefined) this.#options.onRevoked?.(issuerId, Uint8Array.from(serialNumber));
    }
  }

  #refuse(line: number, field: string, reason: string): void {
    this.#report.refused += 1;
    if (this.#refusals.length < maximumRefusals) this.#refusals.push({ line, field, reason });
  }
}
