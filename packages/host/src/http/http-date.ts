/**
 * An instant in IMF-fixdate (RFC 9110 5.6.7), always GMT (HTTP-12).
 *
 * @example formatHttpDate(new Date(784111777000)) // 'Sun, 06 Nov 1994 08:49:37 GMT'
 */
export function formatHttpDate(instant: Date): string {
  return instant.toUTCString();
}

/**
 * Reads an HTTP-date in any of its three forms (RFC 9110 5.6.7): IMF-fixdate, the obsolete RFC 850
 * form and asctime. Undefined for anything else; the day's name is not checked against the date.
 *
 * @param now decides the century of RFC 850's two digits: never more than 50 years ahead
 */
export function parseHttpDate(text: string, now: Date): Date | undefined {
  const groups = (IMF.exec(text) ?? RFC850.exec(text) ?? ASCTIME.exec(text))?.groups;
  if (groups === undefined) return undefined;
  const { year = '', month = '', day, hour, minute, second } = groups;
  return instantOf(
    year.length === 2 ? fullYear(Number(year), now) : Number(year),
    MONTHS.indexOf(month),
    [day, hour, minute, second].map(Number),
  );
}

function fullYear(twoDigits: number, now: Date): number {
  const year = now.getUTCFullYear() - (now.getUTCFullYear() % 100) + twoDigits;
  return year > now.getUTCFullYear() + 50 ? year - 100 : year;
}

function instantOf(year: number, month: number, rest: readonly number[]): Date | undefined {
  const [day = 0, hour = 0, minute = 0, second = 0] = rest;
  if (month < 0 || hour > 23 || minute > 59 || second > 60) return undefined;
  const instant = new Date(Date.UTC(year, month, day, hour, minute, Math.min(second, 59)));
  return instant.getUTCDate() === day && instant.getUTCMonth() === month ? instant : undefined;
}

const MONTHS: readonly string[] = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const TIME = '(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)';
const IMF: RegExp = new RegExp(
  `^[A-Z][a-z]{2}, (?<day>\\d\\d) (?<month>[A-Z][a-z]{2}) (?<year>\\d{4}) ${TIME} GMT$`,
);
const RFC850: RegExp = new RegExp(
  `^[A-Z][a-z]{5,8}, (?<day>\\d\\d)-(?<month>[A-Z][a-z]{2})-(?<year>\\d\\d) ${TIME} GMT$`,
);
const ASCTIME: RegExp = new RegExp(
  `^[A-Z][a-z]{2} (?<month>[A-Z][a-z]{2}) (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`,
);
