import type { DerReader } from '../encoding/der-reader.ts';
import { encodeDer } from '../encoding/der-writer.ts';
import { readDer } from '../encoding/read-der.ts';

/**
 * Encodes a certs-only CMS message (RFC 8551 3.2.2 and 3.8; RFC 5652 5.1): SignedData of version 1
 * without content, digest algorithms and signers; the certificates are in the order of DER.
 *
 * @param certificates DER of each
 */
export function encodeCertsOnlyCms(certificates: readonly Uint8Array[]): Uint8Array {
  return encodeDer((writer) =>
    writer.sequence((contentInfo) => {
      contentInfo.oid(SIGNED_DATA);
      contentInfo.context(0, (content) =>
        content.sequence((signedData) => {
          signedData.integer(1);
          signedData.setOf([]);
          signedData.sequence((encapsulated) => encapsulated.oid(DATA));
          signedData.contextSetOf(0, certificates);
          signedData.setOf([]);
        }),
      );
    }),
  );
}

/**
 * The certificates of a certs-only CMS message, each as DER; they are not looked at. Their order is
 * not checked: OpenSSL leaves them as they came.
 *
 * @throws PkiError der_*, cms_invalid (not SignedData; content or signers are there)
 */
export function decodeCertsOnlyCms(der: Uint8Array): readonly Uint8Array[] {
  return readDer(der, 'ContentInfo', (reader) =>
    reader.sequence('ContentInfo', (contentInfo) => {
      if (contentInfo.oid('contentType') !== SIGNED_DATA) contentInfo.fail('cms_invalid', 'not SignedData');
      return contentInfo.context(0, 'content', (content) => content.sequence('SignedData', readSignedData));
    }),
  );
}

function readSignedData(reader: DerReader): readonly Uint8Array[] {
  if (reader.smallInteger('version') > 5)
    reader.fail('cms_invalid', 'the version of SignedData is not known');
  reader.setOf('digestAlgorithms', (item) => item.element('digestAlgorithm'));
  reader.sequence('encapContentInfo', (encapsulated) => {
    encapsulated.oid('eContentType');
    if (!encapsulated.isAtEnd) encapsulated.fail('cms_invalid', 'there is content');
  });
  const certificates = reader.optionalContext(0, 'certificates', readCertificates) ?? [];
  reader.optionalContext(1, 'crls', (crls) => crls.rest());
  const signers = reader.setOf('signerInfos', (item) => item.element('signerInfo'));
  if (signers.length > 0) reader.fail('cms_invalid', 'there are signers');
  return certificates;
}

function readCertificates(reader: DerReader): readonly Uint8Array[] {
  const certificates: Uint8Array[] = [];
  while (!reader.isAtEnd) certificates.push(reader.sequenceElement('Certificate'));
  return Object.freeze(certificates);
}

const SIGNED_DATA = '1.2.840.113549.1.7.2';
const DATA = '1.2.840.113549.1.7.1';
