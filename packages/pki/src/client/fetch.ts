/** What is asked of a {@link Fetch}; a `RequestInit` of the platform's own fetch. */
export interface FetchInit {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  /** Redirects are followed here, each checked like the first address. */
  readonly redirect: 'manual';
  /** Has to end the exchange, the reading of the body included. */
  readonly signal: AbortSignal;
}

/** The part of a `Response` that is read; `null` is how the platform says absent. */
export interface FetchedResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: { getReader(): BodyReader } | null;
}

/** The part of a `ReadableStreamDefaultReader` that is used. */
export interface BodyReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
}

/** Sends one request; the platform's own `fetch` fits. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchedResponse>;

/**
 * Time for fetching: how long something took, and when to give it up. It judges no certificate.
 *
 * @example
 * const clock = { now: () => performance.now(), deadline: (milliseconds) => AbortSignal.timeout(milliseconds) };
 */
export interface FetchClock {
  /** Milliseconds from any fixed instant. */
  now(): number;
  /** A signal that aborts after so many milliseconds. */
  deadline(milliseconds: number): AbortSignal;
}
