import { REVOCATION_REASONS, type RevocationReason } from '@lancre/pki/crl';
import { type Command, Option } from 'commander';
import type { CertificateRecord, Revocation } from '../../status/certificate-record.ts';
import { withHostOptions } from '../command-tools.ts';
import type { CliContext } from '../context.ts';
import {
  changeStatus,
  pastInstant,
  requireAfterIssuance,
  requireAllowed,
  type StatusChangeOptions,
} from '../status-change.ts';
import { statusText } from '../status-report.ts';

interface RevokeOptions extends StatusChangeOptions {
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
    .action((argument: string, options: RevokeOptions) =>
      changeStatus(context, argument, options, {
        apply(statuses, target) {
          const revocation = revocationOf(context, options);
          requireAllowed(target, { kind: 'revoked', ...revocation });
          requireAfterIssuance(target, revocation.revocationTime);
          return statuses.revoke(target.issuer.id, target.serialNumber, revocation);
        },
        sentence,
      }),
    );
}

function revocationOf(context: CliContext, { reason, at, invalidityDate }: RevokeOptions): Revocation {
  return {
    revocationTime: pastInstant(context, at, '--at'),
    // "unspecified" is never encoded: it is the same as no reason (RFC 5280 5.3.1).
    ...(reason === undefined || reason === 'unspecified' ? {} : { reason }),
    ...(invalidityDate === undefined
      ? {}
      : { invalidityDate: pastInstant(context, invalidityDate, '--invalidity-date') }),
  };
}

function sentence(kind: 'revoked' | 'changed' | 'unchanged', { status }: CertificateRecord): string {
  if (kind === 'unchanged') return `already ${statusText(status)}: nothing was changed`;
  return kind === 'changed' ? `now ${statusText(status)}` : statusText(status);
}
