import { formatInstant } from '../instant.ts';
import { type ListFreshness, nameOfList } from '../running/list-freshness.ts';
import { type Finding, Findings } from './finding.ts';

/** Whether the clock can be right: no list was made after now. It cannot be asked whether it is ahead. */
export function checkClock(lists: readonly ListFreshness[], now: Date): readonly Finding[] {
  const findings = new Findings('clock');
  const [newest] = lists.toSorted((a, b) => b.thisUpdate.getTime() - a.thisUpdate.getTime());
  if (newest !== undefined && newest.thisUpdate > now) {
    findings.bad(
      `it is ${formatInstant(now)} here, and the list ${nameOfList(newest)} was made ` +
        `${formatInstant(newest.thisUpdate)}: the clock is behind, or was ahead then`,
      'set the clock, and keep it right with NTP: no list is made before the time of the last',
    );
  }
  return findings.orGood(`${formatInstant(now)}, not before the newest list`);
}
