import type { CertificateRecord } from '../status/certificate-record.ts';
import type { StatusKey, StatusVersion, StatusView } from '../status/status-view.ts';
import type { LmdbTables } from './lmdb-tables.ts';
import { decodeRecord } from './record-codec.ts';
import { certificateKey } from './store-keys.ts';

/**
 * Reads records from the memory-mapped store.
 *
 * One snapshot serves all reads of one turn of the event loop, and no longer: a request whose first
 * octet came after a revocation was acknowledged belongs to a later turn, so it sees the revocation.
 */
export class LmdbStatusView implements StatusView {
  readonly #tables: LmdbTables;
  #snapshotIsFresh = false;

  constructor(tables: LmdbTables) {
    this.#tables = tables;
  }

  keyOf(issuerId: number, serialNumber: Uint8Array): StatusKey {
    return { octets: certificateKey(issuerId, serialNumber) };
  }

  read(key: StatusKey): StatusVersion | undefined {
    this.#refreshSnapshot();
    return this.#tables.certificates.getBinary(key.octets);
  }

  isCurrent(key: StatusKey, version: StatusVersion): boolean {
    this.#refreshSnapshot();
    // The fast form lends a shared buffer: compared at once and not kept.
    const stored = this.#tables.certificates.getBinaryFast(key.octets);
    if (stored === undefined || stored.length !== version.length) return false;
    for (let index = 0; index < version.length; index += 1) {
      if (stored[index] !== version[index]) return false;
    }
    return true;
  }

  decode(key: StatusKey, version: StatusVersion): CertificateRecord {
    const issuerId = ((key.octets[0] ?? 0) << 8) | (key.octets[1] ?? 0);
    return decodeRecord(issuerId, key.octets.subarray(3), version);
  }

  #refreshSnapshot(): void {
    if (this.#snapshotIsFresh) return;
    this.#tables.root.resetReadTxn();
    this.#snapshotIsFresh = true;
    setImmediate(() => {
      this.#snapshotIsFresh = false;
    });
  }
}
