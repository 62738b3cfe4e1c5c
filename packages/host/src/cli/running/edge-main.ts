import cluster from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkOcspRequestSignature } from '@lancre/pki/verify';
import { createEdgeHandler } from '../../http/edge-handler.ts';
import { startEdgeServer } from '../../http/edge-server.ts';
import { SigningClient } from '../../http/signing-client.ts';
import { loadSite } from '../../http/site.ts';
import { isListening } from '../../http/socket-path.ts';
import { FilesystemArtifactView } from '../../storage/filesystem-artifact-view.ts';
import { LmdbAnswerView } from '../../storage/lmdb-answer-view.ts';
import { LmdbIssuerView } from '../../storage/lmdb-issuer-view.ts';
import { LmdbStatusView } from '../../storage/lmdb-status-view.ts';
import { openExistingTables } from '../../storage/lmdb-tables.ts';
import { createHostCrypto } from '../host-crypto.ts';
import type { EdgeMessage } from './edge-messages.ts';
import type { EdgeSettings } from './edge-settings.ts';
import { IssuerDirectory } from './issuer-directory.ts';

/**
 * An edge: the process at the door. It answers the public side from its view of the store and of the
 * published files, and asks control for what has to be signed. It can read, and nothing else.
 */
async function runEdge(settings: EdgeSettings): Promise<void> {
  const crypto = createHostCrypto();
  const tables = openExistingTables(settings.storeFolder, 'read');
  const directory = await IssuerDirectory.open(new LmdbIssuerView(tables), crypto);
  const source = new SigningClient({ socketPath: settings.controlSocket });
  const handler = createEdgeHandler({
    address: settings.address,
    registry: () => directory.registry,
    view: new LmdbStatusView(tables),
    source,
    answers: new LmdbAnswerView(tables),
    checkRequest: async (request, trusted) =>
      (await checkOcspRequestSignature({ request, trusted, at: now(), crypto })).kind,
    artifacts: new FilesystemArtifactView(settings.publicFolder),
    site: settings.siteFolder === undefined ? undefined : await loadSite(settings.siteFolder),
    now,
    ocspErrorStatuses: settings.ocspErrorStatuses,
    surrogateKeyField: settings.surrogateKeyField,
    onError: (error) => console.error(error),
  });
  const server = await startEdgeServer({ ...settings.listen, handler, now });
  tell({ kind: 'listening', address: server.address });

  const counters = setInterval(() => tell({ kind: 'counters', snapshot: handler.metrics.snapshot() }), 1000);
  const issuers = setInterval(() => directory.refresh().catch((error) => console.error(error)), 500);
  const end = async (): Promise<void> => {
    clearInterval(counters);
    clearInterval(issuers);
    tell({ kind: 'counters', snapshot: handler.metrics.snapshot() });
    await server.close();
    process.exit(0);
  };
  // A terminal sends SIGINT to the whole group: control tells when to end.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', end);
  // A worker of node:cluster would end with its primary, unless it says that this was foreseen.
  if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true;
  // Control is gone without a word. What is signed is still valid and goes on being served, until a
  // new control with edges of its own is there.
  process.on('disconnect', () => void waitForSuccessor(settings.controlSocket).then(end));
}

/** Resolves when somebody listens on the control socket again. */
async function waitForSuccessor(socketPath: string): Promise<void> {
  // Not at once: a control that dies closes its sockets one by one, and this one may be the last.
  do {
    await sleep(successorLookMilliseconds);
  } while (!(await isListening(socketPath)));
}

const successorLookMilliseconds = 250;

function now(): Date {
  return new Date();
}

function tell(message: EdgeMessage): void {
  if (process.connected) process.send?.(message);
}

try {
  await runEdge(JSON.parse(process.argv[2] ?? '{}'));
} catch (error) {
  tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
  process.disconnect?.();
}
