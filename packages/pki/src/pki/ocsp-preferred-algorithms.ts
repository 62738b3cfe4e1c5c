import { encodeDer } from '../encoding/der-writer.ts';
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from './algorithm-identifier.ts';
import { type ExtensionHolder, encodeExtension, readExtensionValue } from './extension.ts';
import { EXTENSION_OIDS } from './extension-oids.ts';
import { readBoundedList } from './ocsp-bounded-list.ts';

/** One wish of a client for how an answer is signed (RFC 6960 4.4.7.1). */
export interface PreferredSignatureAlgorithm {
  readonly signature: AlgorithmIdentifier;
  /** The kind of key; undefined = whatever fits the signature. An SMIMECapability has the same shape. */
  readonly publicKey: AlgorithmIdentifier | undefined;
}

/** What is needed to write a wish: AlgorithmIdentifiers as DER. */
export interface PreferredSignatureAlgorithmInput {
  readonly signatureAlgorithmDer: Uint8Array;
  /** Default: not said. */
  readonly publicKeyAlgorithmDer?: Uint8Array | undefined;
}

/**
 * The signature algorithms that a client prefers, the most preferred first (RFC 6960 4.4.7); empty when
 * it does not say.
 *
 * @throws PkiError size_exceeded (more than 32), der_*
 */
export function preferredSignatureAlgorithmsOf(
  holder: ExtensionHolder,
): readonly PreferredSignatureAlgorithm[] {
  return (
    readExtensionValue(
      holder,
      EXTENSION_OIDS.ocspPreferredSignatureAlgorithms,
      'PreferredSignatureAlgorithms',
      (reader) =>
        readBoundedList(reader, 'PreferredSignatureAlgorithms', (item) =>
          item.sequence('PreferredSignatureAlgorithm', (fields) => {
            const signature = readAlgorithmIdentifier(fields, 'sigIdentifier');
            const publicKey = fields.isAtEnd
              ? undefined
              : readAlgorithmIdentifier(fields, 'pubKeyAlgIdentifier');
            return Object.freeze({ signature, publicKey });
          }),
        ),
    ) ?? []
  );
}

/**
 * The extension that tells a responder which signature algorithms are preferred, the most preferred first
 * (RFC 6960 4.4.7): not critical, among the requestExtensions.
 *
 * @example
 * const wish = encodePreferredSignatureAlgorithms([
 *   { signatureAlgorithmDer: signatureAlgorithm('ecdsa-sha384').der },
 * ]);
 * const request = encodeOcspRequest({ certIds: [certId], extensions: [wish] });
 */
export function encodePreferredSignatureAlgorithms(
  wishes: readonly PreferredSignatureAlgorithmInput[],
): Uint8Array {
  const value = encodeDer((writer) =>
    writer.sequence((list) => {
      for (const { signatureAlgorithmDer, publicKeyAlgorithmDer } of wishes) {
        list.sequence((item) => {
          item.raw(signatureAlgorithmDer);
          if (publicKeyAlgorithmDer !== undefined) item.raw(publicKeyAlgorithmDer);
        });
      }
    }),
  );
  return encodeExtension(EXTENSION_OIDS.ocspPreferredSignatureAlgorithms, 'non-critical', value);
}
