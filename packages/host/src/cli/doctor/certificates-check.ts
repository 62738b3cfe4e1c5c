import type { Certificate } from '@lancre/pki/certificate';
import type { Issuer } from '../../issuer/issuer.ts';
import { formatInstant } from '../instant.ts';
import { endingResponders } from '../running/responder-freshness.ts';
import { type Finding, Findings } from './finding.ts';

/** How long the certificates of issuers and responders are still valid. */
export function checkCertificates(issuers: readonly Issuer[], now: Date): readonly Finding[] {
  const findings = new Findings('certificates');
  for (const issuer of issuers) {
    const last = lastOf(issuer.certificates);
    checkIssuer(findings, issuer.name, last, now);
    for (const { certificate } of issuer.responders ?? []) {
      if (certificate.notAfter > now) continue;
      findings.warning(
        `${issuer.name}: the responder certificate ${certificate.serialNumber} ended ${formatInstant(certificate.notAfter)}`,
        'lancre issuer responder remove',
      );
    }
  }
  for (const message of endingResponders(issuers, now))
    findings.warning(message, 'lancre issuer responder add');
  return findings.orGood(`issuers: ${issuers.length}, each with a certificate that lasts`);
}

function checkIssuer(
  findings: Findings,
  name: string,
  { notBefore, notAfter }: Certificate,
  now: Date,
): void {
  const left = notAfter.getTime() - now.getTime();
  const remedy = 'let the CA be certified anew, and give the certificate to "lancre issuer set"';
  if (notBefore > now)
    findings.bad(`${name}: its certificate is not valid before ${formatInstant(notBefore)}`);
  else if (left <= 0) findings.bad(`${name}: its last certificate ended ${formatInstant(notAfter)}`, remedy);
  else if (left < noticeMilliseconds)
    findings.warning(`${name}: its last certificate ends ${formatInstant(notAfter)}`, remedy);
}

/** Of several cross-certificates the last to expire counts: the key is the same. */
function lastOf([first, ...others]: Issuer['certificates']): Certificate {
  return others.reduce((last, each) => (each.notAfter > last.notAfter ? each : last), first);
}

const noticeMilliseconds = 30 * 86_400_000;
