import { type TimeForm, timeFormOf, wholeSeconds } from '../encoding/time.ts';
import type { LintScope } from './lint-finding.ts';
import type { ListToLint } from './list-to-lint.ts';

/** thisUpdate and nextUpdate: how they are written, how far apart, and how they stand to `now`. */
export function lintTimes(list: ListToLint, scope: LintScope): void {
  const { findings, scanned } = list;
  const { nextUpdate, nextUpdateForm, thisUpdate, thisUpdateForm } = scanned;
  lintForm(list, 'thisUpdate', thisUpdate, thisUpdateForm);
  if (nextUpdate === undefined) findings.add('next_update_missing', 'there is no nextUpdate');
  else {
    lintForm(list, 'nextUpdate', nextUpdate, nextUpdateForm);
    if (nextUpdate <= thisUpdate) findings.add('next_update_not_later', 'nextUpdate is not after thisUpdate');
    else lintValidity(list, thisUpdate, nextUpdate, scope);
  }
  lintNow(list);
}

function lintForm({ findings }: ListToLint, field: string, time: Date, form: TimeForm | undefined): void {
  const wanted = timeFormOf(wholeSeconds(time));
  if (form !== wanted)
    findings.add('time_form', `${field} ${time.toISOString()} has to be a ${NOUNS[wanted]}`);
}

function lintValidity(list: ListToLint, thisUpdate: Date, nextUpdate: Date, scope: LintScope): void {
  const { findings } = list;
  const milliseconds = nextUpdate.getTime() - thisUpdate.getTime();
  const isForSubscribers = scope === 'subscriber';
  const maximum = isForSubscribers ? MAX_SUBSCRIBER : twelveMonthsAfter(thisUpdate) - thisUpdate.getTime();
  const limit = isForSubscribers ? '10 days' : '12 months';
  if (milliseconds > maximum) {
    const excess = Math.round((milliseconds - maximum) / 1000);
    findings.add('validity_too_long', `nextUpdate is ${excess} s later than ${limit} after thisUpdate`);
  } else if (milliseconds === maximum) {
    // Whoever counts the last second as well finds one too many (T-18).
    findings.add(
      'validity_at_limit',
      `nextUpdate is ${limit} after thisUpdate to the second; one less is safe`,
    );
  } else if (scope === 'unknown' && milliseconds > MAX_SUBSCRIBER) {
    findings.add(
      'validity_long_for_subscribers',
      'nextUpdate is more than 10 days after thisUpdate, too late for a list of subscriber certificates',
    );
  }
}

function lintNow({ findings, options, scanned }: ListToLint): void {
  const { now } = options;
  const { nextUpdate, thisUpdate } = scanned;
  if (now === undefined) return;
  if (now < thisUpdate)
    findings.add('not_yet_valid', `thisUpdate is still to come: ${thisUpdate.toISOString()}`);
  if (nextUpdate !== undefined && now > nextUpdate)
    findings.add('expired', `nextUpdate has passed: ${nextUpdate.toISOString()}`);
}

/** By the calendar; from the last day of a month to that of the same month, where it is shorter. */
function twelveMonthsAfter(time: Date): number {
  const month = time.getUTCMonth();
  const lastDay = new Date(Date.UTC(time.getUTCFullYear() + 1, month + 1, 0)).getUTCDate();
  const after = new Date(time.getTime());
  after.setUTCFullYear(time.getUTCFullYear() + 1, month, Math.min(time.getUTCDate(), lastDay));
  return after.getTime();
}

const NOUNS: Readonly<Record<TimeForm, string>> = { utcTime: 'UTCTime', generalizedTime: 'GeneralizedTime' };
const MAX_SUBSCRIBER = 10 * 86_400_000;
