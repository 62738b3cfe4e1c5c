import { namesEqualBytes } from '@lancre/pki/certificate';
import {
  type Crl,
  crlNumberOf,
  decodeCrl,
  deltaCrlIndicatorOf,
  issuingDistributionPointOf,
} from '@lancre/pki/crl';
import { PkiError } from '@lancre/pki/errors';
import type { Issuer } from '../../issuer/issuer.ts';
import { crlUrl, deltaCrlUrl } from '../../issuer/public-address.ts';
import type { CrlKind } from '../../publish/scope.ts';
import { formatInstant } from '../instant.ts';
import { cachingFaults } from './caching-faults.ts';
import { type Finding, Findings } from './finding.ts';
import type { AnsweredRequest } from './public-client.ts';
import type { Scene } from './scene.ts';

/** Fetches the CRLs of an issuer, and looks at them as a client does. */
export async function checkPublicLists(scene: Scene, issuer: Issuer): Promise<readonly Finding[]> {
  const findings = new Findings('public CRLs');
  const lists = scene.lists.filter(({ issuer: name }) => name === issuer.name);
  const shards = lists.filter(({ kind }) => kind === 'complete').map(({ shard }) => shard);
  if (shards.length === 0) return [];
  const asked = chosen(shards);
  for (const shard of asked) {
    await checkList(findings, scene, issuer, { shard, kind: 'complete' });
    if (lists.some((list) => list.kind === 'delta' && list.shard === shard))
      await checkList(findings, scene, issuer, { shard, kind: 'delta' });
  }
  const count = asked.length === shards.length ? `${asked.length}` : `${asked.length} of ${shards.length}`;
  return findings.orGood(`${issuer.name}: ${count} fetched, signed, current, each in its place`);
}

/** All of a few; of many the first and the last, and some in between. */
function chosen(shards: readonly number[]): readonly number[] {
  const step = (shards.length - 1) / (mostLists - 1);
  if (step <= 1) return shards;
  return Array.from({ length: mostLists }, (_, index) => shards[Math.round(index * step)] ?? 0);
}

interface AskedList {
  /** 0 = the full list. */
  readonly shard: number;
  readonly kind: CrlKind;
}

async function checkList(findings: Findings, scene: Scene, issuer: Issuer, list: AskedList): Promise<void> {
  const { address } = scene.config;
  const place = crlUrl(address, issuer.name, list.shard);
  const url = list.kind === 'complete' ? place : deltaCrlUrl(address, issuer.name, list.shard);
  const answer = await scene.client.fetch({ url, headers: { accept: mediaType } });
  if (answer.kind === 'failed') {
    findings.bad(`${url}: ${answer.message}`, 'see whether the host runs, and who else stands before it');
    return;
  }
  const crl = read(answer);
  if (typeof crl === 'string') {
    findings.bad(`${url}: ${crl}`, 'lancre inspect shows what comes from there');
    return;
  }
  for (const fault of await listFaults(scene, issuer, list, place, crl)) findings.bad(`${url}: ${fault}`);
  for (const fault of cachingFaults(answer, crl.nextUpdate, scene.now)) findings.warning(`${url}: ${fault}`);
  const older = olderThanPublished(scene, issuer, list, crl);
  if (older !== undefined) findings.warning(`${url}: ${older}`, 'a cache in between keeps lists too long');
}

function read({ status, mediaType: type, body }: AnsweredRequest): Crl | string {
  if (status !== 200) return `it is answered with ${status}`;
  if (type !== mediaType) return `its media type is ${type ?? 'missing'}, not ${mediaType} (RFC 2585 4.2)`;
  try {
    return decodeCrl(body, { maxBytes: Number.MAX_SAFE_INTEGER });
  } catch (error) {
    if (error instanceof PkiError) return `it is no CRL in DER: ${error.message}`;
    throw error;
  }
}

async function listFaults(
  { crypto, now }: Scene,
  issuer: Issuer,
  { shard, kind }: AskedList,
  place: string,
  crl: Crl,
): Promise<readonly string[]> {
  const [certificate] = issuer.certificates;
  const verdict = await crypto.verify({
    algorithm: crl.signatureAlgorithm,
    subjectPublicKeyInfoDer: certificate.subjectPublicKeyInfo.der,
    message: crl.tbsDer,
    signature: crl.signature,
  });
  const uris = issuingDistributionPointOf(crl)?.distributionPoint?.map((name) =>
    name.type === 'uri' ? name.uri : name.type,
  );
  const isInPlace = uris === undefined ? shard === 0 : uris.includes(place);
  const checks: readonly (readonly [boolean, string])[] = [
    [namesEqualBytes(crl.issuer, certificate.subject), `it is not a list of ${issuer.name}`],
    [verdict === 'valid', `its signature is ${verdict}`],
    [crl.thisUpdate <= now, `its thisUpdate ${formatInstant(crl.thisUpdate)} is to come`],
    [crl.nextUpdate !== undefined && crl.nextUpdate > now, 'it has expired: clients refuse it'],
    // SHD-02, T-15; a delta has that of its base (SHD-16).
    [isInPlace, `its issuingDistributionPoint is ${uris?.join(', ') ?? 'absent'}`],
    [(deltaCrlIndicatorOf(crl) === undefined) === (kind === 'complete'), `it is no ${kind} CRL`],
  ];
  return checks.filter(([isRight]) => !isRight).map(([, fault]) => fault);
}

function olderThanPublished(
  { store }: Scene,
  issuer: Issuer,
  { shard, kind }: AskedList,
  crl: Crl,
): string | undefined {
  const { publications } = store;
  const published =
    kind === 'complete'
      ? publications.findPublication(issuer.id, shard)
      : publications.findDelta(issuer.id, shard);
  const number = crlNumberOf(crl);
  if (published === undefined || number === undefined || number >= published.crlNumber) return undefined;
  return `number ${number} is given, where ${published.crlNumber} is published`;
}

const mediaType = 'application/pkix-crl';
const mostLists = 16;
