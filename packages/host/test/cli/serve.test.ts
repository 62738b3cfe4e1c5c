import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { before, describe, it } from 'node:test';
import { edgeRuntimes } from './edge-runtimes.js';
import { freePorts, type HostProcess, isAlive } from './host-process.js';
import { type HttpResponse, httpGet } from './http-get.js';
import { createTestCa, readAnswer, type TestCa } from './test-ca.js';
import { until } from './until.js';
import { openWorkshop, type Workshop } from './workshop.js';

const noProcFilesystem =
  process.platform === 'linux' ? false : 'the processes of a system are only seen in /proc';
const phrase = 'only control may read this';

for (const { runtime, missing } of edgeRuntimes) {
  describe(`lancre serve, edges on ${runtime}`, { skip: missing || noProcFilesystem }, () => {
    const workshop = openWorkshop();
    const start = () => workshop.start(['serve', '--edge-runtime', runtime], { CA_PHRASE: phrase });
    let ca: TestCa;
    let site: Site;
    let host: HostProcess;

    before(async () => {
      ca = await createTestCa('CA One', phrase);
      site = await makeSite(workshop, ca);
      host = await start();
    });

    it('tells where it listens, and that all is well', async () => {
      assert.match(host.stdout, new RegExp(`^public +${site.base}/ .*edges? on ${runtime}`, 'im'));
      const { status, body } = await httpGet(`${site.admin}/healthz`);
      assert.equal(status, 200);
      assert.equal(JSON.parse(body.toString()).healthy, true);
    });

    it('a second host on the same folder is refused', async () => {
      for (const configuration of ['lancre.toml', 'other-ports.toml']) {
        const second = await workshop.lancre('serve', '--config', configuration);
        assert.equal(second.status, 70);
        assert.equal(second.stdout, '');
        assert.match(second.stderr, /^lancre: another control process listens on .*control\.sock\n$/);
      }
      assert.equal(await ask(site, ca, '1001'), 'good');
    });

    it('a host whose port is taken is refused', async () => {
      const elsewhere = await workshop.lancre('init', 'elsewhere', ...site.listen);
      assert.equal(elsewhere.status, 0);
      const second = await workshop.lancre('serve', '--config', 'elsewhere/lancre.toml');
      assert.equal(second.status, 70);
      assert.match(second.stderr, /^lancre: cannot listen on 127\.0\.0\.1.*\n$/);
    });

    it('edges know no pass phrase and no key', () => {
      const edges = host.edges();
      assert.ok(edges.length > 0);
      assert.match(readFileSync(`/proc/${host.pid}/environ`, 'utf8'), /CA_PHRASE/);
      for (const pid of edges) {
        const told = ['environ', 'cmdline']
          .map((file) => readFileSync(`/proc/${pid}/${file}`, 'utf8'))
          .join();
        assert.doesNotMatch(told, /CA_PHRASE|only control|one\.key/);
        assert.deepEqual(
          openFiles(pid).filter((file) => file.startsWith(workshop.folder) && file.endsWith('.key')),
          [],
        );
      }
    });

    it('the public side has neither health nor metrics', async () => {
      for (const path of ['/healthz', '/metrics']) {
        assert.equal((await httpGet(`${site.base}${path}`)).status, 404);
      }
    });

    it('the metrics count what is asked, and what edges that are gone have counted', async () => {
      for (let count = 0; count < 5; count += 1) await ask(site, ca, '1001');
      const counted = await until('five questions are counted', async () => {
        const sum = await countQuestions(site);
        return sum >= 5 && sum;
      });
      const text = (await httpGet(`${site.admin}/metrics`)).body.toString();
      assert.match(text, /^lancre_edges_listening \d+$/m);
      assert.match(text, /^lancre_crl_entries\{issuer="one",shard="0",list="complete"\} 1$/m);
      assert.match(text, /^lancre_crl_next_update_seconds\{issuer="one",shard="0",list="complete"\} \d+$/m);
      assert.match(text, /^lancre_ocsp_cache_hits_total \d+$/m);
      // HTTP-35: nobody who asks is in them.
      assert.doesNotMatch(text, /127\.0\.0\.1/);
      await killEdgeAndWait(host, site);
      assert.ok((await countQuestions(site)) >= counted);
    });

    it('an edge that is killed is started anew, and the service goes on', async () => {
      const gone = await killEdgeAndWait(host, site);
      assert.ok(!host.edges().includes(gone));
      assert.equal(await ask(site, ca, '1001'), 'good');
      assert.match(host.stderr, /edge \d+ ended \(SIGKILL\)/);
    });

    it('an issuer that is added beside it is served within 2 s', async () => {
      const second = await createTestCa('CA Two');
      await workshop.write('two.pem', second.certificatePem);
      await workshop.write('two.key', second.keyPem);
      await workshop.write('two.ndjson', '{"serial":"2001","notAfter":"2099-01-31T00:00:00Z"}\n');
      await workshop.mustLancre('issuer', 'add', 'two', '--certificate', 'two.pem', '--key', 'two.key');
      await until(
        'the issuer and its list are there',
        async () =>
          (await statusOf(`${site.base}/i/two`)) === 200 &&
          (await statusOf(`${site.base}/c/two.crl`)) === 200,
        2000,
      );
      await workshop.mustLancre('import', 'two.ndjson', '--format', 'ndjson', '--issuer', 'two');
      assert.equal(await ask(site, second, '2001'), 'good');
      await workshop.mustLancre('revoke', '2001');
      assert.equal(await ask(site, second, '2001'), 'revoked');
    });

    it('ORSP-22, T-04: a serial is answered for when it is imported, whether its certificate was ever finished or not', async () => {
      assert.equal(await ask(site, ca, '1404'), 'unauthorized 200');
      await workshop.write('precertificate.ndjson', '{"serial":"1404","notAfter":"2099-01-31T00:00:00Z"}\n');
      await workshop.mustLancre('import', 'precertificate.ndjson', '--format', 'ndjson', '--issuer', 'one');
      assert.equal(await ask(site, ca, '1404'), 'good');
    });

    it('edges go on when control is killed, until a new one takes over', async () => {
      const edges = host.edges();
      assert.equal(await ask(site, ca, '1001'), 'good');
      process.kill(host.pid, 'SIGKILL');
      await until('control is gone', () => host.hasEnded);
      // What was signed is served; what would have to be signed now is not.
      await until('the edges have noticed', async () => (await ask(site, ca, '1003')) === 'tryLater 503');
      for (let count = 0; count < 10; count += 1) {
        assert.equal(await statusOf(`${site.base}/c/one.crl`), 200);
        assert.equal(await statusOf(`${site.base}/i/one`), 200);
      }
      assert.ok(edges.every(isAlive), host.stderr);
      const next = await start();
      await until('the old edges have ended', () => !edges.some(isAlive));
      assert.equal(await ask(site, ca, '1001'), 'good');
      assert.equal(await ask(site, ca, '1003'), 'good');
      assert.equal(await statusOf(`${site.admin}/healthz`), 200);
      host = next;
    });

    it('SIGTERM ends all its processes within 10 s, whoever is connected', async () => {
      const edges = host.edges();
      const idle = connect(Number(new URL(site.base).port), '127.0.0.1');
      idle.on('error', () => undefined);
      idle.write('GET /i/one HTTP/1.1\r\nHost: localhost\r\n');
      await until('the connection is there', () => !idle.connecting);
      const asked = Date.now();
      assert.equal(await host.stop(), 0);
      assert.ok(Date.now() - asked < 10_000);
      assert.deepEqual(edges.filter(isAlive), []);
      idle.destroy();
    });

    it('a key that was exchanged makes it unhealthy, and is not signed with', async () => {
      const other = await createTestCa('CA One', phrase);
      await workshop.write('one.key', other.keyPem);
      const next = await start();
      const { status, body } = await httpGet(`${site.admin}/healthz`);
      assert.equal(status, 503);
      const { healthy, problems } = JSON.parse(body.toString());
      assert.equal(healthy, false);
      assert.match(problems.join(), /^one: the key .*one\.key is not that of issuer one$/);
      await workshop.write('late.ndjson', '{"serial":"1505","notAfter":"2099-01-31T00:00:00Z"}\n');
      await workshop.mustLancre('import', 'late.ndjson', '--format', 'ndjson', '--issuer', 'one');
      assert.equal(await ask(site, ca, '1505'), 'tryLater 503');
      // What was signed before is still good: the answer from the store, and the list.
      assert.equal(await ask(site, ca, '1003'), 'good');
      assert.equal(await statusOf(`${site.base}/c/one.crl`), 200);
      await next.stop();
    });
  });
}

/** Addresses of a host, and how it was told to listen there. */
interface Site {
  readonly base: string;
  readonly admin: string;
  readonly listen: readonly string[];
}

/** A host with one issuer, whose key is sealed, and three certificates: 1001 and 1003 good, 1002 revoked. */
async function makeSite(workshop: Workshop, ca: TestCa): Promise<Site> {
  const [port, adminPort, otherPort, otherAdminPort] = await freePorts(4);
  const base = `http://127.0.0.1:${port}`;
  const listen = [
    '--base',
    base,
    '--listen',
    `127.0.0.1:${port}`,
    '--admin-listen',
    `127.0.0.1:${adminPort}`,
  ];
  await workshop.write('one.pem', ca.certificatePem);
  await workshop.write('one.key', ca.keyPem);
  await workshop.write('one.ndjson', records);
  await workshop.mustLancre('init', ...listen);
  const configuration = (await workshop.read('lancre.toml')).toString();
  await workshop.write(
    'other-ports.toml',
    configuration.replaceAll(`:${port}`, `:${otherPort}`).replaceAll(`:${adminPort}`, `:${otherAdminPort}`),
  );
  await workshop.write('phrase.txt', phrase);
  await addIssuer(workshop);
  await workshop.mustLancre('import', 'one.ndjson', '--format', 'ndjson', '--issuer', 'one');
  return { base, admin: `http://127.0.0.1:${adminPort}`, listen };
}

async function addIssuer(workshop: Workshop): Promise<void> {
  const words = ['--certificate', 'one.pem', '--key', 'one.key', '--passphrase-env', 'CA_PHRASE'];
  const { status, stderr } = await workshop.lancreWith(
    { CA_PHRASE: phrase },
    'issuer',
    'add',
    'one',
    ...words,
  );
  assert.equal(status, 0, stderr);
}

async function ask({ base }: Site, ca: TestCa, serialNumber: string): Promise<string> {
  const { status, body } = await httpGet(`${base}/o/${await ca.question(serialNumber)}`);
  return readAnswer(status, body);
}

async function statusOf(url: string): Promise<number> {
  return (await httpGet(url)).status;
}

/** Kills one edge and waits until the host is whole again, having told that it was not. @returns its pid */
async function killEdgeAndWait(host: HostProcess, { base, admin }: Site): Promise<number> {
  const edges = host.edges();
  const [edge] = edges;
  assert.ok(edge !== undefined);
  process.kill(edge, 'SIGKILL');
  const reply = await until('the host tells that an edge is missing', async () => {
    const response = await httpGet(`${admin}/healthz`);
    return response.status === 503 && response;
  });
  assert.match(problemsOf(reply), /^\d+ of \d+ edges are listening$/);
  if (edges.length > 1) await until('another edge answers', () => answers(`${base}/i/one`), 1000);
  await until('the host is whole', async () => (await statusOf(`${admin}/healthz`)) === 200);
  assert.equal(host.edges().length, edges.length);
  return edge;
}

function problemsOf({ body }: HttpResponse): string {
  return JSON.parse(body.toString()).problems.join();
}

async function answers(url: string): Promise<boolean> {
  return (await statusOf(url)) === 200;
}

async function countQuestions({ admin }: Site): Promise<number> {
  const text = (await httpGet(`${admin}/metrics`)).body.toString();
  const counts = [...text.matchAll(/^lancre_ocsp_requests_total\{[^}]*outcome="successful"\} (\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

function openFiles(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((name) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${name}`)];
    } catch {
      return [];
    }
  });
}

const records = `{"serial":"1001","notAfter":"2099-01-31T00:00:00Z"}
{"serial":"1002","notAfter":"2099-01-31T00:00:00Z","status":"revoked","revocationTime":"2026-11-02T10:00:00Z"}
{"serial":"1003","notAfter":"2099-01-31T00:00:00Z"}
`;
