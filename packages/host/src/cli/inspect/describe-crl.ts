import { EXTENSION_OIDS } from '@lancre/pki/certificate';
import {
  type Crl,
  type CrlEntry,
  crlAuthorityKeyIdentifierOf,
  crlEntries,
  crlNumberOf,
  deltaCrlIndicatorOf,
  freshestCrlOf,
  type IssuingDistributionPoint,
  issuingDistributionPointOf,
} from '@lancre/pki/crl';
import { encodeHex } from '@lancre/pki/text';
import { formatInstant } from '../instant.ts';
import { signatureAlgorithmText } from './algorithm-text.ts';
import { noteExtensions } from './extension-notes.ts';
import { Faults } from './faults.ts';
import { generalNameText, locationText, nameText } from './general-name-text.ts';
import { describeInstant, formatSpan } from './instant.ts';
import type { EntryNote, ExtensionNote, Instant } from './plain-value.ts';

/** A CRL in plain words. */
export type CrlDescription = {
  readonly kind: 'crl';
  readonly summary: string;
  readonly issuer: string;
  readonly thisUpdate: Instant;
  readonly nextUpdate?: Instant | undefined;
  /** Decimal: it may be longer than a JSON number. */
  readonly crlNumber?: string | undefined;
  /** Of a delta CRL: the number of the oldest complete CRL that it can be added to. */
  readonly deltaBase?: string | undefined;
  readonly issuingDistributionPoint?: IdpDescription | undefined;
  readonly freshestCrl?: readonly string[] | undefined;
  readonly authorityKeyIdentifier?: string | undefined;
  readonly version: number;
  readonly signatureAlgorithm: string;
  readonly octets: number;
  readonly extensions?: readonly ExtensionNote[] | undefined;
  readonly criticalEntryExtensions?: readonly string[] | undefined;
  readonly entryCount: number;
  /** Of a delta CRL: how many entries say removeFromCRL, so that a certificate is revoked no longer. */
  readonly removals?: number | undefined;
  /** How many entries give which reason; `none` for those that give none. */
  readonly reasons: Readonly<Record<string, number>>;
  readonly latestRevocation?: Instant | undefined;
  /** The first ten. */
  readonly firstEntries: readonly EntryNote[];
  readonly unreadable?: readonly string[] | undefined;
};

type IdpDescription = {
  readonly names?: readonly string[] | undefined;
  readonly covers: string;
  readonly reasons?: readonly string[] | undefined;
  readonly indirect?: boolean | undefined;
};

/** Describes a CRL. Nothing is verified. */
export function describeCrl(crl: Crl, now: Date): CrlDescription {
  const faults = new Faults();
  const deltaBase = faults.attempt('deltaCRLIndicator', () => deltaCrlIndicatorOf(crl));
  const point = faults.attempt('issuingDistributionPoint', () => issuingDistributionPointOf(crl));
  const freshest = faults.attempt('freshestCRL', () => freshestCrlOf(crl));
  const keyIdentifier = faults.attempt('authorityKeyIdentifier', () =>
    crlAuthorityKeyIdentifierOf(crl),
  )?.keyIdentifier;
  const entries = surveyEntries(crl, faults);
  const { removeFromCRL: removals } = entries.reasons;
  return {
    kind: 'crl',
    summary: summarize(crl, deltaBase, now),
    issuer: nameText(crl.issuer),
    thisUpdate: describeInstant(crl.thisUpdate, now),
    nextUpdate: crl.nextUpdate && describeInstant(crl.nextUpdate, now),
    crlNumber: faults.attempt('cRLNumber', () => crlNumberOf(crl))?.toString(),
    deltaBase: deltaBase?.toString(),
    issuingDistributionPoint: point && describePoint(point),
    freshestCrl: freshest?.flatMap(({ distributionPoint = [] }) => distributionPoint.map(locationText)),
    authorityKeyIdentifier: keyIdentifier && encodeHex(keyIdentifier),
    version: crl.version,
    signatureAlgorithm: signatureAlgorithmText(crl.signatureAlgorithm),
    octets: crl.der.length,
    extensions: noteExtensions(crl.extensions, toldExtensions),
    criticalEntryExtensions:
      crl.criticalEntryExtensions.length === 0 ? undefined : crl.criticalEntryExtensions,
    entryCount: crl.entryCount,
    removals,
    reasons: entries.reasons,
    latestRevocation: entries.latest && describeInstant(entries.latest, now),
    firstEntries: entries.first,
    unreadable: faults.messages,
  };
}

function summarize(crl: Crl, deltaBase: bigint | undefined, now: Date): string {
  const { entryCount, thisUpdate, nextUpdate } = crl;
  const list = `${kindText(crl, deltaBase)} of ${entryCount === 1 ? '1 entry' : `${entryCount} entries`}`;
  const seconds = (instant: Date) => Math.floor((instant.getTime() - now.getTime()) / 1000);
  if (thisUpdate > now) return `${list}, dated ${formatSpan(seconds(thisUpdate))} in the future`;
  if (nextUpdate === undefined) return `${list} that does not say when the next one comes`;
  return nextUpdate < now
    ? `${list}, out of date for ${formatSpan(seconds(nextUpdate))}`
    : `${list}, current for ${formatSpan(seconds(nextUpdate))} more`;
}

/** One whose base cannot be read is a delta all the same. */
function kindText({ extensions }: Crl, deltaBase: bigint | undefined): string {
  if (deltaBase !== undefined) return `a delta CRL, upon CRL ${deltaBase},`;
  const isDelta = extensions.some(({ oid }) => oid === EXTENSION_OIDS.deltaCRLIndicator);
  return isDelta ? 'a delta CRL' : 'a CRL';
}

function describePoint(point: IssuingDistributionPoint): IdpDescription {
  return {
    names: point.distributionPoint?.map(locationText),
    covers: coverageOf(point),
    reasons: point.onlySomeReasons && [...point.onlySomeReasons],
    indirect: point.indirectCrl || undefined,
  };
}

function coverageOf(point: IssuingDistributionPoint): string {
  if (point.onlyContainsUserCerts) return 'end-entity certificates only';
  if (point.onlyContainsCACerts) return 'CA certificates only';
  return point.onlyContainsAttributeCerts ? 'attribute certificates only' : 'certificates of all kinds';
}

interface EntrySurvey {
  readonly reasons: Readonly<Record<string, number>>;
  readonly latest: Date | undefined;
  readonly first: readonly EntryNote[];
}

/** One walk over all entries; ends where one cannot be read. */
function surveyEntries(crl: Crl, faults: Faults): EntrySurvey {
  const reasons: Record<string, number> = {};
  const first: EntryNote[] = [];
  let latest: Date | undefined;
  faults.attempt('entries', () => {
    for (const entry of crlEntries(crl)) {
      const reason = entry.reason ?? 'none';
      reasons[reason] = (reasons[reason] ?? 0) + 1;
      if (latest === undefined || entry.revocationDate > latest) latest = entry.revocationDate;
      if (first.length < listedEntries) first.push(noteEntry(entry));
    }
  });
  return { reasons, latest, first };
}

function noteEntry({
  serialNumber,
  revocationDate,
  reason,
  invalidityDate,
  certificateIssuer,
}: CrlEntry): EntryNote {
  return {
    serialNumber,
    revocationDate: formatInstant(revocationDate),
    ...(reason === undefined ? {} : { reason }),
    ...(invalidityDate === undefined ? {} : { invalidityDate: formatInstant(invalidityDate) }),
    ...(certificateIssuer === undefined ? {} : { certificateIssuer: certificateIssuer.map(generalNameText) }),
  };
}

const listedEntries = 10;
const toldExtensions = [
  'cRLNumber',
  'deltaCRLIndicator',
  'issuingDistributionPoint',
  'freshestCRL',
  'authorityKeyIdentifier',
] as const;
