import { LancreError } from '../errors/lancre-error.ts';

/**
 * Reads an instant in RFC 3339, with its offset, so that nobody's local time is guessed.
 *
 * @param option names the setting in the error
 * @returns whole seconds
 * @throws LancreError `input_invalid`
 */
export function parseInstant(text: string, option: string): Date {
  const isComplete = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text);
  const milliseconds = isComplete ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(milliseconds)) return new Date(Math.floor(milliseconds / 1000) * 1000);
  throw new LancreError('input_invalid', `${option}: "${text}" is not a time such as 2026-11-02T10:00:00Z`);
}

/** An instant in RFC 3339 for people and JSON alike, to the second. */
export function formatInstant(instant: Date): string {
  return instant.toISOString().replace(/\.\d{3}Z$/, 'Z');
}
