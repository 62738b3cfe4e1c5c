import { equalBytes } from '../encoding/bytes.ts';
import { encodeHex } from '../encoding/hex.ts';
import { PkiError } from '../errors/pki-error.ts';
import type { Certificate } from '../pki/certificate.ts';
import { authorityKeyIdentifierOf, subjectKeyIdentifierOf } from '../pki/key-identifier-extensions.ts';
import { namesEqualBytes } from '../pki/name.ts';
import type { CandidatePath, PathFailure, PathFailureCode } from './path.ts';
import { MAX_PATH_CERTIFICATES, type WorkBudget } from './work-budget.ts';

/** Where a search for paths begins, and what it may lead through. */
export interface PathSearch {
  readonly target: Certificate;
  /** Loose certificates in any order; those that do not fit cost nothing. */
  readonly intermediates: readonly Certificate[];
  readonly trustAnchors: readonly Certificate[];
  readonly budget: Pick<WorkBudget, 'takeSearchStep'>;
}

/** One end of the search. */
export type BuiltPath = { readonly kind: 'candidate'; readonly path: CandidatePath } | PathFailure;

/**
 * Every way from the target to a trust anchor, each made when it is asked for: shortest way up first,
 * anchors before intermediates, issuers whose key identifier fits before others. The identifier is but a
 * hint (RFC 5280 4.2.1.1); names have to agree octet by octet. Where no way leads on, a failure stands
 * for it. Signatures are not looked at: see `checkPath`.
 *
 * No path meets one subject and key twice, nor leads above the subject and key of an anchor: what is
 * trusted by itself gains nothing from a cross-certificate.
 */
export function* buildPaths(search: PathSearch): Generator<BuiltPath, void, undefined> {
  const anchors = distinct(search.trustAnchors);
  const intermediates = distinct(search.intermediates).filter(
    (certificate) => !anchors.some((anchor) => isSameAuthority(anchor, certificate)),
  );
  const pool: Pool = { anchors: bySubject(anchors), intermediates: bySubject(intermediates) };
  yield* extend([search.target], pool, search.budget);
}

interface Pool {
  readonly anchors: ReadonlyMap<string, readonly Certificate[]>;
  readonly intermediates: ReadonlyMap<string, readonly Certificate[]>;
}

function* extend(
  certificates: readonly [Certificate, ...Certificate[]],
  pool: Pool,
  budget: PathSearch['budget'],
): Generator<BuiltPath, 'continue' | 'stop', undefined> {
  const last = certificates.at(-1) ?? certificates[0];
  const key = encodeHex(last.issuer.der);
  const anchors = byKeyIdentifier(last, pool.anchors.get(key) ?? []);
  const issuers = byKeyIdentifier(last, pool.intermediates.get(key) ?? []).filter(
    (issuer) => !certificates.some((certificate) => isSameAuthority(certificate, issuer)),
  );
  if (anchors.length === 0 && issuers.length === 0) {
    yield deadEnd(certificates, 'issuer_not_found', 'no certificate of its issuer is at hand');
    return 'continue';
  }
  for (const anchor of anchors) {
    if (!budget.takeSearchStep()) return yield* giveUp(certificates);
    yield { kind: 'candidate', path: Object.freeze({ certificates, anchor }) };
  }
  // The path so far, one more, and an anchor.
  if (issuers.length > 0 && certificates.length + 2 > MAX_PATH_CERTIFICATES) {
    yield deadEnd(certificates, 'path_too_long', `a path has ${MAX_PATH_CERTIFICATES} certificates at most`);
    return 'continue';
  }
  for (const issuer of issuers) {
    if (!budget.takeSearchStep()) return yield* giveUp(certificates);
    if ((yield* extend([...certificates, issuer], pool, budget)) === 'stop') return 'stop';
  }
  return 'continue';
}

function* giveUp(certificates: readonly Certificate[]): Generator<BuiltPath, 'stop', undefined> {
  yield deadEnd(certificates, 'work_budget_exceeded', 'there are too many ways to try');
  return 'stop';
}

function deadEnd(certificates: readonly Certificate[], code: PathFailureCode, message: string): PathFailure {
  const index = certificates.length - 1;
  return Object.freeze({ kind: 'failed', code, message, certificates, anchor: undefined, index });
}

function isSameAuthority(left: Certificate, right: Certificate): boolean {
  return (
    namesEqualBytes(left.subject, right.subject) &&
    equalBytes(left.subjectPublicKeyInfo.der, right.subjectPublicKeyInfo.der)
  );
}

function distinct(certificates: readonly Certificate[]): readonly Certificate[] {
  return [...new Map(certificates.map((certificate) => [encodeHex(certificate.der), certificate])).values()];
}

function bySubject(certificates: readonly Certificate[]): ReadonlyMap<string, readonly Certificate[]> {
  const groups = new Map<string, Certificate[]>();
  for (const certificate of certificates) {
    const key = encodeHex(certificate.subject.der);
    groups.set(key, [...(groups.get(key) ?? []), certificate]);
  }
  return groups;
}

/** Those whose key identifier fits first, those that tell nothing next, those with another last. */
function byKeyIdentifier(certificate: Certificate, issuers: readonly Certificate[]): readonly Certificate[] {
  const wanted = hint(() => authorityKeyIdentifierOf(certificate)?.keyIdentifier);
  if (wanted === undefined) return issuers;
  const rank = (issuer: Certificate): number => {
    const found = hint(() => subjectKeyIdentifierOf(issuer));
    if (found === undefined) return 1;
    return equalBytes(found, wanted) ? 0 : 2;
  };
  return issuers.toSorted((left, right) => rank(left) - rank(right));
}

/** An identifier that cannot be read gives no hint; whether it matters is not decided here. */
function hint(read: () => Uint8Array | undefined): Uint8Array | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}
