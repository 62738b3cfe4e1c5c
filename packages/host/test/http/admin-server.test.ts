import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AdminServerOptions, respondToAdmin, startAdminServer } from '#host/http/admin-server.js';

const options: AdminServerOptions = {
  host: '127.0.0.1',
  port: 0,
  health: () => ({ healthy: true, details: { lists: 3 } }),
  metrics: () => 'lancre_up 1\n',
};

describe('the admin side', () => {
  it('says how it is, with 503 when it is not well', async () => {
    const well = await respondToAdmin(options, 'GET', '/healthz');
    assert.equal(well.status, 200);
    assert.deepEqual(await well.json(), { healthy: true, lists: 3 });
    const ill = { ...options, health: () => ({ healthy: false, details: {} }) };
    assert.equal((await respondToAdmin(ill, 'GET', '/healthz')).status, 503);
  });

  it('gives metrics as text for Prometheus', async () => {
    const response = await respondToAdmin(options, 'GET', '/metrics');
    assert.equal(await response.text(), 'lancre_up 1\n');
    assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  });

  it('has nothing else', async () => {
    assert.equal((await respondToAdmin(options, 'GET', '/')).status, 404);
    assert.equal((await respondToAdmin(options, 'POST', '/healthz')).status, 405);
  });

  it('listens', async () => {
    const server = await startAdminServer(options);
    const { host, port } = server.address;
    assert.equal(await (await fetch(`http://${host}:${port}/metrics`)).text(), 'lancre_up 1\n');
    await server.close();
  });

  it('a function that fails is a 500, and no more is said', async () => {
    const metrics = () => Promise.reject(new Error('secret'));
    const response = await respondToAdmin({ ...options, metrics }, 'GET', '/metrics');
    assert.equal(response.status, 500);
    assert.doesNotMatch(await response.text(), /secret/);
  });
});
