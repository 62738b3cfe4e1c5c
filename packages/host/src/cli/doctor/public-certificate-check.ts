import type { Issuer } from '../../issuer/issuer.ts';
import { issuerUrl } from '../../issuer/public-address.ts';
import { cachingFaults } from './caching-faults.ts';
import { type Finding, Findings } from './finding.ts';
import type { AnsweredRequest } from './public-client.ts';
import type { Scene } from './scene.ts';

/** Fetches an issuer's certificate from its caIssuers URL (RFC 5280 4.2.2.1). */
export async function checkPublicCertificate(scene: Scene, issuer: Issuer): Promise<readonly Finding[]> {
  const findings = new Findings('public certificate');
  const url = issuerUrl(scene.config.address, issuer.name);
  const answer = await scene.client.fetch({ url, headers: { accept: mediaType } });
  if (answer.kind === 'failed') {
    findings.bad(`${url}: ${answer.message}`, 'see whether the host runs, and who else stands before it');
    return findings.all;
  }
  const fault = faultOf(answer, issuer);
  if (fault !== undefined) findings.bad(`${url}: ${fault}`, 'lancre inspect shows what comes from there');
  else for (const each of cachingFaults(answer, undefined, scene.now)) findings.warning(`${url}: ${each}`);
  return findings.orGood(`${issuer.name}: it is the issuer's, in DER`);
}

function faultOf({ status, mediaType: type, body }: AnsweredRequest, issuer: Issuer): string | undefined {
  if (status !== 200) return `it is answered with ${status}`;
  if (type !== mediaType) return `its media type is ${type ?? 'missing'}, not ${mediaType} (RFC 2585 4.1)`;
  if (Buffer.compare(body, issuer.certificates[0].der) !== 0)
    return `it is not the certificate of ${issuer.name}`;
  return undefined;
}

const mediaType = 'application/pkix-cert';
