import { PkiError } from '../errors/pki-error.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';

/** One encapsulated block of a PEM text. */
export interface PemBlock {
  /** The words between `BEGIN` and the dashes, such as `CERTIFICATE` or `X509 CRL`. */
  readonly label: string;
  readonly der: Uint8Array;
}

/**
 * Reads every block of a PEM text (RFC 7468). Text between blocks is skipped, as `openssl x509 -text`
 * writes some; inside a block only base64 lines are taken, so that headers (RFC 1421) are refused.
 *
 * @returns the blocks in their order; none when there is no `-----BEGIN`
 * @throws PkiError pem_invalid (`offset` counts characters), base64_invalid (`offset` counts within the block)
 *
 * @example
 * const [first] = decodePem(await readFile('ca.pem', 'utf8'));
 */
export function decodePem(text: string): readonly PemBlock[] {
  const blocks: PemBlock[] = [];
  let label: string | undefined;
  let base64: string[] = [];
  let offset = 0;
  for (const line of text.split('\n')) {
    const trimmed = line.trimEnd();
    if (label === undefined) {
      label = boundaryLabel(trimmed, '-----BEGIN ');
      base64 = [];
    } else if (trimmed.startsWith('-----')) {
      if (boundaryLabel(trimmed, '-----END ') !== label)
        fail(`the block ${label} has no END line of its own`, offset);
      blocks.push(Object.freeze({ label, der: decodeBase64(base64.join('')) }));
      label = undefined;
    } else {
      base64.push(trimmed);
    }
    offset += line.length + 1;
  }
  if (label !== undefined) fail(`the block ${label} does not end`, text.length);
  return Object.freeze(blocks);
}

/** One PEM block: lines of 64 letters, a line break at the end. */
export function encodePem(label: string, der: Uint8Array): string {
  const lines = encodeBase64(der).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

function boundaryLabel(line: string, opening: string): string | undefined {
  if (!line.startsWith(opening) || !line.endsWith('-----')) return undefined;
  return line.slice(opening.length, -5);
}

function fail(reason: string, offset: number): never {
  throw new PkiError('pem_invalid', `PEM: ${reason}`, { offset });
}
