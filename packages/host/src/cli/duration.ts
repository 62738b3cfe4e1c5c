import { LancreError } from '../errors/lancre-error.ts';

/**
 * Reads a duration such as `90s`, `30m`, `96h` or `7d`.
 *
 * @param what names the setting in the error
 * @returns seconds
 * @throws LancreError `input_invalid`
 */
export function parseDuration(text: string, what: string): number {
  const match = /^(\d{1,9})([smhd])$/.exec(text);
  const unit = match?.[2];
  if (match === null || unit === undefined) {
    throw new LancreError(
      'input_invalid',
      `${what}: "${text}" is not a duration such as 90s, 30m, 96h or 7d`,
    );
  }
  return Number(match[1]) * (unitSeconds[unit] ?? 0);
}

/** Writes seconds as the largest units that fit: `3d 23h 59m 59s`. */
export function formatDuration(seconds: number): string {
  const parts: string[] = [];
  let rest = Math.max(0, Math.floor(seconds));
  for (const [unit, size] of Object.entries(unitSeconds)) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(`${count}${unit}`);
    rest -= count * size;
  }
  return parts.length === 0 ? '0s' : parts.join(' ');
}

const unitSeconds: Readonly<Record<string, number>> = { d: 86_400, h: 3_600, m: 60, s: 1 };
