import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { startSigningServer } from '../../http/signing-server.ts';
import { CrlPublisher, type PublishOutcome } from '../../publish/crl-publisher.ts';
import { publishIssuer } from '../../publish/issuer-publisher.ts';
import { OcspPresigner } from '../../publish/ocsp-presigner.ts';
import { KeepingOcspSource } from '../../status/keeping-source.ts';
import { KeptAnswerSource } from '../../status/kept-answer-source.ts';
import { SigningOcspSource } from '../../status/signing-source.ts';
import type { Config, ListenAddress } from '../config.ts';
import type { CliContext } from '../context.ts';
import { watchCrlSources } from '../crl-source/crl-source-setup.ts';
import { statusHorizon } from '../crl-source/status-horizon.ts';
import { createHostCrypto } from '../host-crypto.ts';
import { dataPaths, type HostStore, openHostStore } from '../host-store.ts';
import { formatInstant } from '../instant.ts';
import { startAdmin } from './admin-setup.ts';
import { CurrentIssuersSource } from './current-issuers-source.ts';
import { startDisclosing } from './disclosure-updater.ts';
import { EdgePool } from './edge-pool.ts';
import { type ChosenRuntime, chooseEdgeRuntime } from './edge-runtime.ts';
import { IssuerDirectory } from './issuer-directory.ts';
import { LoadedSigners } from './loaded-signers.ts';
import { PresignScheduler } from './presign-scheduler.ts';
import { PublicationScheduler } from './publication-scheduler.ts';
import { findSiteFolder } from './site-folder.ts';

/** Where a running host tells what happens. */
export interface HostLog {
  info(message: string, details?: Readonly<Record<string, unknown>>): void;
  error(message: string, details?: Readonly<Record<string, unknown>>): void;
}

/** A running host. */
export interface RunningHost {
  readonly listen: ListenAddress;
  readonly adminListen: ListenAddress;
  readonly runtime: ChosenRuntime;
  readonly edgeCount: number;
  /** Ends the edges gently, then the rest. */
  close(): Promise<void>;
}

/**
 * Starts a host: control in this process, with the keys, and the edges in theirs. Returns when every
 * list has been published once and the edges listen.
 *
 * @throws LancreError `already_running`, `address_in_use`, `config_invalid`, and what opening a store throws
 */
export async function startHost(context: CliContext, config: Config, log: HostLog): Promise<RunningHost> {
  const store = await openHostStore(config.dataFolder);
  const closers: (() => Promise<void>)[] = [() => store.close()];
  try {
    return await new ControlProcess(context, config, log, store, closers).start();
  } catch (error) {
    await closeAll(closers);
    throw error;
  }
}

/** Brings up the parts, each closed in the opposite order. */
class ControlProcess {
  readonly #context: CliContext;
  readonly #config: Config;
  readonly #log: HostLog;
  readonly #store: HostStore;
  readonly #closers: (() => Promise<void>)[];
  readonly #signers: LoadedSigners;

  constructor(
    context: CliContext,
    config: Config,
    log: HostLog,
    store: HostStore,
    closers: (() => Promise<void>)[],
  ) {
    this.#context = context;
    this.#config = config;
    this.#log = log;
    this.#store = store;
    this.#closers = closers;
    this.#signers = new LoadedSigners({
      environment: context.environment,
      crypto: createHostCrypto(),
      now: context.now,
    });
  }

  async start(): Promise<RunningHost> {
    const { edgeRuntime, edgeCount } = this.#config;
    const runtime = chooseEdgeRuntime(edgeRuntime);
    const directory = await IssuerDirectory.open(this.#store.issuers, createHostCrypto());
    // A control that ended in good order has taken its socket away.
    const hadPredecessor = existsSync(dataPaths(this.#config.dataFolder).controlSocket);
    const signing = await this.#startSigning(directory);
    await this.#loadIssuers(directory);
    const scheduler = await this.#startPublishing(directory);
    // After the first lists: a URL is disclosed once a list is there (T-14).
    this.#closers.push(await startDisclosing(this.#context, this.#config, this.#store, directory, this.#log));
    const count = edgeCount === 'auto' ? availableParallelism() : edgeCount;
    const edges = this.#createEdges(runtime, count, hadPredecessor ? successorPatienceMilliseconds : 0);
    const listen = await edges.start();
    const presigning = this.#startPresigning(directory);
    const sources = watchCrlSources(this.#context, this.#config, this.#store, directory, this.#log);
    this.#closers.push(() => sources.stop());
    const admin = await startAdmin({
      adminListen: this.#config.adminListen,
      now: this.#context.now,
      publications: this.#store.publications,
      signers: this.#signers,
      ...{ directory, scheduler, sources, presigning, edges, signing, edgeCount: count },
    });
    this.#closers.push(() => admin.close());
    this.#followIssuers(directory);
    this.#retryKeys(directory);
    this.#sweepHourly();
    return {
      listen,
      adminListen: admin.address,
      runtime,
      edgeCount: count,
      close: () => closeAll(this.#closers),
    };
  }

  /** First of all, since the socket is also the lock: a second host on this data folder ends here. */
  async #startSigning(directory: IssuerDirectory): Promise<{ readonly inFlight: number }> {
    const registry = () => directory.registry;
    const keeping = new KeepingOcspSource({
      source: this.#signingSource(directory),
      answers: this.#store.answers,
      view: this.#store.statuses,
      registry,
      schedule: (action) => void setTimeout(action, gatherMilliseconds),
      onError: (error) => this.#log.error('signed answers are not kept', { error: String(error) }),
    });
    this.#closers.push(() => keeping.flush());
    const server = await startSigningServer({
      socketPath: dataPaths(this.#config.dataFolder).controlSocket,
      source: new CurrentIssuersSource(
        directory,
        new KeptAnswerSource({
          answers: this.#store.answers,
          view: this.#store.statuses,
          registry,
          now: this.#context.now,
          source: keeping,
        }),
      ),
      maximumInFlight: this.#config.signingQueue,
      onError: (error) => this.#log.error('an edge asked what cannot be answered', { error: String(error) }),
    });
    this.#closers.push(() => server.close());
    return server;
  }

  #signingSource(directory: IssuerDirectory): SigningOcspSource {
    return new SigningOcspSource({
      view: this.#store.statuses,
      registry: () => directory.registry,
      responders: this.#signers,
      address: this.#config.address,
      now: this.#context.now,
      freshUntil: statusHorizon(this.#store.publications, this.#context.now),
    });
  }

  /** Answers signed ahead, of the issuers that ask for it; after the lists, which matter more. */
  #startPresigning(directory: IssuerDirectory): PresignScheduler {
    const { statuses, answers } = this.#store;
    const { now } = this.#context;
    const scheduler = new PresignScheduler({
      presigner: new OcspPresigner({ statuses, answers, source: this.#signingSource(directory), now }),
      statuses,
      issuers: () => directory.registry.issuers,
      responders: this.#signers,
      now,
      onError: (error) => this.#log.error('answers cannot be signed ahead', { error: String(error) }),
    });
    scheduler.start();
    this.#closers.push(() => scheduler.stop());
    return scheduler;
  }

  async #loadIssuers(directory: IssuerDirectory): Promise<void> {
    const { issuers } = directory.registry;
    await this.#signers.load(issuers);
    for (const problem of this.#signers.problems) this.#log.error('a key cannot be used', { ...problem });
    for (const issuer of issuers) await publishIssuer(this.#store.artifacts, issuer);
  }

  async #startPublishing(directory: IssuerDirectory): Promise<PublicationScheduler> {
    const publisher = new CrlPublisher({
      ...this.#store,
      signers: this.#signers,
      address: this.#config.address,
      crypto: createHostCrypto(),
      now: this.#context.now,
    });
    const scheduler = new PublicationScheduler({
      publisher,
      issuers: () => directory.registry.issuers,
      signers: this.#signers,
      now: this.#context.now,
      onOutcome: (outcome) => this.#logOutcome(outcome),
      onRetired: (paths) => this.#log.info('CRLs withdrawn: the settings do not want them', { paths }),
      onError: (error) => this.#log.error('publishing failed', { error: String(error) }),
    });
    await scheduler.start();
    this.#closers.push(() => scheduler.stop());
    return scheduler;
  }

  #createEdges(runtime: ChosenRuntime, count: number, patienceMilliseconds: number): EdgePool {
    const { dataFolder, address, listen, ocspErrorStatuses, surrogateKeyField } = this.#config;
    const paths = dataPaths(dataFolder);
    const edges = new EdgePool({
      settings: {
        storeFolder: paths.store,
        publicFolder: paths.public,
        controlSocket: paths.controlSocket,
        siteFolder: findSiteFolder(),
        address,
        listen,
        ocspErrorStatuses,
        surrogateKeyField,
      },
      runtime,
      count,
      patienceMilliseconds,
      onExit: (description) => this.#log.error(description),
    });
    this.#closers.push(() => edges.close());
    return edges;
  }

  /** `lancre issuer add` beside a running host: its issuers are taken up without a restart. */
  #followIssuers(directory: IssuerDirectory): void {
    let loaded = directory.registry;
    let following = Promise.resolve();
    const follow = async (): Promise<void> => {
      await directory.refresh();
      // A question may have been the first to see them.
      if (directory.registry === loaded) return;
      loaded = directory.registry;
      await this.#loadIssuers(directory);
    };
    const timer = setInterval(() => {
      // One after the other: a slow token must not bring back what was loaded before.
      following = following
        .then(follow)
        .catch((error) => this.#log.error('the issuers cannot be read', { error: String(error) }));
    }, issuersLookMilliseconds);
    this.#closers.push(async () => {
      clearInterval(timer);
      await following;
    });
  }

  /** A token that was gone at the start may be back. */
  #retryKeys(directory: IssuerDirectory): void {
    let retrying = Promise.resolve();
    const timer = setInterval(() => {
      retrying = this.#signers
        .retry(directory.registry.issuers)
        .catch((error) => this.#log.error('keys cannot be loaded', { error: String(error) }));
    }, retryKeysMilliseconds);
    this.#closers.push(async () => {
      clearInterval(timer);
      await retrying;
    });
  }

  /** Lists that were replaced are kept for a day: whoever is fetching one, or resumes, still gets it whole. */
  #sweepHourly(): void {
    let sweeping: Promise<unknown> = Promise.resolve();
    const sweep = (): void => {
      const before = new Date(this.#context.now().getTime() - replacedKeptMilliseconds);
      sweeping = Promise.all([
        this.#store.artifacts.sweep(before),
        this.#store.answers.sweepAnswers(before),
      ]).catch((error) =>
        this.#log.error('old lists and answers cannot be removed', { error: String(error) }),
      );
    };
    sweep();
    const timer = setInterval(sweep, sweepMilliseconds);
    this.#closers.push(async () => {
      clearInterval(timer);
      await sweeping;
    });
  }

  #logOutcome(outcome: PublishOutcome): void {
    const { scope, kind: list, reason } = outcome.list;
    const { issuerName: issuer, shard } = scope;
    if (outcome.kind === 'failed') {
      this.#log.error('a CRL is not published', { issuer, shard, list, error: outcome.error.message });
      return;
    }
    if (outcome.kind === 'superseded') {
      this.#log.info('CRL published by another process', { issuer, shard, list });
      return;
    }
    const { crlNumber, entryCount, length, nextUpdate } = outcome.publication;
    this.#log.info('CRL published', {
      issuer,
      shard,
      list,
      reason,
      crlNumber: crlNumber.toString(),
      entries: entryCount,
      octets: length,
      nextUpdate: formatInstant(nextUpdate),
    });
  }
}

async function closeAll(closers: (() => Promise<void>)[]): Promise<void> {
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
}

/** Signed answers wait so long for others to be written with them. */
const gatherMilliseconds = 50;
const issuersLookMilliseconds = 500;
const retryKeysMilliseconds = 10_000;
const replacedKeptMilliseconds = 24 * 3_600_000;
const sweepMilliseconds = 3_600_000;
/** The edges of a killed control look for a successor four times a second, and then drain. */
const successorPatienceMilliseconds = 10_000;
