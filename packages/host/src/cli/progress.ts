import { Presets, SingleBar } from 'cli-progress';
import type { CliContext } from './context.ts';

/** Progress of something long, for people; it goes to standard error. */
export interface Progress {
  advance(units: number): void;
  /** What has been done so far, in words. */
  note(text: string): void;
  stop(): void;
}

/**
 * A progress bar on a terminal; nothing elsewhere, where it would only fill a log.
 *
 * @param total how much there is, in octets or whatever is counted; undefined when it is not known how much there is
 */
export function startProgress(context: CliContext, what: string, total: number | undefined): Progress {
  if (!context.isTerminal || total === undefined) return silent;
  const bar = new SingleBar(
    {
      format: `${what} {bar} {percentage}% | {note} | {eta_formatted} left`,
      barsize: 24,
      stream: process.stderr,
    },
    Presets.shades_classic,
  );
  bar.start(total, 0, { note: '' });
  return {
    advance: (units) => bar.increment(units),
    note: (note) => bar.update({ note }),
    stop: () => bar.stop(),
  };
}

const silent: Progress = { advance: () => undefined, note: () => undefined, stop: () => undefined };
