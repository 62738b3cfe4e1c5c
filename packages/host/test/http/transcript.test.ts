import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type EdgeUnderTest, startEdgeUnderTest } from './edge-under-test.js';
import { runTranscript } from './transcript.js';

describe('a transcript', () => {
  let edge: EdgeUnderTest | undefined;
  let folder = '';
  before(async () => {
    edge = await startEdgeUnderTest('path');
    folder = await mkdtemp(join(tmpdir(), 'lancre-transcript-'));
  });
  after(async () => {
    await edge?.server.close();
    await rm(folder, { recursive: true });
  });

  const ask = '## title\n> GET /o/ HTTP/1.1\n> Host: localhost\n>\n';
  const table: readonly (readonly [what: string, text: string, message: RegExp | undefined])[] = [
    ['that fits passes', `${ask}< HTTP/1.1 200\n< Content-Length: <number>\n`, undefined],
    [
      'for another runtime is passed over',
      `${ask.replace('title', 'title [bun]')}< HTTP/1.1 999\n`,
      undefined,
    ],
    ['with another status fails', `${ask}< HTTP/1.1 201\n`, /title: line 5.*200/s],
    ['with another value fails', `${ask}< HTTP/1.1 200\n< Content-Type: text/html\n`, /line 6/],
    ['with a field that is missing fails', `${ask}< HTTP/1.1 200\n< ETag: <any>\n`, /line 6/],
    ['with a field too many fails', `${ask}< HTTP/1.1 200\n<! Date\n`, /line 6/],
    ['with another body fails', `${ask}< HTTP/1.1 200\n<| x\n`, /line 6/],
    ['with a response that never comes fails', `${ask}< HTTP/1.1 200\n< HTTP/1.1 200\n`, /no response/],
    ['with a connection that stays open fails', `${ask}< HTTP/1.1 200\n<x\n`, /still open/],
  ];
  for (const [what, text, message] of table) {
    it(what, async () => {
      assert.ok(edge);
      const file = join(folder, 'transcript.txt');
      await writeFile(file, text);
      const run = runTranscript(file, edge.server.address, edge.variables, 300);
      await (message === undefined ? run : assert.rejects(run, { message }));
    });
  }
});
