/**
 * Starts an edge with records in memory and prints, as one line of JSON, its address and what
 * transcripts may refer to. Runs on Node and Bun; `node edge-under-test.js [path|host] [port]`.
 */
import { pathToFileURL } from 'node:url';
import { createEdgeHandler } from '#host/http/edge-handler.js';
import { type RunningServer, startEdgeServer } from '#host/http/edge-server.js';
import type { PublicAddress } from '#host/issuer/public-address.js';
import {
  createTestIssuer,
  FakeArtifacts,
  FakeSource,
  FakeStatusView,
  NO_ANSWERS,
  type TestIssuer,
} from './fixture.js';
import { transcriptVariables } from './transcript-variables.js';

/** An edge that runs, and the variables of its transcripts. */
export interface EdgeUnderTest {
  readonly server: RunningServer;
  readonly variables: Readonly<Record<string, string>>;
}

export async function startEdgeUnderTest(routing: 'path' | 'host', port = 0): Promise<EdgeUnderTest> {
  const now = () => new Date();
  const test = await createTestIssuer();
  const view = new FakeStatusView();
  const artifacts = new FakeArtifacts();
  for (const serial of ['0b', '0c', '0d']) view.put(serial);
  const published = new Date(Math.floor(now().getTime() / 1000) * 1000 - 5000);
  const later = new Date(published.getTime() + 86_400_000);
  const list = artifacts.publish('c/e1.crl', await test.crl(published, later), published);
  artifacts.publish('c/e1/7.crl', await test.crl(published, later), published);
  artifacts.publish('c/e1/9.crl', await test.crl(new Date(0), new Date(86_400_000)), published);
  const big = Buffer.concat([await test.crl(published, later), Buffer.alloc(1 << 20, 'x')]);
  artifacts.publish('c/e1/8.crl', big, published);
  artifacts.publish('i/e1', test.issuer.certificates[0].der, published);
  const address: PublicAddress =
    routing === 'path' ? { routing, base: 'http://localhost' } : { routing, zone: 'example.net' };
  const handler = createEdgeHandler({
    address,
    registry: () => test.registry,
    view,
    source: new FakeSource(view, now),
    answers: NO_ANSWERS,
    checkRequest: async () => 'refused',
    artifacts,
    now,
    bodyDeadlineMilliseconds: 1500,
  });
  const server = await startEdgeServer({ handler, host: '127.0.0.1', port, now });
  return { server, variables: { ...(await variablesOf(test)), ...listVariables(list, published) } };
}

async function variablesOf(test: TestIssuer): Promise<Readonly<Record<string, string>>> {
  const stranger = await createTestIssuer('stranger');
  return transcriptVariables('bun' in process.versions ? 'bun' : 'node', {
    known: await test.request({ serials: ['0b'] }),
    other: await test.request({ serials: ['0c'], hash: 'SHA-256' }),
    unassigned: await test.request({ serials: ['7777'] }),
    stranger: await stranger.request({ serials: ['0b'] }),
  });
}

/** The validators of the list at /c/e1.crl; its date in the three forms of RFC 9110 5.6.7. */
function listVariables(list: string, lastModified: Date): Readonly<Record<string, string>> {
  const [weekday = '', day = '', month = '', year = '', time = ''] = lastModified.toUTCString().split(/,? /);
  const fullWeekday = lastModified.toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' });
  return {
    listTag: `"${list}"`,
    listDate: lastModified.toUTCString(),
    listDate850: `${fullWeekday}, ${day}-${month}-${year.slice(2)} ${time} GMT`,
    listDateAsctime: `${weekday} ${month} ${day.replace(/^0/, ' ')} ${time} ${year}`,
    listDateBefore: new Date(lastModified.getTime() - 1000).toUTCString(),
    listDateAfter: new Date(lastModified.getTime() + 1000).toUTCString(),
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { server, variables } = await startEdgeUnderTest(
    process.argv[2] === 'host' ? 'host' : 'path',
    Number(process.argv[3] ?? 0),
  );
  process.stdout.write(`${JSON.stringify({ address: server.address, variables })}\n`);
}
