import { type ExtensionHolder, readExtensionValue } from './extension.ts';
import { EXTENSION_OIDS } from './extension-oids.ts';
import { type GeneralName, readGeneralName } from './general-name.ts';

/** One AccessDescription (RFC 5280 4.2.2.1). */
export interface AccessDescription {
  /** `ocsp` and `caIssuers` for the two that are in use, else the object identifier. */
  readonly method: 'ocsp' | 'caIssuers' | (string & {});
  readonly location: GeneralName;
}

/**
 * authorityInfoAccess: where OCSP answers and the issuer's certificate are, in order of preference.
 * undefined when absent.
 *
 * @throws PkiError der_*
 */
export function authorityInfoAccessOf(holder: ExtensionHolder): readonly AccessDescription[] | undefined {
  return readExtensionValue(holder, EXTENSION_OIDS.authorityInfoAccess, 'authorityInfoAccess', (reader) =>
    reader.sequenceOf('authorityInfoAccess', (item) =>
      item.sequence('AccessDescription', (description) => {
        const oid = description.oid('accessMethod');
        const location = readGeneralName(description, 'accessLocation');
        return Object.freeze({ method: METHODS.get(oid) ?? oid, location });
      }),
    ),
  );
}

/**
 * subjectAltName (RFC 5280 4.2.1.6); undefined when absent.
 *
 * @throws PkiError der_*
 */
export function subjectAltNameOf(certificate: ExtensionHolder): readonly GeneralName[] | undefined {
  return readExtensionValue(certificate, EXTENSION_OIDS.subjectAltName, 'subjectAltName', (reader) =>
    reader.sequenceOf('subjectAltName', (item) => readGeneralName(item, 'subjectAltName')),
  );
}

/** The object identifiers of access methods. */
export const ACCESS_METHOD_OIDS = {
  ocsp: '1.3.6.1.5.5.7.48.1',
  caIssuers: '1.3.6.1.5.5.7.48.2',
} as const;

const METHODS: ReadonlyMap<string, 'ocsp' | 'caIssuers'> = new Map([
  [ACCESS_METHOD_OIDS.ocsp, 'ocsp'],
  [ACCESS_METHOD_OIDS.caIssuers, 'caIssuers'],
]);
