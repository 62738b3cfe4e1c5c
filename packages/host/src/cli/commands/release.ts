import type { Command } from 'commander';
import type { CertificateRecord } from '../../status/certificate-record.ts';
import { withHostOptions } from '../command-tools.ts';
import type { CliContext } from '../context.ts';
import { changeStatus, pastInstant, type StatusChangeOptions } from '../status-change.ts';
import { statusText } from '../status-report.ts';

/** `lancre release` */
export function registerRelease(program: Command, context: CliContext): void {
  withHostOptions(program.command('release'))
    .summary('lift the hold of a certificate: it is good again')
    .description(
      'Lifts a hold. The next OCSP answer says good; complete CRLs leave the certificate out, and delta CRLs say ' +
        'removeFromCRL. What was revoked for good stays revoked.',
    )
    .argument('<certificate>', 'a certificate file, or a serial number in hex')
    .option('--issuer <name>', 'the issuer, when a serial is given that several have')
    .action((argument: string, options: StatusChangeOptions) =>
      changeStatus(context, argument, options, {
        apply: (statuses, { issuer, serialNumber }) =>
          statuses.release(issuer.id, serialNumber, pastInstant(context, undefined, '--at')),
        sentence,
      }),
    );
}

function sentence(kind: 'released' | 'unchanged', { status }: CertificateRecord): string {
  if (kind === 'released') return 'released: good again';
  return `${statusText(status)}, not on hold: nothing was changed`;
}
