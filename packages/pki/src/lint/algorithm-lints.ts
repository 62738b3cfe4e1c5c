import { SIGNATURE_ALGORITHMS, type SignatureAlgorithm, signatureAlgorithmOf } from '../crypto/algorithms.ts';
import { publicKeyKindOf } from '../crypto/public-key.ts';
import type { ListToLint } from './list-to-lint.ts';

/** What a list says of its signature; the signature itself is not checked here. */
export function lintAlgorithm(list: ListToLint): void {
  const { findings, scanned } = list;
  const algorithm = signatureAlgorithmOf(scanned.signatureAlgorithm);
  if (algorithm === undefined) {
    lintUnknown(list);
    return;
  }
  if (algorithm.hash === 'SHA-1') findings.add('signature_sha1', `it is signed with ${algorithm.name}`);
  // BR 7.1.3.2 lists RSA and ECDSA.
  if (algorithm.scheme === 'eddsa' || algorithm.scheme === 'ml-dsa') {
    findings.add(
      'signature_algorithm_not_allowed',
      `the Baseline Requirements have no signatures of ${algorithm.name}`,
    );
  }
  lintCurve(list, algorithm);
}

/** One encoding of each algorithm is taken: NULL for RSA, nothing for ECDSA (T-32). */
function lintUnknown({ findings, scanned }: ListToLint): void {
  const { oid } = scanned.signatureAlgorithm;
  const rows = SIGNATURE_ALGORITHMS.filter((row) => row.oid === oid);
  const [row] = rows;
  // The parameters of PSS may be others; the Baseline Requirements allow three sets of them.
  if (row === undefined || row.scheme === 'rsa-pss') {
    const message = row === undefined ? `the signature algorithm ${oid}` : 'the parameters of RSASSA-PSS';
    findings.add('signature_algorithm_unknown', `${message}: not known here`);
    return;
  }
  const parameters = row.scheme === 'rsa-pkcs1' ? 'NULL' : 'absent';
  findings.add('signature_algorithm_not_canonical', `the parameters of ${row.name} have to be ${parameters}`);
}

/** BR 7.1.3.2.2 ties the hash to the curve. */
function lintCurve({ findings, options }: ListToLint, algorithm: SignatureAlgorithm): void {
  if (options.issuerCertificate === undefined || algorithm.signingCurve === undefined) return;
  const key = publicKeyKindOf(options.issuerCertificate.subjectPublicKeyInfo.der);
  if (key?.type !== 'ec' || key.curve === algorithm.signingCurve) return;
  findings.add('signature_algorithm_curve', `a ${key.curve} key does not sign with ${algorithm.name}`);
}
