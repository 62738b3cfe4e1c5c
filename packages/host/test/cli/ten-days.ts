import assert from 'node:assert/strict';
import { type Certificate, encodeCrlDistributionPoints } from '@lancre/pki/certificate';
import { shardOfSerial } from '#host/issuer/issuer-policy.js';
import { crlPath, crlUrl, type PublicAddress } from '#host/issuer/public-address.js';
import type { CertificateRecord } from '#host/status/certificate-record.js';
import { SeededRandom } from '../http/seeded-random.ts';
import { createIssuer, newSigner, signCertificate, type TestIssuer } from '../issuer/test-issuers.ts';
import { record } from '../status/records.ts';
import { ListWitness } from './list-witness.ts';
import { planWeather, type Weather } from './ten-days-plan.ts';
import { TroubledHost } from './troubled-host.ts';

/** How the lists of the ten days are made. */
export interface TenDaysOptions {
  readonly folder: string;
  readonly seed: number;
  readonly validitySeconds: number;
  /** Beside the full list. */
  readonly shards: number;
}

/** What happened in ten days. */
export interface TenDaysReport {
  readonly acknowledged: number;
  readonly refused: number;
  readonly restarts: number;
  readonly failedLists: number;
  /** Of the full list. */
  readonly issues: number;
  readonly gone: number;
  readonly listed: number;
  readonly weathers: ReadonlySet<Weather>;
}

/**
 * Ten days of publishing in steps of five minutes, with a look in each, and two where there is something
 * new. After every look the lists are fetched and judged as a client would; it fails at the first that is
 * not valid, not newer, or without an entry that it must have.
 */
export async function playTenDays(options: TenDaysOptions): Promise<TenDaysReport> {
  const crl = { validitySeconds: options.validitySeconds, periodSeconds: 3600, shards: options.shards };
  const days = new TenDays(options, await createIssuer({ crl }));
  try {
    return await days.play();
  } finally {
    await days.close();
  }
}

class TenDays {
  readonly #random: SeededRandom;
  readonly #ca: TestIssuer;
  readonly #host: TroubledHost;
  readonly #shards: number;
  readonly #certificates: ReadonlyMap<string, CertificateRecord>;
  /** Not revoked, nor long expired; the soonest to expire first. */
  readonly #good: string[];
  /** Of revocations that have not been seen on their lists: when they were acknowledged, true time in ms. */
  readonly #pending = new Map<string, number>();
  readonly #witnesses = new Map<number, ListWitness>();
  readonly #weathers = new Set<Weather>();
  #acknowledged = 0;
  #refused = 0;
  #restarts = 0;
  #now = START;
  #clockOffset = 0;
  /** The last step that was not as it should be, true time in ms. */
  #lastTrouble = 0;

  constructor({ folder, seed, shards }: TenDaysOptions, ca: TestIssuer) {
    this.#random = new SeededRandom(seed);
    this.#ca = ca;
    this.#shards = shards;
    const now = () => new Date(this.#now + this.#clockOffset);
    this.#host = new TroubledHost({ folder, ca, address: ADDRESS, random: this.#random, now });
    this.#certificates = new Map(
      Array.from({ length: CERTIFICATES }, (_, index) => this.#newCertificate(index)),
    );
    const expiry = (serial: string) => this.#notAfterOf(serial).getTime();
    this.#good = [...this.#certificates.keys()].sort((a, b) => expiry(a) - expiry(b));
  }

  async play(): Promise<TenDaysReport> {
    await this.#host.assign([...this.#certificates.values()]);
    for (let shard = 0; shard <= this.#shards; shard += 1)
      this.#witnesses.set(shard, await this.#newWitness(shard));
    for (const { weather, steps } of planWeather(this.#random, STEPS)) {
      this.#weathers.add(weather);
      if (weather === 'asleep') this.#now += steps * STEP;
      for (let step = 0; step < steps; step += 1) {
        if (weather !== 'asleep' || step === 0) await this.#step(weather, step);
      }
      this.#clockOffset = 0;
    }
    return this.#report();
  }

  close(): Promise<void> {
    return this.#host.close();
  }

  async #step(weather: Weather, step: number): Promise<void> {
    this.#now += STEP;
    this.#clockOffset = weather === 'clock-behind' ? -HOUR : 0;
    this.#host.trouble = weather === 'clock-behind' || weather === 'asleep' ? 'none' : weather;
    const isTroubled = weather === 'clock-behind' ? step < HOUR / STEP : weather !== 'none';
    if (isTroubled) this.#lastTrouble = this.#now;
    // Who wakes up is asked before it has looked.
    if (weather === 'asleep') await this.#ask();
    await this.#disturb();
    await this.#revokeSome();
    await this.#lookAndAsk();
    this.#requireServed();
    if (this.#pending.size === 0) return;
    this.#now += GATHERING;
    await this.#lookAndAsk();
    this.#requireServed();
  }

  async #disturb(): Promise<void> {
    if (this.#random.below(60) === 0) {
      await this.#host.restart();
      this.#restarts += 1;
    }
    if (this.#random.below(150) === 0) await this.#host.sweep();
  }

  async #revokeSome(): Promise<void> {
    while (this.#random.below(8) === 0) {
      // Often one that expires just now, or has expired: it must be on a list all the same (T-19).
      const position = this.#random.below(3) === 0 ? 0 : this.#random.below(this.#good.length);
      const [serial = ''] = this.#good.splice(position, 1);
      await this.#revoke(serial);
    }
    while (this.#notAfterOf(this.#good[0] ?? '').getTime() < this.#now - TOLD_LATE) this.#good.shift();
  }

  async #revoke(serial: string): Promise<void> {
    try {
      await this.#host.revoke(Buffer.from(serial, 'hex'), new Date(this.#now + this.#clockOffset));
      this.#pending.set(serial, this.#now);
      this.#acknowledged += 1;
    } catch {
      this.#refused += 1;
    }
  }

  async #lookAndAsk(): Promise<void> {
    await this.#host.look();
    await this.#ask();
  }

  async #ask(): Promise<void> {
    const at = new Date(this.#now);
    for (const [shard, witness] of this.#witnesses) {
      const path = crlPath('e1', shard);
      try {
        await witness.take(await this.#host.fetch(path), at);
      } catch (cause) {
        throw new Error(`${path} at ${at.toISOString()}, ${this.#host.trouble}`, { cause });
      }
    }
  }

  /**
   * All that was acknowledged a while ago, and a while after the last trouble, has been on its lists. That
   * nothing leaves them before its time is for the witnesses to see.
   */
  #requireServed(): void {
    const since = this.#now - GRACE;
    for (const [serial, acknowledgedAt] of this.#pending) {
      const missing = this.#listsOf(serial).filter((shard) => !this.#witnesses.get(shard)?.hasSeen(serial));
      if (missing.length === 0) this.#pending.delete(serial);
      else if (acknowledgedAt <= since && this.#lastTrouble <= since) {
        const [acknowledged, now] = [acknowledgedAt, this.#now].map((time) => new Date(time).toISOString());
        assert.fail(`${serial}, revoked ${acknowledged}, is not on lists ${missing} at ${now}`);
      }
    }
  }

  #listsOf(serial: string): readonly number[] {
    return this.#shards === 0 ? [0] : [0, shardOf(serial, this.#shards)];
  }

  #newCertificate(index: number): readonly [string, CertificateRecord] {
    const serial = (0x1000 + index).toString(16);
    const notAfter = new Date(START + this.#random.between(HOUR / 1000, 15 * 24 * 3600) * 1000);
    return [serial, record(serial, { notAfter, shard: shardOf(serial, this.#shards) })];
  }

  #notAfterOf(serial: string): Date {
    const found = this.#certificates.get(serial);
    assert.ok(found, `certificate ${serial}`);
    return found.notAfter;
  }

  async #newWitness(shard: number): Promise<ListWitness> {
    return new ListWitness({
      issuer: this.#ca.certificate,
      certificate: await certificateOf(this.#ca, shard),
      notAfterOf: (serial) => this.#notAfterOf(serial),
    });
  }

  #report(): TenDaysReport {
    const full = this.#witnesses.get(0);
    assert.ok(full);
    for (const serial of full.serials) {
      // The last six hours were quiet: what has expired before them is gone.
      assert.ok(this.#notAfterOf(serial).getTime() > this.#now - 3 * HOUR, `${serial} is listed for ever`);
    }
    return {
      acknowledged: this.#acknowledged,
      refused: this.#refused,
      restarts: this.#restarts,
      failedLists: this.#host.outcomes.failed,
      issues: full.issues,
      gone: full.gone,
      listed: full.serials.size,
      weathers: this.#weathers,
    };
  }
}

function shardOf(serial: string, shards: number): number {
  return shardOfSerial(Buffer.from(serial, 'hex'), shards);
}

/** A certificate whose CRL is that of a shard. */
function certificateOf(ca: TestIssuer, shard: number): Promise<Certificate> {
  return signCertificate({
    commonName: 'witness',
    serialNumber: '77',
    subject: newSigner(),
    issuedBy: { commonName: 'CA e1', signer: ca.signer },
    keyUsage: ['digitalSignature'],
    basicConstraints: 'absent',
    extensions: [encodeCrlDistributionPoints([crlUrl(ADDRESS, 'e1', shard)])],
  });
}

const ADDRESS: PublicAddress = { routing: 'host', zone: 'example.net' };
const START = new Date('2026-11-25T12:00:00Z').getTime();
const STEP = 300_000;
const HOUR = 3_600_000;
const STEPS = (10 * 24 * HOUR) / STEP;
/** For so long a change waits for others. */
const GATHERING = 1000;
/** One look, after the longest pause that a failed list makes. */
const GRACE = 2 * STEP;
/** How long after its notAfter a revocation may come to the host's ears. */
const TOLD_LATE = 2 * HOUR;
const CERTIFICATES = 1000;
