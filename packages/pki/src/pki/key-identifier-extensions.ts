import type { SerialNumber } from '../encoding/serial-number.ts';
import { type ExtensionHolder, readExtensionValue } from './extension.ts';
import { EXTENSION_OIDS } from './extension-oids.ts';
import { type GeneralName, readGeneralNames } from './general-name.ts';

/** authorityKeyIdentifier (RFC 5280 4.2.1.1). */
export interface AuthorityKeyIdentifier {
  readonly keyIdentifier: Uint8Array | undefined;
  readonly authorityCertIssuer: readonly GeneralName[] | undefined;
  readonly authorityCertSerialNumber: SerialNumber | undefined;
}

/**
 * subjectKeyIdentifier (RFC 5280 4.2.1.2); undefined when absent.
 *
 * @throws PkiError der_*
 */
export function subjectKeyIdentifierOf(certificate: ExtensionHolder): Uint8Array | undefined {
  return readExtensionValue(
    certificate,
    EXTENSION_OIDS.subjectKeyIdentifier,
    'subjectKeyIdentifier',
    (reader) => reader.octetString('subjectKeyIdentifier'),
  );
}

/**
 * authorityKeyIdentifier of a certificate or a CRL; undefined when absent.
 *
 * @throws PkiError der_*
 */
export function authorityKeyIdentifierOf(holder: ExtensionHolder): AuthorityKeyIdentifier | undefined {
  return readExtensionValue(
    holder,
    EXTENSION_OIDS.authorityKeyIdentifier,
    'authorityKeyIdentifier',
    (reader) =>
      reader.sequence('authorityKeyIdentifier', (identifier) =>
        Object.freeze({
          keyIdentifier: identifier.isContext(0) ? identifier.contextContent(0, 'keyIdentifier') : undefined,
          authorityCertIssuer: identifier.optionalContext(1, 'authorityCertIssuer', (names) =>
            readGeneralNames(names, 'authorityCertIssuer'),
          ),
          authorityCertSerialNumber: identifier.isContext(2)
            ? identifier.contextSerialNumber(2, 'authorityCertSerialNumber')
            : undefined,
        }),
      ),
  );
}
