import { encodeCrlEntry } from '@lancre/pki/crl';
import { type CertificateSequence, serialRank } from '../status/certificate-batch.ts';
import {
  type CertificateRecord,
  type CertificateStatus,
  notAfterUnknown,
  type Revocation,
} from '../status/certificate-record.ts';
import { contradicts, nextStatus } from '../status/revocation-rules.ts';
import type { RevokedSnapshot } from '../status/revoked-snapshot.ts';
import type {
  AssignConflict,
  AssignSummary,
  Hold,
  HoldOutcome,
  ReleaseOutcome,
  RevokeOutcome,
  StatusCounts,
  StatusStore,
  StoredCertificate,
} from '../status/status-store.ts';
import { LmdbRevokedSnapshot } from './lmdb-revoked-snapshot.ts';
import { LmdbStatusView } from './lmdb-status-view.ts';
import type { LmdbTables } from './lmdb-tables.ts';
import { decodeRecord, encodeRecord, toSeconds } from './record-codec.ts';
import { forgetReleasedUntil } from './released-entries.ts';
import { applyRevokedChanges, dropExpiredEntries, type RevokedChange } from './revoked-index.ts';
import { decodeRevokedTotals } from './revoked-totals-codec.ts';
import {
  CertificateKeyWriter,
  certificateKey,
  compareSerials,
  endOfPrefix,
  issuerKey,
} from './store-keys.ts';

/** The truth of one machine, in LMDB. Several processes may write; LMDB lets one at a time. */
export class LmdbStatusStore extends LmdbStatusView implements StatusStore {
  readonly #tables: LmdbTables;

  constructor(tables: LmdbTables) {
    super(tables);
    this.#tables = tables;
  }

  async assign(issuerId: number, records: CertificateSequence): Promise<AssignSummary> {
    const batch = new AssignBatch(this.#tables, issuerId);
    return this.#tables.root.transactionSync(() => batch.run(records));
  }

  async revoke(issuerId: number, serialNumber: Uint8Array, revocation: Revocation): Promise<RevokeOutcome> {
    return this.#tables.root.transactionSync(() => this.#revoke(issuerId, serialNumber, revocation));
  }

  async hold(issuerId: number, serialNumber: Uint8Array, hold: Hold): Promise<HoldOutcome> {
    return this.#tables.root.transactionSync(() => {
      const record = this.#find(issuerId, serialNumber);
      if (record === undefined) return { kind: 'unassigned' };
      const transition = nextStatus(record.status, { kind: 'held', ...hold, reason: 'certificateHold' });
      if (transition.kind === 'unchanged') return { kind: 'unchanged', record };
      return { kind: 'held', record: this.#change(record, transition.status) };
    });
  }

  async release(issuerId: number, serialNumber: Uint8Array, releaseTime: Date): Promise<ReleaseOutcome> {
    return this.#tables.root.transactionSync(() => {
      const record = this.#find(issuerId, serialNumber);
      if (record === undefined) return { kind: 'unassigned' };
      if (record.status.kind !== 'held') return { kind: 'unchanged', record };
      return { kind: 'released', record: this.#change(record, { kind: 'assigned' }, releaseTime) };
    });
  }

  async forgetReleased(issuerId: number, shard: number, revision: number): Promise<void> {
    this.#tables.root.transactionSync(() => forgetReleasedUntil(this.#tables, issuerId, shard, revision));
  }

  openRevoked(issuerId: number): RevokedSnapshot {
    return new LmdbRevokedSnapshot(this.#tables, issuerId);
  }

  async expireRevoked(issuerId: number, shard: number, cutoff: Date, revision: number): Promise<number> {
    const limits = { cutoffSeconds: toSeconds(cutoff), revision };
    return this.#tables.root.transactionSync(() => dropExpiredEntries(this.#tables, issuerId, shard, limits));
  }

  certificatesAfter(
    issuerId: number,
    after: Uint8Array | undefined,
    limit: number,
  ): readonly StoredCertificate[] {
    this.#tables.root.resetReadTxn();
    const prefix = issuerKey(issuerId);
    const last = after && certificateKey(issuerId, after);
    const range = {
      start: last === undefined ? prefix : Buffer.concat([last, Buffer.of(0)]),
      end: endOfPrefix(prefix),
      limit,
    };
    return Array.from(this.#tables.certificates.getRange(range), ({ key, value }) => ({
      serialNumber: Uint8Array.from(key.subarray(serialOffset)),
      version: Uint8Array.from(value),
    }));
  }

  count(issuerId: number): StatusCounts {
    const key = issuerKey(issuerId);
    const assigned = this.#tables.counts.getBinary(key)?.readUIntBE(0, 6) ?? 0;
    let listed = 0;
    for (const { value } of this.#tables.revokedTotals.getRange({ start: key, end: endOfPrefix(key) })) {
      listed += decodeRevokedTotals(0, Buffer.from(value)).entryCount;
    }
    return { assigned, listed };
  }

  #revoke(issuerId: number, serialNumber: Uint8Array, revocation: Revocation): RevokeOutcome {
    const record = this.#find(issuerId, serialNumber);
    if (record === undefined) return { kind: 'unassigned' };
    const transition = nextStatus(record.status, { kind: 'revoked', ...revocation });
    if (transition.kind === 'unchanged') return { kind: 'unchanged', record };
    const changed = this.#change(record, transition.status);
    return { kind: record.status.kind === 'revoked' ? 'changed' : 'revoked', record: changed };
  }

  #find(issuerId: number, serialNumber: Uint8Array): CertificateRecord | undefined {
    const stored = this.#tables.certificates.getBinary(certificateKey(issuerId, serialNumber));
    return stored && decodeRecord(issuerId, serialNumber, stored);
  }

  /** Writes a new status, and what it changes on the lists. */
  #change(record: CertificateRecord, status: CertificateStatus, releaseTime?: Date): CertificateRecord {
    const changed = { ...record, status };
    const { issuerId, serialNumber, shard } = record;
    this.#tables.certificates.putSync(certificateKey(issuerId, serialNumber), encodeRecord(changed));
    const change = releaseTime === undefined ? listedChange(changed) : releasedChange(changed, releaseTime);
    if (change !== undefined) applyRevokedChanges(this.#tables, issuerId, shard, [change]);
    return changed;
  }
}

/** One call of `assign`, inside its transaction. */
class AssignBatch {
  readonly #tables: LmdbTables;
  readonly #issuerId: number;
  readonly #keys: CertificateKeyWriter;
  readonly #changes = new Map<number, Map<string, RevokedChange>>();
  readonly #conflicts: AssignConflict[] = [];
  readonly #changed: number[] = [];
  #added = 0;
  #unchanged = 0;

  constructor(tables: LmdbTables, issuerId: number) {
    this.#tables = tables;
    this.#issuerId = issuerId;
    this.#keys = new CertificateKeyWriter(issuerId);
  }

  run(records: CertificateSequence): AssignSummary {
    for (const index of serialOrder(records)) {
      const record = records.at(index);
      if (record !== undefined) this.#take(record, index);
    }
    for (const [shard, changes] of this.#changes) {
      const sorted = [...changes.values()].sort((a, b) => compareSerials(a.serialNumber, b.serialNumber));
      applyRevokedChanges(this.#tables, this.#issuerId, shard, sorted);
    }
    this.#addToCount();
    return {
      added: this.#added,
      revoked: this.#changed.length,
      changed: this.#changed.sort((a, b) => a - b),
      unchanged: this.#unchanged,
      conflicts: this.#conflicts.sort((a, b) => a.index - b.index),
    };
  }

  #take(record: CertificateRecord, index: number): void {
    const key = this.#keys.write(record.serialNumber);
    if (putIfAbsent(this.#tables, key, encodeRecord(record))) {
      this.#added += 1;
      this.#note(record);
      return;
    }
    const stored = this.#tables.certificates.getBinary(key);
    if (stored !== undefined)
      this.#reconcile(key, decodeRecord(this.#issuerId, record.serialNumber, stored), record, index);
  }

  #reconcile(key: Buffer, stored: CertificateRecord, coming: CertificateRecord, index: number): void {
    const notAfter = knownNotAfter(stored.notAfter, coming.notAfter);
    if (notAfter === undefined) {
      this.#conflicts.push({ index, field: 'notAfter' });
      return;
    }
    const status = this.#statusAfter(stored.status, coming.status);
    if (status !== undefined) this.#changed.push(index);
    else if (contradicts(stored.status, coming.status)) this.#conflicts.push({ index, field: 'revocation' });
    else this.#unchanged += 1;
    if (status === undefined && notAfter === stored.notAfter) return;
    const changed = { ...stored, notAfter, status: status ?? stored.status };
    this.#tables.certificates.putSync(key, encodeRecord(changed));
    this.#note(changed);
  }

  #statusAfter(stored: CertificateStatus, coming: CertificateStatus): CertificateStatus | undefined {
    if (coming.kind === 'assigned') return undefined;
    const transition = nextStatus(stored, coming);
    return transition.kind === 'set' ? transition.status : undefined;
  }

  #note(record: CertificateRecord): void {
    const change = listedChange(record);
    if (change === undefined) return;
    let changes = this.#changes.get(record.shard);
    if (changes === undefined) {
      changes = new Map();
      this.#changes.set(record.shard, changes);
    }
    changes.set(Buffer.from(record.serialNumber).toString('latin1'), change);
  }

  #addToCount(): void {
    if (this.#added === 0) return;
    const key = issuerKey(this.#issuerId);
    const before = this.#tables.counts.getBinary(key)?.readUIntBE(0, 6) ?? 0;
    const value = Buffer.alloc(6);
    value.writeUIntBE(before + this.#added, 0, 6);
    this.#tables.counts.putSync(key, value);
  }
}

/** The one of two that is known; undefined when both are, and differ. */
function knownNotAfter(stored: Date, coming: Date): Date | undefined {
  const seconds = toSeconds(coming);
  if (seconds === toSeconds(stored) || seconds === toSeconds(notAfterUnknown)) return stored;
  return toSeconds(stored) === toSeconds(notAfterUnknown) ? coming : undefined;
}

function releasedChange({ serialNumber }: CertificateRecord, releaseTime: Date): RevokedChange {
  return { serialNumber, entry: undefined, releasedSeconds: toSeconds(releaseTime) };
}

/** Undefined for what is on no list. */
function listedChange(record: CertificateRecord): RevokedChange | undefined {
  const { serialNumber, status } = record;
  if (status.kind === 'assigned') return undefined;
  const entryDer = encodeCrlEntry({
    serialNumber,
    revocationDate: status.revocationTime,
    ...(status.reason === undefined ? {} : { reason: status.reason }),
    ...(status.invalidityDate === undefined ? {} : { invalidityDate: status.invalidityDate }),
  });
  return { serialNumber, entry: { serialNumber, notAfterSeconds: toSeconds(record.notAfter), entryDer } };
}

/** One call for "is it new?" and "write it": half the time of an import is this line. */
function putIfAbsent(tables: LmdbTables, key: Buffer, value: Buffer): boolean {
  // lmdb's types leave the result out: false when the key is there already.
  const written: unknown = tables.certificates.putSync(key, value, noOverwrite);
  return written !== false;
}

/** In a certificate's key: issuer and length of the serial go before it. */
const serialOffset = 3;
const noOverwrite = { noOverwrite: true } as const;

/** Positions in serial order: neighbours in the tree are written together, which is twice as fast. */
function serialOrder(records: CertificateSequence): Iterable<number> {
  const ranks = new Float64Array(records.length);
  for (let index = 0; index < ranks.length; index += 1) ranks[index] = rankAt(records, index);
  const order = Uint32Array.from(ranks.keys());
  if (isAscending(ranks)) return order;
  return order.sort((a, b) => {
    const difference = (ranks[a] ?? 0) - (ranks[b] ?? 0);
    return difference || compareSerials(serialAt(records, a), serialAt(records, b)) || a - b;
  });
}

function rankAt(records: CertificateSequence, index: number): number {
  if (records.serialRankAt !== undefined) return records.serialRankAt(index);
  const serialNumber = serialAt(records, index);
  return serialRank(serialNumber, 0, serialNumber.length);
}

function isAscending(ranks: Float64Array): boolean {
  for (let index = 1; index < ranks.length; index += 1) {
    if ((ranks[index - 1] ?? 0) >= (ranks[index] ?? 0)) return false;
  }
  return true;
}

function serialAt(records: CertificateSequence, index: number): Uint8Array {
  return records.at(index)?.serialNumber ?? new Uint8Array();
}
