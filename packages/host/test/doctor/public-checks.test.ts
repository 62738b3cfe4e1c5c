import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodePem } from '@lancre/pki/text';
import { examinePublicSide } from '#host/cli/doctor/examine-host.js';
import { checkPublicCertificate } from '#host/cli/doctor/public-certificate-check.js';
import { checkPublicLists } from '#host/cli/doctor/public-lists-check.js';
import { openTestHost, type TestHost } from '../publish/test-host.ts';
import { record, revoked } from '../status/records.ts';
import { answered, type Play, refused, sceneOf, told } from './test-scene.ts';

const crlType = 'application/pkix-crl';
const shardOne = 'http://e1.c.example.net/1.crl';

async function hostWithLists(shards = 2): Promise<TestHost> {
  const host = await openTestHost({ crl: { shards } });
  await host.assign(record('1001', { shard: 1, status: revoked() }));
  await host.publish();
  return host;
}

/** Serves each list at its place, unless the test says otherwise. */
function playLists(host: TestHost, other: Play = () => refused): Play {
  return async (request) => {
    const shard = /^http:\/\/e1\.c\.example\.net\/(?:(\d+)\.crl)?$/.exec(request.url);
    const answer = await other(request);
    if (answer !== refused || shard === null) return answer;
    return answered(await host.bytes(Number(shard[1] ?? 0)), crlType);
  };
}

async function listsTold(host: TestHost, other?: Play): Promise<readonly string[]> {
  return told(await checkPublicLists(sceneOf(host, playLists(host, other)), host.ca.issuer));
}

const only =
  (url: string, play: Play): Play =>
  (request) =>
    request.url === url ? play(request) : refused;

test('lists that are as published are good', async () => {
  const host = await hostWithLists();
  assert.deepEqual(await listsTold(host), ['good: e1: 3 fetched, signed, current, each in its place']);
});

test('T-15: the list of another shard at the URL is told of', async () => {
  const host = await hostWithLists();
  const findings = await listsTold(
    host,
    only(shardOne, async () => answered(await host.bytes(2), crlType)),
  );
  assert.deepEqual(findings, [
    `bad: ${shardOne}: its issuingDistributionPoint is http://e1.c.example.net/2.crl`,
  ]);
});

test('T-12, T-13: a list in PEM, with another media type or another status is told of', async () => {
  const host = await hostWithLists();
  const list = await host.bytes(1);
  const pem = Buffer.from(encodePem('X509 CRL', list));
  for (const [answer, expected] of [
    [answered(pem, crlType), /it is no CRL in DER/],
    [answered(list, 'text/plain'), /its media type is text\/plain/],
    [answered(list, undefined), /its media type is missing/],
    [answered(list, crlType, { status: 404 }), /answered with 404/],
  ] as const) {
    const findings = await listsTold(
      host,
      only(shardOne, () => answer),
    );
    assert.equal(findings.length, 1);
    assert.match(findings[0] ?? '', expected);
  }
});

test('T-16: a list by another key, or one that was changed, is told of', async () => {
  const host = await hostWithLists();
  const other = await hostWithLists();
  const foreign = await listsTold(
    host,
    only(shardOne, async () => answered(await other.bytes(1), crlType)),
  );
  assert.deepEqual(foreign, [`bad: ${shardOne}: its signature is invalid`]);
});

test('an old list from a cache is a warning, one that has expired is bad', async () => {
  const host = await hostWithLists();
  const old = await host.bytes(1);
  host.advance(7200);
  await host.publish();
  const replay = only(shardOne, () => answered(old, crlType));
  const [finding, ...others] = await listsTold(host, replay);
  assert.match(finding ?? '', /^warning: .*number \d+ is given, where \d+ is published/);
  assert.deepEqual(others, []);
  host.advance(9 * 86_400 - 3600);
  assert.match((await listsTold(host, replay)).join('\n'), /1\.crl: it has expired/);
});

test('of many lists some are fetched, the first and the last among them', async () => {
  const host = await hostWithLists(40);
  const asked: string[] = [];
  const findings = await listsTold(host, ({ url }) => {
    asked.push(url);
    return refused;
  });
  assert.deepEqual(findings, ['good: e1: 16 of 41 fetched, signed, current, each in its place']);
  assert.equal(asked[0], 'http://e1.c.example.net/');
  assert.equal(asked.at(-1), 'http://e1.c.example.net/40.crl');
  assert.equal(new Set(asked).size, 16);
});

test('SHD-16: a delta is fetched too, and a complete list in its place is told of', async () => {
  const host = await openTestHost({ crl: { delta: { validitySeconds: 86_400, periodSeconds: 3600 } } });
  await host.publish();
  await host.publish();
  const url = 'http://e1.c.example.net/e1.delta.crl';
  const object = host.artifacts.resolve('c/e1.delta.crl');
  assert.ok(object);
  const delta = await (await host.artifacts.open(object)).bytes();
  const sound = await listsTold(
    host,
    only(url, () => answered(delta, crlType)),
  );
  assert.match(sound.join('\n'), /^good/);
  const wrong = await listsTold(
    host,
    only(url, async () => answered(await host.bytes(0), crlType)),
  );
  assert.ok(wrong.includes(`bad: ${url}: it is no delta CRL`), wrong.join('\n'));
});

test('the certificate at the caIssuers URL has to be that of the issuer, in DER', async () => {
  const host = await hostWithLists();
  const { der } = host.ca.certificate;
  const type = 'application/pkix-cert';
  const findings = async (...answer: Parameters<typeof answered>) =>
    told(
      await checkPublicCertificate(
        sceneOf(host, () => answered(...answer)),
        host.ca.issuer,
      ),
    ).join();
  assert.match(await findings(der, type), /^good/);
  assert.match(
    await findings(Buffer.from(encodePem('CERTIFICATE', der)), type),
    /^bad: .*not the certificate of e1/,
  );
  assert.match(await findings(der, 'application/x-x509-ca-cert'), /^bad: .*media type/);
  assert.match(await findings(der, type, { cacheControl: '' }), /^warning: .*no max-age/);
});

test('a public side that does not answer is one finding, however many URLs there are', async () => {
  const host = await hostWithLists(20);
  const findings = await examinePublicSide(sceneOf(host));
  assert.deepEqual(told(findings), ['bad: http://e1.i.example.net/ does not answer (refused)']);
});
