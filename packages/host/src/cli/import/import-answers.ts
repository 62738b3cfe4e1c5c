import { encodeHex } from '@lancre/pki/text';
import type { Issuer } from '../../issuer/issuer.ts';
import { createIssuerRegistry } from '../../issuer/issuer-registry.ts';
import { type OcspResponseOutcome, takeInOcspResponse } from '../../sources/ocsp-response-intake.ts';
import type { CliContext } from '../context.ts';
import { createHostCrypto } from '../host-crypto.ts';
import type { HostStore } from '../host-store.ts';
import { formatInstant } from '../instant.ts';
import { readInput } from './import-input.ts';

/** A file that was to hold an OCSP answer, and what became of it. */
export interface AnswerImport {
  readonly file: string;
  readonly outcome: OcspResponseOutcome;
}

/**
 * Takes in OCSP answers that were signed elsewhere, one a file.
 *
 * @param issuer answers of another are refused; undefined = of any issuer here
 */
export async function importAnswers(
  context: CliContext,
  store: HostStore,
  files: readonly string[],
  issuer: Issuer | undefined,
): Promise<readonly AnswerImport[]> {
  const crypto = createHostCrypto();
  const registry = await createIssuerRegistry(store.issuers.listIssuers(), crypto);
  const stores = { view: store.statuses, answers: store.answers };
  // All of them first, so that what cannot be read is told before anything is begun.
  const inputs: { readonly file: string; readonly der: Uint8Array }[] = [];
  for (const file of files) inputs.push({ file, der: await readInput(context, file, maximumAnswerOctets) });
  const report: AnswerImport[] = [];
  for (const { file, der } of inputs) {
    const now = context.now();
    const outcome = await takeInOcspResponse({ der, issuer, registry, now, crypto, ...stores });
    report.push({ file, outcome });
  }
  return report;
}

type GoodAnswer = Exclude<OcspResponseOutcome, { readonly kind: 'refused' }>;

/** The report for programs. */
export function answersJson(report: readonly AnswerImport[]): Record<string, unknown> {
  return {
    files: report.length,
    taken: countOf(report, 'taken'),
    unchanged: countOf(report, 'unchanged'),
    refused: countOf(report, 'refused'),
    answers: report.flatMap(({ file, outcome }) =>
      outcome.kind === 'refused' ? [] : [{ file, ...answerJson(outcome) }],
    ),
    refusals: report.flatMap(({ file, outcome }) =>
      outcome.kind === 'refused'
        ? [{ file, field: outcome.field, code: outcome.code, reason: outcome.message }]
        : [],
    ),
  };
}

function answerJson(answer: GoodAnswer): Record<string, unknown> {
  const { kind, issuerName, serialNumber, certStatus, thisUpdate, nextUpdate, forms, signedBy } = answer;
  const isRevoked = certStatus.status === 'revoked';
  return {
    outcome: kind,
    issuer: issuerName,
    serialNumber: encodeHex(serialNumber),
    status: certStatus.status,
    ...(isRevoked
      ? { revocationTime: formatInstant(certStatus.revocationTime), reason: certStatus.reason }
      : {}),
    thisUpdate: formatInstant(thisUpdate),
    nextUpdate: formatInstant(nextUpdate),
    certIds: forms,
    signedBy,
    ...(kind === 'taken' ? { contradicted: answer.contradicted } : {}),
  };
}

/** The report for people. */
export function describeAnswers(report: readonly AnswerImport[]): string[] {
  const [taken, unchanged, refused] = (['taken', 'unchanged', 'refused'] as const).map((kind) =>
    countOf(report, kind),
  );
  return [
    `${report.length} answers: ${taken} new, ${unchanged} known, ${refused} refused`,
    ...report.flatMap(({ file, outcome }) => describeAnswer(outcome).map((line) => `${file}: ${line}`)),
  ];
}

function describeAnswer(outcome: OcspResponseOutcome): string[] {
  if (outcome.kind === 'refused') return [`${outcome.field}: ${outcome.message}`];
  const { issuerName, serialNumber, certStatus, nextUpdate, forms } = outcome;
  const contradicted = outcome.kind === 'taken' ? outcome.contradicted : [];
  return [
    `${issuerName} ${encodeHex(serialNumber)} is ${certStatus.status}, until ${formatInstant(nextUpdate)}, ` +
      `by ${formsText(forms)}`,
    ...(contradicted.length === 0
      ? []
      : [`the answer by ${formsText(contradicted)} still says otherwise: bring a new one for that too`]),
  ];
}

function formsText(forms: GoodAnswer['forms']): string {
  return forms
    .map(({ hash, parameters }) => (parameters === 'null' ? hash : `${hash} (parameters absent)`))
    .join(' and ');
}

/** How many had this outcome. */
export function countOf(report: readonly AnswerImport[], kind: OcspResponseOutcome['kind']): number {
  return report.filter(({ outcome }) => outcome.kind === kind).length;
}

/** Far above what an answer may have. */
const maximumAnswerOctets = 1 << 20;
