import { encodeDer } from '../encoding/der-writer.ts';
import { ACCESS_METHOD_OIDS } from './access-extensions.ts';
import { KEY_USAGES, type KeyUsage } from './constraint-extensions.ts';
import { encodeExtension } from './extension.ts';
import { EXTENSION_OIDS } from './extension-oids.ts';
import { type GeneralNameInput, writeGeneralName } from './general-name.ts';

/** basicConstraints of a CA, critical (RFC 5280 4.2.1.9). `pathLength` undefined for no limit. */
export function encodeCaBasicConstraints(pathLength?: number): Uint8Array {
  const value = encodeDer((writer) =>
    writer.sequence((constraints) => {
      constraints.boolean(true);
      if (pathLength !== undefined) constraints.integer(pathLength);
    }),
  );
  return encodeExtension(EXTENSION_OIDS.basicConstraints, 'critical', value);
}

/** basicConstraints of a certificate that is no CA, critical: `30 00`. */
export function encodeEndEntityBasicConstraints(): Uint8Array {
  return encodeExtension(EXTENSION_OIDS.basicConstraints, 'critical', Uint8Array.of(0x30, 0));
}

/** keyUsage, critical (RFC 5280 4.2.1.3). */
export function encodeKeyUsage(usages: readonly KeyUsage[]): Uint8Array {
  const bits = usages.map((usage) => KEY_USAGES.indexOf(usage));
  return encodeExtension(
    EXTENSION_OIDS.keyUsage,
    'critical',
    encodeDer((writer) => writer.namedBits(bits)),
  );
}

/** extendedKeyUsage, not critical; purposes are object identifiers (see EXTENDED_KEY_USAGE_OIDS). */
export function encodeExtendedKeyUsage(purposes: readonly string[]): Uint8Array {
  const value = encodeDer((writer) =>
    writer.sequence((sequence) => {
      for (const purpose of purposes) sequence.oid(purpose);
    }),
  );
  return encodeExtension(EXTENSION_OIDS.extendedKeyUsage, 'non-critical', value);
}

/** subjectKeyIdentifier, not critical. */
export function encodeSubjectKeyIdentifier(keyIdentifier: Uint8Array): Uint8Array {
  const value = encodeDer((writer) => writer.octetString(keyIdentifier));
  return encodeExtension(EXTENSION_OIDS.subjectKeyIdentifier, 'non-critical', value);
}

/** authorityKeyIdentifier with a key identifier only, not critical; for certificates and CRLs. */
export function encodeAuthorityKeyIdentifier(keyIdentifier: Uint8Array): Uint8Array {
  const value = encodeDer((writer) =>
    writer.sequence((sequence) => sequence.contextContent(0, keyIdentifier)),
  );
  return encodeExtension(EXTENSION_OIDS.authorityKeyIdentifier, 'non-critical', value);
}

/** authorityInfoAccess, not critical, in order of preference. */
export function encodeAuthorityInfoAccess(
  descriptions: readonly { readonly method: 'ocsp' | 'caIssuers'; readonly uri: string }[],
): Uint8Array {
  const value = encodeDer((writer) =>
    writer.sequence((list) => {
      for (const { method, uri } of descriptions) {
        list.sequence((description) => {
          description.oid(ACCESS_METHOD_OIDS[method]);
          writeGeneralName(description, { type: 'uri', uri });
        });
      }
    }),
  );
  return encodeExtension(EXTENSION_OIDS.authorityInfoAccess, 'non-critical', value);
}

/** cRLDistributionPoints, not critical: one DistributionPoint with all these URIs as its fullName. */
export function encodeCrlDistributionPoints(uris: readonly string[]): Uint8Array {
  return encodeExtension(EXTENSION_OIDS.cRLDistributionPoints, 'non-critical', distributionPoints(uris));
}

/** freshestCRL, not critical: where the delta of a complete CRL or a certificate is. */
export function encodeFreshestCrl(uris: readonly string[]): Uint8Array {
  return encodeExtension(EXTENSION_OIDS.freshestCRL, 'non-critical', distributionPoints(uris));
}

/** subjectAltName, not critical. */
export function encodeSubjectAltName(names: readonly GeneralNameInput[]): Uint8Array {
  const value = encodeDer((writer) =>
    writer.sequence((list) => {
      for (const name of names) writeGeneralName(list, name);
    }),
  );
  return encodeExtension(EXTENSION_OIDS.subjectAltName, 'non-critical', value);
}

/** id-pkix-ocsp-nocheck, not critical, with the value NULL (RFC 6960 4.2.2.2.1). */
export function encodeOcspNoCheck(): Uint8Array {
  return encodeExtension(EXTENSION_OIDS.ocspNoCheck, 'non-critical', Uint8Array.of(5, 0));
}

function distributionPoints(uris: readonly string[]): Uint8Array {
  return encodeDer((writer) =>
    writer.sequence((points) =>
      points.sequence((point) =>
        point.context(0, (name) =>
          name.context(0, (fullName) => {
            for (const uri of uris) writeGeneralName(fullName, { type: 'uri', uri });
          }),
        ),
      ),
    ),
  );
}
