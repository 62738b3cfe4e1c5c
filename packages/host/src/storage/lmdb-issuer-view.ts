import type { Issuer } from '../issuer/issuer.ts';
import type { IssuerView } from '../issuer/issuer-store.ts';
import { decodeIssuer } from './issuer-codec.ts';
import type { LmdbTables } from './lmdb-tables.ts';

/** Grows whenever the issuers change; under this key in the `meta` table. */
export const issuersRevisionKey: Buffer = Buffer.from('issuers-revision');

/** Reads the issuers. */
export class LmdbIssuerView implements IssuerView {
  protected readonly tables: LmdbTables;

  constructor(tables: LmdbTables) {
    this.tables = tables;
  }

  listIssuers(): readonly Issuer[] {
    this.tables.root.resetReadTxn();
    return this.issuersInTransaction();
  }

  issuersRevision(): number {
    this.tables.root.resetReadTxn();
    return this.numberInTransaction(issuersRevisionKey);
  }

  protected issuersInTransaction(): readonly Issuer[] {
    const issuers: Issuer[] = [];
    for (const { key, value } of this.tables.issuers.getRange({})) {
      issuers.push(decodeIssuer(Buffer.from(key).readUInt16BE(0), value));
    }
    return issuers;
  }

  protected numberInTransaction(key: Buffer): number {
    return this.tables.meta.getBinary(key)?.readUIntBE(0, 6) ?? 0;
  }
}
