import { encodeHex } from '@lancre/pki/text';
import type { PurgeMessageBuilder, StatusChange } from './purge-message.ts';
import type { PurgeTarget } from './purge-target.ts';

/** What became of a purge: nobody is to be told, everybody was, or somebody could not be. */
export type PurgeOutcome = 'off' | 'done' | 'failed';

/** What a {@link PurgeHook} needs. */
export interface PurgeHookOptions {
  readonly messages: Pick<PurgeMessageBuilder, 'build'>;
  readonly targets: readonly PurgeTarget[];
  readonly pause: (milliseconds: number) => Promise<void>;
  /** Told in one line what was not purged, and why. */
  readonly warn: (line: string) => void;
}

/**
 * Tells the operator's caches which certificates have another status (HTTP-36): after each revocation,
 * each change of its reason (T-23l), each hold and release. To be called when the change is durable, since
 * caches ask again at once.
 *
 * A target that fails is told again twice, after 1 s and 3 s. Then its failure is a warning that names what
 * it was not told, and never an error: the change stands, and an answer in a cache ends with its max-age.
 * Having failed so, it is told of the later batches of the call once each.
 *
 * @example
 * const purge = await hook.notify([{ issuer, serialNumber }]); // 'done'
 */
export class PurgeHook {
  readonly #options: PurgeHookOptions;

  constructor(options: PurgeHookOptions) {
    this.#options = options;
  }

  /** Batches of 100 certificates, one call for each. Reads no further ahead, so `changes` may be any number. */
  async notify(changes: Iterable<StatusChange>): Promise<PurgeOutcome> {
    const { targets, messages } = this.#options;
    if (targets.length === 0) return 'off';
    const failing = new Set<PurgeTarget>();
    for (const batch of batchesOf(changes)) {
      const message = JSON.stringify(await messages.build(batch));
      for (const target of targets) {
        const tries = failing.has(target) ? 1 : pausesMilliseconds.length;
        const reason = await this.#tell(target, message, tries);
        if (reason === undefined) continue;
        failing.add(target);
        this.#options.warn(`not purged: ${describe(batch)}: ${target.name}: ${reason}`);
      }
    }
    return failing.size === 0 ? 'done' : 'failed';
  }

  /** @returns why the last try failed; undefined when one did not */
  async #tell(target: PurgeTarget, message: string, tries: number): Promise<string | undefined> {
    let reason: string | undefined;
    for (const pause of pausesMilliseconds.slice(0, tries)) {
      if (pause > 0) await this.#options.pause(pause);
      const telling = await target.tell(message);
      if (telling.kind === 'done') return undefined;
      reason = telling.reason;
    }
    return reason;
  }
}

/** A certificate's URLs are about 50 kB. */
const batchCertificates = 100;

/** Before each try. */
const pausesMilliseconds = [0, 1000, 3000] as const;

function* batchesOf(changes: Iterable<StatusChange>): Iterable<readonly StatusChange[]> {
  let batch: StatusChange[] = [];
  for (const change of changes) {
    batch.push(change);
    if (batch.length < batchCertificates) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** `e1 04a1 04a2, e2 0b` */
function describe(batch: readonly StatusChange[]): string {
  const serials = new Map<string, string[]>();
  for (const { issuer, serialNumber } of batch) {
    const known = serials.get(issuer.name) ?? [];
    known.push(encodeHex(serialNumber));
    serials.set(issuer.name, known);
  }
  return [...serials].map(([issuer, texts]) => `${issuer} ${texts.join(' ')}`).join(', ');
}
