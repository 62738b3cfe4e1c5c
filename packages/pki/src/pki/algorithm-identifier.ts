import type { DerReader } from '../encoding/der-reader.ts';

/** AlgorithmIdentifier (RFC 5280 4.1.1.2). */
export interface AlgorithmIdentifier {
  readonly der: Uint8Array;
  readonly oid: string;
  /** The parameters as they stand, with tag and length; undefined when absent (NULL is present). */
  readonly parametersDer: Uint8Array | undefined;
}

/** Reads the next element as an AlgorithmIdentifier. */
export function readAlgorithmIdentifier(reader: DerReader, what: string): AlgorithmIdentifier {
  const start = reader.offset;
  let oid = '';
  const parametersDer = reader.sequence(what, (sequence) => {
    oid = sequence.oid(what);
    return sequence.isAtEnd ? undefined : sequence.element(what);
  });
  return Object.freeze({ der: reader.since(start), oid, parametersDer });
}

/** True when the parameters are absent. */
export function hasNoParameters(algorithm: AlgorithmIdentifier): boolean {
  return algorithm.parametersDer === undefined;
}

/** True when the parameters are NULL. */
export function hasNullParameters(algorithm: AlgorithmIdentifier): boolean {
  const { parametersDer } = algorithm;
  return parametersDer?.length === 2 && parametersDer[0] === 5 && parametersDer[1] === 0;
}
