import { PkiError } from '@lancre/pki/errors';
import { decodePem, type PemBlock } from '@lancre/pki/text';
import { LancreError } from '../../errors/lancre-error.ts';
import { printable } from './printable.ts';
import { closestMismatch, decodeAs, type Mismatch, sniff, type Thing, type ThingKind } from './sniff.ts';
import { textReadings } from './text-readings.ts';

/** What was found in octets. */
export interface FoundThings {
  /** How it was written down. */
  readonly form: 'DER' | 'PEM' | 'base64' | 'hexadecimal';
  /** One or more. */
  readonly things: readonly Thing[];
  /** Labels of PEM blocks that hold something else, such as a private key. */
  readonly passedOver: readonly string[];
}

/**
 * Finds out what octets hold: DER, PEM blocks, or a text that spells DER.
 *
 * @param source names them in errors
 * @param as what they are to be; undefined = find out
 * @throws LancreError `input_invalid`
 */
export function readThings(octets: Uint8Array, source: string, as: ThingKind | undefined): FoundThings {
  if (octets.length === 0) throw new LancreError('input_invalid', `${source} is empty`);
  const reader = new ThingReader(source, as);
  const found = reader.readDer(octets) ?? reader.readText(octets);
  if (found !== undefined) return found;
  throw reader.refusal(octets);
}

/** Tries one form after the other and keeps in mind what went wrong. */
class ThingReader {
  readonly #source: string;
  readonly #as: ThingKind | undefined;
  readonly #mismatches: Mismatch[] = [];

  constructor(source: string, as: ThingKind | undefined) {
    this.#source = source;
    this.#as = as;
  }

  readDer(octets: Uint8Array): FoundThings | undefined {
    if (octets[0] !== 0x30) return undefined;
    const thing = this.#decode(octets);
    return thing && { form: 'DER', things: [thing], passedOver: [] };
  }

  readText(octets: Uint8Array): FoundThings | undefined {
    if (octets.length > maximumTextOctets) return undefined;
    const text = decodeText(octets);
    if (text.includes('-----BEGIN ')) return this.#readPem(text);
    if (isBinary(text)) return undefined;
    for (const { form, octets: der } of textReadings(text)) {
      const thing = this.#decode(der);
      if (thing !== undefined) return { form, things: [thing], passedOver: [] };
    }
    return undefined;
  }

  refusal(octets: Uint8Array): LancreError {
    const begins = Buffer.from(octets.subarray(0, 16))
      .toString('hex')
      .replace(/..(?=.)/g, '$& ');
    const tried =
      this.#as === undefined ? 'a certificate, CRL, OCSP request, OCSP response or p7c' : nouns[this.#as];
    const closest = closestMismatch(this.#mismatches);
    const nearest =
      closest === undefined ? '' : `; read as ${nouns[closest.kind]}: ${printable(closest.error.message)}`;
    return new LancreError(
      'input_invalid',
      `${this.#source} is not ${tried} in DER, PEM, base64 or hexadecimal; it begins ${begins}${nearest}`,
      { cause: closest?.error },
    );
  }

  #decode(der: Uint8Array): Thing | undefined {
    if (this.#as === undefined) {
      const sniffed = sniff(der);
      if (sniffed.outcome === 'known') return sniffed.thing;
      this.#mismatches.push(...sniffed.mismatches);
      return undefined;
    }
    try {
      return decodeAs(this.#as, der);
    } catch (error) {
      if (!(error instanceof PkiError)) throw error;
      this.#mismatches.push({ kind: this.#as, error });
      return undefined;
    }
  }

  #readPem(text: string): FoundThings {
    const things: Thing[] = [];
    const passedOver: string[] = [];
    for (const block of this.#pemBlocks(text)) {
      if (isKnownLabel(block.label)) things.push(this.#decodeBlock(block));
      else passedOver.push(block.label);
    }
    if (things.length > 0) return { form: 'PEM', things, passedOver };
    const labels = passedOver.length === 0 ? 'none' : [...new Set(passedOver)].join(', ');
    throw this.#pemError(`it holds no PEM block that is known here (there is: ${labels})`);
  }

  #pemBlocks(text: string): readonly PemBlock[] {
    // In JSON and in environment variables the line breaks of PEM are written as \n.
    const lines = text.includes('\n') ? text : text.replace(/\\r\\n|\\n/g, '\n');
    try {
      return decodePem(lines.replace(/^[\s"']+(?=-----BEGIN )/, ''));
    } catch (error) {
      if (!(error instanceof PkiError)) throw error;
      throw this.#pemError(error.message, error);
    }
  }

  #decodeBlock({ label, der }: PemBlock): Thing {
    const thing = this.#decode(der);
    if (thing !== undefined) return thing;
    const closest = closestMismatch(this.#mismatches);
    throw this.#pemError(
      `the block ${label} cannot be read: ${closest?.error.message ?? 'it is not DER'}`,
      closest?.error,
    );
  }

  #pemError(message: string, cause?: unknown): LancreError {
    return new LancreError('input_invalid', `${this.#source}: ${printable(message)}`, { cause });
  }
}

function decodeText(octets: Uint8Array): string {
  const encoding = octets[0] === 0xff && octets[1] === 0xfe ? 'utf-16le' : 'utf-8';
  return new TextDecoder(encoding).decode(octets);
}

/** Logs have the odd wrong octet, but no text begins with these. */
function isBinary(text: string): boolean {
  return Array.from(text.slice(0, 4096)).some(
    (character) => /\p{Cc}/u.test(character) && !/\s/.test(character),
  );
}

function isKnownLabel(label: string): boolean {
  return /^(?:(?:X509 )?CERTIFICATE|(?:X509 )?CRL|OCSP (?:REQUEST|RESPONSE)|PKCS7|CMS)$/.test(label);
}

const nouns: Readonly<Record<ThingKind, string>> = {
  certificate: 'a certificate',
  crl: 'a CRL',
  'ocsp-request': 'an OCSP request',
  'ocsp-response': 'an OCSP response',
  cms: 'a certs-only CMS message',
};
/** Below the longest string there is; a PEM of 5,000,000 CRL entries. */
const maximumTextOctets = 256 << 20;
