export { PkiError, type PkiErrorCode, type PkiErrorDetails } from '../errors/pki-error.ts';
