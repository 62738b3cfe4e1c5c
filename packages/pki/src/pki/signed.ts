import type { DerReader } from '../encoding/der-reader.ts';
import { encodeDer, encodeDerHeader } from '../encoding/der-writer.ts';
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from './algorithm-identifier.ts';

/** The form of certificates and CRLs: what is signed, how, and the signature. */
export interface Signed {
  /** The very octets that are signed. */
  readonly tbsDer: Uint8Array;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
}

/** The octets around something signed that is too large for memory. */
export interface SignedFrame {
  /** The outer tag and length. */
  readonly head: Uint8Array;
  /** The algorithm and the signature. */
  readonly tail: Uint8Array;
}

/** Reads `SEQUENCE { tbs, AlgorithmIdentifier, BIT STRING }`. */
export function readSigned<T>(
  reader: DerReader,
  what: string,
  readTbs: (reader: DerReader) => T,
): Signed & { readonly tbs: T } {
  return reader.sequence(what, (signed) => {
    const start = signed.offset;
    const tbs = signed.sequence(`${what}.tbs`, readTbs);
    return {
      tbs,
      tbsDer: signed.since(start),
      signatureAlgorithm: readAlgorithmIdentifier(signed, `${what}.signatureAlgorithm`),
      signature: signed.bitStringOctets(`${what}.signature`),
    };
  });
}

/**
 * Puts a certificate or CRL together from its signed part and the signature over it.
 *
 * @example
 * const certificate = assembleSigned(tbs, signer.algorithm.der, await signer.sign(tbs));
 */
export function assembleSigned(
  tbsDer: Uint8Array,
  algorithmDer: Uint8Array,
  signature: Uint8Array,
): Uint8Array {
  return encodeDer((writer) =>
    writer.sequence((signed) => {
      signed.raw(tbsDer);
      signed.raw(algorithmDer);
      signed.bitString(signature);
    }),
  );
}

/** The same for a signed part that is written elsewhere: `head`, `tbsLength` octets, `tail`. */
export function frameSigned(tbsLength: number, algorithmDer: Uint8Array, signature: Uint8Array): SignedFrame {
  const tail = encodeDer((writer) => {
    writer.raw(algorithmDer);
    writer.bitString(signature);
  });
  return { head: encodeDerHeader('sequence', tbsLength + tail.length), tail };
}
