import type { Issuer } from './issuer.ts';

/** An issuer that has no number yet. */
export type NewIssuer = Omit<Issuer, 'id'>;

/** Reads the configured issuers. */
export interface IssuerView {
  /** All issuers, in the order of their numbers. */
  listIssuers(): readonly Issuer[];
  /** Changes whenever an issuer is added, changed or removed; cheap enough to ask at any time. */
  issuersRevision(): number;
}

/** Keeps the configured issuers. Every write is durable when the promise resolves. */
export interface IssuerStore extends IssuerView {
  /** @throws LancreError `issuer_exists` when the name, or the subject and key together, are taken */
  addIssuer(issuer: NewIssuer): Promise<Issuer>;
  /** Replaces certificates, key or policy of an issuer. @throws LancreError `issuer_unknown` */
  updateIssuer(issuer: Issuer): Promise<void>;
  /** @throws LancreError `issuer_unknown` */
  removeIssuer(name: string): Promise<void>;
}
