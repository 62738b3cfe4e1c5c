import type { Certificate } from '@lancre/pki/certificate';
import { buildOcspFetch, buildOcspRequest } from '@lancre/pki/client';
import { serialNumberFromBytes } from '@lancre/pki/text';
import { checkOcsp, type OcspVerdict } from '@lancre/pki/verify';
import type { Issuer } from '../../issuer/issuer.ts';
import { ocspUrl } from '../../issuer/public-address.ts';
import type { CertificateRecord } from '../../status/certificate-record.ts';
import { cachingFaults } from './caching-faults.ts';
import { type Finding, Findings } from './finding.ts';
import type { Scene } from './scene.ts';

/** Asks OCSP about a certificate of the issuer that is known here, and compares the answer with its record. */
export async function checkPublicOcsp(scene: Scene, issuer: Issuer): Promise<readonly Finding[]> {
  const findings = new Findings('public OCSP');
  const record = knownCertificate(scene, issuer);
  if (issuer.requestSigners !== undefined) {
    findings.good(`${issuer.name}: not asked, since requests have to be signed`);
  } else if (record === undefined) {
    findings.good(`${issuer.name}: not asked, since no certificate that is still valid is known`);
  } else {
    await ask(findings, scene, issuer, record);
  }
  return findings.all;
}

async function ask(
  findings: Findings,
  { client, config, crypto, now }: Scene,
  issuer: Issuer,
  record: CertificateRecord,
): Promise<void> {
  const certificate = standIn(issuer, record);
  const question = await buildOcspRequest({ certificate, issuer: issuer.certificates[0], crypto });
  const url = ocspUrl(config.address, issuer.name);
  const request = buildOcspFetch(url, question);
  const answer = await client.fetch(request);
  const what = `${url}, about ${issuer.name} ${certificate.serialNumber}`;
  if (answer.kind === 'failed') {
    findings.bad(`${url}: ${answer.message}`, 'see whether the host runs, and who else stands before it');
    return;
  }
  if (answer.mediaType !== mediaType) {
    findings.bad(`${what}: ${answer.status}, media type ${answer.mediaType ?? 'missing'}, not ${mediaType}`);
    return;
  }
  const verdict = await checkOcsp({
    response: answer.body,
    certificate,
    issuer: issuer.certificates[0],
    at: now,
    crypto,
  });
  if (!report(findings, what, issuer, record, verdict) || request.method === 'POST') return;
  for (const fault of cachingFaults(answer, nextUpdateOf(verdict), now))
    findings.warning(`${what}: ${fault}`);
}

/** Whether the answer is one. */
function report(
  findings: Findings,
  what: string,
  issuer: Issuer,
  record: CertificateRecord,
  verdict: OcspVerdict,
): boolean {
  if (verdict.kind === 'undetermined') {
    const message = `${what}: ${verdict.message} (${verdict.reason})`;
    // Whoever signs elsewhere need not have brought an answer for each certificate.
    if (isSignedElsewhere(issuer)) findings.warning(message, 'lancre import --format ocsp-response');
    else findings.bad(message, 'see the findings about its keys, and the log of the host');
    return false;
  }
  const expected = record.status.kind === 'assigned' && issuer.compromise === undefined ? 'good' : 'revoked';
  if (verdict.kind === expected) findings.good(`${what}: ${verdict.kind}, as recorded`);
  else
    findings.bad(`${what}: ${verdict.kind}, where the records say ${expected}`, 'a cache keeps it too long');
  return true;
}

/** A certificate is asked about by its serial number and its issuer, and no more of it is kept. */
function standIn(issuer: Issuer, { serialNumber }: CertificateRecord): Certificate {
  const [own] = issuer.certificates;
  return { ...own, issuer: own.subject, serialNumber: serialNumberFromBytes(serialNumber) };
}

/** One of the first that has not expired. */
function knownCertificate({ store, now }: Scene, { id }: Issuer): CertificateRecord | undefined {
  const { statuses } = store;
  return statuses
    .certificatesAfter(id, undefined, mostRecords)
    .map(({ serialNumber, version }) => statuses.decode(statuses.keyOf(id, serialNumber), version))
    .find(({ notAfter }) => notAfter > now);
}

function isSignedElsewhere({ key, responders = [] }: Issuer): boolean {
  return key === undefined && responders.length === 0;
}

function nextUpdateOf(verdict: OcspVerdict): Date | undefined {
  return verdict.kind === 'undetermined' ? undefined : verdict.nextUpdate;
}

const mediaType = 'application/ocsp-response';
const mostRecords = 1000;
