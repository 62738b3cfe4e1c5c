import type { CryptoProvider, SignatureVerdict } from '../crypto/crypto-provider.ts';
import { encodeHex } from '../encoding/hex.ts';
import type { Certificate } from '../pki/certificate.ts';

/** The caps of one search for a path. */
export interface WorkLimits {
  /** Default {@link MAX_SIGNATURE_CHECKS}. */
  readonly signatureChecks?: number;
  /** Default {@link MAX_SEARCH_STEPS}. */
  readonly searchSteps?: number;
  /** Default {@link MAX_NAME_COMPARISONS}. */
  readonly nameComparisons?: number;
}

/**
 * What one search for a path may still spend against hostile input (VER-33), and what it has learnt: the
 * signature of a certificate under one key is checked once, in however many paths the two meet.
 */
export class WorkBudget {
  readonly #crypto: Pick<CryptoProvider, 'verify'>;
  readonly #verdicts = new Map<Certificate, Map<string, SignatureVerdict>>();
  #signatureChecks: number;
  #searchSteps: number;
  #nameComparisons: number;

  constructor(crypto: Pick<CryptoProvider, 'verify'>, limits: WorkLimits = {}) {
    this.#crypto = crypto;
    this.#signatureChecks = limits.signatureChecks ?? MAX_SIGNATURE_CHECKS;
    this.#searchSteps = limits.searchSteps ?? MAX_SEARCH_STEPS;
    this.#nameComparisons = limits.nameComparisons ?? MAX_NAME_COMPARISONS;
  }

  /** Pays for one step of the search; false when nothing is left. */
  takeSearchStep(): boolean {
    return this.#searchSteps-- > 0;
  }

  /** Pays for so many comparisons of a name with a name constraint; false when too few are left. */
  takeNameComparisons(count: number): boolean {
    this.#nameComparisons -= count;
    return this.#nameComparisons >= 0;
  }

  /** Whether `issuer` signed `certificate`; `budget_exceeded` when no check is left to find out. */
  async checkSignature(
    certificate: Certificate,
    issuer: Certificate,
  ): Promise<SignatureVerdict | 'budget_exceeded'> {
    const byKey = this.#verdicts.get(certificate) ?? new Map<string, SignatureVerdict>();
    this.#verdicts.set(certificate, byKey);
    const key = encodeHex(issuer.subjectPublicKeyInfo.der);
    const known = byKey.get(key);
    if (known !== undefined) return known;
    if (this.#signatureChecks-- <= 0) return 'budget_exceeded';
    const verdict = await this.#crypto.verify({
      algorithm: certificate.signatureAlgorithm,
      subjectPublicKeyInfoDer: issuer.subjectPublicKeyInfo.der,
      message: certificate.tbsDer,
      signature: certificate.signature,
    });
    byKey.set(key, verdict);
    return verdict;
  }
}

/** Go's crypto/x509 (maxChainSignatureChecks) and rustls-webpki (Budget) have the same number. */
export const MAX_SIGNATURE_CHECKS = 100;

/**
 * Issuers tried in all. 100 signature checks allow no more than 100 pairs of issuer and subject to hold;
 * 10,000 steps walk every path through them that a real cross-signed hierarchy has, in some milliseconds.
 */
export const MAX_SEARCH_STEPS = 10_000;

/**
 * Names times constraints of all paths tried: certificates of some hundred kilobytes would else ask for
 * billions. Go's crypto/x509 (MaxConstraintComparisions) and rustls-webpki (Budget) have the same number.
 */
export const MAX_NAME_COMPARISONS = 250_000;

/**
 * Certificates of a path, target and anchor included. Mbed TLS takes 8 intermediates, which makes the
 * same 10; rustls-webpki takes 6; the longest path of PKITS has 6 certificates.
 */
export const MAX_PATH_CERTIFICATES = 10;
