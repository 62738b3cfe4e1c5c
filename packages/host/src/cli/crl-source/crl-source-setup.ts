import type { Issuer } from '../../issuer/issuer.ts';
import type { Config } from '../config.ts';
import type { CliContext } from '../context.ts';
import type { HostStore } from '../host-store.ts';
import { type CrlOutcome, crlStatusChanges, takeInCrl } from '../import/import-crl.ts';
import { formatInstant } from '../instant.ts';
import { createPurgeHook } from '../purge/purge-setup.ts';
import type { HostLog } from '../running/control.ts';
import type { IssuerDirectory } from '../running/issuer-directory.ts';
import { listFreshness } from '../running/list-freshness.ts';
import { CrlSourceWatcher } from './crl-source-watcher.ts';

/** Takes in lists from the sources of issuers from now on, in a running host. */
export function watchCrlSources(
  context: CliContext,
  config: Config,
  store: HostStore,
  directory: Pick<IssuerDirectory, 'registry'>,
  log: HostLog,
): CrlSourceWatcher {
  const purge = createPurgeHook(context, config);
  const watcher = new CrlSourceWatcher({
    issuers: () => directory.registry.issuers,
    takeIn: async (octets, issuer) => {
      const { registry } = directory;
      const site = { store, registry, address: config.address, now: context.now() };
      const outcome = await takeInCrl(octets, issuer, site);
      await purge.notify(crlStatusChanges(outcome));
      return outcome;
    },
    current: (issuer) => soonestList(issuer, store),
    fetching: {
      fetch,
      clock: {
        now: () => performance.now(),
        deadline: (milliseconds) => AbortSignal.timeout(milliseconds),
      },
    },
    now: context.now,
    onOutcome: (issuer, outcome) => logOutcome(log, issuer, outcome),
    onFailure: (failure) => log.error('a CRL from elsewhere is not taken in', { ...failure }),
  });
  watcher.start();
  return watcher;
}

function soonestList(issuer: Issuer, { publications }: Pick<HostStore, 'publications'>) {
  const lists = listFreshness([issuer], publications).filter(({ kind }) => kind === 'complete');
  return lists.toSorted((a, b) => a.nextUpdate.getTime() - b.nextUpdate.getTime())[0];
}

function logOutcome(log: HostLog, { name }: Issuer, outcome: CrlOutcome): void {
  if (outcome.kind !== 'taken') return;
  const { shard, crlNumber, crl, nextUpdate, records } = outcome;
  const { changed: _changed, ...counts } = records;
  log.info('CRL from elsewhere published', {
    issuer: name,
    shard,
    crlNumber: crlNumber.toString(),
    entries: crl.entryCount,
    nextUpdate: formatInstant(nextUpdate),
    ...counts,
  });
}
