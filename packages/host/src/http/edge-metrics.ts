import type { OcspErrorStatus } from '@lancre/pki/ocsp';
import type { OcspFacts } from './ocsp-question.ts';

/** A number that only grows. Kept by whoever counts often, so that counting is one addition. */
export interface Counter {
  count: number;
}

/** The labels of an OCSP request (OREQ-39). */
export interface OcspLabels extends OcspFacts {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly outcome: 'successful' | OcspErrorStatus;
}

/** The labels of a response that is no OCSPResponse. */
export interface ResponseLabels {
  /** `none` = the request belonged nowhere. */
  readonly service: 'ocsp' | 'artifact' | 'apex' | 'none';
  readonly status: number;
}

/** Everything an edge has counted since it started: plain data, fit for a message to control. */
export interface EdgeSnapshot {
  readonly ocsp: readonly (OcspLabels & Counter)[];
  readonly responses: readonly (ResponseLabels & Counter)[];
  /** OCSP requests answered from the cache, and those that were not. */
  readonly cacheHits: number;
  readonly cacheMisses: number;
}

/** The counters of one edge. No client address, no serial and no issuer is ever in them (HTTP-35). */
export class EdgeMetrics {
  readonly #ocsp = new Map<string, OcspLabels & Counter>();
  readonly #responses = new Map<string, ResponseLabels & Counter>();
  cacheHits = 0;
  cacheMisses = 0;

  /** The counter of these labels. */
  ocsp(labels: OcspLabels): Counter {
    const { method, hash, nonce, outcome } = labels;
    return counterOf(this.#ocsp, `${method}/${hash}/${nonce}/${outcome}`, { method, hash, nonce, outcome });
  }

  response(labels: ResponseLabels): Counter {
    return counterOf(this.#responses, `${labels.service}/${labels.status}`, labels);
  }

  snapshot(): EdgeSnapshot {
    return {
      ocsp: [...this.#ocsp.values()].map((row) => ({ ...row })),
      responses: [...this.#responses.values()].map((row) => ({ ...row })),
      cacheHits: this.cacheHits,
      cacheMisses: this.cacheMisses,
    };
  }
}

/** The sum of what several edges counted. */
export function sumSnapshots(snapshots: readonly EdgeSnapshot[]): EdgeSnapshot {
  const sum = new EdgeMetrics();
  for (const snapshot of snapshots) {
    for (const row of snapshot.ocsp) sum.ocsp(row).count += row.count;
    for (const { service, status, count } of snapshot.responses)
      sum.response({ service, status }).count += count;
    sum.cacheHits += snapshot.cacheHits;
    sum.cacheMisses += snapshot.cacheMisses;
  }
  return sum.snapshot();
}

function counterOf<Labels extends object>(
  counters: Map<string, Labels & Counter>,
  key: string,
  labels: Labels,
): Counter {
  const known = counters.get(key);
  if (known !== undefined) return known;
  const counter = { ...labels, count: 0 };
  counters.set(key, counter);
  return counter;
}
