import { stat } from 'node:fs/promises';
import type { Issuer, KeyReference } from '../../issuer/issuer.ts';
import { type Finding, Findings } from './finding.ts';

/** Whether keys and pass phrases in files are for their owner only. */
export async function checkKeyFiles(issuers: readonly Issuer[]): Promise<readonly Finding[]> {
  const findings = new Findings('key files');
  const files = new Set(issuers.flatMap(keysOf).flatMap(filesOf));
  for (const file of files) {
    // One that is not there is told of where keys are loaded.
    const mode = (await stat(file).catch(() => undefined))?.mode ?? 0;
    if ((mode & openToAll) !== 0)
      findings.bad(`everybody on this machine may read ${file}`, `chmod 600 ${file}`);
    else if ((mode & openToGroup) !== 0) findings.warning(`a group may read ${file}`, `chmod 600 ${file}`);
  }
  return findings.orGood(
    files.size === 0 ? 'no key is in a file' : `files: ${files.size}, each for its owner only`,
  );
}

/** The keys of an issuer: its own and those of its responders. */
function keysOf({ key, responders = [] }: Issuer): readonly KeyReference[] {
  return [...(key === undefined ? [] : [key]), ...responders.map((responder) => responder.key)];
}

function filesOf(key: KeyReference): readonly string[] {
  const { passphrase } = key;
  return [...('uri' in key ? [] : [key.path]), ...(passphrase?.from === 'file' ? [passphrase.path] : [])];
}

const openToAll = 0o007;
const openToGroup = 0o070;
