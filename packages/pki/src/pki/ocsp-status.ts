/** OCSPResponseStatus (RFC 6960 4.2.1) but for `successful`: the answers that nobody signs. */
export type OcspErrorStatus = keyof typeof CODES;

/** The number of a status. */
export function ocspErrorCode(status: OcspErrorStatus): number {
  return CODES[status];
}

/** The error status of a number; undefined for 0 (successful), 4 and above 6. */
export function ocspErrorFromCode(code: number): OcspErrorStatus | undefined {
  return STATUSES.get(code);
}

const CODES = {
  malformedRequest: 1,
  internalError: 2,
  tryLater: 3,
  sigRequired: 5,
  unauthorized: 6,
} as const;

const STATUSES: ReadonlyMap<number, OcspErrorStatus> = new Map([
  [1, 'malformedRequest'],
  [2, 'internalError'],
  [3, 'tryLater'],
  [5, 'sigRequired'],
  [6, 'unauthorized'],
]);

/** id-pkix-ocsp-basic, the one type of answers (RFC 6960 4.2.1). */
export const OCSP_BASIC_OID = '1.3.6.1.5.5.7.48.1.1';
