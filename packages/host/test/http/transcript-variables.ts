/** The OCSP requests, in DER, that the transcripts of OCSP are about. */
export interface TranscriptRequests {
  /** About a certificate that is answered for, with SHA-1. */
  readonly known: Uint8Array;
  /** About another one, with SHA-256. */
  readonly other: Uint8Array;
  /** About a serial that was never assigned. */
  readonly unassigned: Uint8Array;
  /** About an issuer that is not configured. */
  readonly stranger: Uint8Array;
}

/** What the transcripts call these requests, and the runtime that `[node]` and `[bun]` refer to. */
export function transcriptVariables(
  runtime: 'node' | 'bun',
  { known, other, unassigned, stranger }: TranscriptRequests,
): Readonly<Record<string, string>> {
  return {
    runtime,
    get: Buffer.from(known).toString('base64url'),
    bare: base64(known),
    spaced: base64(known).replaceAll('+', '%20'),
    escaped: escaped(known),
    other: escaped(other),
    unassigned: escaped(unassigned),
    stranger: escaped(stranger),
    post: Buffer.from(known).toString('latin1'),
    postLength: String(known.length),
    otherPost: Buffer.from(other).toString('latin1'),
    otherLength: String(other.length),
    // The beginning of a ClientHello.
    tls: Buffer.from('16030100050100000100', 'hex').toString('latin1'),
  };
}

function base64(der: Uint8Array): string {
  return Buffer.from(der).toString('base64');
}

function escaped(der: Uint8Array): string {
  return encodeURIComponent(base64(der));
}
