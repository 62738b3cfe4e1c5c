import { stat, statfs } from 'node:fs/promises';
import { type Finding, Findings } from './finding.ts';
import type { Scene } from './scene.ts';

/** Whether the store can be read, nobody else can change it, and there is room for the next lists. */
export async function checkDataFolder({
  config: { dataFolder },
  store,
  issuers,
}: Pick<Scene, 'config' | 'store' | 'issuers'>): Promise<readonly Finding[]> {
  const findings = new Findings('data folder');
  const { mode } = await stat(dataFolder);
  if ((mode & writableByOthers) !== 0) {
    findings.bad(`others may write to ${dataFolder}, and so change any status`, `chmod go-w ${dataFolder}`);
  }
  const { bavail, bsize } = await statfs(dataFolder);
  const free = bavail * bsize;
  const remedy = 'make room: a host without any can neither revoke nor publish';
  if (free < fewOctets) findings.bad(`${mebibytes(free)} MiB are free in ${dataFolder}`, remedy);
  else if (free < someOctets) findings.warning(`${mebibytes(free)} MiB are free in ${dataFolder}`, remedy);
  const counts = issuers.map(({ id }) => store.statuses.count(id));
  const assigned = counts.reduce((sum, each) => sum + each.assigned, 0);
  const listed = counts.reduce((sum, each) => sum + each.listed, 0);
  if (issuers.length === 0) findings.warning('there are no issuers', 'lancre issuer add');
  return findings.orGood(
    `issuers: ${issuers.length}, certificates: ${assigned}, on the lists: ${listed}; ${mebibytes(free)} MiB are free`,
  );
}

function mebibytes(octets: number): number {
  return Math.floor(octets / 2 ** 20);
}

const writableByOthers = 0o022;
/** The next full list of a large CA may have some tens of MiB, and is staged beside the old one. */
const fewOctets = 128 * 2 ** 20;
const someOctets = 1024 * 2 ** 20;
