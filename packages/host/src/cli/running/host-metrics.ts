import { Counter, Gauge, Registry } from 'prom-client';
import type { EdgeSnapshot } from '../../http/edge-metrics.ts';
import type { ListFreshness } from './list-freshness.ts';

/** What the metrics are read from, at every scrape. */
export interface MetricSources {
  readonly counters: () => EdgeSnapshot;
  readonly edgesListening: () => number;
  readonly lists: () => readonly ListFreshness[];
  readonly signaturesInFlight: () => number;
}

/** The metrics of a host in the text format of Prometheus. No client address is in them (HTTP-35). */
export function createHostMetrics(sources: MetricSources): () => Promise<string> {
  const registry = new Registry();
  registerRequests(registry, sources);
  registerLists(registry, sources);
  const gauges = [
    ['lancre_edges_listening', 'Edge processes that listen.', sources.edgesListening],
    ['lancre_signatures_in_flight', 'OCSP signatures under way.', sources.signaturesInFlight],
  ] as const;
  for (const [name, help, read] of gauges) {
    registry.registerMetric(
      new Gauge({
        name,
        help,
        registers: [],
        collect(): void {
          this.set(read());
        },
      }),
    );
  }
  return () => registry.metrics();
}

function registerRequests(registry: Registry, { counters }: MetricSources): void {
  registry.registerMetric(
    new Counter({
      name: 'lancre_ocsp_requests_total',
      help: 'OCSP requests by method, hash of the CertID, nonce and outcome.',
      labelNames: ['method', 'hash', 'nonce', 'outcome'],
      registers: [],
      collect(): void {
        this.reset();
        for (const { method, hash, nonce, outcome, count } of counters().ocsp) {
          this.inc({ method, hash: hash ?? 'none', nonce: String(nonce), outcome }, count);
        }
      },
    }),
  );
  registry.registerMetric(
    new Counter({
      name: 'lancre_http_responses_total',
      help: 'Responses that are not OCSP answers, by service and status.',
      labelNames: ['service', 'status'],
      registers: [],
      collect(): void {
        this.reset();
        for (const { service, status, count } of counters().responses) {
          this.inc({ service, status: String(status) }, count);
        }
      },
    }),
  );
  for (const [name, field] of [
    ['lancre_ocsp_cache_hits_total', 'cacheHits'],
    ['lancre_ocsp_cache_misses_total', 'cacheMisses'],
  ] as const) {
    registry.registerMetric(
      new Counter({
        name,
        help: 'OCSP requests answered from the cache, and those that were not.',
        registers: [],
        collect(): void {
          this.reset();
          this.inc(counters()[field]);
        },
      }),
    );
  }
}

function registerLists(registry: Registry, { lists }: MetricSources): void {
  for (const [name, help, read] of [
    [
      'lancre_crl_next_update_seconds',
      'nextUpdate of the published CRL, seconds since 1970.',
      (list) => list.nextUpdate.getTime() / 1000,
    ],
    [
      'lancre_crl_this_update_seconds',
      'thisUpdate of the published CRL, seconds since 1970.',
      (list) => list.thisUpdate.getTime() / 1000,
    ],
    ['lancre_crl_entries', 'Entries of the published CRL.', (list) => list.entryCount],
    ['lancre_crl_octets', 'Size of the published CRL.', (list) => list.length],
  ] as const satisfies readonly (readonly [string, string, (list: ListFreshness) => number])[]) {
    registry.registerMetric(
      new Gauge({
        name,
        help,
        labelNames: ['issuer', 'shard', 'list'],
        registers: [],
        collect(): void {
          this.reset();
          for (const list of lists())
            this.set({ issuer: list.issuer, shard: String(list.shard), list: list.kind }, read(list));
        },
      }),
    );
  }
}
