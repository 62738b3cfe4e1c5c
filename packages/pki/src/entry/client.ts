export { type CertificateToCheck, type CheckPolicy, checkCertificate } from '../client/check-certificate.ts';
export type {
  ChainLink,
  CheckReason,
  CheckReport,
  CheckVerdict,
  JudgedPath,
} from '../client/check-report.ts';
export {
  type CertificateRevocation,
  checkRevocation,
  type EvidenceOrder,
  type NotCheckedReason,
  type RevocationSettings,
  type RevocationStatus,
} from '../client/check-revocation.ts';
export { buildCrlFetch, checkCrlExchange } from '../client/crl-exchange.ts';
export type { CrlCheckWithDeltas, DeltaCheck, DeltaNotApplied } from '../client/delta-exchange.ts';
export { type EvidenceAddresses, evidenceAddressesOf } from '../client/evidence-addresses.ts';
export type { CrlCheck, EvidenceCheck, NotFetched, OcspCheck } from '../client/evidence-check.ts';
export type { BodyReader, Fetch, FetchClock, FetchedResponse, FetchInit } from '../client/fetch.ts';
export {
  type EvidenceRequest,
  type FetchedEvidence,
  type FetchFailure,
  type FetchFailureReason,
  type FetchSettings,
  fetchEvidence,
} from '../client/fetch-evidence.ts';
export {
  buildIssuerFetch,
  type IssuerFault,
  type IssuerFetch,
  readIssuerExchange,
} from '../client/issuer-exchange.ts';
export {
  buildOcspFetch,
  buildOcspRequest,
  checkOcspExchange,
  type OcspQuestion,
} from '../client/ocsp-exchange.ts';
export { isPublicHost } from '../client/public-address.ts';
export type { PublisherDefect } from '../client/publisher-defect.ts';
export type { RevocationPolicy } from '../client/weigh-report.ts';
