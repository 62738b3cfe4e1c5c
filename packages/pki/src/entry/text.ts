export { decodeBase64, encodeBase64 } from '../encoding/base64.ts';
export { decodeHex, encodeHex } from '../encoding/hex.ts';
export { decodePem, encodePem, type PemBlock } from '../encoding/pem.ts';
export {
  parseSerialNumber,
  type SerialNumber,
  serialNumberFromBytes,
  serialNumberToBytes,
} from '../encoding/serial-number.ts';
export {
  isRevocationReason,
  REVOCATION_REASONS,
  type RevocationReason,
  reasonCode,
  reasonFromCode,
} from '../pki/revocation-reason.ts';
