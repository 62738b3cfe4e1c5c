import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Certificate, decodeCertificate } from '@lancre/pki/certificate';
import { chooseEdgeRuntime } from '#host/cli/running/edge-runtime.js';
import { type MutationTally, runMutations } from './mutation-run.js';
import { OcspReplyJudge } from './ocsp-reply-judge.js';
import { sampleRequest } from './ocsp-request-samples.js';
import { spellAsPost } from './ocsp-spellings.js';
import { converse, type EdgeAddress } from './pipelined-connection.js';
import { EDGE_ISSUERS, type SigningEdge, type SigningEdgeNote, startSigningEdge } from './signing-edge.js';
import { shareOf } from './test-share.ts';

const { LANCRE_FUZZ_SEED } = process.env;
const seed = Number(LANCRE_FUZZ_SEED ?? randomInt(2 ** 32 - 1));
const limit = { timeout: 180_000 };
const bun = chooseEdgeRuntime('auto');

describe('mutated OCSP requests to an edge on Node', () => {
  let edge: SigningEdge;
  before(async () => {
    edge = await startSigningEdge(() => new Date());
  });
  after(() => edge.server.close());

  it(
    'OREQ-09, T-33: 100,000 mutated requests get a right answer, an OCSP error or a plain 4xx',
    limit,
    async () => {
      const tally = await runMutations({
        address: edge.server.address,
        certificates: edge.issuers.map(({ certificate }) => certificate),
        seed,
        // Three in a hundred are left as they are.
        requests: shareOf(104_000),
        oddRequests: shareOf(4000),
        pipelined: 50,
        runtime: 'node',
      });
      const { successful = 0, unauthorized = 0, malformedRequest = 0, text = 0 } = tally;
      for (const count of [successful, unauthorized, malformedRequest, text])
        assert.ok(count > shareOf(500), told(tally));
      assert.deepEqual(edge.errors, []);
    },
  );

  it('the edge answers as before', () =>
    assertAnswers(
      edge.server.address,
      edge.issuers.map(({ certificate }) => certificate),
    ));

  it('OREQ-33: what can be cached was signed once for each certificate and spelling of its CertID', () => {
    const spellings = edge.questions
      .filter(({ issuerId, items }) => issuerId === 1 && items.length === 1)
      .flatMap(({ items }) => items)
      .map(
        ({ form, serialNumber }) =>
          `${form.hash} ${form.parameters} ${Buffer.from(serialNumber).toString('hex')}`,
      );
    const certificates = Object.keys(EDGE_ISSUERS[0]?.statuses ?? {}).length;
    assert.equal(new Set(spellings).size, spellings.length);
    assert.ok(spellings.length <= certificates * 4 * 2);
  });

  it('OREQ-33: nothing with more than 16 certificates, and no serial without a record, reached the signer', () => {
    const known = Object.keys(EDGE_ISSUERS[0]?.statuses ?? {});
    for (const { issuerId, items } of edge.questions) {
      assert.ok(items.length <= 16);
      if (issuerId !== 1) continue;
      for (const { serialNumber } of items)
        assert.ok(known.includes(Buffer.from(serialNumber).toString('hex')));
    }
  });
});

describe('mutated OCSP requests to an edge on Bun', {
  skip: bun.kind !== 'bun' && 'Bun is not installed',
}, () => {
  it(
    'OREQ-09, T-33: 6,000 mutated requests get a right answer, an OCSP error or a plain 4xx',
    limit,
    async () => {
      assert.ok(bun.kind === 'bun');
      const { child, address, certificates } = await startChildEdge(bun.path);
      let complaints = '';
      child.stderr?.on('data', (text) => {
        complaints += text;
      });
      try {
        // Bun closes a connection on which a request comes behind one that is still being answered.
        const tally = await runMutations({
          address,
          certificates,
          seed,
          requests: 6000,
          oddRequests: 600,
          pipelined: 1,
          runtime: 'bun',
        });
        assert.ok((tally.successful ?? 0) > 100 && (tally.malformedRequest ?? 0) > 100, told(tally));
        await assertAnswers(address, certificates);
      } finally {
        child.kill('SIGTERM');
        await once(child, 'close');
      }
      assert.equal(complaints, '');
    },
  );
});

/** One certificate that is good, and the same serial under another issuer, where it is revoked. */
async function assertAnswers(address: EdgeAddress, certificates: readonly Certificate[]): Promise<void> {
  const judge = new OcspReplyJudge(certificates);
  for (const issuer of certificates.slice(0, 2)) {
    const { octets, method, asked } = spellAsPost(sampleRequest({ issuer, serial: '0b' }));
    const [reply] = await converse(address, octets, [method], 'end-last');
    assert.ok(reply);
    assert.equal(judge.judge(reply, method, asked), 'successful');
  }
}

async function startChildEdge(runtime: string) {
  const script = fileURLToPath(new URL('./signing-edge.js', import.meta.url));
  const child: ChildProcess = spawn(runtime, [script], { stdio: ['ignore', 'pipe', 'pipe'] });
  assert.ok(child.stdout);
  const [line] = await once(child.stdout, 'data');
  const note: SigningEdgeNote = JSON.parse(String(line));
  const certificates = note.certificates.map((hex) => decodeCertificate(Buffer.from(hex, 'hex')));
  return { child, address: note.address, certificates };
}

function told(tally: MutationTally): string {
  return `${JSON.stringify(tally)}, LANCRE_FUZZ_SEED=${seed}`;
}
