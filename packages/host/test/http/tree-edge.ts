/**
 * Starts an edge over a published tree and prints its address as one line of JSON. Runs on Node and Bun;
 * `node tree-edge.js FOLDER`.
 */
import { createEdgeHandler } from '#host/http/edge-handler.js';
import { startEdgeServer } from '#host/http/edge-server.js';
import { FilesystemArtifactView } from '#host/storage/filesystem-artifact-view.js';
import { createTestIssuer, FakeSource, FakeStatusView, NO_ANSWERS } from './fixture.js';

const now = () => new Date();
const { registry } = await createTestIssuer();
const view = new FakeStatusView();
const handler = createEdgeHandler({
  address: { routing: 'path', base: 'http://localhost' },
  registry: () => registry,
  view,
  source: new FakeSource(view, now),
  answers: NO_ANSWERS,
  checkRequest: async () => 'refused',
  artifacts: new FilesystemArtifactView(process.argv[2] ?? ''),
  now,
  onError: (error) => console.error(error),
});
const server = await startEdgeServer({ handler, host: '127.0.0.1', port: 0, now });
process.stdout.write(`${JSON.stringify(server.address)}\n`);
