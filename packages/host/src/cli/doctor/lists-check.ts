import { crlPath } from '../../issuer/public-address.ts';
import { formatDuration } from '../duration.ts';
import { formatInstant } from '../instant.ts';
import { expiringLists, type ListFreshness, nameOfList } from '../running/list-freshness.ts';
import { exceededLimit, sizeText } from '../running/list-size.ts';
import { type Finding, Findings } from './finding.ts';
import type { Scene } from './scene.ts';

/** Whether every list is there, has time left, and is of a size that clients take. */
export function checkLists(scene: Pick<Scene, 'issuers' | 'store' | 'lists' | 'now'>): readonly Finding[] {
  const findings = new Findings('lists');
  checkPresence(findings, scene);
  const { lists, now } = scene;
  checkFreshness(findings, lists, now);
  for (const list of lists) checkSize(findings, list);
  return findings.orGood(summary(lists, now));
}

/** The publisher makes a list anew long before: red here is no false alarm, and comes in time. */
function checkFreshness(findings: Findings, lists: readonly ListFreshness[], now: Date): void {
  const late = expiringLists(lists, now);
  const ended = late.filter(({ nextUpdate }) => nextUpdate <= now);
  const ending = late.filter(({ nextUpdate }) => nextUpdate > now);
  for (const [group, what] of [
    [ended, 'has expired: clients refuse it'],
    [ending, 'has less than a third of its validity left'],
  ] as const) {
    const [first] = inOrder(group);
    if (first === undefined) continue;
    const others = group.length === 1 ? '' : `, and so do ${group.length - 1} more`;
    findings.bad(
      `${nameOfList(first)} ${what} (nextUpdate ${formatInstant(first.nextUpdate)})${others}`,
      'keep "lancre serve" running, or run "lancre publish" often; other findings, or the log, say why it fails',
    );
  }
}

function checkPresence(
  findings: Findings,
  { issuers, store, lists }: Pick<Scene, 'issuers' | 'store' | 'lists'>,
) {
  for (const { name, key, policy } of issuers) {
    const { shards, full } = policy.crl;
    const published = new Set(
      lists.filter(({ issuer, kind }) => issuer === name && kind === 'complete').map(({ shard }) => shard),
    );
    const wanted = Array.from({ length: shards }, (_, index) => index + 1);
    if (full === 'publish') wanted.unshift(0);
    const absent = key === undefined ? [] : wanted.filter((shard) => !published.has(shard));
    const lost = [...published].filter(
      (shard) => store.artifacts.resolve(crlPath(name, shard)) === undefined,
    );
    if (absent.length > 0)
      findings.bad(
        `${countOf(absent.length)} of ${name} was never published`,
        'lancre publish, or lancre serve',
      );
    if (lost.length > 0)
      findings.bad(`${countOf(lost.length)} of ${name} is missing in the public tree`, 'lancre publish');
  }
}

/** CRL-25: the limits of those who read them. */
function checkSize(findings: Findings, list: ListFreshness): void {
  const limit = exceededLimit(list);
  if (limit === undefined) return;
  const message = `${nameOfList(list)} has ${sizeText(list)}: ${limit.who}`;
  const remedy = `"lancre issuer set ${list.issuer} --shards N": certificates issued from then on are spread over N lists`;
  // Nobody need fetch the full list where there are shards.
  if (limit.verdict === 'bad' && list.shard > 0) findings.bad(message, remedy);
  else findings.warning(message, remedy);
}

function summary(lists: readonly ListFreshness[], now: Date): string {
  const [first] = inOrder(lists);
  if (first === undefined) return 'none is published, and none has to be';
  const left = formatDuration((first.nextUpdate.getTime() - now.getTime()) / 1000);
  const largest = Math.max(...lists.map(({ length }) => length));
  const deltas = lists.filter(({ kind }) => kind === 'delta').length;
  const and = deltas === 0 ? '' : ` and ${deltas} deltas`;
  return `lists: ${lists.length - deltas}${and}, of at most ${largest} octets; the first to end is ${nameOfList(first)}, in ${left}`;
}

function inOrder(lists: readonly ListFreshness[]): readonly ListFreshness[] {
  return lists.toSorted((a, b) => a.nextUpdate.getTime() - b.nextUpdate.getTime());
}

function countOf(count: number): string {
  return count === 1 ? 'one list' : `each of ${count} lists`;
}
