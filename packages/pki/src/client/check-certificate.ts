import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { equalBytes } from '../encoding/bytes.ts';
import { encodeHex } from '../encoding/hex.ts';
import type { Certificate } from '../pki/certificate.ts';
import type { HashName } from '../pki/hash-algorithm.ts';
import { DEFAULT_CLOCK_SKEW_SECONDS } from '../verify/evidence-times.ts';
import type { ValidPath } from '../verify/path.ts';
import type { PolicyInputs } from '../verify/policy-check.ts';
import { WorkBudget } from '../verify/work-budget.ts';
import type { ChainLink, CheckReport, CheckVerdict, JudgedPath } from './check-report.ts';
import {
  type CertificateRevocation,
  checkRevocation,
  type EvidenceOrder,
  type RevocationSettings,
  withoutRevocation,
} from './check-revocation.ts';
import type { Fetch, FetchClock } from './fetch.ts';
import { type FoundPaths, findPaths } from './find-paths.ts';
import { type RevocationPolicy, weighFailure, weighRevocation } from './weigh-report.ts';

/** What counts, and what may be asked. */
export interface CheckPolicy {
  /** Default `require`. */
  readonly revocation?: RevocationPolicy;
  /** Default `ocsp-first`. */
  readonly order?: EvidenceOrder;
  /** Default `public-only`; `any` lets certificates of strangers have machines inside asked. */
  readonly addresses?: 'public-only' | 'any';
  /** The hash function of CertIDs. Default `SHA-1`, which is all that some large responders know. */
  readonly ocspHash?: HashName;
  /** Whether delta CRLs that a certificate or its CRL names are fetched and applied (RFC 5280 5.2.4). Default `use`. */
  readonly deltas?: 'use' | 'ignore';
  /** How far the clocks of issuers and responders may be ahead. Default 300. */
  readonly clockSkewSeconds?: number;
  /** Which certificate policies are acceptable. Default: any, and none is required. */
  readonly policies?: PolicyInputs;
  /**
   * The purpose that every certificate with an extendedKeyUsage has to have in it, see `PathToCheck`. Default: none is
   * looked for.
   */
  readonly extendedKeyUsage?: string;
  /** For each exchange. Default 15,000. */
  readonly deadlineMilliseconds?: number;
}

/** A certificate to check, and by what. */
export interface CertificateToCheck {
  readonly certificate: Certificate;
  /** Loose certificates in any order. Missing ones are fetched from caIssuers addresses. */
  readonly intermediates: readonly Certificate[];
  readonly trustAnchors: readonly Certificate[];
  /** The instant for which everything has to hold. */
  readonly at: Date;
  readonly crypto: CryptoProvider;
  readonly fetch: Fetch;
  readonly clock: FetchClock;
  readonly policy?: CheckPolicy;
  /** When given, OCSP requests have a nonce: no answer from a cache, and none from before. */
  readonly randomBytes?: (length: number) => Uint8Array;
}

/**
 * Checks a certificate: a path to a trust anchor, and the revocation of every certificate in it. Where
 * several paths hold, the best verdict counts; but a target that its issuer revoked is revoked. What fails
 * on the way is in the report. Never rejects because of what came from outside.
 *
 * The host name is for the caller to compare, and the purpose where `extendedKeyUsage` does not name one.
 *
 * @example
 * const report = await checkCertificate({
 *   certificate,
 *   intermediates,
 *   trustAnchors,
 *   at: new Date(),
 *   crypto: createNodeCrypto(),
 *   fetch,
 *   clock: { now: () => performance.now(), deadline: (milliseconds) => AbortSignal.timeout(milliseconds) },
 * });
 * if (report.verdict !== 'good') console.error(report.verdict, report.reasons);
 */
export async function checkCertificate(check: CertificateToCheck): Promise<CheckReport> {
  const settings = settingsOf(check);
  const budget = new WorkBudget(check.crypto);
  const { policies, extendedKeyUsage } = check.policy ?? {};
  const found = await findPaths({ ...check, policies, extendedKeyUsage, budget, settings });
  const judged = await judgePaths(found.valid, check, settings);
  const { failed: failedPaths, issuerFetches } = found;
  const facts = { at: check.at, failedPaths, issuerFetches };
  const best = chooseBest(judged);
  if (best === undefined) {
    const weighed = weighFailure(failedPaths, issuerFetches, check.certificate);
    return Object.freeze({ ...weighed, chain: [], revocation: [], otherPaths: [], ...facts });
  }
  const { path, ...result } = best;
  const otherPaths = judged.filter((each) => each !== best);
  return Object.freeze({ ...result, chain: chainOf(path, found), otherPaths, ...facts });
}

async function judgePaths(
  paths: readonly ValidPath[],
  check: CertificateToCheck,
  settings: RevocationSettings,
): Promise<readonly JudgedPath[]> {
  const policy = check.policy?.revocation ?? 'require';
  const ask = rememberChecks(settings);
  const judged: JudgedPath[] = [];
  for (const path of paths) {
    const revocation = await Promise.all(revocationOf(path, policy, ask));
    const each = Object.freeze({ path, revocation, ...weighRevocation(revocation, policy) });
    judged.push(each);
    // One key signed the target, so that no other path has other evidence about it.
    if (each.verdict === 'good' || isTargetRevoked(each)) break;
  }
  return judged;
}

/** The best verdict counts. */
function chooseBest(judged: readonly JudgedPath[]): JudgedPath | undefined {
  return judged.toSorted((left, right) => RANK[right.verdict] - RANK[left.verdict])[0];
}

function isTargetRevoked({ revocation }: JudgedPath): boolean {
  return revocation[0]?.status.kind === 'revoked';
}

type AskRevocation = (certificate: Certificate, issuer: Certificate) => Promise<CertificateRevocation>;

function revocationOf(
  { certificates, anchor }: ValidPath,
  policy: RevocationPolicy,
  ask: AskRevocation,
): readonly (CertificateRevocation | Promise<CertificateRevocation>)[] {
  return certificates.map((certificate, index) => {
    if (policy === 'off') return withoutRevocation(certificate, 'policy');
    // VER-29: what is trusted by itself is not checked, even where it is the target.
    if (equalBytes(certificate.der, anchor.der)) return withoutRevocation(certificate, 'trust_anchor');
    return ask(certificate, certificates[index + 1] ?? anchor);
  });
}

/** Paths share certificates: each is asked about once under one issuer's key. */
function rememberChecks(settings: RevocationSettings): AskRevocation {
  const known = new Map<Certificate, Map<string, Promise<CertificateRevocation>>>();
  return (certificate, issuer) => {
    const byKey = known.get(certificate) ?? new Map<string, Promise<CertificateRevocation>>();
    known.set(certificate, byKey);
    const key = encodeHex(issuer.subjectPublicKeyInfo.der);
    const pending = byKey.get(key) ?? checkRevocation(certificate, issuer, settings);
    byKey.set(key, pending);
    return pending;
  };
}

function chainOf(path: ValidPath, { issuerFetches }: FoundPaths): readonly ChainLink[] {
  const links = path.certificates.map((certificate, index): ChainLink => {
    const source = issuerFetches.find(({ certificates }) => certificates.includes(certificate));
    const given = index === 0 ? 'target' : 'given';
    return { certificate, origin: source === undefined ? given : 'fetched', fetchedFrom: source?.url };
  });
  return [...links, { certificate: path.anchor, origin: 'trust_anchor', fetchedFrom: undefined }];
}

function settingsOf({ policy = {}, ...check }: CertificateToCheck): RevocationSettings {
  const { order = 'ocsp-first', clockSkewSeconds = DEFAULT_CLOCK_SKEW_SECONDS } = policy;
  const { at, crypto, fetch, clock, randomBytes } = check;
  const { addresses, deadlineMilliseconds, deltas, ocspHash } = policy;
  const exchange = { fetch, clock, addresses, deadlineMilliseconds };
  return { ...exchange, at, crypto, order, clockSkewSeconds, deltas, ocspHash, randomBytes };
}

const RANK: Readonly<Record<CheckVerdict, number>> = { good: 3, undetermined: 2, revoked: 1, invalid: 0 };
