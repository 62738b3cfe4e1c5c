import { encodeDer } from '../encoding/der-writer.ts';
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from './algorithm-identifier.ts';
import { type ExtensionHolder, encodeExtension, readExtensionValue } from './extension.ts';
import { EXTENSION_OIDS } from './extension-oids.ts';

/** One wish of a client for how an answer is signed (RFC 6960 4.4.7.1). */
export interface PreferredSignatureAlgorithm {
  readonly signature: AlgorithmIdentifier;
  /** The kind of key; undefined = whatever fits the signature. */
  readonly publicKey: AlgorithmIdentifier | undefined;
}

/**
 * The signature algorithms that a client prefers, the most preferred first (RFC 6960 4.4.7); empty when
 * it does not say.
 *
 * @throws PkiError der_*
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
        reader.sequenceOf('PreferredSignatureAlgorithms', (item) =>
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
 * @param algorithms AlgorithmIdentifiers as DER
 */
export function encodePreferredSignatureAlgorithms(algorithms: readonly Uint8Array[]): Uint8Array {
  const value = encodeDer((writer) =>
    writer.sequence((list) => {
      for (const algorithm of algorithms) list.sequence((item) => item.raw(algorithm));
    }),
  );
  return encodeExtension(EXTENSION_OIDS.ocspPreferredSignatureAlgorithms, 'non-critical', value);
}
