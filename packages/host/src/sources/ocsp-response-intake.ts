import type { CryptoProvider } from '@lancre/pki/crypto';
import type { CertStatus } from '@lancre/pki/ocsp';
import type { Issuer } from '../issuer/issuer.ts';
import type { IssuerRegistry } from '../issuer/issuer-registry.ts';
import type { AnswerKey, AnswerStore, KeptAnswer } from '../status/kept-answers.ts';
import type { CertIdForm } from '../status/ocsp-source.ts';
import type { StatusVersion, StatusView } from '../status/status-view.ts';
import { checkOcspResponseAgreement, type OcspResponseAgreement } from './ocsp-response-agreement.ts';
import {
  checkAgainstPredecessors,
  contradicts,
  findPredecessors,
  type Predecessor,
} from './ocsp-response-predecessors.ts';
import { type OcspResponseRefusal, refuseAnswer } from './ocsp-response-refusal.ts';
import { checkOcspResponseSignature, type OcspResponseSignature } from './ocsp-response-signature.ts';
import { type OcspResponseSubject, readOcspResponseSubject } from './ocsp-response-subject.ts';
import { checkOcspResponseTimes } from './ocsp-response-times.ts';

/** An answer that was signed elsewhere, and what it is checked against. */
export interface OcspResponseIntake {
  /** OCSPResponse, DER. */
  readonly der: Uint8Array;
  /** The issuer that it is said to be of: another is refused. Default: any of the registry. */
  readonly issuer?: Issuer | undefined;
  readonly registry: IssuerRegistry;
  readonly now: Date;
  readonly crypto: CryptoProvider;
  readonly view: StatusView;
  readonly answers: Pick<AnswerStore, 'findAnswer' | 'keepAnswers'>;
}

/** What became of an answer. */
export type OcspResponseOutcome = TakenOcspResponse | UnchangedOcspResponse | OcspResponseRefusal;

/** What a good answer says. */
interface OcspResponseFacts {
  readonly issuerName: string;
  /** Magnitude octets. */
  readonly serialNumber: Uint8Array;
  readonly certStatus: CertStatus;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** The CertIDs under which it is found. */
  readonly forms: readonly CertIdForm[];
  readonly signedBy: OcspResponseSignature['role'];
}

/** It is kept, on disk, and given from now on. */
export interface TakenOcspResponse extends OcspResponseFacts {
  readonly kind: 'taken';
  /**
   * Under these CertIDs an older answer is kept that says otherwise, and that is given until a newer one
   * is brought for them too.
   */
  readonly contradicted: readonly CertIdForm[];
}

/** It is here already. */
export interface UnchangedOcspResponse extends OcspResponseFacts {
  readonly kind: 'unchanged';
}

/**
 * Takes in an OCSP answer that was signed elsewhere, such as with the key of an offline root. Everything
 * is checked before anything is kept (ORSP-37): form, certificate, times, signature, the record of the
 * certificate, and the answers that are here already. Never rejects for anything that the octets hold.
 *
 * @example
 * const outcome = await takeInOcspResponse({ der, registry, now, crypto, view, answers });
 * if (outcome.kind === 'refused') console.error(outcome.field, outcome.message);
 */
export async function takeInOcspResponse(intake: OcspResponseIntake): Promise<OcspResponseOutcome> {
  const subject = readOcspResponseSubject(intake.der, intake);
  if (subject.kind === 'refused') return subject;
  const times = checkOcspResponseTimes(subject, intake.now);
  if (times.kind === 'refused') return times;
  const signature = await checkOcspResponseSignature(subject, intake);
  if (signature.kind === 'refused') return signature;
  const agreement = checkOcspResponseAgreement(subject, intake);
  if (agreement.kind === 'refused') return agreement;
  const predecessors = findPredecessors(subject, intake.answers);
  const refusal = checkAgainstPredecessors(subject, predecessors);
  if (refusal !== undefined) return refusal;
  const facts = factsOf(subject, times.nextUpdate, signature);
  if (isKept(subject, agreement.version, predecessors)) return { kind: 'unchanged', ...facts };
  const kept = keptAnswersOf(subject, times.nextUpdate, agreement);
  // Another import may have brought a newer one in the meantime.
  if ((await intake.answers.keepAnswers(kept)) < kept.length)
    return refuseAnswer('older', 'thisUpdate', 'a newer answer has come in');
  return {
    kind: 'taken',
    ...facts,
    contradicted: contradictedBy(subject, agreement, predecessors, intake.now),
  };
}

function factsOf(
  { issuer, serialOctets, single, forms }: OcspResponseSubject,
  nextUpdate: Date,
  { role }: OcspResponseSignature,
): OcspResponseFacts {
  const { certStatus, thisUpdate } = single;
  return {
    issuerName: issuer.name,
    serialNumber: serialOctets,
    certStatus,
    thisUpdate,
    nextUpdate,
    forms,
    signedBy: role,
  };
}

/** An answer made before the record was brought is kept anew, bound to the record. */
function isKept(
  { der, forms }: OcspResponseSubject,
  version: StatusVersion | undefined,
  predecessors: readonly Predecessor[],
): boolean {
  const same = predecessors.filter(
    ({ kept: { answer, origin }, isReplaced }) =>
      isReplaced &&
      origin === 'imported' &&
      Buffer.compare(answer.der, der) === 0 &&
      isSameVersion(answer.versions[0], version),
  );
  return same.length === forms.length;
}

function isSameVersion(left: StatusVersion | undefined, right: StatusVersion | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return Buffer.compare(left, right) === 0;
}

function keptAnswersOf(
  { der, issuer, serialOctets, forms, single }: OcspResponseSubject,
  nextUpdate: Date,
  { version, answeredUntil }: OcspResponseAgreement,
): readonly (AnswerKey & KeptAnswer)[] {
  return forms.map((form) => ({
    issuerId: issuer.id,
    form,
    serialNumber: serialOctets,
    origin: 'imported',
    terms: 0,
    answer: {
      kind: 'signed',
      der,
      thisUpdate: single.thisUpdate,
      nextUpdate,
      // Nobody here can make a newer one: it is given to its end.
      refreshAt: new Date(nextUpdate.getTime() - 1000),
      versions: [version],
      notAfter: answeredUntil,
    },
  }));
}

/** One made from another record than the present is not given any more, and so contradicts nobody. */
function contradictedBy(
  subject: OcspResponseSubject,
  { version }: OcspResponseAgreement,
  predecessors: readonly Predecessor[],
  now: Date,
): readonly CertIdForm[] {
  return predecessors
    .filter((each) => !each.isReplaced && each.kept.origin === 'imported' && contradicts(each, subject))
    .filter(({ kept: { answer } }) => now < answer.nextUpdate && isSameVersion(answer.versions[0], version))
    .map(({ form }) => form);
}
