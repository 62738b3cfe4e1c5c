import type { Issuer } from '../issuer/issuer.ts';
import { createIssuerRegistry } from '../issuer/issuer-registry.ts';
import type { PublicAddress } from '../issuer/public-address.ts';
import { OcspPresigner, type PresignReport } from '../publish/ocsp-presigner.ts';
import { SigningOcspSource } from '../status/signing-source.ts';
import { type HostCommandOptions, printResult, requireIssuer } from './command-tools.ts';
import type { CliContext } from './context.ts';
import { statusHorizon } from './crl-source/status-horizon.ts';
import { createHostCrypto } from './host-crypto.ts';
import type { HostStore } from './host-store.ts';
import { startProgress } from './progress.ts';
import { LoadedSigners } from './running/loaded-signers.ts';

interface PresignOptions extends HostCommandOptions {
  readonly issuer?: string;
  readonly dryRun?: true;
}

/** `lancre publish --ocsp`: signs ahead what is missing or past its planned refresh. */
export async function presignAnswers(
  context: CliContext,
  options: PresignOptions,
  store: HostStore,
  address: PublicAddress,
): Promise<'complete' | 'incomplete'> {
  const crypto = createHostCrypto();
  const { now, environment } = context;
  const registry = await createIssuerRegistry(store.issuers.listIssuers(), crypto);
  const signers = new LoadedSigners({ environment, crypto, now });
  const presigner = new OcspPresigner({
    ...store,
    now,
    source: new SigningOcspSource({
      view: store.statuses,
      registry: () => registry,
      responders: signers,
      address,
      now,
      freshUntil: statusHorizon(store.publications, now),
    }),
  });
  const issuers = chosenIssuers(store, options);
  if (options.dryRun) return printDue(context, options, presigner, issuers);
  await signers.load(issuers);
  const rows: Row[] = [];
  for (const issuer of issuers)
    rows.push({ issuer: issuer.name, ...(await presignOne(context, store, presigner, issuer)) });
  for (const { issuer, message } of signers.problems) context.stderr(`lancre: ${issuer}: ${message}\n`);
  printRows(context, options, rows);
  return rows.every(({ failed }) => failed === 0) ? 'complete' : 'incomplete';
}

type Row = PresignReport & { readonly issuer: string };

function chosenIssuers(store: HostStore, options: PresignOptions): readonly Issuer[] {
  const all =
    options.issuer === undefined
      ? store.issuers.listIssuers()
      : [requireIssuer(store.issuers, options.issuer)];
  return all.filter(({ policy }) => policy.ocsp.presign.length > 0);
}

async function presignOne(
  context: CliContext,
  store: HostStore,
  presigner: OcspPresigner,
  issuer: Issuer,
): Promise<PresignReport> {
  const total = store.statuses.count(issuer.id).assigned;
  const progress = startProgress(context, `signing ${issuer.name}`, total);
  let shown = 0;
  try {
    return await presigner.presign(issuer, {
      renewBefore: context.now(),
      onProgress: ({ certificates, signed }) => {
        progress.advance(certificates - shown);
        progress.note(`${signed} answers`);
        shown = certificates;
      },
    });
  } finally {
    progress.stop();
  }
}

function printDue(
  context: CliContext,
  options: PresignOptions,
  presigner: OcspPresigner,
  issuers: readonly Issuer[],
): 'complete' {
  const rows = issuers.map((issuer) => ({
    issuer: issuer.name,
    due: presigner.countDue(issuer, context.now()),
  }));
  printResult(
    context,
    options,
    rows,
    rows.length === 0
      ? [noIssuer]
      : rows.map(({ issuer, due }) => `${issuer.padEnd(28)} ${due} answers are due`),
  );
  return 'complete';
}

function printRows(context: CliContext, options: PresignOptions, rows: readonly Row[]): void {
  const lines = rows.map(({ issuer, certificates, signed, fresh, failed }) => {
    const trouble = failed === 0 ? '' : `, ${failed} failed`;
    return `${issuer.padEnd(28)} ${certificates} certificates: ${signed} answers signed, ${fresh} were fresh${trouble}`;
  });
  printResult(context, options, rows, lines.length === 0 ? [noIssuer] : lines);
}

const noIssuer = 'no issuer has its answers signed ahead: see "lancre issuer set --presign"';
