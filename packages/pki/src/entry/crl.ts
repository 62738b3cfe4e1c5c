export type { SerialNumber } from '../encoding/serial-number.ts';
export { type Crl, type CrlHead, type CrlLimits, decodeCrl, peekCrl } from '../pki/crl.ts';
export {
  type CrlExtensionsInput,
  type CrlFrame,
  type CrlFrameInput,
  encodeTbsCrl,
  frameCrl,
  type IssuingDistributionPointInput,
} from '../pki/crl-encode.ts';
export { type CrlEntry, decodeCrlEntry } from '../pki/crl-entry.ts';
export {
  type CrlEntryInput,
  encodeCrlEntry,
  MAX_CRL_ENTRY_OCTETS,
  writeCrlEntry,
} from '../pki/crl-entry-encode.ts';
export {
  crlAuthorityKeyIdentifierOf,
  crlNumberOf,
  deltaCrlIndicatorOf,
  type IssuingDistributionPoint,
  issuingDistributionPointOf,
} from '../pki/crl-extensions.ts';
export { type CrlLayout, measureCrl } from '../pki/crl-layout.ts';
export { crlEntries, findCrlEntry } from '../pki/crl-lookup.ts';
export { type CrlPart, type CrlScanHandler, CrlScanner, type ScannedCrl } from '../pki/crl-scanner.ts';
export { freshestCrlOf } from '../pki/distribution-points.ts';
export {
  isRevocationReason,
  REVOCATION_REASONS,
  type RevocationReason,
  reasonCode,
  reasonFromCode,
} from '../pki/revocation-reason.ts';
export { assembleSigned, frameSigned, type Signed, type SignedFrame } from '../pki/signed.ts';
