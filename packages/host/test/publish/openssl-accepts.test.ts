import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodePem } from '@lancre/pki/text';
import { record, revoked } from '../status/records.ts';
import { openTestHost } from './test-host.ts';

const isHere = spawnSync('openssl', ['version']).status === 0;
const { LANCRE_REQUIRE_INTEROP } = process.env;
const skip = isHere || LANCRE_REQUIRE_INTEROP !== undefined ? false : 'the openssl program is not here';

for (const key of ['P-256', 'P-384', 'P-521', 'ed25519', 'rsa-2048'] as const) {
  test(`openssl accepts full list and shards signed with ${key}, and reads the same entries`, {
    skip,
  }, async () => {
    const host = await openTestHost({ key, crl: { shards: 2 } });
    const facts = { reason: 'keyCompromise', invalidityDate: new Date('2026-10-01T00:00:00Z') } as const;
    await host.assign(
      record('80ff', { shard: 1, status: revoked(facts) }),
      record('0102', { shard: 1, status: revoked() }),
    );
    await host.publish();
    const certificate = join(host.folder, 'ca.pem');
    writeFileSync(certificate, encodePem('CERTIFICATE', host.ca.certificate.der));
    for (const [shard, serials] of [
      [0, ['0102', '80FF']],
      [1, ['0102', '80FF']],
      [2, []],
    ] as const) {
      const list = join(host.folder, `${shard}.crl`);
      writeFileSync(list, await host.bytes(shard));
      const text = openssl(
        'crl',
        '-inform',
        'DER',
        '-in',
        list,
        '-CAfile',
        certificate,
        '-verify',
        '-noout',
        '-text',
      );
      assert.match(text, /verify OK/);
      assert.deepEqual(
        Array.from(text.matchAll(/Serial Number: (\w+)/g), ([, serial]) => serial),
        serials,
      );
      assert.equal(/Key Compromise/.test(text), shard !== 2);
      assert.equal(/No Revoked Certificates/.test(text), shard === 2);
      assert.equal(text.includes(`URI:http://e1.c.example.net/${shard}.crl`), shard !== 0);
    }
  });
}

function openssl(...words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('openssl', words, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout + stderr;
}
