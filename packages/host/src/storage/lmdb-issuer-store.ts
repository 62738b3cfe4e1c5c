import { LancreError } from '../errors/lancre-error.ts';
import type { Issuer } from '../issuer/issuer.ts';
import type { IssuerStore, NewIssuer } from '../issuer/issuer-store.ts';
import { encodeIssuer } from './issuer-codec.ts';
import { issuersRevisionKey, LmdbIssuerView } from './lmdb-issuer-view.ts';
import { issuerKey } from './store-keys.ts';

const nextIdKey = Buffer.from('next-issuer-id');
const maximumIssuerId = 0xffff;

/** The issuers, beside their certificates' statuses. */
export class LmdbIssuerStore extends LmdbIssuerView implements IssuerStore {
  async addIssuer(issuer: NewIssuer): Promise<Issuer> {
    return this.tables.root.transactionSync(() => {
      this.#refuseDuplicate(issuer);
      const id = this.numberInTransaction(nextIdKey) + 1;
      if (id > maximumIssuerId)
        throw new LancreError('issuer_exists', 'the store has no issuer numbers left');
      this.tables.meta.putSync(nextIdKey, encodeNumber(id));
      this.#save({ ...issuer, id });
      return { ...issuer, id };
    });
  }

  async updateIssuer(issuer: Issuer): Promise<void> {
    this.tables.root.transactionSync(() => {
      if (this.tables.issuers.getBinary(issuerKey(issuer.id)) === undefined) throw unknownIssuer(issuer.name);
      this.#save(issuer);
    });
  }

  async removeIssuer(name: string): Promise<void> {
    this.tables.root.transactionSync(() => {
      const issuer = this.issuersInTransaction().find((candidate) => candidate.name === name);
      if (issuer === undefined) throw unknownIssuer(name);
      this.tables.issuers.removeSync(issuerKey(issuer.id));
      this.#touch();
    });
  }

  #refuseDuplicate(issuer: NewIssuer): void {
    const [certificate] = issuer.certificates;
    for (const other of this.issuersInTransaction()) {
      if (other.name === issuer.name)
        throw new LancreError('issuer_exists', `there is an issuer "${other.name}" already`);
      const [known] = other.certificates;
      const isSame =
        Buffer.compare(known.subject.der, certificate.subject.der) === 0 &&
        Buffer.compare(known.subjectPublicKeyInfo.der, certificate.subjectPublicKeyInfo.der) === 0;
      if (isSame) {
        throw new LancreError(
          'issuer_exists',
          `issuer "${other.name}" has the same subject and key: give it this certificate as a cross-sign instead`,
        );
      }
    }
  }

  #save(issuer: Issuer): void {
    this.tables.issuers.putSync(issuerKey(issuer.id), encodeIssuer(issuer));
    this.#touch();
  }

  #touch(): void {
    this.tables.meta.putSync(
      issuersRevisionKey,
      encodeNumber(this.numberInTransaction(issuersRevisionKey) + 1),
    );
  }
}

function encodeNumber(value: number): Buffer {
  const octets = Buffer.alloc(6);
  octets.writeUIntBE(value, 0, 6);
  return octets;
}

function unknownIssuer(name: string): LancreError {
  return new LancreError('issuer_unknown', `no issuer "${name}"`);
}
