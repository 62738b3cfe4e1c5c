import type { SeededRandom } from '../http/seeded-random.ts';
import type { Trouble } from './troubled-host.ts';

/** What goes on in one step of ten days. */
export type Weather = Trouble | 'clock-behind' | 'asleep';

/** A time of the same weather. */
export interface Spell {
  readonly weather: Weather;
  readonly steps: number;
}

/**
 * Ten days of weather: trouble of every kind in turn, each for five minutes to three hours, with an hour
 * or more of rest between; once the clock is an hour behind for three hours; a quiet end.
 *
 * @param steps how many; of five minutes
 */
export function planWeather(random: SeededRandom, steps: number): readonly Spell[] {
  const spells: Spell[] = [];
  let left = steps - QUIET_END;
  for (let turn = 0; left > 0; turn += 1) {
    const isClockSet = turn === CLOCK_TURN;
    const weather: Weather = isClockSet ? 'clock-behind' : (KINDS[turn % KINDS.length] ?? 'none');
    const rest = { weather: 'none', steps: random.between(12, 80) } as const;
    const spell = { weather, steps: isClockSet ? 36 : random.between(1, 36) };
    spells.push(rest, spell);
    left -= rest.steps + spell.steps;
  }
  return [...spells, { weather: 'none', steps: QUIET_END }];
}

const KINDS = [
  'no-key',
  'store-refuses-writes',
  'not-running',
  'disk-full',
  'wrong-signatures',
  'asleep',
] as const;
const CLOCK_TURN = 9;
const QUIET_END = 72;
