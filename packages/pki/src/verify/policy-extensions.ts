import type { DerReader } from '../encoding/der-reader.ts';
import type { Certificate } from '../pki/certificate.ts';
import { readExtensionValue } from '../pki/extension.ts';
import { EXTENSION_OIDS } from '../pki/extension-oids.ts';

/**
 * True when every qualifier of certificatePolicies can be interpreted, which a critical one demands
 * (RFC 5280 4.2.1.4); also true when the extension is absent.
 *
 * What the policies are changes no outcome here. initial-explicit-policy is not set, so that
 * explicit_policy begins at n+1 (RFC 5280 6.1.2 (d)); 6.1.4 (h) and 6.1.5 (a) take n from it at most; what
 * else could lower it, policyConstraints, fails the path. It ends above zero: neither 6.1.3 (f) nor the
 * end of 6.1.5 can fail, whatever the tree of policies.
 *
 * @throws PkiError der_*, extension_duplicate (a policy that is there twice)
 */
export function arePoliciesUnderstood(certificate: Certificate): boolean {
  const qualifiers = readExtensionValue(
    certificate,
    EXTENSION_OIDS.certificatePolicies,
    'certificatePolicies',
    readPolicies,
  );
  return (qualifiers ?? []).every((oid) => QUALIFIERS.has(oid));
}

function readPolicies(reader: DerReader): readonly string[] {
  const seen = new Set<string>();
  const qualifiers = reader.sequenceOf('certificatePolicies', (item) =>
    item.sequence('PolicyInformation', (information) => {
      const policy = information.oid('policyIdentifier');
      if (seen.has(policy)) information.fail('extension_duplicate', `the policy ${policy} is there twice`);
      seen.add(policy);
      return information.isAtEnd ? [] : information.sequenceOf('policyQualifiers', readQualifier);
    }),
  );
  return qualifiers.flat();
}

function readQualifier(reader: DerReader): string {
  return reader.sequence('PolicyQualifierInfo', (qualifier) => {
    const oid = qualifier.oid('policyQualifierId');
    qualifier.element('qualifier');
    return oid;
  });
}

/** id-qt-cps and id-qt-unotice: text for people. */
const QUALIFIERS: ReadonlySet<string> = new Set(['1.3.6.1.5.5.7.2.1', '1.3.6.1.5.5.7.2.2']);
