import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Issuer } from '#host/issuer/issuer.js';
import { shardOfSerial } from '#host/issuer/issuer-policy.js';
import type { LineParser } from '#host/sources/import-line.js';
import { type ImportReport, runImport } from '#host/sources/import-run.js';
import { parseNdjsonLine } from '#host/sources/ndjson.js';
import { parseOpensslIndexLine } from '#host/sources/openssl-index.js';
import { lookUp } from '#host/status/status-view.js';
import { createIssuer } from '../issuer/test-issuers.ts';
import { MemoryStatusStore } from '../status/memory-status-store.ts';
import { octetsOf } from '../status/records.ts';
import { picture } from '../status/status-store-contract.ts';
import { rejectsWithCode } from '../storage/throws-code.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const { issuer: e1 } = await createIssuer({ crl: { shards: 4 } });
const { issuer: e2 } = await createIssuer({ name: 'e2', id: 2 });

async function importText(
  store: MemoryStatusStore,
  text: string,
  parser: LineParser = parseOpensslIndexLine,
  issuer: Issuer | undefined = e1,
): Promise<ImportReport> {
  return runImport({
    store,
    parser,
    issuer,
    issuerByName: (name) => [e1, e2].find((each) => each.name === name),
    now: NOW,
    chunks: cut(Buffer.from(text)),
  });
}

/** In chunks of 50 octets, so that lines go over their edges. */
async function* cut(octets: Buffer): AsyncIterable<Uint8Array> {
  for (let start = 0; start < octets.length; start += 50) yield octets.subarray(start, start + 50);
}

function valid(serial: string, expiry = '270131000000Z'): string {
  return `V\t${expiry}\t\t${serial}\tunknown\t/CN=${serial}\n`;
}

function gone(serial: string, date = '261102100000Z', expiry = '270131000000Z'): string {
  return `R\t${expiry}\t${date},superseded\t${serial}\tunknown\t/CN=${serial}\n`;
}

function statusOf(store: MemoryStatusStore, serial: string, issuerId = 1): string | undefined {
  return lookUp(store, issuerId, octetsOf(serial))?.status.kind;
}

const clean = { refused: 0, differing: 0, refusals: [] };

test('good and revoked lines are taken in and counted', async () => {
  const store = new MemoryStatusStore();
  const report = await importText(
    store,
    `# comment\n${valid('01')}\n${gone('02')}${valid('0A1B').trimEnd()}`,
  );
  assert.deepEqual(report, { lines: 5, added: 3, revoked: 0, unchanged: 0, ...clean });
  assert.deepEqual(
    ['01', '02', '0a1b', '03'].map((serial) => statusOf(store, serial)),
    ['assigned', 'revoked', 'assigned', undefined],
  );
});

test('a file with CRLF is the same file', async () => {
  const store = new MemoryStatusStore();
  const report = await importText(store, `${valid('01')}${gone('02')}`.replaceAll('\n', '\r\n'));
  assert.deepEqual(report, { lines: 2, added: 2, revoked: 0, unchanged: 0, ...clean });
});

test('the same file again changes nothing', async () => {
  const store = new MemoryStatusStore();
  const text = valid('01') + gone('02') + valid('03') + gone('04').replace('superseded', 'certificateHold');
  await importText(store, text);
  const before = picture(store, 1);
  assert.deepEqual(await importText(store, text), { lines: 4, added: 0, revoked: 0, unchanged: 4, ...clean });
  assert.deepEqual(picture(store, 1), before);
});

test('a second file brings what is new and what was revoked since', async () => {
  const store = new MemoryStatusStore();
  await importText(store, valid('01') + valid('02'));
  const report = await importText(store, gone('01') + valid('02') + valid('03'));
  assert.deepEqual(report, { lines: 3, added: 1, revoked: 1, unchanged: 1, ...clean });
  assert.equal(statusOf(store, '01'), 'revoked');
});

test('a revoked certificate that comes good in a later file stays revoked', async () => {
  const store = new MemoryStatusStore();
  await importText(store, gone('01'));
  const report = await importText(store, valid('01'));
  assert.deepEqual(report, { lines: 1, added: 0, revoked: 0, unchanged: 1, ...clean });
  assert.equal(statusOf(store, '01'), 'revoked');
});

test('what is refused is listed with its line, and the rest is taken in', async () => {
  const store = new MemoryStatusStore();
  const text = `${valid('01')}\n# comment\nnonsense\n${valid('02')}${valid('0G')}${valid('03', '271301000000Z')}${valid('04')}`;
  const report = await importText(store, text);
  assert.deepEqual(
    report.refusals.map(({ line, field }) => [line, field]),
    [
      [4, 'line'],
      [6, 'serial'],
      [7, 'expiry'],
    ],
  );
  assert.equal(report.refused, 3);
  assert.equal(report.added, 3);
});

test('what contradicts the store is refused with its line, and another revocation date is counted, not taken', async () => {
  const store = new MemoryStatusStore();
  await importText(store, valid('01') + gone('02') + valid('03'));
  const text = `\n${valid('0F')}${gone('02', '261103100000Z')}${valid('01', '280131000000Z')}${valid('03')}`;
  const report = await importText(store, text);
  assert.deepEqual(
    report.refusals.map(({ line, field }) => [line, field]),
    [[4, 'notAfter']],
  );
  assert.deepEqual([report.added, report.unchanged, report.differing, report.refused], [1, 1, 1, 1]);
  assert.deepEqual(lookUp(store, 1, octetsOf('01'))?.notAfter, new Date('2027-01-31T00:00:00Z'));
});

test('no more than 100 refusals are kept, and all are counted', async () => {
  const report = await importText(new MemoryStatusStore(), 'nonsense\n'.repeat(250));
  assert.equal(report.refused, 250);
  assert.equal(report.refusals.length, 100);
  assert.equal(report.refusals.at(-1)?.line, 100);
});

test('certificates of several issuers come in one NDJSON file, each with its own shard', async () => {
  const store = new MemoryStatusStore();
  const line = (fields: object) => `${JSON.stringify({ notAfter: '2027-01-31T00:00:00Z', ...fields })}\n`;
  const text =
    line({ serial: '01', issuer: 'e1' }) +
    line({ serial: '01', issuer: 'e2', status: 'revoked', revocationTime: '2026-11-02T10:00:00Z' }) +
    line({ serial: '02', issuer: 'e9' }) +
    line({ serial: '03' }) +
    line({ serial: '04', issuer: 'e1', shard: 77 });
  const report = await importText(store, text, parseNdjsonLine, undefined);
  const none = await runImport({
    store,
    parser: parseNdjsonLine,
    issuer: undefined,
    issuerByName: () => undefined,
    now: NOW,
    chunks: cut(Buffer.from(line({ serial: '03' }))),
  });
  assert.deepEqual(
    none.refusals.map(({ line: number, field }) => [number, field]),
    [[1, 'issuer']],
  );
  assert.deepEqual(
    report.refusals.map(({ line: number, field }) => [number, field]),
    [[3, 'issuer']],
  );
  assert.ok(report.refusals[0]?.reason.includes('e9'));
  assert.deepEqual([statusOf(store, '01', 1), statusOf(store, '01', 2)], ['assigned', 'revoked']);
  assert.equal(lookUp(store, 1, octetsOf('01'))?.shard, shardOfSerial(octetsOf('01'), 4));
  assert.equal(lookUp(store, 2, octetsOf('01'))?.shard, 0);
  assert.equal(lookUp(store, 1, octetsOf('04'))?.shard, 77);
});

test('SHD-06: certificates imported before keep their shards when the number of shards changes', async () => {
  const store = new MemoryStatusStore();
  await importText(store, valid('05') + valid('06'));
  const before = ['05', '06'].map((serial) => lookUp(store, 1, octetsOf(serial))?.shard);
  const more = { ...e1, policy: { ...e1.policy, crl: { ...e1.policy.crl, shards: 1000 } } };
  await importText(store, gone('05') + valid('06') + valid('03E6'), parseOpensslIndexLine, more);
  assert.deepEqual(
    ['05', '06'].map((serial) => lookUp(store, 1, octetsOf(serial))?.shard),
    before,
  );
  assert.equal(lookUp(store, 1, octetsOf('03e6'))?.shard, 999);
});

test('a binary file is refused, and what stood before it is not lost for the next run', async () => {
  const store = new MemoryStatusStore();
  await rejectsWithCode('input_invalid', importText(store, valid('01') + 'x'.repeat(100_000)), 'line 2');
  assert.equal((await importText(store, valid('01'))).refused, 0);
  assert.equal(statusOf(store, '01'), 'assigned');
});

test('progress is told with every batch, and ends with the report', async () => {
  const told: number[] = [];
  const report = await runImport({
    store: new MemoryStatusStore(),
    parser: parseOpensslIndexLine,
    issuer: e1,
    issuerByName: () => undefined,
    now: NOW,
    chunks: cut(Buffer.from(valid('01') + valid('02'))),
    onProgress: ({ added }) => told.push(added),
  });
  assert.deepEqual(told, [2]);
  assert.equal(report.added, 2);
});

test('a file of more than one batch is written batch by batch', async () => {
  const sizes: number[] = [];
  const store = new MemoryStatusStore();
  const counting = {
    assign: (issuerId: number, records: Parameters<MemoryStatusStore['assign']>[1]) => {
      sizes.push(records.length);
      return store.assign(issuerId, records);
    },
  };
  async function* lines(): AsyncIterable<Uint8Array> {
    for (let chunk = 0; chunk < 60; chunk += 1) {
      const serials = Array.from({ length: 6000 }, (_, index) =>
        valid((chunk * 6000 + index + 1).toString(16)),
      );
      yield Buffer.from(serials.join(''));
    }
  }
  const report = await runImport({
    store: counting,
    parser: parseOpensslIndexLine,
    issuer: e1,
    issuerByName: () => undefined,
    now: NOW,
    chunks: lines(),
  });
  assert.deepEqual(sizes, [252_000, 108_000]);
  assert.equal(report.added, 360_000);
});

test('CRL-11, REV-13: a revocation that lies in the future is refused', async () => {
  const store = new MemoryStatusStore();
  const report = await importText(
    store,
    `R\t270131000000Z\t261125120001Z\t01\tunknown\t/CN=01\n${valid('02')}`,
  );
  assert.deepEqual(report.refusals, [{ line: 1, field: 'revocation', reason: 'it lies in the future' }]);
  assert.equal(report.added, 1);
});
