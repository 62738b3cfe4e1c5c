import { issuerUrl } from '../../issuer/public-address.ts';
import { checkCertificates } from './certificates-check.ts';
import { checkClock } from './clock-check.ts';
import { checkConfiguration } from './configuration-check.ts';
import { checkDataFolder } from './data-folder-check.ts';
import { checkDisclosure } from './disclosure-check.ts';
import { type Finding, Findings } from './finding.ts';
import { checkKeyFiles } from './key-files-check.ts';
import { checkKeys } from './keys-check.ts';
import { checkLists } from './lists-check.ts';
import { checkPublicCertificate } from './public-certificate-check.ts';
import { checkPublicLists } from './public-lists-check.ts';
import { checkPublicOcsp } from './public-ocsp-check.ts';
import { checkRunningHost } from './running-host-check.ts';
import type { Scene } from './scene.ts';

/** All checks: what is on this machine, then the public URLs as a client sees them. */
export async function examineHost(scene: Scene): Promise<readonly Finding[]> {
  const { config, issuers, lists, now } = scene;
  return [
    ...checkConfiguration(config),
    ...(await checkDataFolder(scene)),
    ...(await checkKeyFiles(issuers)),
    ...(await checkKeys(scene)),
    ...checkCertificates(issuers, now),
    ...checkLists(scene),
    ...checkClock(lists, now),
    ...(await checkRunningHost(config)),
    ...(await examinePublicSide(scene)),
  ];
}

/** The public URLs alone. */
export async function examinePublicSide(scene: Scene): Promise<readonly Finding[]> {
  const unreachable = await findUnreachable(scene);
  if (unreachable !== undefined) return [unreachable, ...unresolvedNames(scene)];
  const findings: Finding[] = [];
  for (const issuer of scene.issuers) {
    findings.push(
      ...(await checkPublicCertificate(scene, issuer)),
      ...(await checkPublicLists(scene, issuer)),
      ...(await checkPublicOcsp(scene, issuer)),
    );
  }
  findings.push(...(await checkDisclosure(scene)));
  return [...findings, ...unresolvedNames(scene)];
}

/** Asks once, so that a host that is down is one finding and not one for each URL. */
async function findUnreachable({ config, client, issuers }: Scene): Promise<Finding | undefined> {
  const [issuer] = issuers;
  if (issuer === undefined) return undefined;
  const url = issuerUrl(config.address, issuer.name);
  const answer = await client.fetch({ url });
  if (answer.kind === 'answered') return undefined;
  const findings = new Findings('public side');
  findings.bad(
    `${url} does not answer (${answer.message})`,
    'lancre serve; or see who stands before the host',
  );
  return findings.all[0];
}

function unresolvedNames({ client, config }: Scene): readonly Finding[] {
  const names = client.unresolved;
  if (names.length === 0) return [];
  const [first, ...others] = names;
  const rest = others.length === 0 ? '' : ` and ${others.length} more names`;
  const { host, port } = config.listen;
  const findings = new Findings('public names');
  findings.warning(
    `${first}${rest} cannot be resolved on this machine: the host was asked at ${host}:${port} by that name`,
    'see that clients can resolve it, and run this where they do',
  );
  return findings.all;
}
