import { encodeHex } from '../encoding/hex.ts';
import type { Findings } from './findings.ts';
import type { CrlLintId } from './lint-rules.ts';

/** Counts what lints find on entries, and keeps the first serial numbers of each. */
export class EntryHits {
  readonly #hits = new Map<CrlLintId, { count: number; readonly first: string[] }>();

  /** Notes an entry by the contents of its serial number. */
  note(id: CrlLintId, octets: Uint8Array, start: number, end: number): void {
    let hit = this.#hits.get(id);
    if (hit === undefined) {
      hit = { count: 0, first: [] };
      this.#hits.set(id, hit);
    }
    hit.count += 1;
    if (hit.count <= MAX_NAMED) hit.first.push(encodeHex(octets.subarray(start, end)));
  }

  has(id: CrlLintId): boolean {
    return this.#hits.has(id);
  }

  /** Adds a finding for each id that has a text here and was noted. */
  report(findings: Findings, texts: Partial<Readonly<Record<CrlLintId, string>>>): void {
    for (const [id, { count, first }] of this.#hits) {
      const text = texts[id];
      if (text !== undefined) findings.add(id, `${text}: ${nameEntries(count, first)}`);
    }
  }
}

function nameEntries(count: number, first: readonly string[]): string {
  if (count === 1) return `entry ${first.join()}`;
  const more = count > first.length ? ' and more' : '';
  return `${count} entries, ${first.join(', ')}${more}`;
}

const MAX_NAMED = 3;
