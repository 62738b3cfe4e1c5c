import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  authorityKeyIdentifierOf,
  type Certificate,
  formatName,
  subjectKeyIdentifierOf,
} from '@lancre/pki/certificate';
import type { CryptoProvider } from '@lancre/pki/crypto';
import { PkiError } from '@lancre/pki/errors';
import { parseSerialNumber, serialNumberToBytes } from '@lancre/pki/text';
import { LancreError } from '../errors/lancre-error.ts';
import type { Issuer } from '../issuer/issuer.ts';
import { lookUp } from '../status/status-view.ts';
import { requireIssuer } from './command-tools.ts';
import type { CliContext } from './context.ts';
import type { HostStore } from './host-store.ts';
import { readCertificate } from './read-files.ts';

/** A certificate named on the command line. */
export interface CertificateArgument {
  readonly issuer: Issuer;
  /** Magnitude octets. */
  readonly serialNumber: Uint8Array;
  /** When a file was given. */
  readonly certificate?: Certificate;
}

/**
 * Finds what `SERIAL or certificate file` means. A file names its issuer by its signature; a bare
 * serial is no key, so its issuer is named too, or is the only one that has such a serial.
 *
 * @throws LancreError `input_invalid`, `issuer_unknown`, `serial_unknown`
 */
export async function resolveCertificate(
  context: CliContext,
  store: HostStore,
  crypto: CryptoProvider,
  argument: string,
  issuerName: string | undefined,
): Promise<CertificateArgument> {
  if (existsSync(resolve(context.folder, argument))) {
    return resolveFile(context, store, crypto, argument, issuerName);
  }
  const serialNumber = parseSerialArgument(argument);
  if (issuerName !== undefined) return { issuer: requireIssuer(store.issuers, issuerName), serialNumber };
  const holders = store.issuers
    .listIssuers()
    .filter((issuer) => lookUp(store.statuses, issuer.id, serialNumber) !== undefined);
  const [issuer] = holders;
  if (issuer === undefined) {
    throw new LancreError('serial_unknown', `no issuer has assigned the serial ${argument}`);
  }
  if (holders.length > 1) {
    const names = holders.map(({ name }) => name).join(', ');
    throw new LancreError(
      'input_invalid',
      `the serial ${argument} is one of ${names}: say which with --issuer`,
    );
  }
  return { issuer, serialNumber };
}

async function resolveFile(
  context: CliContext,
  store: HostStore,
  crypto: CryptoProvider,
  path: string,
  issuerName: string | undefined,
): Promise<CertificateArgument> {
  const certificate = await readCertificate(context.folder, path);
  const serialNumber = serialOctets(certificate.serialNumber, path);
  const issuer = await findIssuer(store.issuers.listIssuers(), certificate, crypto);
  if (issuer === undefined) {
    throw new LancreError(
      'issuer_unknown',
      `${path} was issued by ${formatName(certificate.issuer)}: no issuer here has that name and key`,
    );
  }
  if (issuerName !== undefined && issuer.name !== issuerName) {
    throw new LancreError('input_invalid', `${path} was issued by ${issuer.name}, not by ${issuerName}`);
  }
  return { issuer, serialNumber, certificate };
}

/** The issuer whose name and key made the certificate: the name alone may be that of several. */
async function findIssuer(
  issuers: readonly Issuer[],
  certificate: Certificate,
  crypto: CryptoProvider,
): Promise<Issuer | undefined> {
  for (const issuer of issuers) {
    const [own] = issuer.certificates;
    if (Buffer.compare(own.subject.der, certificate.issuer.der) !== 0 || excludesByKeyId(certificate, own))
      continue;
    const verdict = await crypto.verify({
      algorithm: certificate.signatureAlgorithm,
      subjectPublicKeyInfoDer: own.subjectPublicKeyInfo.der,
      message: certificate.tbsDer,
      signature: certificate.signature,
    });
    if (verdict === 'valid') return issuer;
  }
  return undefined;
}

function excludesByKeyId(certificate: Certificate, issuer: Certificate): boolean {
  const wanted = authorityKeyIdentifierOf(certificate)?.keyIdentifier;
  const own = subjectKeyIdentifierOf(issuer);
  return wanted !== undefined && own !== undefined && Buffer.compare(wanted, own) !== 0;
}

function parseSerialArgument(text: string): Uint8Array {
  try {
    return serialOctets(parseSerialNumber(text), text);
  } catch (cause) {
    if (!(cause instanceof PkiError)) throw cause;
    throw new LancreError('input_invalid', `"${text}" is neither a file nor a serial number in hex`, {
      cause,
    });
  }
}

function serialOctets(serialNumber: string, what: string): Uint8Array {
  if (serialNumber.startsWith('-') || serialNumber === '00') {
    throw new LancreError('input_invalid', `${what}: a serial number is positive (RFC 5280 4.1.2.2)`);
  }
  return serialNumberToBytes(serialNumber);
}
