import type { Certificate } from '@lancre/pki/certificate';
import type { OddHttpRequest } from './http-mutations.js';
import { type MutatedRequest, mutateHttp, mutateRequest } from './mutated-request.js';
import { OcspReplyJudge, type ReplyKind } from './ocsp-reply-judge.js';
import { converse, type EdgeAddress, type WireReply } from './pipelined-connection.js';
import { SeededRandom } from './seeded-random.js';

/** What a run is about. */
export interface MutationRunOptions {
  readonly address: EdgeAddress;
  /** In the order of the issuers of the edge. */
  readonly certificates: readonly Certificate[];
  readonly seed: number;
  /** Requests that HTTP knows, over connections that are kept. */
  readonly requests: number;
  /** Odd HTTP, each on a connection of its own. */
  readonly oddRequests: number;
  /** Requests in one write. */
  readonly pipelined: number;
  /** Bun closes at methods that it does not know, without a word. */
  readonly runtime: 'node' | 'bun';
}

/** How many replies of each kind there were; `none` to those that the client cut off. */
export type MutationTally = Readonly<Partial<Record<ReplyKind | 'none', number>>>;

/**
 * Sends mutated requests and judges every reply.
 *
 * @throws at the first reply that should not have been given, with the seed and the request
 */
export async function runMutations(options: MutationRunOptions): Promise<MutationTally> {
  const run = new MutationRun(options);
  await run.sendPipelined();
  await run.sendOdd();
  return run.tally;
}

class MutationRun {
  readonly tally: Partial<Record<ReplyKind | 'none', number>> = {};
  readonly #options: MutationRunOptions;
  readonly #random: SeededRandom;
  readonly #judge: OcspReplyJudge;

  constructor(options: MutationRunOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
    this.#judge = new OcspReplyJudge(options.certificates);
  }

  async sendPipelined(): Promise<void> {
    const { requests, pipelined, certificates } = this.#options;
    for (let left = requests; left > 0; left -= pipelined * CONNECTIONS) {
      const batches = Array.from({ length: CONNECTIONS }, () =>
        Array.from({ length: pipelined }, () => mutateRequest(this.#random, certificates)),
      );
      await Promise.all(batches.map((batch) => this.#sendBatch(batch)));
    }
  }

  async sendOdd(): Promise<void> {
    const { oddRequests, certificates } = this.#options;
    for (let left = oddRequests; left > 0; left -= CONNECTIONS) {
      const odd = Array.from({ length: CONNECTIONS }, () => mutateHttp(this.#random, certificates));
      await Promise.all(odd.map((request) => this.#sendAlone(request)));
    }
  }

  async #sendAlone(request: MutatedRequest & OddHttpRequest): Promise<void> {
    const { address, runtime } = this.#options;
    const isWhole = request.ending === 'whole';
    const replies = await converse(
      address,
      request.octets,
      [request.method],
      isWhole ? 'end-last' : 'end-first',
    );
    if (replies.length === 0) {
      if (isWhole && runtime === 'node') throw this.#failure(request, undefined, 'no reply');
      this.#count('none');
    }
    // What follows answers octets that were left over, and so is about nothing that was asked.
    for (const [index, reply] of replies.entries()) {
      this.#judgeReply(request, reply, index === 0 ? request.asked : new Uint8Array());
    }
  }

  /** A request that is bad HTTP ends the connection: what comes behind it goes on another one. */
  async #sendBatch(batch: readonly MutatedRequest[]): Promise<void> {
    for (let sent = 0; sent < batch.length; ) {
      const rest = batch.slice(sent);
      const octets = Buffer.concat(rest.map((request) => request.octets));
      const methods = rest.map(({ method }) => method);
      const replies = await converse(this.#options.address, octets, methods, 'end-last');
      for (const [index, reply] of replies.entries()) {
        const request = rest[index];
        if (request !== undefined) this.#judgeReply(request, reply, request.asked);
      }
      if (replies.length === 0 && rest[0]) throw this.#failure(rest[0], undefined, 'no reply');
      sent += replies.length;
    }
  }

  #judgeReply(request: MutatedRequest, reply: WireReply, asked: Uint8Array): void {
    try {
      const kind = this.#judge.judge(reply, request.method, asked);
      this.#count(kind);
      if (request.recipe === 'none' && !ANSWERS.has(kind)) throw new Error('a good request was not answered');
    } catch (error) {
      throw this.#failure(request, reply, error);
    }
  }

  #count(kind: ReplyKind | 'none'): void {
    this.tally[kind] = (this.tally[kind] ?? 0) + 1;
  }

  #failure({ recipe, octets, asked }: MutatedRequest, reply: WireReply | undefined, cause: unknown): Error {
    const lines = [
      `a wrong reply; run again with LANCRE_FUZZ_SEED=${this.#options.seed}`,
      `fault: ${cause instanceof Error ? cause.message : cause}`,
      `mutation: ${recipe}`,
      `request: ${JSON.stringify(octets.toString('latin1'))}`,
      `asked: ${Buffer.from(asked).toString('hex')}`,
      `reply: ${JSON.stringify(reply?.head)} ${reply?.body.toString('hex')}`,
    ];
    return new Error(lines.join('\n'), { cause });
  }
}

/** `unauthorized` is the answer about a serial that was never assigned. */
const ANSWERS: ReadonlySet<ReplyKind | 'none'> = new Set(['successful', 'unauthorized', 'head']);
const CONNECTIONS = 4;
