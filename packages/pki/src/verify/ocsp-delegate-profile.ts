import { PkiError } from '../errors/pki-error.ts';
import { authorityInfoAccessOf } from '../pki/access-extensions.ts';
import type { Certificate } from '../pki/certificate.ts';
import { EXTENDED_KEY_USAGE_OIDS, extendedKeyUsageOf, keyUsageOf } from '../pki/constraint-extensions.ts';
import { findExtension } from '../pki/extension.ts';
import { EXTENSION_OIDS } from '../pki/extension-oids.ts';

/**
 * What the Baseline Requirements ask of a delegated responder's certificate beyond what every client checks
 * (BR 7.1.2.8, ORSP-11): one sentence for each thing that is not so; empty = it fits.
 *
 * @example
 * listOcspDelegateProfileFaults(certificate); // ['it has a subjectAltName (BR 7.1.2.8.2)']
 */
export function listOcspDelegateProfileFaults(certificate: Certificate): readonly string[] {
  try {
    return RULES.filter(([isBroken]) => isBroken(certificate)).map(([, sentence]) => sentence);
  } catch (error) {
    if (error instanceof PkiError) return [error.message];
    throw error;
  }
}

type Rule = readonly [isBroken: (certificate: Certificate) => boolean, sentence: string];

const RULES: readonly Rule[] = [
  [
    (it) => findExtension(it, EXTENSION_OIDS.authorityKeyIdentifier)?.critical !== false,
    'its authorityKeyIdentifier is missing or critical (BR 7.1.2.8.2)',
  ],
  [
    (it) => {
      const purposes = extendedKeyUsageOf(it);
      return (
        purposes === undefined || purposes.size !== 1 || !purposes.has(EXTENDED_KEY_USAGE_OIDS.ocspSigning)
      );
    },
    'its extendedKeyUsage is not OCSPSigning alone (BR 7.1.2.8.5)',
  ],
  [
    (it) => {
      const noCheck = findExtension(it, EXTENSION_OIDS.ocspNoCheck);
      // NULL, as RFC 6960 4.2.2.2.1 has it.
      return noCheck === undefined || noCheck.critical || !isNull(noCheck.value);
    },
    'its id-pkix-ocsp-nocheck is missing, critical, or not NULL (BR 7.1.2.8.6)',
  ],
  [
    (it) => {
      const usages = keyUsageOf(it);
      const isCritical = findExtension(it, EXTENSION_OIDS.keyUsage)?.critical === true;
      return !isCritical || usages?.size !== 1 || !usages.has('digitalSignature');
    },
    'its keyUsage is not critical with digitalSignature alone (BR 7.1.2.8.7)',
  ],
  [(it) => has(it, 'cRLDistributionPoints'), 'it has a cRLDistributionPoints (BR 7.1.2.8.2)'],
  [(it) => has(it, 'subjectAltName'), 'it has a subjectAltName (BR 7.1.2.8.2)'],
  [(it) => has(it, 'nameConstraints'), 'it has nameConstraints (BR 7.1.2.8.2)'],
  [
    (it) => authorityInfoAccessOf(it)?.some(({ method }) => method !== 'ocsp') === true,
    'its authorityInfoAccess has more than OCSP (BR 7.1.2.8.3)',
  ],
  [
    (it) => {
      const constraints = findExtension(it, EXTENSION_OIDS.basicConstraints);
      return constraints !== undefined && !(constraints.critical && isEmptySequence(constraints.value));
    },
    'its basicConstraints is not critical with an empty SEQUENCE (BR 7.1.2.8.2, 7.1.2.8.4)',
  ],
  [
    ({ serialNumber }) => serialNumber.startsWith('-') || !isLongSerial(serialNumber),
    'its serial number is not of 64 bits or more, and below 2^159 (BR 7.1.2.8)',
  ],
];

function has(certificate: Certificate, name: keyof typeof EXTENSION_OIDS): boolean {
  return findExtension(certificate, EXTENSION_OIDS[name]) !== undefined;
}

function isNull(value: Uint8Array): boolean {
  return value.length === 2 && value[0] === 0x05 && value[1] === 0;
}

function isEmptySequence(value: Uint8Array): boolean {
  return value.length === 2 && value[0] === 0x30 && value[1] === 0;
}

/** 64 random bits (ORSP-11) need eight octets; that they are random is not to be seen. */
function isLongSerial(hex: string): boolean {
  const octets = hex.length / 2;
  return octets >= 8 && BigInt(`0x${hex}`) < 1n << 159n;
}
