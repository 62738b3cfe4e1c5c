import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import type { Certificate } from '../pki/certificate.ts';
import type { HashName } from '../pki/hash-algorithm.ts';
import type { RevocationReason } from '../pki/revocation-reason.ts';
import { isRevocationUnavailable } from '../verify/no-rev-avail.ts';
import { buildCrlFetch, checkCrlExchange } from './crl-exchange.ts';
import { type CrlCheckWithDeltas, checkWithDeltas } from './delta-exchange.ts';
import { deltaAddressesOf, type EvidenceAddresses, evidenceAddressesOf } from './evidence-addresses.ts';
import type { CrlCheck, OcspCheck } from './evidence-check.ts';
import { type FetchSettings, fetchEvidence } from './fetch-evidence.ts';
import { buildOcspFetch, buildOcspRequest, checkOcspExchange } from './ocsp-exchange.ts';

/** Which evidence is asked for: one source and, where it decides nothing, the other; or both always. */
export type EvidenceOrder = 'ocsp-first' | 'crl-first' | 'both';

/** How revocation is checked. */
export interface RevocationSettings extends FetchSettings {
  readonly at: Date;
  readonly crypto: CryptoProvider;
  readonly order: EvidenceOrder;
  readonly clockSkewSeconds: number;
  /**
   * Whether deltas are asked for where a certificate or a complete CRL says that there are some (freshestCRL).
   * Default `use`: that says nothing but for lists that have them, and a delta that does not come does no harm.
   */
  readonly deltas?: 'use' | 'ignore' | undefined;
  readonly ocspHash?: HashName | undefined;
  /** When given, OCSP requests have a nonce of 32 octets. */
  readonly randomBytes?: ((length: number) => Uint8Array) | undefined;
}

/**
 * What all evidence about one certificate comes to. `undetermined` says what stood in the way: something
 * `wrong` (at least one source), all `unreachable`, or `no_address` to ask.
 */
export type RevocationStatus =
  | { readonly kind: 'good'; readonly source: 'ocsp' | 'crl' }
  | {
      readonly kind: 'revoked';
      readonly source: 'ocsp' | 'crl';
      readonly revocationTime: Date;
      readonly reason: RevocationReason | undefined;
    }
  | { readonly kind: 'unknown'; readonly source: 'ocsp' }
  | { readonly kind: 'undetermined'; readonly failure: 'unreachable' | 'wrong' | 'no_address' }
  | { readonly kind: 'not_checked'; readonly why: NotCheckedReason };

/**
 * Why no evidence is wanted: the certificate is a trust anchor, the caller's policy asks for none, or its issuer says
 * that there is none (noRevAvail, RFC 9608).
 */
export type NotCheckedReason = 'trust_anchor' | 'policy' | 'no_rev_avail';

/** The evidence about one certificate. */
export interface CertificateRevocation {
  readonly certificate: Certificate;
  readonly status: RevocationStatus;
  readonly ocsp: readonly OcspCheck[];
  readonly crl: readonly CrlCheckWithDeltas[];
  /** Addresses in the certificate that were not asked, see `EvidenceAddresses`. */
  readonly skippedAddresses: readonly string[];
}

/**
 * Gathers evidence about one certificate and weighs it: revoked wins (VER-32), then good; `unknown` leaves
 * room for another source (RFC 6960 2.2). Of a certificate with noRevAvail none is gathered (RFC 9608 4).
 */
export async function checkRevocation(
  certificate: Certificate,
  issuer: Certificate,
  settings: RevocationSettings,
): Promise<CertificateRevocation> {
  if (isRevocationUnavailable(certificate)) return withoutRevocation(certificate, 'no_rev_avail');
  const addresses = evidenceAddressesOf(certificate);
  const subject = { certificate, issuer };
  const askOcsp = () => askEach(addresses.ocsp, (url) => checkByOcsp(url, subject, settings));
  const askCrl = () => askEach(addresses.crl, (url) => checkByCrl(url, { ...subject, addresses }, settings));
  const evidence = await gather(askOcsp, askCrl, settings.order);
  const status = weigh([...evidence.ocsp, ...evidence.crl]);
  return Object.freeze({ certificate, status, ...evidence, skippedAddresses: addresses.skipped });
}

/** A certificate of which no evidence is wanted. */
export function withoutRevocation(certificate: Certificate, why: NotCheckedReason): CertificateRevocation {
  const status = { kind: 'not_checked', why } as const;
  return Object.freeze({ certificate, status, ocsp: [], crl: [], skippedAddresses: [] });
}

type Evidence = Pick<CertificateRevocation, 'ocsp' | 'crl'>;

async function gather(
  askOcsp: () => Promise<readonly OcspCheck[]>,
  askCrl: () => Promise<readonly CrlCheckWithDeltas[]>,
  order: EvidenceOrder,
): Promise<Evidence> {
  if (order === 'both') {
    const [ocsp, crl] = await Promise.all([askOcsp(), askCrl()]);
    return { ocsp, crl };
  }
  if (order === 'ocsp-first') {
    const ocsp = await askOcsp();
    return { ocsp, crl: ocsp.some(decides) ? [] : await askCrl() };
  }
  const crl = await askCrl();
  return { ocsp: crl.some(decides) ? [] : await askOcsp(), crl };
}

/** One address after the other, until one decides. */
async function askEach<Check extends OcspCheck | CrlCheck>(
  urls: readonly string[],
  ask: (url: string) => Promise<Check>,
): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const url of urls) {
    const check = await ask(url);
    checks.push(check);
    if (decides(check)) break;
  }
  return checks;
}

function decides({ verdict }: OcspCheck | CrlCheck): boolean {
  return verdict.kind === 'good' || verdict.kind === 'revoked';
}

interface Subject {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
}

async function checkByOcsp(url: string, subject: Subject, settings: RevocationSettings): Promise<OcspCheck> {
  const { at, crypto, clockSkewSeconds, ocspHash: hash } = settings;
  const nonce = settings.randomBytes?.(NONCE_OCTETS);
  const request = buildOcspFetch(url, await buildOcspRequest({ ...subject, crypto, hash, nonce }));
  const outcome = await fetchEvidence(request, settings);
  return checkOcspExchange(url, request, outcome, { ...subject, at, crypto, clockSkewSeconds, nonce });
}

async function checkByCrl(
  url: string,
  { certificate, issuer, addresses }: Subject & { readonly addresses: EvidenceAddresses },
  settings: RevocationSettings,
): Promise<CrlCheckWithDeltas> {
  const { at, crypto, clockSkewSeconds, deltas = 'use' } = settings;
  const request = buildCrlFetch(url);
  const outcome = await fetchEvidence(request, settings);
  const complete = { request, outcome, check: { certificate, issuer, at, crypto, clockSkewSeconds } };
  const alone = await checkCrlExchange(request, outcome, complete.check);
  const urls = deltas === 'use' && mayGainByDelta(alone) ? deltaUrls(alone, addresses) : [];
  return checkWithDeltas(alone, complete, urls, settings);
}

/** Of a list that its issuer did not sign, or that is of no use whatever is added, nobody is asked for more. */
function mayGainByDelta({ verdict }: CrlCheck): boolean {
  return verdict.kind !== 'undetermined' || MENDED_BY_DELTAS.has(verdict.reason);
}

function deltaUrls({ verdict }: CrlCheck, addresses: EvidenceAddresses): readonly string[] {
  return deltaAddressesOf(addresses, 'freshestCrl' in verdict ? verdict.freshestCrl : []);
}

function weigh(checks: readonly (OcspCheck | CrlCheck)[]): RevocationStatus {
  for (const { source, verdict } of checks) {
    if (verdict.kind !== 'revoked') continue;
    const { revocationTime, reason } = verdict;
    return { kind: 'revoked', source, revocationTime, reason };
  }
  const good = checks.find(({ verdict }) => verdict.kind === 'good');
  if (good !== undefined) return { kind: 'good', source: good.source };
  if (checks.some(({ verdict }) => verdict.kind === 'unknown')) return { kind: 'unknown', source: 'ocsp' };
  if (checks.some(({ failure }) => failure === 'wrong')) return { kind: 'undetermined', failure: 'wrong' };
  return { kind: 'undetermined', failure: checks.length > 0 ? 'unreachable' : 'no_address' };
}

/** An older list is as good as its delta; one for some reasons may get to name the certificate. */
const MENDED_BY_DELTAS: ReadonlySet<string> = new Set(['stale', 'some_reasons_only']);
/** RFC 9654 2.1. */
const NONCE_OCTETS = 32;
