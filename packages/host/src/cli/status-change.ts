import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { encodeHex } from '@lancre/pki/text';
import { LancreError } from '../errors/lancre-error.ts';
import { type ProfiledRevocation, revocationFaultOf } from '../issuer/revocation-profile.ts';
import type { CertificateRecord } from '../status/certificate-record.ts';
import type { StatusStore } from '../status/status-store.ts';
import { type CertificateArgument, resolveCertificate } from './certificate-argument.ts';
import { type HostCommandOptions, printResult, withHostStore } from './command-tools.ts';
import type { CliContext } from './context.ts';
import { formatInstant, parseInstant } from './instant.ts';
import { createPurgeHook } from './purge/purge-setup.ts';
import { statusJson } from './status-report.ts';

/** The options of commands that change a status. */
export interface StatusChangeOptions extends HostCommandOptions {
  readonly issuer?: string;
}

/** What a store made of a wish; `K` are its outcomes but `unassigned`. */
export type StatusOutcome<K extends string> =
  | { readonly kind: K; readonly record: CertificateRecord }
  | { readonly kind: 'unassigned' };

/**
 * Changes the status of a certificate: finds it, changes it, tells the purge hook and prints what came of it.
 *
 * @param change.apply called with the certificate; what it throws changes nothing
 * @throws LancreError `serial_unknown` for a certificate that the issuer has not assigned, and what finding it throws
 */
export async function changeStatus<K extends string>(
  context: CliContext,
  argument: string,
  options: StatusChangeOptions,
  change: {
    readonly apply: (statuses: StatusStore, target: CertificateArgument) => Promise<StatusOutcome<K>>;
    readonly sentence: (kind: K, record: CertificateRecord) => string;
  },
): Promise<void> {
  const { target, kind, record, config } = await withHostStore(context, options, async (store, config) => {
    const target = await resolveCertificate(context, store, createNodeCrypto(), argument, options.issuer);
    const outcome = await change.apply(store.statuses, target);
    return { target, config, ...requireAssigned(outcome, target) };
  });
  // Also when nothing was changed: saying it again is how a purge that failed is made up for.
  const purge = await createPurgeHook(context, config).notify([target]);
  const { issuer, serialNumber } = target;
  const serial = encodeHex(serialNumber);
  printResult(
    context,
    options,
    { issuer: issuer.name, serialNumber: serial, outcome: kind, ...statusJson(record.status), purge },
    [`${issuer.name} ${serial}: ${change.sentence(kind, record)}`],
  );
}

/** @throws LancreError `input_invalid` when the issuer's profile refuses such a revocation */
export function requireAllowed({ issuer }: CertificateArgument, revocation: ProfiledRevocation): void {
  const fault = revocationFaultOf(issuer.policy, revocation);
  if (fault === undefined) return;
  throw new LancreError('input_invalid', `the profile ${issuer.policy.profile} refuses it: ${fault}`);
}

/**
 * The time that was told by an option, or the present one; whole seconds.
 *
 * @throws LancreError `input_invalid` for one in the future
 */
export function pastInstant(context: CliContext, text: string | undefined, option: string): Date {
  const now = new Date(Math.floor(context.now().getTime() / 1000) * 1000);
  const instant = text === undefined ? now : parseInstant(text, option);
  if (instant > now) throw new LancreError('input_invalid', `${option}: ${text} lies in the future`);
  return instant;
}

/** REV-13; a bare serial does not tell when it was issued. */
export function requireAfterIssuance({ certificate }: CertificateArgument, instant: Date): void {
  if (certificate === undefined || instant >= certificate.notBefore) return;
  throw new LancreError(
    'input_invalid',
    `--at: the certificate is valid only from ${formatInstant(certificate.notBefore)}`,
  );
}

function requireAssigned<K extends string>(
  outcome: StatusOutcome<K>,
  { issuer, serialNumber }: CertificateArgument,
): Extract<StatusOutcome<K>, { readonly record: CertificateRecord }> {
  if ('record' in outcome) return outcome;
  throw new LancreError(
    'serial_unknown',
    `${issuer.name} has not assigned the serial ${encodeHex(serialNumber)}: import it first`,
  );
}
