import { type CrlEntry, crlEntries } from '@lancre/pki/crl';
import { serialNumberToBytes } from '@lancre/pki/text';
import { shardOfSerial } from '../issuer/issuer-policy.ts';
import { CertificateBatch } from '../status/certificate-batch.ts';
import { type CertificateStatus, notAfterUnknown } from '../status/certificate-record.ts';
import type { StatusStore } from '../status/status-store.ts';
import type { AcceptedCrl } from './crl-intake.ts';
import type { PublishedCrl } from './crl-succession.ts';

/** The stored state that a list changes. */
export type CrlRecordStore = Pick<StatusStore, 'assign' | 'release'>;

/** What a list has changed in the records. */
export interface CrlRecordReport {
  /** Certificates that were not known. */
  readonly added: number;
  /** Known ones that were revoked or held. */
  readonly revoked: number;
  /** Known ones that were released from a hold. */
  readonly released: number;
  /** Known ones that are on it with another date or reason than the one on record, which stays. */
  readonly differing: number;
  /** Magnitude octets of the known ones whose status is another now. */
  readonly changed: readonly Uint8Array[];
}

/**
 * Makes records of the entries of a list, batch by batch, each durable before the next. Nothing revoked
 * becomes good: only what was on hold on the published list and is gone from this one is released.
 * Doing it again changes nothing, so whatever is cut off is mended by taking the list in again.
 */
export async function recordCrlEntries(
  list: AcceptedCrl<PublishedCrl>,
  store: CrlRecordStore,
): Promise<CrlRecordReport> {
  const run = new RecordRun(list, store);
  for (const entry of crlEntries(list.crl)) await run.take(entry);
  await run.flush();
  for (const serialNumber of list.released) await run.release(serialNumber);
  return run.report;
}

class RecordRun {
  readonly #list: AcceptedCrl<PublishedCrl>;
  readonly #store: CrlRecordStore;
  readonly #batch: CertificateBatch;
  readonly #changed: Uint8Array[] = [];
  #counts = { added: 0, revoked: 0, released: 0, differing: 0 };

  constructor(list: AcceptedCrl<PublishedCrl>, store: CrlRecordStore) {
    this.#list = list;
    this.#store = store;
    this.#batch = new CertificateBatch(list.issuer.id, batchRecords);
  }

  get report(): CrlRecordReport {
    return { ...this.#counts, changed: this.#changed };
  }

  async take(entry: CrlEntry): Promise<void> {
    const serialNumber = serialNumberToBytes(entry.serialNumber);
    const { issuer, shard } = this.#list;
    this.#batch.add({
      serialNumber,
      // A list does not say it. Where the store knows it, it stays.
      notAfter: notAfterUnknown,
      shard: shard === 0 ? shardOfSerial(serialNumber, issuer.policy.crl.shards) : shard,
      status: statusOf(entry),
    });
    if (this.#batch.isFull) await this.flush();
  }

  async flush(): Promise<void> {
    const summary = await this.#store.assign(this.#list.issuer.id, this.#batch);
    this.#counts.added += summary.added;
    this.#counts.revoked += summary.revoked;
    this.#counts.differing += summary.conflicts.length;
    for (const index of summary.changed) {
      const serialNumber = this.#batch.at(index)?.serialNumber;
      if (serialNumber !== undefined) this.#changed.push(serialNumber);
    }
    this.#batch.clear();
  }

  /** The moment of the release is not on the list; it happened before thisUpdate. */
  async release(text: string): Promise<void> {
    const serialNumber = serialNumberToBytes(text);
    const { issuer, crl } = this.#list;
    const outcome = await this.#store.release(issuer.id, serialNumber, crl.thisUpdate);
    if (outcome.kind !== 'released') return;
    this.#counts.released += 1;
    this.#changed.push(serialNumber);
  }
}

function statusOf({ revocationDate, reason, invalidityDate }: CrlEntry): CertificateStatus {
  const revocation = {
    revocationTime: revocationDate,
    ...(reason === undefined || reason === 'unspecified' ? {} : { reason }),
    ...(invalidityDate === undefined ? {} : { invalidityDate }),
  };
  return { kind: reason === 'certificateHold' ? 'held' : 'revoked', ...revocation };
}

/** One commit for so many certificates. */
const batchRecords = 50_000;
