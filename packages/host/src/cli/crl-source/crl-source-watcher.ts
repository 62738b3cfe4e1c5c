import { open, stat } from 'node:fs/promises';
import type { FetchClock } from '@lancre/pki/client';
import type { Issuer } from '../../issuer/issuer.ts';
import { maximumCrlOctets } from '../../sources/crl-subject.ts';
import type { CrlOutcome } from '../import/import-crl.ts';
import { fileError } from '../read-files.ts';
import type { ListFreshness } from '../running/list-freshness.ts';
import { CrlDownload, type CrlDownloadOutcome, type CrlFetching } from './crl-download.ts';
import { nextCrlFetch } from './crl-fetch-time.ts';

/** What a {@link CrlSourceWatcher} works with. */
export interface CrlSourceWatcherOptions {
  readonly issuers: () => readonly Issuer[];
  readonly takeIn: (octets: Uint8Array, issuer: Issuer) => Promise<CrlOutcome>;
  /** The list of an issuer that ends first; undefined = there is none. */
  readonly current: (issuer: Issuer) => Pick<ListFreshness, 'thisUpdate' | 'nextUpdate'> | undefined;
  readonly fetching: CrlFetching;
  readonly now: () => Date;
  /** Told when something has become of a list; not of one that is known. */
  readonly onOutcome: (issuer: Issuer, outcome: CrlOutcome) => void;
  /** Told of a list that cannot be had at all, once for each reason. */
  readonly onFailure: (failure: CrlSourceFailure) => void;
  /** Milliseconds between two looks. Default 2,000. */
  readonly lookMilliseconds?: number;
}

/** A list that is not taken in. */
export interface CrlSourceFailure {
  readonly issuer: string;
  readonly location: string;
  readonly message: string;
}

/**
 * Brings in the lists of issuers that have a source: a file when it has changed, a URL at a time between
 * half of its list's validity and nextUpdate, and every hour. What fails is tried again after a pause
 * that doubles up to five minutes; the list that is published stays until its end.
 */
export class CrlSourceWatcher {
  readonly #options: CrlSourceWatcherOptions;
  #sources = new Map<number, WatchedSource>();
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  readonly #stopping = new AbortController();

  constructor(options: CrlSourceWatcherOptions) {
    const { signal } = this.#stopping;
    const { fetching, onFailure } = options;
    const { clock } = fetching;
    const deadline: FetchClock['deadline'] = (milliseconds) =>
      AbortSignal.any([clock.deadline(milliseconds), signal]);
    this.#options = {
      ...options,
      fetching: { ...fetching, clock: { now: () => clock.now(), deadline } },
      onFailure: (failure) => signal.aborted || onFailure(failure),
    };
  }

  /** The sources whose last attempt failed. */
  get failures(): readonly CrlSourceFailure[] {
    return [...this.#sources.values()].flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
  }

  /** Looks at once, and goes on looking. Does not wait. */
  start(): void {
    this.#round = this.look().then(() => this.#schedule());
  }

  /** Looks once at every source that it is time for. Never rejects. */
  async look(): Promise<void> {
    const sources = new Map<number, WatchedSource>();
    for (const issuer of this.#options.issuers()) {
      if (issuer.crlSource === undefined) continue;
      const known = this.#sources.get(issuer.id);
      const { location } = issuer.crlSource;
      sources.set(
        issuer.id,
        known?.location === location ? known : new WatchedSource(this.#options, location),
      );
    }
    this.#sources = sources;
    await Promise.all(this.#options.issuers().map((issuer) => sources.get(issuer.id)?.look(issuer)));
  }

  /** Ends after the look under way; what is being fetched is broken off. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    await this.#round;
  }

  #schedule(): void {
    if (this.#stopping.signal.aborted) return;
    this.#timer = setTimeout(() => this.start(), this.#options.lookMilliseconds ?? 2000);
  }
}

/** One source, and what is remembered of it. */
class WatchedSource {
  readonly location: string;
  failure: CrlSourceFailure | undefined;
  readonly #options: CrlSourceWatcherOptions;
  readonly #reader: SourceReader;
  #attempts = 0;
  #retryAt = 0;

  constructor(options: CrlSourceWatcherOptions, location: string) {
    this.#options = options;
    this.location = location;
    this.#reader = isUrl(location) ? new UrlReader(options, location) : new FileReader(location);
  }

  async look(issuer: Issuer): Promise<void> {
    try {
      if (!(await this.#isTime(issuer))) return;
      const reading = await this.#reader.read();
      if (reading.kind === 'failed') return this.#fail(issuer, reading.message);
      if (reading.kind === 'octets') await this.#takeIn(issuer, reading);
      else this.#succeed();
    } catch (error) {
      this.#fail(issuer, error instanceof Error ? error.message : String(error));
    }
  }

  async #isTime(issuer: Issuer): Promise<boolean> {
    if (this.failure === undefined) return this.#reader.isTime(issuer, 'working');
    return this.#retryAt <= this.#options.now().getTime() || this.#reader.isTime(issuer, 'failing');
  }

  async #takeIn(
    issuer: Issuer,
    { octets, accept }: Extract<CrlDownloadOutcome, { kind: 'octets' }>,
  ): Promise<void> {
    const outcome = await this.#options.takeIn(octets, issuer);
    if (outcome.kind === 'refused') return this.#fail(issuer, `${outcome.field}: ${outcome.message}`);
    accept();
    this.#succeed();
    if (outcome.kind === 'taken') this.#options.onOutcome(issuer, outcome);
  }

  #succeed(): void {
    this.failure = undefined;
    this.#attempts = 0;
  }

  #fail({ name }: Issuer, message: string): void {
    const isNew = this.failure?.message !== message;
    this.failure = { issuer: name, location: this.location, message };
    const pause = Math.min(firstPauseMilliseconds * 2 ** this.#attempts, longestPauseMilliseconds);
    this.#attempts += 1;
    this.#retryAt = this.#options.now().getTime() + pause;
    if (isNew) this.#options.onFailure(this.failure);
  }
}

interface SourceReader {
  /** Whether there is reason to read, beside those for trying again what has failed. */
  isTime(issuer: Issuer, state: 'working' | 'failing'): boolean | Promise<boolean>;
  read(): Promise<CrlDownloadOutcome>;
}

/** A file is read when its time or size is another. */
class FileReader implements SourceReader {
  readonly #path: string;
  #read: string | undefined;
  #taken: string | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async isTime(): Promise<boolean> {
    return (await this.#mark()) !== this.#read;
  }

  async read(): Promise<CrlDownloadOutcome> {
    // Before the octets: what is written meanwhile is read once more.
    const mark = await this.#mark();
    this.#read = mark;
    if (mark === this.#taken) return { kind: 'unchanged' };
    const octets = await readUpTo(this.#path, maximumCrlOctets);
    if (octets === undefined)
      return { kind: 'failed', message: `it has more than ${maximumCrlOctets} octets` };
    const accept = (): void => {
      this.#taken = mark;
    };
    return { kind: 'octets', octets, accept };
  }

  async #mark(): Promise<string> {
    try {
      const { mtimeMs, size, ino } = await stat(this.#path);
      return `${mtimeMs}/${size}/${ino}`;
    } catch (cause) {
      throw fileError(this.#path, cause);
    }
  }
}

/** A URL is fetched again when its list grows old. */
class UrlReader implements SourceReader {
  readonly #options: CrlSourceWatcherOptions;
  readonly #download: CrlDownload;
  #nextAt: Date | undefined;

  constructor(options: CrlSourceWatcherOptions, url: string) {
    this.#options = options;
    this.#download = new CrlDownload(url, options.fetching);
  }

  isTime(issuer: Issuer, state: 'working' | 'failing'): boolean {
    if (state === 'failing') return false;
    const { now, current } = this.#options;
    // Told anew after every reading: only then is the list known that came by it.
    this.#nextAt ??= this.#download.hasFetched ? nextCrlFetch(current(issuer), now()) : now();
    return this.#nextAt <= now();
  }

  read(): Promise<CrlDownloadOutcome> {
    this.#nextAt = undefined;
    return this.#download.fetch();
  }
}

function isUrl(location: string): boolean {
  return location.startsWith('http://');
}

async function readUpTo(path: string, maximumOctets: number): Promise<Uint8Array | undefined> {
  const file = await open(path).catch((cause) => {
    throw fileError(path, cause);
  });
  try {
    const { size } = await file.stat();
    return size > maximumOctets ? undefined : await file.readFile();
  } finally {
    await file.close();
  }
}

const firstPauseMilliseconds = 1_000;
const longestPauseMilliseconds = 300_000;
