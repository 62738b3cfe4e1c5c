export type { SerialNumber } from '../encoding/serial-number.ts';
export {
  type AccessDescription,
  authorityInfoAccessOf,
  subjectAltNameOf,
} from '../pki/access-extensions.ts';
export type { AlgorithmIdentifier } from '../pki/algorithm-identifier.ts';
export { type AttributeName, attributeName, attributeOid } from '../pki/attribute-types.ts';
export { type Certificate, decodeCertificate } from '../pki/certificate.ts';
export { buildTbsCertificate, type TbsCertificateInput } from '../pki/certificate-build.ts';
export { decodeCertificates } from '../pki/certificate-collection.ts';
export {
  type BasicConstraints,
  basicConstraintsOf,
  EXTENDED_KEY_USAGE_OIDS,
  extendedKeyUsageOf,
  hasNoRevAvail,
  hasOcspNoCheck,
  type KeyUsage,
  keyUsageOf,
  tlsFeatureOf,
} from '../pki/constraint-extensions.ts';
export {
  crlDistributionPointsOf,
  type DistributionPoint,
  freshestCrlOf,
} from '../pki/distribution-points.ts';
export {
  type Criticality,
  type Extension,
  type ExtensionHolder,
  encodeExtension,
  findExtension,
} from '../pki/extension.ts';
export {
  encodeAuthorityInfoAccess,
  encodeAuthorityKeyIdentifier,
  encodeCaBasicConstraints,
  encodeCrlDistributionPoints,
  encodeEndEntityBasicConstraints,
  encodeExtendedKeyUsage,
  encodeFreshestCrl,
  encodeKeyUsage,
  encodeOcspNoCheck,
  encodeSubjectAltName,
  encodeSubjectKeyIdentifier,
} from '../pki/extension-encode.ts';
export { EXTENSION_OIDS } from '../pki/extension-oids.ts';
export type { GeneralName, GeneralNameInput } from '../pki/general-name.ts';
export {
  type AuthorityKeyIdentifier,
  authorityKeyIdentifierOf,
  subjectKeyIdentifierOf,
} from '../pki/key-identifier-extensions.ts';
export { decodeName, type Name, type NameAttribute, namesEqualBytes } from '../pki/name.ts';
export { encodeName, type NameAttributeInput } from '../pki/name-encode.ts';
export { formatName } from '../pki/name-format.ts';
export { decodeSubjectPublicKeyInfo, type SubjectPublicKeyInfo } from '../pki/public-key-info.ts';
export { assembleSigned, type Signed } from '../pki/signed.ts';
