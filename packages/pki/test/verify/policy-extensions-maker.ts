import { EXTENSION_OIDS, encodeExtension } from '@lancre/pki/certificate';
import { encodeDer } from '@lancre/pki/der';
import { bytes } from '../support/hex.ts';

export const ANY_POLICY = '2.5.29.32.0';

/** certificatePolicies without qualifiers. */
export function encodePolicies(...policies: readonly string[]): Uint8Array {
  const value = encodeDer((writer) =>
    writer.sequence((list) => {
      for (const policy of policies) list.sequence((information) => information.oid(policy));
    }),
  );
  return encodeExtension(EXTENSION_OIDS.certificatePolicies, 'non-critical', value);
}

/** policyMappings of these pairs, issuerDomainPolicy first. */
export function encodeMappings(...pairs: readonly (readonly [string, string])[]): Uint8Array {
  const value = encodeDer((writer) =>
    writer.sequence((list) => {
      for (const pair of pairs) {
        list.sequence((mapping) => {
          for (const policy of pair) mapping.oid(policy);
        });
      }
    }),
  );
  return encodeExtension(EXTENSION_OIDS.policyMappings, 'critical', value);
}

/** policyConstraints with requireExplicitPolicy, a number of one octet. */
export function encodeRequireExplicitPolicy(skipCerts: number): Uint8Array {
  return encodeExtension(EXTENSION_OIDS.policyConstraints, 'critical', bytes(`30038001${octet(skipCerts)}`));
}

/** policyConstraints with inhibitPolicyMapping, a number of one octet. */
export function encodeInhibitPolicyMapping(skipCerts: number): Uint8Array {
  return encodeExtension(EXTENSION_OIDS.policyConstraints, 'critical', bytes(`30038101${octet(skipCerts)}`));
}

/** inhibitAnyPolicy, a number of one octet. */
export function encodeInhibitAnyPolicy(skipCerts: number): Uint8Array {
  return encodeExtension(EXTENSION_OIDS.inhibitAnyPolicy, 'critical', bytes(`0201${octet(skipCerts)}`));
}

function octet(value: number): string {
  return value.toString(16).padStart(2, '0');
}
