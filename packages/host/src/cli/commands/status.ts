import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { encodeHex } from '@lancre/pki/text';
import type { Command } from 'commander';
import { crlUrl, ocspUrl } from '../../issuer/public-address.ts';
import type { CertificateRecord } from '../../status/certificate-record.ts';
import { lookUp } from '../../status/status-view.ts';
import { resolveCertificate } from '../certificate-argument.ts';
import {
  formatFields,
  type HostCommandOptions,
  printResult,
  withHostOptions,
  withHostStore,
} from '../command-tools.ts';
import type { CliContext } from '../context.ts';
import { formatInstant } from '../instant.ts';
import { statusFields, statusJson } from '../status-report.ts';

interface StatusOptions extends HostCommandOptions {
  readonly issuer?: string;
}

/** `lancre status` */
export function registerStatus(program: Command, context: CliContext): void {
  withHostOptions(program.command('status'))
    .summary("show what the host's records say of a certificate")
    .argument('<certificate>', 'a certificate file, or a serial number in hex')
    .option('--issuer <name>', 'the issuer, when a serial is given that several have')
    .action(async (argument: string, options: StatusOptions) => {
      await withHostStore(context, options, async (store, { address }) => {
        const { issuer, serialNumber } = await resolveCertificate(
          context,
          store,
          createNodeCrypto(),
          argument,
          options.issuer,
        );
        const record = lookUp(store.statuses, issuer.id, serialNumber);
        const serial = encodeHex(serialNumber);
        const common = { issuer: issuer.name, serialNumber: serial };
        if (record === undefined) {
          printResult(context, options, { ...common, status: 'unassigned' }, [
            `${issuer.name} has no record of ${serial}: OCSP says ${issuer.policy.ocsp.unknownSerial}`,
          ]);
          return;
        }
        const crl = crlUrl(address, issuer.name, record.shard);
        printResult(
          context,
          options,
          { ...common, ...recordJson(record), crl, ocsp: ocspUrl(address, issuer.name) },
          [
            ...formatFields([
              ['issuer', issuer.name],
              ['serial', serial],
              ...statusFields(record.status),
              ['notAfter', formatInstant(record.notAfter)],
              ['CRL', crl],
              ['OCSP', ocspUrl(address, issuer.name)],
            ]),
          ],
        );
      });
    });
}

function recordJson({ status, notAfter, shard }: CertificateRecord): Record<string, unknown> {
  return { ...statusJson(status), notAfter: formatInstant(notAfter), shard };
}
