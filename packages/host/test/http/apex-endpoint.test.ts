import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { LancreError } from '#host/errors/lancre-error.js';
import { ApexEndpoint } from '#host/http/apex-endpoint.js';
import { WebEdgeRequest } from '#host/http/server-request.js';
import { loadSite, type Site } from '#host/http/site.js';

const now = () => new Date('2026-11-25T12:00:00Z');

describe('the apex page', () => {
  it('without a site is a short text', async () => {
    const response = get(undefined, '/');
    assert.equal(response.status, 200);
    assert.match(await response.text(), /certificate/);
    assert.equal(get(undefined, '/x').status, 404);
  });

  it('is the index of the built site, and lets nothing in from elsewhere', async () => {
    const site = await loadTestSite();
    const response = get(site, '/');
    assert.equal(await response.text(), '<!doctype html>');
    assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8');
    assert.match(
      response.headers.get('content-security-policy') ?? '',
      /^default-src 'none'; script-src 'self'/,
    );
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(response.headers.get('set-cookie'), null);
  });

  it('files with a hash in their names are kept for good, others for minutes', async () => {
    const site = await loadTestSite();
    const cacheControl = (path: string) => get(site, path).headers.get('cache-control');
    assert.equal(cacheControl('/assets/index-BxY3_k2Q.js'), 'max-age=31536000, public, immutable');
    assert.equal(cacheControl('/index.html'), 'max-age=300, public');
  });

  it('is 304 to who has it, 404 elsewhere, 405 for other methods', async () => {
    const site = await loadTestSite();
    const etag = get(site, '/').headers.get('etag') ?? '';
    assert.equal(get(site, '/', { headers: { 'If-None-Match': etag } }).status, 304);
    for (const path of ['/x', '/assets/', '/assets', '/secret.exe', '/../package.json']) {
      assert.equal(get(site, path).status, 404, path);
    }
    assert.equal(get(site, '/', { method: 'POST' }).status, 405);
  });

  it('a folder that is not there is named', async () => {
    await assert.rejects(loadSite('/no/such/folder'), (error) => {
      assert.ok(error instanceof LancreError);
      assert.equal(error.code, 'file_unreadable');
      assert.match(error.message, /\/no\/such\/folder/);
      return true;
    });
  });
});

function get(site: Site | undefined, path: string, init: RequestInit = {}): Response {
  const endpoint = new ApexEndpoint({ site, lastModified: now(), now });
  return endpoint.respond(new WebEdgeRequest(new Request('http://localhost/', init)), path);
}

async function loadTestSite(): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'lancre-site-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<!doctype html>');
  await writeFile(join(folder, 'assets', 'index-BxY3_k2Q.js'), 'export {};');
  await writeFile(join(folder, 'secret.exe'), 'MZ');
  const site = await loadSite(folder);
  await rm(folder, { recursive: true });
  return site;
}
