import { type CertStatus, decodeOcspResponse } from '@lancre/pki/ocsp';
import type { IssuerPolicy } from '../issuer/issuer-policy.ts';
import { allowsHold } from '../issuer/issuer-profile.ts';
import { certIdHashes } from '../issuer/issuer-registry.ts';
import type { AnswerKey, AnswerView, KeptAnswer } from '../status/kept-answers.ts';
import type { CertIdForm } from '../status/ocsp-source.ts';
import { type OcspResponseRefusal, refuseAnswer } from './ocsp-response-refusal.ts';
import type { OcspResponseSubject } from './ocsp-response-subject.ts';

/** What is kept about a certificate under one form of its CertID. */
export interface Predecessor {
  readonly form: CertIdForm;
  readonly kept: KeptAnswer;
  readonly certStatus: CertStatus;
  readonly producedAt: Date;
  /** Whether the new answer takes its place. */
  readonly isReplaced: boolean;
}

/** Everything that is kept about the certificate of an answer, under whatever form of its CertID. */
export function findPredecessors(
  { issuer, serialOctets, forms }: OcspResponseSubject,
  answers: AnswerView,
): readonly Predecessor[] {
  return allForms.flatMap((form) => {
    const key: AnswerKey = { issuerId: issuer.id, form, serialNumber: serialOctets };
    const kept = answers.findAnswer(key);
    const response = kept && decodeOcspResponse(kept.answer.der);
    if (kept === undefined || response?.status !== 'successful') return [];
    const { responses, producedAt } = response.basic;
    // An answer is kept for one certificate: whatever it holds says the same.
    const [single] = responses;
    const isReplaced = forms.some((own) => own.hash === form.hash && own.parameters === form.parameters);
    return single === undefined
      ? []
      : [{ form, kept, certStatus: single.certStatus, producedAt, isReplaced }];
  });
}

/**
 * Checks an answer against those that are kept (ORSP-38, T-17): nothing revoked becomes good, and no
 * older answer takes the place of a newer one, or says under another CertID what was true before it.
 *
 * @returns undefined when there is nothing to say against it
 */
export function checkAgainstPredecessors(
  subject: OcspResponseSubject,
  predecessors: readonly Predecessor[],
): OcspResponseRefusal | undefined {
  const { policy } = subject.issuer;
  for (const predecessor of predecessors) {
    const { kept, certStatus } = predecessor;
    if (kept.origin === 'imported' && revives(policy, certStatus, subject.single.certStatus)) {
      const message = 'an answer that was taken in before says revoked, and that is for good';
      return refuseAnswer('revoked_before', 'certStatus', message);
    }
    const competes =
      predecessor.isReplaced || (kept.origin === 'imported' && contradicts(predecessor, subject));
    if (competes && isOlder(subject, predecessor)) {
      const time = kept.answer.thisUpdate.toISOString();
      return refuseAnswer('older', 'thisUpdate', `there is a newer answer, of ${time}`);
    }
  }
  return undefined;
}

/**
 * ORSP-27. A hold may be lifted, save where BR 4.9.13 knows none; a revocation may not become a hold, or
 * it could be lifted too.
 */
function revives(policy: IssuerPolicy, before: CertStatus, after: CertStatus): boolean {
  if (before.status !== 'revoked') return false;
  if (before.reason === 'certificateHold') return !allowsHold(policy) && after.status !== 'revoked';
  return after.status !== 'revoked' || after.reason === 'certificateHold';
}

/** Answers for several CertIDs are made one after the other: their times differ, and what they say does not. */
export function contradicts({ certStatus }: Predecessor, { single }: OcspResponseSubject): boolean {
  return certStatus.status !== single.certStatus.status;
}

function isOlder({ basic, single }: OcspResponseSubject, { kept, producedAt }: Predecessor): boolean {
  const step = single.thisUpdate.getTime() - kept.answer.thisUpdate.getTime();
  return step < 0 || (step === 0 && basic.producedAt < producedAt);
}

const allForms: readonly CertIdForm[] = certIdHashes.flatMap((hash) => [
  { hash, parameters: 'absent' },
  { hash, parameters: 'null' },
]);
