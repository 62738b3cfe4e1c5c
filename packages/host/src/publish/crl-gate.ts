import type { GeneralName, GeneralNameInput } from '@lancre/pki/certificate';
import {
  CrlScanner,
  crlAuthorityKeyIdentifierOf,
  crlNumberOf,
  deltaCrlIndicatorOf,
  issuingDistributionPointOf,
  type ScannedCrl,
} from '@lancre/pki/crl';
import type { StreamingCryptoProvider, VerifyStream } from '@lancre/pki/crypto';
import { PkiError } from '@lancre/pki/errors';
import { CrlLinter, type CrlLintOptions } from '@lancre/pki/lint';
import { LancreError } from '../errors/lancre-error.ts';
import type { Issuer } from '../issuer/issuer.ts';
import type { StatusView } from '../status/status-view.ts';
import type { ArtifactView, OpenedArtifact, StagedArtifact } from './artifact-store.ts';
import type { CrlHeader } from './crl-content.ts';
import { entriesGone } from './crl-difference.ts';
import { type CrlParts, cutCrl } from './crl-parts.ts';
import { lostEntry } from './lost-entry.ts';
import type { Publication } from './publication-store.ts';

/** What is wrong with a list; the first fault found. */
export interface GateFault {
  /** Stable, for logs and counters. */
  readonly code:
    | 'unreadable'
    | 'signature'
    | 'issuer'
    | 'key_identifier'
    | 'number'
    | 'this_update'
    | 'next_update'
    | 'distribution_point'
    | 'base'
    | 'entries'
    | 'lint'
    | 'entry_lost';
  readonly message: string;
}

/** A list before the gate. */
export interface ListAtGate {
  readonly staged: StagedArtifact;
  /** What was meant. */
  readonly header: CrlHeader;
  /** The settings it was made under, as in {@link Publication.terms}. */
  readonly terms?: string;
  readonly issuer: Issuer;
  /** The published list of the same scope and kind. */
  readonly previous: Publication | undefined;
  readonly artifacts: ArtifactView;
  readonly statuses: StatusView;
  readonly crypto: StreamingCryptoProvider;
}

/**
 * The last check before a list is published, made on the octets that will be served: it reads them
 * back, verifies the signature by the issuer's certificate and compares what they say with what was
 * meant and with what is published (CRL-28, ORSP-37, T-15 to T-19); and it lints them by the issuer's profile.
 * In memory that does not grow with the list.
 *
 * @returns undefined when nothing is wrong
 */
export async function checkStagedCrl(list: ListAtGate): Promise<GateFault | undefined> {
  const published = await openPublished(list);
  try {
    return await new Gate(list, published).check();
  } catch (error) {
    // What is published may have been damaged: the new list mends that.
    if (!(error instanceof LancreError) || error.code !== 'store_corrupt' || published === undefined)
      throw error;
    return new Gate(list, undefined).check();
  }
}

/** Undefined where there is none, or where it is gone: the new list mends that. Deltas are not compared. */
async function openPublished({
  header,
  previous,
  artifacts,
}: ListAtGate): Promise<OpenedArtifact | undefined> {
  if (previous === undefined || header.kind === 'delta') return undefined;
  return artifacts.open(previous.object).catch(() => undefined);
}

/** One reading of a list. */
class Gate {
  readonly #list: ListAtGate;
  readonly #published: OpenedArtifact | undefined;
  readonly #signature: VerifyStream;
  readonly #linter: CrlLinter;
  readonly #scanner: CrlScanner;

  constructor(list: ListAtGate, published: OpenedArtifact | undefined) {
    const { header, issuer, crypto } = list;
    this.#list = list;
    this.#published = published;
    const signature = crypto.beginVerify({
      algorithm: { der: header.signatureAlgorithmDer },
      subjectPublicKeyInfoDer: issuer.certificates[0].subjectPublicKeyInfo.der,
    });
    const linter = new CrlLinter(lintOptionsOf(issuer, header));
    this.#signature = signature;
    this.#linter = linter;
    this.#scanner = new CrlScanner({
      onEntry: (octets, start, end) => linter.entry(octets, start, end),
      onTbs: (octets) => signature.update(octets),
    });
  }

  async check(): Promise<GateFault | undefined> {
    try {
      const { crl, lost } = await this.#read();
      const fault = contentFault(crl, this.#list.header) ?? successionFault(crl, this.#list.previous);
      if (fault !== undefined) return fault;
      const verdict = await this.#signature.finish(crl.signature);
      if (verdict !== 'valid') return { code: 'signature', message: `its signature is ${verdict}` };
      return lost === undefined ? lintFault(this.#linter, crl) : { code: 'entry_lost', message: lost };
    } catch (error) {
      if (!(error instanceof PkiError)) throw error;
      return { code: 'unreadable', message: `it cannot be read back: ${error.message}` };
    }
  }

  /** Once from beginning to end, through the scanner. */
  async #read(): Promise<{ readonly crl: ScannedCrl; readonly lost: string | undefined }> {
    const parts = await cutCrl(this.#list.staged.read());
    try {
      this.#scanner.push(parts.head);
      const lost = await this.#readEntries(parts);
      for await (const chunk of parts.tail) this.#scanner.push(chunk);
      return { crl: this.#scanner.finish(), lost };
    } finally {
      await parts.close();
    }
  }

  async #readEntries(parts: CrlParts): Promise<string | undefined> {
    const { previous, terms, issuer, statuses } = this.#list;
    const scanner = this.#scanner;
    if (this.#published === undefined || previous === undefined) {
      for await (const chunk of parts.entries) scanner.push(chunk);
      return undefined;
    }
    const published = await cutPublished(this.#published);
    // What stands on the published list octet for octet was judged when that was published, under the same settings.
    const isJudged = terms !== undefined && previous.terms === terms;
    try {
      const gone = await entriesGone(published, parts, {
        onSame: (entries, count) => (isJudged ? scanner.pass(entries, count) : scanner.push(entries)),
        onFresh: (entry) => scanner.push(entry),
      });
      return lostEntry({ publication: previous, issuer, statuses }, gone);
    } finally {
      await published.close();
    }
  }
}

/** @throws LancreError `store_corrupt` when it is no list */
async function cutPublished(published: OpenedArtifact): Promise<CrlParts> {
  try {
    return await cutCrl(published.read());
  } catch (cause) {
    if (!(cause instanceof PkiError)) throw cause;
    throw new LancreError('store_corrupt', `what is published is no list: ${cause.message}`, { cause });
  }
}

function lintOptionsOf({ certificates, policy }: Issuer, { thisUpdate }: CrlHeader): CrlLintOptions {
  const isCabf = policy.profile === 'cabf';
  const scope = policy.issues === 'ca' ? 'ca' : isCabf ? 'subscriber' : 'unknown';
  return {
    profile: isCabf ? 'cabf' : 'rfc5280',
    scope,
    issuerCertificate: certificates[0],
    now: thisUpdate,
    // A shard's serial numbers ascend, and no record is in two shards: what is out of order need not be kept.
    maximumTrackedSerials: 0,
  };
}

function lintFault(linter: CrlLinter, crl: ScannedCrl): GateFault | undefined {
  const finding = linter.finish(crl).find(({ severity }) => severity === 'error');
  return finding && { code: 'lint', message: `${finding.message} (${finding.id}, ${finding.clause})` };
}

function contentFault(crl: ScannedCrl, header: CrlHeader): GateFault | undefined {
  const { extensions } = header;
  const checks: readonly (readonly [GateFault['code'], boolean, string])[] = [
    [
      'signature',
      isSame(crl.signatureAlgorithm.der, header.signatureAlgorithmDer),
      "its signature algorithm is not the signer's",
    ],
    [
      'issuer',
      isSame(crl.issuer.der, header.issuerDer),
      'its issuer is not the subject of the issuer certificate',
    ],
    [
      'key_identifier',
      isSame(crlAuthorityKeyIdentifierOf(crl)?.keyIdentifier, extensions.authorityKeyIdentifier),
      "its key identifier is not the issuer certificate's",
    ],
    ['number', crlNumberOf(crl) === extensions.crlNumber, 'its number is not the one taken for it'],
    ['base', deltaCrlIndicatorOf(crl) === extensions.deltaBase, 'its BaseCRLNumber is not the one meant'],
    ['this_update', isSameInstant(crl.thisUpdate, header.thisUpdate), 'its thisUpdate is not the one meant'],
    ['next_update', isSameInstant(crl.nextUpdate, header.nextUpdate), 'its nextUpdate is not the one meant'],
    [
      'distribution_point',
      describePoint(issuingDistributionPointOf(crl)) === describePoint(extensions.issuingDistributionPoint),
      'its issuingDistributionPoint is not that of its URL',
    ],
    [
      'entries',
      crl.entriesLength === header.entriesLength && crl.entryCount === header.entryCount,
      'its entries are not those announced',
    ],
  ];
  const failed = checks.find(([, isRight]) => !isRight);
  return failed && { code: failed[0], message: failed[2] };
}

function successionFault(crl: ScannedCrl, previous: Publication | undefined): GateFault | undefined {
  if (previous === undefined) return undefined;
  const number = crlNumberOf(crl);
  if (number === undefined || number <= previous.crlNumber) {
    return {
      code: 'number',
      message: `its number ${number} is not above the published ${previous.crlNumber}`,
    };
  }
  if (crl.thisUpdate <= previous.thisUpdate) {
    return { code: 'this_update', message: 'its thisUpdate is not after that of the published list' };
  }
  return addressFault(crl, previous);
}

/** Certificates name the URL of their list for as long as they live: a list that names another is refused for them (SHD-11, T-26). */
function addressFault(crl: ScannedCrl, { distributionPoints }: Publication): GateFault | undefined {
  if (distributionPoints === undefined) return undefined;
  const present = urisOf(issuingDistributionPointOf(crl)?.distributionPoint);
  const isKept =
    distributionPoints.length === 0
      ? present.length === 0
      : distributionPoints.some((uri) => present.includes(uri));
  return isKept
    ? undefined
    : {
        code: 'distribution_point',
        message:
          `the published list names ${nameUris(distributionPoints)}, this one ${nameUris(present)}: certificates ` +
          'with the former in them would refuse it; "lancre publish --new-address" publishes it all the same',
      };
}

interface Point {
  readonly distributionPoint?: readonly GeneralNameInput[] | readonly GeneralName[] | undefined;
  readonly onlyContainsUserCerts?: boolean;
  readonly onlyContainsCACerts?: boolean;
  readonly onlyContainsAttributeCerts?: boolean;
  readonly onlySomeReasons?: unknown;
  readonly indirectCrl?: boolean;
}

/** All that an issuingDistributionPoint says, in words; undefined where there is none. */
function describePoint(point: Point | undefined): string | undefined {
  if (point === undefined) return undefined;
  const flags = FLAGS.filter((flag) => point[flag] !== undefined && point[flag] !== false);
  const names = point.distributionPoint?.map((name) =>
    name.type === 'uri' ? name.uri : `not a URI: ${name.type}`,
  );
  return [...flags, ...(names ?? ['no name'])].join('\n');
}

const FLAGS = [
  'onlyContainsUserCerts',
  'onlyContainsCACerts',
  'onlyContainsAttributeCerts',
  'onlySomeReasons',
  'indirectCrl',
] as const;

function urisOf(names: readonly GeneralNameInput[] | readonly GeneralName[] | undefined): readonly string[] {
  return (names ?? []).flatMap((name) => (name.type === 'uri' ? [name.uri] : []));
}

function nameUris(uris: readonly string[]): string {
  return uris.length === 0 ? 'no URL' : uris.join(', ');
}

function isSame(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && Buffer.compare(a, b) === 0;
}

function isSameInstant(a: Date | undefined, b: Date): boolean {
  return a?.getTime() === b.getTime();
}
