import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { edgeRuntimes } from '../cli/edge-runtimes.js';
import { until } from '../cli/until.js';
import { listBytes, nameOf, PublishedLists, TREE_START } from './published-lists.js';
import { TreeEdge, wholeOf } from './tree-edge-process.js';

const MEBIBYTE = 1 << 20;

for (const { runtime, missing } of edgeRuntimes) {
  describe(`a published tree that changes under an edge on ${runtime}`, { skip: missing }, () => {
    const tree = new PublishedLists();
    let edge: TreeEdge;
    before(async () => {
      await tree.publish('c/e1.crl', 0);
      edge = await TreeEdge.start(runtime, tree.folder);
    });
    after(() => edge.stop());

    it('T-44, HTTP-18: a download goes on with the same issue, and begins anew when there is another', async () => {
      for (const padding of [5000, MEBIBYTE]) {
        const first = await tree.publish('c/e1/1.crl', padding);
        const begun = await edge.get('c/e1/1.crl', { Range: 'bytes=0-999' });
        const rest = { Range: 'bytes=1000-', 'If-Range': begun.etag };
        const same = await edge.get('c/e1/1.crl', rest);
        assert.deepEqual([begun.status, same.status], [206, 206]);
        assert.equal(nameOf(Buffer.concat([begun.body, same.body])), first);
        const second = await tree.publish('c/e1/1.crl', padding);
        const another = await edge.get('c/e1/1.crl', rest);
        assert.deepEqual([another.status, nameOf(another.body)], [200, second]);
        const byDate = { Range: 'bytes=1000-', 'If-Range': begun.lastModified };
        assert.equal((await edge.get('c/e1/1.crl', byDate)).status, 200);
        assert.equal((await edge.get('c/e1/1.crl', { 'If-Match': begun.etag })).status, 412);
      }
    });

    it('HTTP-37: who began to fetch a list gets it to its end, though there is another by now', async () => {
      const first = await tree.publish('c/e1/2.crl', 16 * MEBIBYTE);
      const response = await edge.open('c/e1/2.crl');
      await once(response, 'readable');
      const second = await tree.publish('c/e1/2.crl', 16 * MEBIBYTE);
      assert.equal(nameOf(await wholeOf(response)), first);
      assert.equal(nameOf((await edge.get('c/e1/2.crl')).body), second);
    });

    it('HTTP-37, T-34: while lists are replaced, no response mixes two, and none has the date of another', async () => {
      const paths = ['c/e1/3.crl', 'c/e1/4.crl'];
      const publishAll = () => Promise.all(paths.map((path, i) => tree.publish(path, 3000 + i * MEBIBYTE)));
      await publishAll();
      const dates = new Map<string, string>();
      let isOver = false;
      const clients = Array.from({ length: 6 }, async (_, client) => {
        while (!isOver) {
          const { status, body, etag, lastModified } = await edge.get(paths[client % 2] ?? '');
          assert.equal(status, 200);
          assert.equal(`"${nameOf(body)}"`, etag);
          assert.equal(dates.get(etag) ?? lastModified, lastModified);
          dates.set(etag, lastModified);
        }
      });
      const publisher = async () => {
        for (let issue = 0; issue < 25; issue += 1) await publishAll();
        isOver = true;
      };
      await Promise.all([...clients, publisher()]).finally(() => {
        isOver = true;
      });
      assert.ok(dates.size > 10, `only ${dates.size} issues were seen`);
      assert.equal(new Set(dates.values()).size, dates.size);
    });

    it('HTTP-04: who does not read is waited for, and does not fill the memory of the edge', async () => {
      await tree.publish('c/e1/5.crl', 64 * MEBIBYTE);
      const before = edge.residentOctets();
      const stalled = await Promise.all(Array.from({ length: 16 }, () => edge.open('c/e1/5.crl')));
      await pause(500);
      const grown = edge.residentOctets() - before;
      assert.ok(grown < 256 * MEBIBYTE, `grown by ${grown} octets for 16 lists of 64 MiB`);
      assert.equal((await edge.get('c/e1.crl')).status, 200, 'others are served meanwhile');
      for (const response of stalled) response.destroy();
    });

    it('HTTP-04: who goes away in the middle of a list leaves no file open', async () => {
      await tree.publish('c/e1/6.crl', 32 * MEBIBYTE);
      for (let round = 0; round < 3; round += 1) {
        const responses = await Promise.all(
          Array.from({ length: 8 }, (_, i) =>
            edge.open('c/e1/6.crl', i % 2 ? { Range: 'bytes=5000000-' } : {}),
          ),
        );
        await Promise.all(responses.map((response) => once(response, 'readable')));
        for (const response of responses) response.destroy();
      }
      await until('all lists are closed', () => edge.openObjects() === 0);
      const { body, etag } = await edge.get('c/e1/6.crl');
      assert.equal(`"${nameOf(body)}"`, etag);
    });
  });
}

describe('two instances', () => {
  it('T-41: of the same list have the same ETag, Last-Modified and length, whatever they run on', async () => {
    const bytes = await listBytes(new Date(TREE_START), 5000);
    const answers = [];
    for (const { runtime, missing } of edgeRuntimes) {
      if (missing !== false) continue;
      const tree = new PublishedLists();
      await tree.put('c/e1.crl', bytes, new Date(TREE_START));
      const edge = await TreeEdge.start(runtime, tree.folder);
      const { etag, lastModified, body } = await edge.get('c/e1.crl');
      answers.push({ etag, lastModified, length: body.length });
      await edge.stop();
    }
    const lastModified = new Date(TREE_START).toUTCString();
    const expected = { etag: `"${nameOf(bytes)}"`, lastModified, length: bytes.length };
    assert.deepEqual(
      answers,
      answers.map(() => expected),
    );
    assert.ok(answers.length > 0);
  });
});
