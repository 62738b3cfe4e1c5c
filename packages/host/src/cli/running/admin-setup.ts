import { startAdminServer } from '../../http/admin-server.ts';
import type { RunningServer } from '../../http/edge-server.ts';
import type { PublicationView } from '../../publish/publication-store.ts';
import type { ListenAddress } from '../config.ts';
import type { CrlSourceWatcher } from '../crl-source/crl-source-watcher.ts';
import type { EdgePool } from './edge-pool.ts';
import { hostHealth } from './host-health.ts';
import { createHostMetrics } from './host-metrics.ts';
import type { IssuerDirectory } from './issuer-directory.ts';
import { listFreshness } from './list-freshness.ts';
import type { LoadedSigners } from './loaded-signers.ts';
import type { PresignScheduler } from './presign-scheduler.ts';
import type { PublicationScheduler } from './publication-scheduler.ts';

/** The parts of a running host that health and metrics are read from. */
export interface AdminParts {
  readonly adminListen: ListenAddress;
  readonly now: () => Date;
  readonly publications: PublicationView;
  readonly signers: Pick<LoadedSigners, 'problems'>;
  readonly directory: Pick<IssuerDirectory, 'registry'>;
  readonly scheduler: Pick<PublicationScheduler, 'failures'>;
  readonly sources: Pick<CrlSourceWatcher, 'failures'>;
  readonly presigning: Pick<PresignScheduler, 'progress'>;
  readonly edges: Pick<EdgePool, 'listening' | 'counters'>;
  readonly signing: { readonly inFlight: number };
  readonly edgeCount: number;
}

/** Starts the server for health and metrics. @throws LancreError `address_in_use` */
export function startAdmin(parts: AdminParts): Promise<RunningServer> {
  const { directory, edges, edgeCount, publications, scheduler, signers, signing, sources } = parts;
  const lists = () => listFreshness(directory.registry.issuers, publications);
  return startAdminServer({
    ...parts.adminListen,
    health: () =>
      hostHealth({
        now: parts.now(),
        issuers: directory.registry.issuers,
        keyProblems: signers.problems,
        lists: lists(),
        publicationFailures: scheduler.failures.map(({ message }) => message),
        crlSourceFailures: sources.failures,
        presigning: parts.presigning.progress,
        edgesListening: edges.listening,
        edgesWanted: edgeCount,
      }),
    metrics: createHostMetrics({
      counters: () => edges.counters,
      edgesListening: () => edges.listening,
      lists,
      signaturesInFlight: () => signing.inFlight,
    }),
  });
}
