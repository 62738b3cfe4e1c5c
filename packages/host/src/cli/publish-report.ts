import type { PublishOutcome } from '../publish/crl-publisher.ts';
import type { PlannedList, PlanReason } from '../publish/publication-plan.ts';
import { describeScope } from '../publish/scope.ts';
import { type HostCommandOptions, printResult } from './command-tools.ts';
import type { CliContext } from './context.ts';
import { formatInstant } from './instant.ts';
import type { KeyProblem } from './running/loaded-signers.ts';

/** What `lancre publish --dry-run` prints. */
export function printPublicationPlan(
  context: CliContext,
  options: HostCommandOptions,
  lists: readonly PlannedList[],
): void {
  const value = lists.map((list) => ({
    ...listJson(list),
    reason: list.reason,
    notBefore: formatInstant(list.notBefore),
    ...(list.base === undefined ? {} : { baseCrlNumber: list.base.crlNumber.toString() }),
  }));
  const lines = lists.map((list) => `${nameOf(list)} ${REASONS[list.reason]}`);
  printResult(context, options, value, lines.length === 0 ? ['nothing is due'] : lines);
}

/** What `lancre publish` prints: keys that cannot be used, and what became of the lists. */
export function printPublishOutcomes(
  context: CliContext,
  options: HostCommandOptions,
  problems: readonly KeyProblem[],
  outcomes: readonly PublishOutcome[],
): void {
  const unusable = problems.map(({ issuer, message }) => ({ issuer, failed: 'signer_unavailable', message }));
  if (options.json === undefined) {
    for (const { issuer, message } of problems) context.stderr(`lancre: ${issuer}: ${message}\n`);
  }
  const lines = outcomes.map((outcome) => `${nameOf(outcome.list)} ${outcomeText(outcome)}`);
  printResult(
    context,
    options,
    [...unusable, ...outcomes.map(outcomeJson)],
    lines.length === 0 ? ['nothing was due'] : lines,
  );
}

function outcomeJson(outcome: PublishOutcome): Record<string, unknown> {
  const list = listJson(outcome.list);
  if (outcome.kind === 'failed')
    return { ...list, failed: outcome.error.code, message: outcome.error.message };
  if (outcome.kind === 'superseded') return { ...list, superseded: true };
  const { crlNumber, entryCount, length, nextUpdate } = outcome.publication;
  return {
    ...list,
    crlNumber: crlNumber.toString(),
    entries: entryCount,
    octets: length,
    nextUpdate: formatInstant(nextUpdate),
  };
}

function outcomeText(outcome: PublishOutcome): string {
  if (outcome.kind === 'failed') return `failed: ${outcome.error.message}`;
  if (outcome.kind === 'superseded') return 'published by another process at the same moment';
  const { entryCount, length, nextUpdate } = outcome.publication;
  return `${entryCount} entries, ${length} octets, until ${formatInstant(nextUpdate)}`;
}

function listJson({ scope, kind }: PlannedList): Record<string, unknown> {
  return { issuer: scope.issuerName, shard: scope.shard, kind };
}

function nameOf({ scope, kind }: PlannedList): string {
  return describeScope(scope, kind).padEnd(28);
}

const REASONS: Readonly<Record<PlanReason, string>> = {
  first: 'first: nothing is published there yet',
  changed: 'changed: a status in it is another',
  settings: "settings: the issuer's, or the public address",
  period: 'period: it is time for the next issue',
  complete: 'complete: beside its complete list',
  expiring: 'expiring: less than a third of its validity is left',
};
