import type { DerReader } from '../encoding/der-reader.ts';
import type { Certificate } from '../pki/certificate.ts';
import { readExtensionValue } from '../pki/extension.ts';
import { EXTENSION_OIDS } from '../pki/extension-oids.ts';

/** All that a certificate says about policies. */
export interface PolicyExtensions {
  /** certificatePolicies; empty when absent. */
  readonly policies: ReadonlySet<string>;
  /** policyMappings: for each issuerDomainPolicy its subjectDomainPolicies; empty when absent. */
  readonly mappings: ReadonlyMap<string, ReadonlySet<string>>;
  /** policyConstraints: how many certificates may still follow before a policy is required. */
  readonly requireExplicitPolicy: number | undefined;
  /** policyConstraints: how many certificates may still follow before mappings are void. */
  readonly inhibitPolicyMapping: number | undefined;
  /** inhibitAnyPolicy: how many certificates may still follow before anyPolicy stands for nothing. */
  readonly inhibitAnyPolicy: number | undefined;
}

/**
 * Reads certificatePolicies, policyMappings, policyConstraints and inhibitAnyPolicy (RFC 5280 4.2.1.4, 4.2.1.5,
 * 4.2.1.11, 4.2.1.14), critical or not.
 *
 * @throws PkiError der_*, extension_duplicate (a policy that is there twice), extension_invalid (anyPolicy
 * in a mapping, constraints that constrain nothing)
 */
export function policyExtensionsOf(certificate: Certificate): PolicyExtensions {
  const { certificatePolicies, policyMappings, policyConstraints, inhibitAnyPolicy } = EXTENSION_OIDS;
  const read = <T>(oid: string, what: string, reading: (reader: DerReader) => T) =>
    readExtensionValue(certificate, oid, what, reading);
  const policies = read(certificatePolicies, 'certificatePolicies', readPolicies) ?? [];
  return {
    policies: new Set(policies.map(({ policy }) => policy)),
    mappings: read(policyMappings, 'policyMappings', readMappings) ?? new Map(),
    ...(read(policyConstraints, 'policyConstraints', readConstraints) ?? NO_CONSTRAINTS),
    inhibitAnyPolicy: read(inhibitAnyPolicy, 'inhibitAnyPolicy', (reader) =>
      reader.smallInteger('inhibitAnyPolicy'),
    ),
  };
}

/**
 * True when every qualifier of certificatePolicies can be interpreted, which a critical one demands
 * (RFC 5280 4.2.1.4); also true when the extension is absent.
 *
 * @throws PkiError der_*, extension_duplicate (a policy that is there twice)
 */
export function arePoliciesUnderstood(certificate: Certificate): boolean {
  const policies = readExtensionValue(
    certificate,
    EXTENSION_OIDS.certificatePolicies,
    'certificatePolicies',
    readPolicies,
  );
  return (policies ?? []).every(({ qualifiers }) => qualifiers.every((oid) => QUALIFIERS.has(oid)));
}

interface PolicyInformation {
  readonly policy: string;
  readonly qualifiers: readonly string[];
}

function readPolicies(reader: DerReader): readonly PolicyInformation[] {
  const seen = new Set<string>();
  return reader.sequenceOf('certificatePolicies', (item) =>
    item.sequence('PolicyInformation', (information) => {
      const policy = information.oid('policyIdentifier');
      if (seen.has(policy)) information.fail('extension_duplicate', `the policy ${policy} is there twice`);
      seen.add(policy);
      const qualifiers = information.isAtEnd ? [] : information.sequenceOf('policyQualifiers', readQualifier);
      return { policy, qualifiers };
    }),
  );
}

function readQualifier(reader: DerReader): string {
  return reader.sequence('PolicyQualifierInfo', (qualifier) => {
    const oid = qualifier.oid('policyQualifierId');
    qualifier.element('qualifier');
    return oid;
  });
}

/** One policy may be mapped to several, by as many pairs (RFC 5280 6.1.4 (b)). */
function readMappings(reader: DerReader): ReadonlyMap<string, ReadonlySet<string>> {
  const mappings = new Map<string, Set<string>>();
  reader.sequenceOf('policyMappings', (item) =>
    item.sequence('policyMapping', (pair) => {
      const from = pair.oid('issuerDomainPolicy');
      const to = pair.oid('subjectDomainPolicy');
      // RFC 5280 6.1.4 (a).
      if (from === ANY_POLICY || to === ANY_POLICY) {
        pair.fail('extension_invalid', 'anyPolicy is mapped, or mapped to');
      }
      mappings.set(from, (mappings.get(from) ?? new Set<string>()).add(to));
    }),
  );
  return mappings;
}

function readConstraints(reader: DerReader): typeof NO_CONSTRAINTS {
  return reader.sequence('policyConstraints', (constraints) => {
    // RFC 5280 4.2.1.11 forbids the empty sequence.
    if (constraints.isAtEnd) constraints.fail('extension_invalid', 'policyConstraints constrains nothing');
    const skipCerts = (number: number, what: string) =>
      constraints.isContext(number) ? constraints.contextSmallInteger(number, what) : undefined;
    const requireExplicitPolicy = skipCerts(0, 'requireExplicitPolicy');
    return { requireExplicitPolicy, inhibitPolicyMapping: skipCerts(1, 'inhibitPolicyMapping') };
  });
}

/** The policy that stands for every other (RFC 5280 4.2.1.4). */
export const ANY_POLICY = '2.5.29.32.0';

const NO_CONSTRAINTS: Pick<PolicyExtensions, 'requireExplicitPolicy' | 'inhibitPolicyMapping'> = {
  requireExplicitPolicy: undefined,
  inhibitPolicyMapping: undefined,
};
/** id-qt-cps and id-qt-unotice: text for people. */
const QUALIFIERS: ReadonlySet<string> = new Set(['1.3.6.1.5.5.7.2.1', '1.3.6.1.5.5.7.2.2']);
