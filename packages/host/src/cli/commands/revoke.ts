import { REVOCATION_REASONS, type RevocationReason } from '@lancre/pki/crl';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { encodeHex } from '@lancre/pki/text';
import { type Command, Option } from 'commander';
import { LancreError } from '../../errors/lancre-error.ts';
import type { CertificateRecord, Revocation } from '../../status/certificate-record.ts';
import type { RevokeOutcome } from '../../status/status-store.ts';
import { type CertificateArgument, resolveCertificate } from '../certificate-argument.ts';
import { type HostCommandOptions, printResult, withHostOptions, withHostStore } from '../command-tools.ts';
import type { Config } from '../config.ts';
import type { CliContext } from '../context.ts';
import { formatInstant, parseInstant } from '../instant.ts';
import { createPurgeHook } from '../purge-setup.ts';

interface RevokeOptions extends HostCommandOptions {
  readonly issuer?: string;
  readonly reason?: RevocationReason;
  readonly at?: string;
  readonly invalidityDate?: string;
}

/** The reasons a certificate can be revoked for here: a hold is no revocation, and removeFromCRL the end of one. */
const reasons = REVOCATION_REASONS.filter(
  (reason) => reason !== 'certificateHold' && reason !== 'removeFromCRL',
);

/** `lancre revoke` */
export function registerRevoke(program: Command, context: CliContext): void {
  withHostOptions(program.command('revoke'))
    .summary('revoke a certificate')
    .description(
      'Revokes a certificate for good. When the command returns, the revocation is on disk: the next OCSP answer ' +
        'says revoked, and a running host publishes the CRL within two seconds. Then the purge hook of the ' +
        'configuration is told, if there is one; should it fail, the same command tells it again.',
    )
    .argument('<certificate>', 'a certificate file, or a serial number in hex')
    .option('--issuer <name>', 'the issuer, when a serial is given that several have')
    .addOption(new Option('--reason <reason>', 'the reason; none is said when left out').choices(reasons))
    .option('--at <time>', 'when it took effect, such as 2026-11-02T10:00:00Z; default: now')
    .option('--invalidity-date <time>', 'since when the key was not to be trusted')
    .action(async (argument: string, options: RevokeOptions) => {
      const { target, outcome, config } = await revoke(context, argument, options);
      // Also when nothing was changed: saying it again is how a purge that failed is made up for.
      const purge = await createPurgeHook(context, config).notify([target]);
      const { issuer, serialNumber } = target;
      const { kind, record } = outcome;
      const serial = encodeHex(serialNumber);
      printResult(
        context,
        options,
        { issuer: issuer.name, serialNumber: serial, outcome: kind, ...statusJson(record), purge },
        [`${issuer.name} ${serial}: ${sentence(kind, record)}`],
      );
    });
}

interface Revoked {
  readonly target: CertificateArgument;
  readonly outcome: Exclude<RevokeOutcome, { readonly kind: 'unassigned' }>;
  readonly config: Config;
}

function revoke(context: CliContext, argument: string, options: RevokeOptions): Promise<Revoked> {
  return withHostStore(context, options, async (store, config) => {
    const revocation = revocationOf(context, options);
    const target = await resolveCertificate(context, store, createNodeCrypto(), argument, options.issuer);
    requireAfterIssuance(target.certificate?.notBefore, revocation);
    const outcome = await store.statuses.revoke(target.issuer.id, target.serialNumber, revocation);
    if (outcome.kind === 'unassigned') {
      const serial = encodeHex(target.serialNumber);
      throw new LancreError(
        'serial_unknown',
        `${target.issuer.name} has not assigned the serial ${serial}: import it first`,
      );
    }
    return { target, outcome, config };
  });
}

function revocationOf(context: CliContext, options: RevokeOptions): Revocation {
  const now = new Date(Math.floor(context.now().getTime() / 1000) * 1000);
  const revocationTime = options.at === undefined ? now : parseInstant(options.at, '--at');
  const invalidityDate =
    options.invalidityDate === undefined
      ? undefined
      : parseInstant(options.invalidityDate, '--invalidity-date');
  if (revocationTime > now) throw new LancreError('input_invalid', `--at: ${options.at} lies in the future`);
  if (invalidityDate !== undefined && invalidityDate > now) {
    throw new LancreError('input_invalid', `--invalidity-date: ${options.invalidityDate} lies in the future`);
  }
  const { reason } = options;
  return {
    revocationTime,
    // "unspecified" is never encoded: it is the same as no reason (RFC 5280 5.3.1).
    ...(reason === undefined || reason === 'unspecified' ? {} : { reason }),
    ...(invalidityDate === undefined ? {} : { invalidityDate }),
  };
}

/** REV-13; a bare serial does not tell when it was issued. */
function requireAfterIssuance(notBefore: Date | undefined, { revocationTime }: Revocation): void {
  if (notBefore === undefined || revocationTime >= notBefore) return;
  throw new LancreError(
    'input_invalid',
    `--at: the certificate is valid only from ${formatInstant(notBefore)}`,
  );
}

function sentence(kind: 'revoked' | 'changed' | 'unchanged', { status }: CertificateRecord): string {
  if (status.kind === 'assigned') return 'assigned';
  const facts = `revoked ${formatInstant(status.revocationTime)}, ${status.reason ?? 'no reason given'}`;
  if (kind === 'unchanged') return `already ${facts}: nothing was changed`;
  return kind === 'changed' ? `now ${facts}` : facts;
}

function statusJson({ status }: CertificateRecord): Record<string, unknown> {
  if (status.kind === 'assigned') return { status: 'assigned' };
  const { revocationTime, reason, invalidityDate } = status;
  return {
    status: status.kind,
    revocationTime: formatInstant(revocationTime),
    reason,
    invalidityDate: invalidityDate && formatInstant(invalidityDate),
  };
}
