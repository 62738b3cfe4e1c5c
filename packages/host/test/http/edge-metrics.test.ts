import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EdgeMetrics, type OcspLabels, sumSnapshots } from '#host/http/edge-metrics.js';

const get: OcspLabels = { method: 'GET', hash: 'SHA-1', nonce: 'absent', outcome: 'successful' };
const post: OcspLabels = { ...get, method: 'POST' };

describe('the counters of edges', () => {
  it('are one and the same for the same labels', () => {
    const metrics = new EdgeMetrics();
    assert.equal(metrics.ocsp(get), metrics.ocsp({ ...get }));
    assert.notEqual(metrics.ocsp(get), metrics.ocsp(post));
  });

  it('are summed, and a snapshot survives a message between processes', () => {
    const [first, second] = [new EdgeMetrics(), new EdgeMetrics()];
    first.ocsp(get).count = 3;
    first.cacheHits = 2;
    second.ocsp(get).count = 4;
    second.ocsp(post).count = 1;
    second.response({ service: 'artifact', status: 404 }).count = 5;
    const snapshots = [first, second].map((metrics) => structuredClone(metrics.snapshot()));
    assert.deepEqual(sumSnapshots(snapshots), {
      ocsp: [
        { ...get, count: 7 },
        { ...post, count: 1 },
      ],
      responses: [{ service: 'artifact', status: 404, count: 5 }],
      cacheHits: 2,
      cacheMisses: 0,
    });
  });

  it('a snapshot does not change afterwards', () => {
    const metrics = new EdgeMetrics();
    metrics.ocsp(get).count = 1;
    const snapshot = metrics.snapshot();
    metrics.ocsp(get).count += 1;
    assert.equal(snapshot.ocsp[0]?.count, 1);
  });
});
