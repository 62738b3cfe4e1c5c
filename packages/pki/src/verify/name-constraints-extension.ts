import type { DerReader } from '../encoding/der-reader.ts';
import type { Certificate } from '../pki/certificate.ts';
import { readExtensionValue } from '../pki/extension.ts';
import { EXTENSION_OIDS } from '../pki/extension-oids.ts';
import { readGeneralName } from '../pki/general-name.ts';
import { type NameSubtree, nameSubtree } from './name-subtree.ts';

/** nameConstraints (RFC 5280 4.2.1.10); a list that is absent is empty. */
export interface NameConstraints {
  readonly permitted: readonly NameSubtree[];
  readonly excluded: readonly NameSubtree[];
}

/**
 * nameConstraints of a certificate; undefined when absent.
 *
 * @throws PkiError der_*, extension_invalid (no subtree at all, an empty list, a minimum or a maximum)
 */
export function nameConstraintsOf(certificate: Certificate): NameConstraints | undefined {
  return readExtensionValue(certificate, EXTENSION_OIDS.nameConstraints, 'nameConstraints', (reader) =>
    reader.sequence('nameConstraints', (constraints) => {
      if (constraints.isAtEnd) constraints.fail('extension_invalid', 'nameConstraints without subtrees');
      const permitted = constraints.optionalContext(0, 'permittedSubtrees', readSubtrees) ?? [];
      const excluded = constraints.optionalContext(1, 'excludedSubtrees', readSubtrees) ?? [];
      return Object.freeze({ permitted, excluded });
    }),
  );
}

function readSubtrees(reader: DerReader): readonly NameSubtree[] {
  if (reader.isAtEnd) reader.fail('extension_invalid', 'a list of subtrees is empty');
  const subtrees: NameSubtree[] = [];
  while (!reader.isAtEnd) {
    subtrees.push(
      reader.sequence('GeneralSubtree', (subtree) => {
        const base = readGeneralName(subtree, 'base');
        // The minimum has to be 0, which DER leaves out, and there is to be no maximum.
        if (!subtree.isAtEnd) subtree.fail('extension_invalid', 'a subtree with a minimum or a maximum');
        return nameSubtree(base);
      }),
    );
  }
  return subtrees;
}
