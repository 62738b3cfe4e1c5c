import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { before, describe, it } from 'node:test';
import { freePorts, type HostProcess } from './host-process.js';
import { openWorkshop } from './workshop.js';

interface Finding {
  readonly name: string;
  readonly verdict: string;
  readonly message: string;
}

describe('lancre doctor', () => {
  const workshop = openWorkshop();
  const config = ['--config', 'lancre-demo/lancre.toml'];
  let host: HostProcess;
  let base: string;

  before(async () => {
    const [port, adminPort] = await freePorts(2);
    base = `http://127.0.0.1:${port}`;
    const ports = ['--port', `${port}`, '--admin-port', `${adminPort}`];
    host = await workshop.start(['demo', '--certificates', '60', '--edge-runtime', 'node', ...ports]);
  });

  async function examine(...words: readonly string[]) {
    const { status, stdout } = await workshop.lancre('doctor', ...config, ...words, '--json');
    const { verdict, findings }: { verdict: string; findings: readonly Finding[] } = JSON.parse(stdout);
    const bad = findings.filter((finding) => finding.verdict === 'bad');
    return { status, verdict, findings, bad };
  }

  it('finds nothing bad in a demo that runs, and has looked at everything', async () => {
    const { status, verdict, findings, bad } = await examine();
    assert.deepEqual(bad, []);
    // That its address is 127.0.0.1 is a warning.
    assert.deepEqual([status, verdict], [0, 'warning']);
    assert.deepEqual([...new Set(findings.map(({ name }) => name))].sort(), [
      'certificates',
      'clock',
      'configuration',
      'data folder',
      'disclosed URLs',
      'key files',
      'keys',
      'lists',
      'public CRLs',
      'public OCSP',
      'public certificate',
      'running host',
    ]);
    for (const issuer of ['x1', 'x2', 'e1', 'r1'])
      assert.ok(
        findings.some(({ name, message }) => name === 'public CRLs' && message.startsWith(`${issuer}: `)),
      );
  });

  it('is read by people in 80 columns, the gravest last', async () => {
    const { status, stdout } = await workshop.lancre('doctor', ...config);
    assert.equal(status, 0, stdout);
    const lines = stdout.trimEnd().split('\n');
    // A path or a URL is not broken.
    const tooLong = lines.filter((line) => line.length > 80 && !/[/]\S{40}/.test(line));
    assert.deepEqual(tooLong, []);
    assert.match(stdout, /\nwarning +configuration .*\n(?: .*\n)*\n1 warning, \d+ good\n$/);
  });

  it('asks where it is told to', async () => {
    const [free] = await freePorts(1);
    assert.equal((await examine('--url', base)).status, 0);
    const elsewhere = await examine('--url', `http://127.0.0.1:${free}`);
    assert.equal(elsewhere.status, 70);
    assert.ok(elsewhere.bad.some(({ name }) => name === 'public side'));
    for (const url of ['https://127.0.0.1', 'pki', `${base}/o`]) {
      const { status, stderr } = await workshop.lancre('doctor', ...config, '--url', url);
      assert.equal(status, 64, url);
      assert.match(stderr, /an origin such as/);
    }
  });

  it('finds a key that everybody may read', async () => {
    const key = workshop.path('lancre-demo/pki/e1.key');
    await chmod(key, 0o644);
    const { status, bad } = await examine();
    await chmod(key, 0o600);
    assert.equal(status, 70);
    assert.deepEqual(
      bad.map(({ name }) => name),
      ['key files'],
    );
  });

  it('finds that the host is gone', async () => {
    await host.stop();
    const { status, verdict, findings, bad } = await examine();
    assert.deepEqual([status, verdict], [70, 'bad']);
    assert.deepEqual(
      bad.map(({ name }) => name),
      ['public side'],
    );
    assert.ok(findings.some(({ message }) => message.startsWith('no host runs on ')));
  });

  it('takes what cannot be opened for a finding', async () => {
    await workshop.write('broken.toml', '[public]\nzone = "example.net"\nlisten = 7\n');
    await workshop.write('empty.toml', '[public]\nzone = "example.net"\n');
    for (const [file, name, message] of [
      ['broken.toml', 'configuration', /broken\.toml: public\.listen/],
      ['nowhere.toml', 'configuration', /no configuration at .*nowhere\.toml/],
      ['empty.toml', 'data folder', /no store in /],
    ] as const) {
      const { status, stdout } = await workshop.lancre('doctor', '--config', file, '--json');
      const { findings } = JSON.parse(stdout);
      assert.equal(status, 70);
      assert.deepEqual([findings.length, findings[0].name], [1, name]);
      assert.match(findings[0].message, message);
    }
  });
});
