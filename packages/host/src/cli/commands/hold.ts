import type { Command } from 'commander';
import type { CertificateRecord } from '../../status/certificate-record.ts';
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

interface HoldOptions extends StatusChangeOptions {
  readonly at?: string;
}

/** `lancre hold` */
export function registerHold(program: Command, context: CliContext): void {
  withHostOptions(program.command('hold'))
    .summary('suspend a certificate: revoked until it is released')
    .description(
      'Puts a certificate on hold (RFC 5280 5.3.1): OCSP and CRLs say revoked with the reason certificateHold, until ' +
        '"lancre release" lifts it or "lancre revoke" makes it final. Not in the Web PKI: the profile cabf refuses it.',
    )
    .argument('<certificate>', 'a certificate file, or a serial number in hex')
    .option('--issuer <name>', 'the issuer, when a serial is given that several have')
    .option('--at <time>', 'when it took effect, such as 2026-11-02T10:00:00Z; default: now')
    .action((argument: string, options: HoldOptions) =>
      changeStatus(context, argument, options, {
        apply(statuses, target) {
          const revocationTime = pastInstant(context, options.at, '--at');
          requireAllowed(target, { kind: 'held' });
          requireAfterIssuance(target, revocationTime);
          return statuses.hold(target.issuer.id, target.serialNumber, { revocationTime });
        },
        sentence,
      }),
    );
}

function sentence(kind: 'held' | 'unchanged', { status }: CertificateRecord): string {
  return kind === 'held' ? statusText(status) : `already ${statusText(status)}: nothing was changed`;
}
