/** CRLReason (RFC 5280 5.3.1) by its names there; the value 7 is not used. */
export type RevocationReason = keyof typeof CODES;

/** The number of a reason in CRLs and OCSP answers. */
export function reasonCode(reason: RevocationReason): number {
  return CODES[reason];
}

/** The reason of a number; undefined for 7 and above 10. */
export function reasonFromCode(code: number): RevocationReason | undefined {
  return REASONS.get(code);
}

/** True when the text is the name of a reason. */
export function isRevocationReason(text: string): text is RevocationReason {
  return Object.hasOwn(CODES, text);
}

const CODES = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const;

const REASONS: ReadonlyMap<number, RevocationReason> = new Map(
  Object.keys(CODES)
    .filter(isRevocationReason)
    .map((reason) => [CODES[reason], reason]),
);

/** All reasons, in the order of their codes. */
export const REVOCATION_REASONS: readonly RevocationReason[] = Object.freeze([...REASONS.values()]);
