/** The parameter sets of ML-DSA (FIPS 204 4), called what their signature algorithms are called. */
export type MlDsaParameterSet = 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87';

/** What RFC 9881 and FIPS 204 fix for a parameter set. */
export interface MlDsaParameters {
  /** One identifier for the key and for its signatures (RFC 9881 2). */
  readonly oid: string;
  /** AlgorithmIdentifier of both; its parameters are absent (RFC 9881 2). */
  readonly algorithmDerHex: string;
  /** FIPS 204 table 2. */
  readonly publicKeyOctets: number;
  readonly signatureOctets: number;
}

/** The parameter set of an object identifier; undefined for any other, HashML-DSA among them (RFC 9881 8.3). */
export function mlDsaParameterSetOf(oid: string): MlDsaParameterSet | undefined {
  return PARAMETER_SETS.find((set) => ML_DSA[set].oid === oid);
}

/** Each parameter set. */
export const ML_DSA: Readonly<Record<MlDsaParameterSet, MlDsaParameters>> = Object.freeze({
  'ml-dsa-44': Object.freeze({
    oid: '2.16.840.1.101.3.4.3.17',
    algorithmDerHex: '300b0609608648016503040311',
    publicKeyOctets: 1312,
    signatureOctets: 2420,
  }),
  'ml-dsa-65': Object.freeze({
    oid: '2.16.840.1.101.3.4.3.18',
    algorithmDerHex: '300b0609608648016503040312',
    publicKeyOctets: 1952,
    signatureOctets: 3309,
  }),
  'ml-dsa-87': Object.freeze({
    oid: '2.16.840.1.101.3.4.3.19',
    algorithmDerHex: '300b0609608648016503040313',
    publicKeyOctets: 2592,
    signatureOctets: 4627,
  }),
});

const PARAMETER_SETS: readonly MlDsaParameterSet[] = ['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'];
