import { encodeCrlEntry } from '@lancre/pki/crl';
import type { CertificateSequence } from '#host/status/certificate-batch.js';
import {
  type CertificateRecord,
  type CertificateStatus,
  notAfterUnknown,
  type Revocation,
} from '#host/status/certificate-record.js';
import { contradicts, nextStatus } from '#host/status/revocation-rules.js';
import type {
  RevokedBatch,
  RevokedChanges,
  RevokedSnapshot,
  RevokedTotals,
} from '#host/status/revoked-snapshot.js';
import type {
  AssignConflict,
  Hold,
  HoldOutcome,
  ReleaseOutcome,
  RevokeOutcome,
  StatusCounts,
  StatusStore,
} from '#host/status/status-store.js';
import type { StatusKey, StatusVersion } from '#host/status/status-view.js';

/** The contract of StatusStore in the plainest form: what the real stores are compared with. */
export class MemoryStatusStore implements StatusStore {
  readonly #issuers = new Map<number, IssuerRecords>();

  keyOf(issuerId: number, serialNumber: Uint8Array): StatusKey {
    return { octets: Buffer.from(`${issuerId}/${hexOf(serialNumber)}`) };
  }

  read(key: StatusKey): StatusVersion | undefined {
    const [issuerId, serial = ''] = Buffer.from(key.octets).toString().split('/');
    const record = this.#issuers.get(Number(issuerId))?.records.get(serial);
    return record === undefined ? undefined : Buffer.from(JSON.stringify(record.facts));
  }

  isCurrent(key: StatusKey, version: StatusVersion): boolean {
    const current = this.read(key);
    return current !== undefined && Buffer.compare(current, version) === 0;
  }

  decode(key: StatusKey, version: StatusVersion): CertificateRecord {
    const [issuerId, serial = ''] = Buffer.from(key.octets).toString().split('/');
    const facts = JSON.parse(Buffer.from(version).toString());
    return recordOf(Number(issuerId), serial, facts);
  }

  async assign(issuerId: number, records: CertificateSequence) {
    const issuer = this.#issuerOf(issuerId);
    const summary = {
      added: 0,
      revoked: 0,
      unchanged: 0,
      changed: [] as number[],
      conflicts: [] as AssignConflict[],
    };
    const touched = new Set<number>();
    for (let index = 0; index < records.length; index += 1) {
      const coming = records.at(index);
      if (coming === undefined) continue;
      const stored = issuer.records.get(hexOf(coming.serialNumber));
      const notAfter = stored === undefined ? coming.notAfter : knownNotAfter(stored, coming);
      if (notAfter === undefined) {
        summary.conflicts.push({ index, field: 'notAfter' });
        continue;
      }
      const known = { ...coming, notAfter };
      const status = stored === undefined ? coming.status : statusAfter(stored, known);
      if (typeof status === 'string') {
        if (status === 'unchanged') summary.unchanged += 1;
        else summary.conflicts.push({ index, field: status });
        if (stored !== undefined && stored.facts.notAfter * 1000 !== notAfter.getTime()) {
          const before = recordOf(issuerId, hexOf(coming.serialNumber), stored.facts);
          const listing = before.status.kind === 'assigned' ? 'never' : 'listed';
          issuer.records.set(hexOf(coming.serialNumber), new Stored({ ...before, notAfter }, listing));
          if (listing === 'listed') touched.add(before.shard);
        }
        continue;
      }
      const shard = stored?.facts.shard ?? coming.shard;
      const listing = status.kind === 'assigned' ? 'never' : 'listed';
      issuer.records.set(hexOf(coming.serialNumber), new Stored({ ...known, shard, status }, listing));
      if (listing === 'listed') touched.add(shard);
      if (stored === undefined) summary.added += 1;
      else {
        summary.revoked += 1;
        summary.changed.push(index);
      }
    }
    for (const shard of touched) issuer.touch(shard);
    return summary;
  }

  certificatesAfter(issuerId: number, after: Uint8Array | undefined, limit: number) {
    return [...this.#issuerOf(issuerId).records.keys()]
      .map((serial) => new Uint8Array(Buffer.from(serial, 'hex')))
      .sort(compareNumbers)
      .filter((serialNumber) => after === undefined || compareNumbers(serialNumber, after) > 0)
      .slice(0, limit)
      .map((serialNumber) => ({
        serialNumber,
        version: this.read(this.keyOf(issuerId, serialNumber)) ?? new Uint8Array(),
      }));
  }

  async revoke(issuerId: number, serialNumber: Uint8Array, revocation: Revocation): Promise<RevokeOutcome> {
    const issuer = this.#issuerOf(issuerId);
    const stored = issuer.records.get(hexOf(serialNumber));
    if (stored === undefined) return { kind: 'unassigned' };
    const record = recordOf(issuerId, hexOf(serialNumber), stored.facts);
    const transition = nextStatus(record.status, { kind: 'revoked', ...revocation });
    if (transition.kind === 'unchanged') return { kind: 'unchanged', record };
    const changed = { ...record, status: transition.status };
    issuer.records.set(hexOf(serialNumber), new Stored(changed, 'listed'));
    issuer.touch(record.shard);
    return { kind: record.status.kind === 'revoked' ? 'changed' : 'revoked', record: changed };
  }

  async hold(issuerId: number, serialNumber: Uint8Array, hold: Hold): Promise<HoldOutcome> {
    const issuer = this.#issuerOf(issuerId);
    const stored = issuer.records.get(hexOf(serialNumber));
    if (stored === undefined) return { kind: 'unassigned' };
    const record = recordOf(issuerId, hexOf(serialNumber), stored.facts);
    if (record.status.kind !== 'assigned') return { kind: 'unchanged', record };
    const changed: CertificateRecord = {
      ...record,
      status: { kind: 'held', ...hold, reason: 'certificateHold' },
    };
    issuer.records.set(hexOf(serialNumber), new Stored(changed, 'listed'));
    issuer.touch(record.shard);
    return { kind: 'held', record: changed };
  }

  async release(issuerId: number, serialNumber: Uint8Array, releaseTime: Date): Promise<ReleaseOutcome> {
    const issuer = this.#issuerOf(issuerId);
    const stored = issuer.records.get(hexOf(serialNumber));
    if (stored === undefined) return { kind: 'unassigned' };
    const record = recordOf(issuerId, hexOf(serialNumber), stored.facts);
    if (record.status.kind !== 'held') return { kind: 'unchanged', record };
    const changed: CertificateRecord = { ...record, status: { kind: 'assigned' } };
    const released = new Stored(changed, 'never');
    issuer.records.set(hexOf(serialNumber), released);
    issuer.touch(record.shard);
    released.releasedAt = { time: releaseTime, revision: issuer.revisions.get(record.shard) ?? 0 };
    return { kind: 'released', record: changed };
  }

  async forgetReleased(issuerId: number, shard: number, revision: number): Promise<void> {
    for (const stored of this.#issuerOf(issuerId).records.values()) {
      if (stored.facts.shard === shard && (stored.releasedAt?.revision ?? 0) <= revision)
        stored.releasedAt = undefined;
    }
  }

  openRevoked(issuerId: number): RevokedSnapshot {
    return new MemorySnapshot(this.#issuerOf(issuerId));
  }

  async expireRevoked(issuerId: number, shard: number, cutoff: Date, revision: number): Promise<number> {
    const issuer = this.#issuerOf(issuerId);
    const expired = issuer
      .listed(shard)
      .filter((stored) => stored.facts.notAfter * 1000 < cutoff.getTime() && stored.revision <= revision);
    for (const stored of expired) stored.listing = 'dropped';
    if (expired.length > 0) issuer.touch(shard);
    return expired.length;
  }

  count(issuerId: number): StatusCounts {
    const stored = [...this.#issuerOf(issuerId).records.values()];
    return { assigned: stored.length, listed: stored.filter(({ listing }) => listing === 'listed').length };
  }

  #issuerOf(issuerId: number): IssuerRecords {
    const known = this.#issuers.get(issuerId) ?? new IssuerRecords();
    this.#issuers.set(issuerId, known);
    return known;
  }
}

/** The facts of a record as plain JSON. */
interface Facts {
  readonly shard: number;
  readonly notAfter: number;
  readonly kind: CertificateStatus['kind'];
  readonly revocation?: Readonly<Record<'time' | 'invalidity', number | undefined>> & {
    readonly reason: string;
  };
}

class Stored {
  readonly serialNumber: Uint8Array;
  readonly facts: Facts;
  readonly entryDer: Uint8Array;
  listing: 'never' | 'listed' | 'dropped';
  /** The revision of its shard that it came with; 0 = not taken yet. */
  revision = 0;
  /** A hold that was lifted. */
  releasedAt: { readonly time: Date; readonly revision: number } | undefined;

  constructor(record: CertificateRecord, listing: 'never' | 'listed') {
    this.serialNumber = record.serialNumber;
    this.facts = factsOf(record);
    this.listing = listing;
    this.entryDer = entryOf(record);
  }
}

class IssuerRecords {
  readonly records = new Map<string, Stored>();
  readonly revisions = new Map<number, number>();

  #revision = 0;

  touch(shard: number): void {
    this.#revision += 1;
    this.revisions.set(shard, this.#revision);
    for (const stored of this.listed(shard)) if (stored.revision === 0) stored.revision = this.#revision;
  }

  listed(shard: number): Stored[] {
    return [...this.records.values()]
      .filter((stored) => stored.facts.shard === shard && stored.listing === 'listed')
      .sort((a, b) => (BigInt(`0x${hexOf(a.serialNumber)}`) < BigInt(`0x${hexOf(b.serialNumber)}`) ? -1 : 1));
  }
}

class MemorySnapshot implements RevokedSnapshot {
  readonly shards: readonly RevokedTotals[];
  readonly #entries: ReadonlyMap<number, Uint8Array>;
  readonly #records: readonly Pick<
    Stored,
    'serialNumber' | 'facts' | 'listing' | 'revision' | 'entryDer' | 'releasedAt'
  >[];

  constructor(issuer: IssuerRecords) {
    const shards = [...issuer.revisions].sort(([a], [b]) => a - b);
    this.#records = [...issuer.records.values()].map((stored) => ({ ...stored }));
    this.#entries = new Map(
      shards.map(([shard]) => [shard, Buffer.concat(issuer.listed(shard).map(({ entryDer }) => entryDer))]),
    );
    this.shards = shards.map(([shard, revision]) => {
      const listed = issuer.listed(shard);
      const expiries = listed.map(({ facts }) => facts.notAfter);
      return {
        shard,
        entryCount: listed.length,
        octets: this.#entries.get(shard)?.length ?? 0,
        revision,
        earliestNotAfter: expiries.length === 0 ? undefined : new Date(Math.min(...expiries) * 1000),
      };
    });
  }

  *batches(shard: number): Iterable<RevokedBatch> {
    const entriesDer = this.#entries.get(shard);
    if (entriesDer !== undefined) yield { entriesDer };
  }

  changesSince(shard: number, revision: number): RevokedChanges {
    const entriesDer = this.#records
      .filter(({ facts }) => facts.shard === shard)
      .flatMap((stored) => changeSince(stored, revision));
    return { entryCount: entriesDer.length, entriesDer };
  }

  close(): void {}
}

function changeSince(
  {
    serialNumber,
    listing,
    revision,
    entryDer,
    releasedAt,
  }: Pick<Stored, 'serialNumber' | 'listing' | 'revision' | 'entryDer' | 'releasedAt'>,
  since: number,
): Uint8Array[] {
  if (listing === 'listed' && revision > since) return [entryDer];
  if (releasedAt === undefined || releasedAt.revision <= since) return [];
  return [encodeCrlEntry({ serialNumber, revocationDate: releasedAt.time, reason: 'removeFromCRL' })];
}

function knownNotAfter(stored: Stored, coming: CertificateRecord): Date | undefined {
  const known = stored.facts.notAfter * 1000;
  if (known === coming.notAfter.getTime()) return coming.notAfter;
  if (coming.notAfter.getTime() === notAfterUnknown.getTime()) return new Date(known);
  return known === notAfterUnknown.getTime() ? coming.notAfter : undefined;
}

function statusAfter(
  stored: Stored,
  coming: CertificateRecord,
): CertificateStatus | 'unchanged' | AssignConflict['field'] {
  const before = recordOf(coming.issuerId, hexOf(coming.serialNumber), stored.facts);
  if (coming.status.kind === 'assigned') return 'unchanged';
  const transition = nextStatus(before.status, coming.status);
  if (transition.kind === 'set') return transition.status;
  return contradicts(before.status, coming.status) ? 'revocation' : 'unchanged';
}

function factsOf({ shard, notAfter, status }: CertificateRecord): Facts {
  const facts = { shard, notAfter: notAfter.getTime() / 1000, kind: status.kind };
  if (status.kind === 'assigned') return facts;
  const time = status.revocationTime.getTime();
  return {
    ...facts,
    revocation: { time, invalidity: status.invalidityDate?.getTime(), reason: status.reason ?? '' },
  };
}

function recordOf(issuerId: number, serial: string, facts: Facts): CertificateRecord {
  const { shard, kind, revocation } = facts;
  const serialNumber = Buffer.from(serial, 'hex');
  const notAfter = new Date(facts.notAfter * 1000);
  if (kind === 'assigned' || revocation === undefined) {
    return { issuerId, serialNumber, notAfter, shard, status: { kind: 'assigned' } };
  }
  const { time = 0, invalidity, reason } = revocation;
  const status = {
    kind,
    revocationTime: new Date(time),
    ...(reason === '' ? {} : { reason }),
    ...(invalidity === undefined ? {} : { invalidityDate: new Date(invalidity) }),
  } as CertificateStatus;
  return { issuerId, serialNumber, notAfter, shard, status };
}

function entryOf({ serialNumber, status }: CertificateRecord): Uint8Array {
  if (status.kind === 'assigned') return new Uint8Array();
  return encodeCrlEntry({
    serialNumber,
    revocationDate: status.revocationTime,
    reason: status.reason,
    invalidityDate: status.invalidityDate,
  });
}

function hexOf(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex');
}

function compareNumbers(a: Uint8Array, b: Uint8Array): number {
  return a.length - b.length || Buffer.compare(a, b);
}
