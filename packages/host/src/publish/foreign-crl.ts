import {
  type Crl,
  type CrlExtensionsInput,
  crlNumberOf,
  decodeCrl,
  issuingDistributionPointOf,
} from '@lancre/pki/crl';
import type { StreamingCryptoProvider } from '@lancre/pki/crypto';
import { PkiError } from '@lancre/pki/errors';
import type { Issuer } from '../issuer/issuer.ts';
import type { StatusView } from '../status/status-view.ts';
import type { ArtifactStore, ObjectName, StagedArtifact } from './artifact-store.ts';
import type { CrlHeader } from './crl-content.ts';
import { checkStagedCrl } from './crl-gate.ts';
import type { Publication, PublicationStore, PublicationView } from './publication-store.ts';
import { type CrlScope, pathOfScope } from './scope.ts';
import { orDiscard } from './staged-cleanup.ts';

/** A list signed elsewhere, checked, for the URL of its scope. */
export interface ForeignCrl {
  readonly issuer: Issuer;
  /** 1 and up; 0 = the full list. */
  readonly shard: number;
  readonly der: Uint8Array;
  readonly crl: Crl;
  readonly crlNumber: bigint;
  readonly nextUpdate: Date;
  /** Key identifier of the issuer. */
  readonly keyIdentifier: Uint8Array;
  /** What was published when the list was checked. */
  readonly published: PublishedList | undefined;
}

/** What is published for a scope, by whomever it was signed. */
export interface PublishedList {
  /** What the URL names; undefined = nothing. */
  readonly object: ObjectName | undefined;
  readonly der: Uint8Array | undefined;
  readonly crlNumber: bigint;
  readonly thisUpdate: Date;
  /** `unfinished`: the URL names a list whose publication was not recorded. */
  readonly publication: 'recorded' | 'unfinished';
}

/** Where lists are published. */
export interface ForeignCrlStores {
  readonly artifacts: ArtifactStore;
  readonly publications: PublicationStore;
  readonly statuses: StatusView;
}

/** What became of a list. */
export type ForeignCrlOutcome =
  | { readonly kind: 'published'; readonly publication: Publication }
  /** Its octets did not pass the last check. */
  | { readonly kind: 'refused'; readonly message: string }
  /** Somebody else published another one since it was checked. */
  | { readonly kind: 'overtaken' };

/**
 * Publishes a list signed elsewhere like one of our own: staged, checked on the octets that will be
 * served, and pointed to if its URL still names what was looked at before the checks (T-17). What is
 * published stays if anything goes wrong; doing it again finishes what a crash cut off.
 */
export async function publishForeignCrl(
  list: ForeignCrl,
  stores: ForeignCrlStores,
  crypto: StreamingCryptoProvider,
): Promise<ForeignCrlOutcome> {
  const { artifacts, publications } = stores;
  const scope = scopeOf(list);
  const staged = await artifacts.stage();
  const fault = await orDiscard(staged, async () => {
    await staged.append(list.der);
    return gateFaultOf(list, staged, stores, crypto);
  });
  if (fault !== undefined) {
    await staged.discard();
    return { kind: 'refused', message: fault };
  }
  const object = await orDiscard(staged, () => staged.seal({ lastModified: list.crl.thisUpdate }));
  if ((await artifacts.point(pathOfScope(scope), object, list.published?.object)) === 'conflict')
    return { kind: 'overtaken' };
  const publication = publicationOf(list, object);
  await publications.savePublication(scope, publication);
  return { kind: 'published', publication };
}

/**
 * What is published for a scope. The URL itself is asked, since the record of it may be lost or late.
 * `crlNumber` and `thisUpdate` are the latest of both.
 */
export async function findPublishedList(
  { artifacts, publications }: Omit<ForeignCrlStores, 'statuses'>,
  scope: CrlScope,
): Promise<PublishedList | undefined> {
  const object = artifacts.resolve(pathOfScope(scope));
  const recorded = publications.findPublication(scope.issuerId, scope.shard);
  const der = object === undefined ? undefined : await octetsOf(artifacts, object);
  const served = der && decodeOrUndefined(der);
  const all = [recorded, served].filter((each) => each !== undefined);
  const [first] = all;
  if (first === undefined) return object === undefined ? undefined : { ...nothing, object };
  return {
    object,
    der: served && der,
    crlNumber: all.map(({ crlNumber }) => crlNumber).reduce(higherOf),
    thisUpdate: new Date(Math.max(...all.map(({ thisUpdate }) => thisUpdate.getTime()))),
    publication: recorded?.object === object ? 'recorded' : 'unfinished',
  };
}

/**
 * Until when the statuses of an issuer are known: the nextUpdate of its lists from elsewhere. The full
 * list covers every certificate, and so do all shards together. A source that has brought no list yet
 * lets nothing be known: 1970.
 *
 * @returns undefined = the issuer has a key, or its statuses do not come from lists at all
 */
export function statusesKnownUntil(issuer: Issuer, publications: PublicationView): Date | undefined {
  if (issuer.key !== undefined) return undefined;
  const full = foreignEnd(issuer, 0, publications);
  const shards = Array.from({ length: issuer.policy.crl.shards }, (_, index) =>
    foreignEnd(issuer, index + 1, publications),
  );
  const isFed = issuer.crlSource !== undefined || [full, ...shards].some((end) => end !== undefined);
  if (!isFed) return undefined;
  const known = [full ?? 0, shards.length === 0 ? 0 : Math.min(...shards.map((end) => end ?? 0))];
  return new Date(Math.max(...known));
}

/** nextUpdate of a list from elsewhere, in ms; undefined when there is none. */
function foreignEnd(issuer: Issuer, shard: number, publications: PublicationView): number | undefined {
  const publication = publications.findPublication(issuer.id, shard);
  return publication?.revision === foreignRevision ? publication.nextUpdate.getTime() : undefined;
}

/** What the last check finds wrong with the staged list. */
async function gateFaultOf(
  list: ForeignCrl,
  staged: StagedArtifact,
  { artifacts, statuses }: ForeignCrlStores,
  crypto: StreamingCryptoProvider,
): Promise<string | undefined> {
  const { issuer } = list;
  const header = headerOf(list);
  // It was compared with the published list when it was taken in: there, a hold may end.
  const previous = undefined;
  const fault = await checkStagedCrl({ staged, header, issuer, previous, artifacts, statuses, crypto });
  return fault?.message;
}

function headerOf(list: ForeignCrl): CrlHeader {
  const { issuer, crl, crlNumber, nextUpdate, keyIdentifier } = list;
  return {
    scope: scopeOf(list),
    kind: 'complete',
    issuerDer: issuer.certificates[0].subject.der,
    signatureAlgorithmDer: crl.signatureAlgorithm.der,
    thisUpdate: crl.thisUpdate,
    nextUpdate,
    extensions: { authorityKeyIdentifier: keyIdentifier, crlNumber, ...distributionPointOf(crl) },
    entryCount: crl.entryCount,
    entriesLength: crl.entriesDer.length,
  };
}

function distributionPointOf(crl: Crl): Partial<Pick<CrlExtensionsInput, 'issuingDistributionPoint'>> {
  const point = issuingDistributionPointOf(crl);
  if (point === undefined) return {};
  const uris = point.distributionPoint?.flatMap((name) =>
    name.type === 'uri' ? [{ type: 'uri', uri: name.uri } as const] : [],
  );
  return {
    issuingDistributionPoint: {
      ...(uris === undefined ? {} : { distributionPoint: uris }),
      ...(point.onlyContainsUserCerts ? { onlyContainsUserCerts: true } : {}),
      ...(point.onlyContainsCACerts ? { onlyContainsCACerts: true } : {}),
    },
  };
}

function publicationOf({ crl, crlNumber, nextUpdate, der }: ForeignCrl, object: ObjectName): Publication {
  const { thisUpdate, entryCount } = crl;
  const revision = foreignRevision;
  return { object, crlNumber, thisUpdate, nextUpdate, revision, entryCount, length: der.length };
}

function scopeOf({ issuer, shard }: Pick<ForeignCrl, 'issuer' | 'shard'>): CrlScope {
  return { issuerId: issuer.id, issuerName: issuer.name, shard };
}

function higherOf(left: bigint, right: bigint): bigint {
  if (left > right) return left;
  return right;
}

/** Undefined when the object is gone: that does not stand in the way of the list that mends it. */
async function octetsOf(artifacts: ArtifactStore, object: ObjectName): Promise<Uint8Array | undefined> {
  const opened = await artifacts.open(object).catch(() => undefined);
  return opened?.bytes();
}

function decodeOrUndefined(
  der: Uint8Array,
): { readonly crlNumber: bigint; readonly thisUpdate: Date } | undefined {
  try {
    const crl = decodeCrl(der);
    return { crlNumber: crlNumberOf(crl) ?? 0n, thisUpdate: crl.thisUpdate };
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}

/**
 * The revision of a publication that was made from no state of the store: below all that are, so that
 * nothing is dropped for having been on it, and a list of our own takes its place at once.
 */
const foreignRevision = -1;
const nothing = {
  der: undefined,
  crlNumber: -1n,
  thisUpdate: new Date(0),
  publication: 'unfinished',
} as const;
