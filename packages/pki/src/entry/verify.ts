export {
  type CombinationFault,
  type CombinationRefusal,
  type CombinedCrl,
  combineCrls,
  combinedEntries,
  findCombinedEntry,
} from '../verify/crl-delta.ts';
export type { DeltaRefusal, DeltaRefusalReason } from '../verify/crl-delta-choice.ts';
export { type CrlScope, crlScope } from '../verify/crl-scope.ts';
export {
  type AppliedDelta,
  type CrlEvidence,
  type CrlToCheck,
  type CrlUndetermined,
  type CrlUndeterminedReason,
  type CrlVerdict,
  checkCrl,
  type DeltaFindings,
} from '../verify/crl-verdict.ts';
export {
  type HostNameMismatchReason,
  type HostNameVerdict,
  matchesHostName,
} from '../verify/host-name.ts';
export {
  findOcspDelegateFault,
  type OcspDelegateFault,
  type OcspDelegateFaultCode,
  type OcspDelegateToCheck,
} from '../verify/ocsp-delegate.ts';
export { listOcspDelegateProfileFaults } from '../verify/ocsp-delegate-profile.ts';
export {
  checkOcspRequestSignature,
  type OcspRequestRefusal,
  type OcspRequestToCheck,
  type OcspRequestVerdict,
} from '../verify/ocsp-request-signature.ts';
export type { OcspSigner, OcspSignerFaultCode } from '../verify/ocsp-signer.ts';
export {
  checkOcsp,
  type OcspEvidence,
  type OcspToCheck,
  type OcspUndetermined,
  type OcspUndeterminedReason,
  type OcspVerdict,
} from '../verify/ocsp-verdict.ts';
export type {
  CandidatePath,
  PathFailure,
  PathFailureCode,
  PathVerdict,
  ValidPath,
} from '../verify/path.ts';
export { type BuiltPath, buildPaths, type PathSearch } from '../verify/path-building.ts';
export { checkPath, type PathToCheck } from '../verify/path-validation.ts';
export type { PolicyInputs } from '../verify/policy-check.ts';
export {
  MAX_NAME_COMPARISONS,
  MAX_PATH_CERTIFICATES,
  MAX_SEARCH_STEPS,
  MAX_SIGNATURE_CHECKS,
  WorkBudget,
  type WorkLimits,
} from '../verify/work-budget.ts';
