import type { Certificate, GeneralName, GeneralNameInput } from '@lancre/pki/certificate';
import {
  type Crl,
  crlAuthorityKeyIdentifierOf,
  crlNumberOf,
  decodeCrl,
  issuingDistributionPointOf,
} from '@lancre/pki/crl';
import type { CryptoProvider } from '@lancre/pki/crypto';
import { PkiError } from '@lancre/pki/errors';
import type { StagedArtifact } from './artifact-store.ts';
import type { CrlHeader } from './crl-content.ts';
import type { Publication } from './publication-store.ts';

/** What is wrong with a list; the first fault found. */
export interface GateFault {
  /** Stable, for logs and counters. */
  readonly code:
    | 'unreadable'
    | 'signature'
    | 'issuer'
    | 'key_identifier'
    | 'number'
    | 'this_update'
    | 'next_update'
    | 'distribution_point'
    | 'entries';
  readonly message: string;
}

/**
 * The last check before a list is published, made on the octets that will be served: it reads them
 * back, verifies the signature by the issuer's certificate and compares what they say with what was
 * meant and with what is published (CRL-28, ORSP-37, T-15 to T-18).
 *
 * @returns undefined when nothing is wrong
 */
export async function checkStagedCrl(input: {
  readonly staged: StagedArtifact;
  readonly header: CrlHeader;
  readonly issuerCertificate: Certificate;
  readonly previous: Publication | undefined;
  readonly crypto: CryptoProvider;
}): Promise<GateFault | undefined> {
  const { staged, header, issuerCertificate, previous, crypto } = input;
  const crl = await readBack(staged);
  if (crl instanceof PkiError)
    return { code: 'unreadable', message: `it cannot be read back: ${crl.message}` };
  const fault = contentFault(crl, header) ?? successionFault(crl, previous);
  if (fault !== undefined) return fault;
  const verdict = await crypto.verify({
    algorithm: crl.signatureAlgorithm,
    subjectPublicKeyInfoDer: issuerCertificate.subjectPublicKeyInfo.der,
    message: crl.tbsDer,
    signature: crl.signature,
  });
  return verdict === 'valid' ? undefined : { code: 'signature', message: `its signature is ${verdict}` };
}

async function readBack(staged: StagedArtifact): Promise<Crl | PkiError> {
  const octets = new Uint8Array(staged.length);
  let position = 0;
  for await (const part of staged.read()) {
    octets.set(part, position);
    position += part.length;
  }
  try {
    return decodeCrl(octets, { maxBytes: Number.MAX_SAFE_INTEGER });
  } catch (error) {
    if (error instanceof PkiError) return error;
    throw error;
  }
}

function contentFault(crl: Crl, header: CrlHeader): GateFault | undefined {
  const { extensions } = header;
  const wantedUris = urisOf(extensions.issuingDistributionPoint?.distributionPoint);
  const checks: readonly (readonly [GateFault['code'], boolean, string])[] = [
    [
      'issuer',
      isSame(crl.issuer.der, header.issuerDer),
      'its issuer is not the subject of the issuer certificate',
    ],
    [
      'key_identifier',
      isSame(crlAuthorityKeyIdentifierOf(crl)?.keyIdentifier, extensions.authorityKeyIdentifier),
      "its key identifier is not the issuer certificate's",
    ],
    ['number', crlNumberOf(crl) === extensions.crlNumber, 'its number is not the one taken for it'],
    ['this_update', isSameInstant(crl.thisUpdate, header.thisUpdate), 'its thisUpdate is not the one meant'],
    ['next_update', isSameInstant(crl.nextUpdate, header.nextUpdate), 'its nextUpdate is not the one meant'],
    [
      'distribution_point',
      urisOf(issuingDistributionPointOf(crl)?.distributionPoint) === wantedUris,
      'its issuingDistributionPoint is not that of its URL',
    ],
    [
      'entries',
      crl.entriesDer.length === header.entriesLength && crl.entryCount === header.entryCount,
      'its entries are not those announced',
    ],
  ];
  const failed = checks.find(([, isRight]) => !isRight);
  return failed && { code: failed[0], message: failed[2] };
}

function successionFault(crl: Crl, previous: Publication | undefined): GateFault | undefined {
  if (previous === undefined) return undefined;
  const number = crlNumberOf(crl);
  if (number === undefined || number <= previous.crlNumber) {
    return {
      code: 'number',
      message: `its number ${number} is not above the published ${previous.crlNumber}`,
    };
  }
  if (crl.thisUpdate <= previous.thisUpdate) {
    return { code: 'this_update', message: 'its thisUpdate is not after that of the published list' };
  }
  return undefined;
}

/** The URIs of a distribution point, one a line; undefined where there is none. */
function urisOf(names: readonly GeneralNameInput[] | readonly GeneralName[] | undefined): string | undefined {
  return names?.map((name) => (name.type === 'uri' ? name.uri : `not a URI: ${name.type}`)).join('\n');
}

function isSame(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && Buffer.compare(a, b) === 0;
}

function isSameInstant(a: Date | undefined, b: Date): boolean {
  return a?.getTime() === b.getTime();
}
