import { type ExtensionHolder, readExtensionValue } from './extension.ts';
import { EXTENSION_OIDS } from './extension-oids.ts';
import { readBoundedList } from './ocsp-bounded-list.ts';

/**
 * The types of answers that a client takes, as object identifiers in its order (RFC 6960 4.4.3);
 * undefined when it does not say. A responder that knows no type but id-pkix-ocsp-basic has nothing to
 * choose, whatever is in the list.
 *
 * @throws PkiError size_exceeded (more than 32), der_*
 */
export function acceptableResponsesOf(holder: ExtensionHolder): readonly string[] | undefined {
  return readExtensionValue(holder, EXTENSION_OIDS.ocspAcceptableResponses, 'AcceptableResponses', (reader) =>
    readBoundedList(reader, 'AcceptableResponses', (item) => item.oid('AcceptableResponses')),
  );
}
