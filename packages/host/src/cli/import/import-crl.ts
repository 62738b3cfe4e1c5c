import { LancreError } from '../../errors/lancre-error.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import { createIssuerRegistry, type IssuerRegistry } from '../../issuer/issuer-registry.ts';
import { crlUrl, type PublicAddress } from '../../issuer/public-address.ts';
import { findPublishedList, publishForeignCrl } from '../../publish/foreign-crl.ts';
import { type AcceptedCrl, type CrlFacts, checkForeignCrl } from '../../sources/crl-intake.ts';
import { type CrlRecordReport, recordCrlEntries } from '../../sources/crl-records.ts';
import { type CrlRefusal, refuseCrl } from '../../sources/crl-refusal.ts';
import { maximumCrlOctets } from '../../sources/crl-subject.ts';
import type { CliContext } from '../context.ts';
import { createHostCrypto } from '../host-crypto.ts';
import type { HostStore } from '../host-store.ts';
import { formatInstant } from '../instant.ts';
import type { StatusChange } from '../purge/purge-message.ts';
import { readInput } from './import-input.ts';

/** What became of a list. */
export type CrlOutcome = TakenCrl | UnchangedCrl | CrlRefusal;

/** It is served, its entries are records. */
export interface TakenCrl extends CrlFacts {
  readonly kind: 'taken';
  readonly records: CrlRecordReport;
}

/** It is served already. */
export interface UnchangedCrl extends CrlFacts {
  readonly kind: 'unchanged';
}

/** Where a list is taken in. */
export interface CrlIntakeSite {
  readonly store: Pick<HostStore, 'statuses' | 'artifacts' | 'publications'>;
  readonly registry: IssuerRegistry;
  readonly address: PublicAddress;
  readonly now: Date;
}

/**
 * Takes in a CRL that was signed elsewhere: checked in full, then its entries made records, then
 * published. In this order, so that whatever is cut off is done by taking it in again.
 *
 * @param issuer lists of another are refused; undefined = of any issuer here
 */
export async function takeInCrl(
  octets: Uint8Array,
  issuer: Issuer | undefined,
  { store, registry, address, now }: CrlIntakeSite,
): Promise<CrlOutcome> {
  const crypto = createHostCrypto();
  const checked = await checkForeignCrl({
    octets,
    issuer,
    registry,
    address,
    now,
    crypto,
    view: store.statuses,
    findPublished: ({ id, name }, shard) =>
      findPublishedList(store, { issuerId: id, issuerName: name, shard }),
  });
  if (checked.kind !== 'accepted') return checked;
  const records = await recordCrlEntries(checked, store.statuses);
  return (await publish(checked, store, crypto)) ?? { ...checked, kind: 'taken', records };
}

async function publish(
  list: AcceptedCrl<NonNullable<Awaited<ReturnType<typeof findPublishedList>>>>,
  store: CrlIntakeSite['store'],
  crypto: ReturnType<typeof createHostCrypto>,
): Promise<CrlRefusal | undefined> {
  const published = await publishForeignCrl(list, store, crypto);
  switch (published.kind) {
    case 'published':
      return undefined;
    case 'refused':
      return refuseCrl('gate_refused', 'CertificateList', published.message);
    case 'overtaken':
      return refuseCrl('overtaken', 'CertificateList', 'another list was published at this moment');
  }
}

/** The certificates whose status is another one now. */
export function crlStatusChanges(outcome: CrlOutcome): readonly StatusChange[] {
  if (outcome.kind !== 'taken') return [];
  return outcome.records.changed.map((serialNumber) => ({ issuer: outcome.issuer, serialNumber }));
}

/** A file that was to hold a CRL, and what became of it. */
export interface CrlImport {
  readonly file: string;
  readonly outcome: CrlOutcome;
}

/**
 * Takes in CRLs that were signed elsewhere, one a file, in the order given.
 *
 * @param issuer lists of another are refused; undefined = of any issuer here
 */
export async function importCrls(
  context: CliContext,
  { store, address }: { readonly store: HostStore; readonly address: PublicAddress },
  files: readonly string[],
  issuer: Issuer | undefined,
): Promise<readonly CrlImport[]> {
  const registry = await createIssuerRegistry(store.issuers.listIssuers(), createHostCrypto());
  // All of them first, so that what cannot be read is told before anything is begun.
  const inputs: { readonly file: string; readonly octets: Uint8Array }[] = [];
  for (const file of files) inputs.push({ file, octets: await readList(context, file) });
  const report: CrlImport[] = [];
  for (const { file, octets } of inputs) {
    const outcome = await takeInCrl(octets, issuer, { store, registry, address, now: context.now() });
    report.push({ file, outcome });
  }
  return report;
}

/** @throws LancreError `input_invalid` for more than is taken, and what opening throws */
async function readList(context: CliContext, file: string): Promise<Uint8Array> {
  const octets = await readInput(context, file, maximumCrlOctets);
  if (octets.length <= maximumCrlOctets) return octets;
  throw new LancreError('input_invalid', `${file} has more than ${maximumCrlOctets} octets`);
}

/** The report for programs. */
export function crlsJson(report: readonly CrlImport[], address: PublicAddress): Record<string, unknown> {
  return {
    files: report.length,
    taken: countOutcomes(report, 'taken'),
    unchanged: countOutcomes(report, 'unchanged'),
    refused: countOutcomes(report, 'refused'),
    lists: report.flatMap(({ file, outcome }) =>
      outcome.kind === 'refused' ? [] : [{ file, ...listJson(outcome, address) }],
    ),
    refusals: report.flatMap(({ file, outcome }) =>
      outcome.kind === 'refused'
        ? [{ file, field: outcome.field, code: outcome.code, reason: outcome.message }]
        : [],
    ),
  };
}

function listJson(list: TakenCrl | UnchangedCrl, address: PublicAddress): Record<string, unknown> {
  const { kind, issuer, shard, crlNumber, crl, nextUpdate } = list;
  return {
    outcome: kind,
    issuer: issuer.name,
    shard,
    url: crlUrl(address, issuer.name, shard),
    crlNumber: crlNumber.toString(),
    thisUpdate: formatInstant(crl.thisUpdate),
    nextUpdate: formatInstant(nextUpdate),
    entries: crl.entryCount,
    ...(kind === 'taken' ? { records: recordsJson(list.records) } : {}),
  };
}

function recordsJson({ changed: _changed, ...counts }: CrlRecordReport): Record<string, number> {
  return counts;
}

/** The report for people. */
export function describeCrls(report: readonly CrlImport[], address: PublicAddress): string[] {
  const [taken, unchanged, refused] = (['taken', 'unchanged', 'refused'] as const).map((kind) =>
    countOutcomes(report, kind),
  );
  return [
    `${report.length} lists: ${taken} new, ${unchanged} known, ${refused} refused`,
    ...report.flatMap(({ file, outcome }) =>
      describeOutcome(outcome, address).map((line) => `${file}: ${line}`),
    ),
  ];
}

function describeOutcome(outcome: CrlOutcome, address: PublicAddress): string[] {
  if (outcome.kind === 'refused') return [`${outcome.field}: ${outcome.message}`];
  const { issuer, shard, crlNumber, crl, nextUpdate } = outcome;
  return [
    `number ${crlNumber} of ${issuer.name}, ${crl.entryCount} entries, until ${formatInstant(nextUpdate)}, at ` +
      crlUrl(address, issuer.name, shard),
    ...(outcome.kind === 'taken' ? describeRecords(outcome.records) : []),
  ];
}

function describeRecords({ added, revoked, released, differing }: CrlRecordReport): string[] {
  return [
    `${added} certificates were not known, ${revoked} are newly revoked, ${released} released from a hold`,
    ...(differing === 0
      ? []
      : [`${differing} have another revocation date or reason on it than on record, which stays`]),
  ];
}

/** How many had this outcome. */
export function countOutcomes(report: readonly CrlImport[], kind: CrlOutcome['kind']): number {
  return report.filter(({ outcome }) => outcome.kind === kind).length;
}
