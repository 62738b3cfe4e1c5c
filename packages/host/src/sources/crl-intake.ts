import type { CryptoProvider } from '@lancre/pki/crypto';
import type { Issuer } from '../issuer/issuer.ts';
import type { IssuerRegistry } from '../issuer/issuer-registry.ts';
import type { PublicAddress } from '../issuer/public-address.ts';
import type { StatusView } from '../status/status-view.ts';
import { checkCrlEntries } from './crl-entry-rules.ts';
import type { CrlRefusal } from './crl-refusal.ts';
import { findCrlScope } from './crl-scope.ts';
import { type CrlSubject, readCrlSubject } from './crl-subject.ts';
import { checkCrlSuccession, type PublishedCrl } from './crl-succession.ts';
import { checkCrlTimes } from './crl-times.ts';

/** A list that was signed elsewhere, and what it is checked against. */
export interface CrlIntake<Published extends PublishedCrl> {
  /** CertificateList, DER or PEM. */
  readonly octets: Uint8Array;
  /** The issuer that it is said to be of: another is refused. Default: any of the registry. */
  readonly issuer?: Issuer | undefined;
  readonly registry: IssuerRegistry;
  readonly address: PublicAddress;
  readonly now: Date;
  readonly crypto: CryptoProvider;
  readonly view: StatusView;
  /** What is published for a scope of an issuer; 0 = the full list. */
  readonly findPublished: (issuer: Issuer, shard: number) => Promise<Published | undefined>;
}

/** What was found. */
export type CrlIntakeOutcome<Published extends PublishedCrl> =
  | AcceptedCrl<Published>
  | (CrlFacts & { readonly kind: 'unchanged' })
  | CrlRefusal;

/** What a good list says. */
export interface CrlFacts extends Omit<CrlSubject, 'kind'> {
  /** 1 and up; 0 = the full list. */
  readonly shard: number;
  readonly nextUpdate: Date;
}

/** A list that may be served and believed. */
export interface AcceptedCrl<Published extends PublishedCrl> extends CrlFacts {
  readonly kind: 'accepted';
  /** What is published, as it was looked at before the checks. */
  readonly published: Published | undefined;
  /** Serial numbers that were on hold and are not on it any more. */
  readonly released: readonly string[];
}

/**
 * Checks a CRL that was signed elsewhere, such as with the key of an offline root, before anything of it
 * is kept: form, issuer, signature, times, scope, entries, and the list that is published (CRL-28, T-17).
 * Changes nothing, and never rejects for anything that the octets hold.
 *
 * @example
 * const outcome = await checkForeignCrl({ octets, registry, address, now, crypto, view, findPublished });
 * if (outcome.kind === 'refused') console.error(outcome.field, outcome.message);
 */
export async function checkForeignCrl<Published extends PublishedCrl>(
  intake: CrlIntake<Published>,
): Promise<CrlIntakeOutcome<Published>> {
  const subject = await readCrlSubject(intake.octets, intake);
  if (subject.kind === 'refused') return subject;
  const times = checkCrlTimes(subject, intake.now);
  if (times.kind === 'refused') return times;
  const scope = findCrlScope(subject, intake.address);
  if (scope.kind === 'refused') return scope;
  const entries = checkCrlEntries(subject);
  if (entries.kind === 'refused') return entries;
  const published = await intake.findPublished(subject.issuer, scope.shard);
  const succession = checkCrlSuccession(subject, entries, published, intake.view);
  if (succession.kind === 'refused') return succession;
  const facts: CrlFacts = { ...subject, shard: scope.shard, nextUpdate: times.nextUpdate };
  if (succession.kind === 'same') return { ...facts, kind: 'unchanged' };
  return { ...facts, kind: 'accepted', published, released: succession.released };
}
