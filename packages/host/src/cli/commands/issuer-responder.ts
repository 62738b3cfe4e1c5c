import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SerialNumber } from '@lancre/pki/certificate';
import { PkiError } from '@lancre/pki/errors';
import { parseSerialNumber } from '@lancre/pki/text';
import type { Command } from 'commander';
import { LancreError } from '../../errors/lancre-error.ts';
import { describeKey, type Issuer, type ResponderReference } from '../../issuer/issuer.ts';
import { responderFaultOf } from '../../issuer/responder-admission.ts';
import { loadSigner } from '../../storage/signer-loader.ts';
import {
  type HostCommandOptions,
  printResult,
  requireIssuer,
  withHostOptions,
  withHostStore,
} from '../command-tools.ts';
import type { CliContext } from '../context.ts';
import { createHostCrypto } from '../host-crypto.ts';
import { formatInstant } from '../instant.ts';
import { respondersJson } from '../issuer/issuer-description.ts';
import { type KeyOptions, keyReferenceOf, withKeyOptions } from '../issuer/key-option.ts';
import { requireProfile } from '../issuer/profile-check.ts';
import { readCertificate } from '../read-files.ts';

interface AddOptions extends HostCommandOptions, KeyOptions {
  readonly certificate: string;
}

/** `lancre issuer responder add|list|remove` */
export function registerIssuerResponder(issuer: Command, context: CliContext): void {
  const responder = issuer
    .command('responder')
    .summary('delegated responders: who signs OCSP answers in place of the CA');
  registerAdd(responder, context);
  registerList(responder, context);
  registerRemove(responder, context);
}

function registerAdd(responder: Command, context: CliContext): void {
  const command = withHostOptions(responder.command('add'))
    .summary('add a responder')
    .description(
      'Adds a delegated responder (RFC 6960 4.2.2.2): a certificate by the CA, for OCSPSigning, with ' +
        'id-pkix-ocsp-nocheck, and its key. Of several the newest that is valid signs: to change over, add the ' +
        'next one, and remove the old one when its answers have ended.',
    )
    .argument('<issuer>', 'the name of the CA')
    .requiredOption('--certificate <file>', 'its certificate, PEM or DER');
  withKeyOptions(command, 'to be given').action(async (name: string, options: AddOptions) => {
    await withHostStore(context, options, async (store) => {
      const issuer = requireIssuer(store.issuers, name);
      const added = await admissibleResponder(context, issuer, options);
      const others = (issuer.responders ?? []).filter(
        ({ certificate }) => Buffer.compare(certificate.der, added.certificate.der) !== 0,
      );
      const changed = { ...issuer, responders: [...others, added] };
      requireProfile(changed);
      await store.issuers.updateIssuer(changed);
      const { serialNumber, notBefore, notAfter } = added.certificate;
      printResult(context, options, respondersJson(changed.responders), [
        `${name}: the responder ${serialNumber} signs from ${formatInstant(notBefore)} to ${formatInstant(notAfter)}`,
      ]);
    });
  });
}

async function admissibleResponder(
  context: CliContext,
  issuer: Issuer,
  options: AddOptions,
): Promise<ResponderReference> {
  const certificate = await readCertificate(context.folder, options.certificate);
  const key = keyReferenceOf(context, options);
  if (key === undefined) throw new LancreError('input_invalid', 'a responder needs its --key');
  const now = context.now();
  const fault = await responderFaultOf({
    issuer,
    certificate,
    signer: await loadSigner(key, context.environment),
    // One for later may be added ahead.
    at: new Date(Math.max(now.getTime(), certificate.notBefore.getTime())),
    crypto: createHostCrypto(),
  });
  if (fault === undefined) return { certificate, key };
  throw new LancreError(
    'certificate_unsuitable',
    `${options.certificate} is no responder of ${issuer.name}: ${fault}`,
  );
}

function registerList(responder: Command, context: CliContext): void {
  withHostOptions(responder.command('list'))
    .summary('list the responders of a CA')
    .argument('<issuer>', 'the name of the CA')
    .action(async (name: string, options: HostCommandOptions) => {
      await withHostStore(context, options, async (store) => {
        const { responders = [], key } = requireIssuer(store.issuers, name);
        const lines = responders.map(
          (each) =>
            `${each.certificate.serialNumber}  ${formatInstant(each.certificate.notBefore)} to ${formatInstant(each.certificate.notAfter)}  ${describeKey(each.key)}`,
        );
        const none = key === undefined ? 'no responders, and no key' : 'no responders: the CA signs itself';
        printResult(context, options, respondersJson(responders), lines.length === 0 ? [none] : lines);
      });
    });
}

function registerRemove(responder: Command, context: CliContext): void {
  withHostOptions(responder.command('remove'))
    .summary('remove a responder')
    .argument('<issuer>', 'the name of the CA')
    .argument('<responder>', 'its certificate (PEM or DER), or the serial number of that in hex')
    .action(async (name: string, responder: string, options: HostCommandOptions) => {
      await withHostStore(context, options, async (store) => {
        const { responders = [], ...issuer } = requireIssuer(store.issuers, name);
        const wanted = await serialNumberOf(context, responder);
        const left = responders.filter(({ certificate }) => certificate.serialNumber !== wanted);
        if (left.length === responders.length)
          throw new LancreError(
            'serial_unknown',
            `${name} has no responder with the serial number ${wanted}`,
          );
        await store.issuers.updateIssuer(left.length === 0 ? issuer : { ...issuer, responders: left });
        printResult(context, options, respondersJson(left), [`${name}: the responder ${wanted} is removed`]);
      });
    });
}

/** A CA gives a serial number once (RFC 5280 4.1.2.2), so within one CA it says which certificate is meant. */
async function serialNumberOf(context: CliContext, argument: string): Promise<SerialNumber> {
  if (existsSync(resolve(context.folder, argument)))
    return (await readCertificate(context.folder, argument)).serialNumber;
  try {
    return parseSerialNumber(argument);
  } catch (cause) {
    if (!(cause instanceof PkiError)) throw cause;
    throw new LancreError('input_invalid', `"${argument}" is neither a file nor a serial number in hex`, {
      cause,
    });
  }
}
