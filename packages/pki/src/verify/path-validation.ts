import { PkiError } from '../errors/pki-error.ts';
import type { Certificate } from '../pki/certificate.ts';
import { basicConstraintsOf, keyUsageOf } from '../pki/constraint-extensions.ts';
import { namesEqualBytes } from '../pki/name.ts';
import { findNameFault } from './name-constraints.ts';
import type { CandidatePath, PathFailure, PathVerdict } from './path.ts';
import { checkPathExtensions, type PathFault } from './path-extensions.ts';
import { checkPolicies, type PolicyInputs } from './policy-check.ts';
import { isSelfIssued } from './self-issued.ts';
import type { WorkBudget } from './work-budget.ts';

/** A path to check. */
export interface PathToCheck {
  readonly path: CandidatePath;
  /** The instant for which the path is to hold. */
  readonly at: Date;
  readonly budget: Pick<WorkBudget, 'checkSignature' | 'takeNameComparisons'>;
  /** Which policies are acceptable. Default: any, and none is required. */
  readonly policies?: PolicyInputs | undefined;
  /**
   * A purpose, as the object identifier of extendedKeyUsage (`EXTENDED_KEY_USAGE_OIDS.serverAuth`). Every certificate
   * of the path that has an extendedKeyUsage must have the purpose in it, or anyExtendedKeyUsage. Default:
   * purposes are not looked at, and a critical extendedKeyUsage on an authority fails the path.
   */
  readonly extendedKeyUsage?: string | undefined;
}

/**
 * Validates a path by RFC 5280 6.1. The anchor is a name and a key (6.1.1 (d)): its
 * times, extensions and signature are the business of who trusts it. Revocation (6.1.3 (a)(3)) is for
 * `checkOcsp` and `checkCrl`. Policies go by the graph of RFC 9618.
 *
 * Never rejects on any certificate.
 *
 * @example
 * const verdict = await checkPath({
 *   path,
 *   at: new Date(),
 *   budget: new WorkBudget(createNodeCrypto()),
 *   policies: { acceptable: ['2.23.140.1.2.1'], explicitPolicy: 'required' },
 *   extendedKeyUsage: EXTENDED_KEY_USAGE_OIDS.serverAuth,
 * });
 */
export async function checkPath(check: PathToCheck): Promise<PathVerdict> {
  const { path, at, budget, extendedKeyUsage } = check;
  // What costs little comes first, so that signatures are spent on paths that can hold.
  const fault =
    findFault(path, (certificate, issuer) => checkFields(certificate, issuer, at)) ??
    checkAuthorities(path, extendedKeyUsage);
  if (fault !== undefined) return fault;
  const policy = checkPolicies(path.certificates, check.policies ?? {});
  if (policy.kind === 'failed') return failure(path, policy.index, policy.fault);
  const name = findNameFault(path.certificates, budget);
  if (name !== undefined) return failure(path, name.index, name.fault);
  return (
    (await checkSignatures(path, budget)) ??
    Object.freeze({ kind: 'valid', ...path, policies: policy.policies })
  );
}

/** 6.1.3 (a)(4) and (a)(2). */
function checkFields(certificate: Certificate, issuer: Certificate, at: Date): PathFault | undefined {
  if (!namesEqualBytes(certificate.issuer, issuer.subject)) {
    return { code: 'name_chaining_broken', message: 'its issuer is not the subject of the next certificate' };
  }
  // Asked this way round, an invalid Date is no time at which anything holds.
  if (!(at >= certificate.notBefore)) {
    return { code: 'not_yet_valid', message: `valid from ${certificate.notBefore.toISOString()}` };
  }
  if (!(at <= certificate.notAfter)) {
    return { code: 'expired', message: `valid until ${certificate.notAfter.toISOString()}` };
  }
  return undefined;
}

/** 6.1.4 (k) to (o) for every authority, 6.1.5 (f) for the target. */
function checkAuthorities(path: CandidatePath, purpose: string | undefined): PathFailure | undefined {
  const { certificates } = path;
  let maxPathLength = certificates.length;
  for (let index = certificates.length - 1; index >= 0; index--) {
    const certificate = certificates[index];
    if (certificate === undefined) continue;
    const role = index === 0 ? 'target' : 'authority';
    const result = readSafely(() => {
      const fault = role === 'authority' ? checkAuthority(certificate, maxPathLength) : undefined;
      return {
        fault: fault ?? checkPathExtensions(certificate, role, purpose),
        pathLength: basicConstraintsOf(certificate)?.pathLength,
      };
    });
    if (result.fault !== undefined) return failure(path, index, result.fault);
    if (!isSelfIssued(certificate)) maxPathLength--;
    maxPathLength = Math.min(maxPathLength, result.pathLength ?? maxPathLength);
  }
  return undefined;
}

function checkAuthority(certificate: Certificate, maxPathLength: number): PathFault | undefined {
  if (certificate.version !== 3) {
    return { code: 'ca_not_version_3', message: `a CA certificate of version ${certificate.version}` };
  }
  if (basicConstraintsOf(certificate)?.isCa !== true) {
    return { code: 'not_a_ca', message: 'no basicConstraints with cA' };
  }
  if (maxPathLength <= 0 && !isSelfIssued(certificate)) {
    return { code: 'path_length_exceeded', message: 'a certificate above allows no further CA' };
  }
  if (keyUsageOf(certificate)?.has('keyCertSign') === false) {
    return {
      code: 'key_usage_forbids_certificate_signing',
      message: 'keyUsage is there without keyCertSign',
    };
  }
  return undefined;
}

/** 6.1.3 (a)(1), from the target up: an issuer of the right name and the wrong key costs but one check. */
async function checkSignatures(
  path: CandidatePath,
  budget: PathToCheck['budget'],
): Promise<PathFailure | undefined> {
  const { certificates, anchor } = path;
  for (const [index, certificate] of certificates.entries()) {
    const verdict = await budget.checkSignature(certificate, certificates[index + 1] ?? anchor);
    if (verdict !== 'valid') return failure(path, index, SIGNATURE_FAULTS[verdict]);
  }
  return undefined;
}

function findFault(
  path: CandidatePath,
  check: (certificate: Certificate, issuer: Certificate) => PathFault | undefined,
): PathFailure | undefined {
  const { certificates, anchor } = path;
  for (const [index, certificate] of certificates.entries()) {
    const fault = check(certificate, certificates[index + 1] ?? anchor);
    if (fault !== undefined) return failure(path, index, fault);
  }
  return undefined;
}

interface AuthorityResult {
  readonly fault: PathFault | undefined;
  readonly pathLength?: number | undefined;
}

function readSafely(read: () => AuthorityResult): AuthorityResult {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return { fault: { code: 'extension_malformed', message: error.message } };
  }
}

function failure(path: CandidatePath, index: number, fault: PathFault): PathFailure {
  return Object.freeze({ kind: 'failed', ...fault, ...path, index });
}

const SIGNATURE_FAULTS = {
  invalid: { code: 'signature_invalid', message: 'the signature is not by the key of its issuer' },
  unsupported: { code: 'signature_unsupported', message: 'the signature algorithm or the key is not taken' },
  budget_exceeded: { code: 'work_budget_exceeded', message: 'too many signatures had to be checked' },
} as const satisfies Readonly<Record<string, PathFault>>;
