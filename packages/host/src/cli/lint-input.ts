import { PkiError } from '@lancre/pki/errors';
import { decodePem } from '@lancre/pki/text';
import { LancreError } from '../errors/lancre-error.ts';
import { gatherMaterial } from './inspect/material.ts';
import { sniff, type ThingKind } from './inspect/sniff.ts';

/** A list to lint. */
export interface LintInput {
  /** For people: the file or the address. */
  readonly source: string;
  readonly der: Uint8Array;
  readonly form: 'DER' | 'PEM';
  /** Where it was fetched, octet by octet, and how it came; undefined of a file. */
  readonly fetched: { readonly url: string; readonly mediaType: string | undefined } | undefined;
}

/**
 * Reads the list that an argument names: a file, `-` for standard input, or a URL. Octets that begin like
 * DER are taken as they are, whatever is wrong with them: that is for the lints to say.
 *
 * @throws LancreError `file_missing`, `file_unreadable`, `input_invalid`, naming the thing
 */
export async function readLintInput(
  argument: string,
  origin: { readonly folder: string; readonly stdin: AsyncIterable<Uint8Array> },
): Promise<LintInput> {
  const [material] = await gatherMaterial(argument, { ...origin, askOcsp: false });
  if (material === undefined) throw new Error('gatherMaterial gives at least one');
  const { http, octets, source } = material;
  const fetched = http === undefined ? undefined : { url: argument, mediaType: http.mediaType };
  if (octets[0] !== DER_SEQUENCE) return { source, der: derOfPem(octets, source), form: 'PEM', fetched };
  refuseOtherThings(octets, source);
  return { source, der: octets, form: 'DER', fetched };
}

function derOfPem(octets: Uint8Array, source: string): Uint8Array {
  const refusal = (reason: string, cause?: unknown) =>
    new LancreError('input_invalid', `${source} ${reason}`, { cause });
  try {
    const blocks = decodePem(new TextDecoder('latin1').decode(octets));
    const list = blocks.find(({ label }) => label === 'X509 CRL' || label === 'CRL');
    if (list !== undefined) return list.der;
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    throw refusal(`cannot be read: ${error.message}`, error);
  }
  throw refusal('is no CRL in DER or PEM');
}

/** A certificate in the place of a list is wrong use, not a list with faults. */
function refuseOtherThings(octets: Uint8Array, source: string): void {
  if (octets.length > maximumSniffedOctets) return;
  const sniffed = sniff(octets);
  if (sniffed.outcome === 'unknown' || sniffed.thing.kind === 'crl') return;
  throw new LancreError('input_invalid', `${source} is ${nouns[sniffed.thing.kind]}, not a CRL`);
}

const DER_SEQUENCE = 0x30;
const maximumSniffedOctets = 1 << 20;
const nouns: Readonly<Record<Exclude<ThingKind, 'crl'>, string>> = {
  certificate: 'a certificate',
  'ocsp-request': 'an OCSP request',
  'ocsp-response': 'an OCSP response',
  cms: 'a certs-only CMS message',
};
