import { crlUrlListUrl, issuerListUrl } from '../../issuer/disclosure-address.ts';
import { type Finding, Findings } from './finding.ts';
import type { AnsweredRequest } from './public-client.ts';
import type { Scene } from './scene.ts';

/** Whether the JSON arrays of CRL URLs are there for whoever is told to fetch them (SHD-10). */
export async function checkDisclosure(scene: Scene): Promise<readonly Finding[]> {
  const { issuers, lists, config, client } = scene;
  const findings = new Findings('disclosed URLs');
  const disclosed = issuers.filter(({ name }) => lists.some(({ issuer }) => issuer === name));
  const urls = [
    issuerListUrl(config.address),
    ...disclosed.map(({ name }) => crlUrlListUrl(config.address, name)),
  ];
  for (const url of urls) {
    const answer = await client.fetch({ url });
    const fault = answer.kind === 'failed' ? answer.message : faultOf(answer);
    if (fault !== undefined) findings.bad(`${url}: ${fault}`, 'lancre publish, or lancre serve');
  }
  return findings.orGood(`the list of issuers, and arrays of CRL URLs: ${disclosed.length}`);
}

function faultOf({ status, mediaType, body }: AnsweredRequest): string | undefined {
  if (status !== 200) return `it is answered with ${status}`;
  if (mediaType !== 'application/json') return `its media type is ${mediaType ?? 'missing'}`;
  try {
    return Array.isArray(JSON.parse(new TextDecoder().decode(body))) ? undefined : 'it is no JSON array';
  } catch {
    return 'it is no JSON';
  }
}
