import { type Certificate, EXTENDED_KEY_USAGE_OIDS, extendedKeyUsageOf } from '@lancre/pki/certificate';
import { publicKeyKindOf } from '@lancre/pki/crypto';
import { listOcspDelegateProfileFaults } from '@lancre/pki/verify';
import type { Issuer } from './issuer.ts';
import type { CrlPolicy, IssuerPolicy } from './issuer-policy.ts';

/** What a profile is judged by. */
export type ProfiledIssuer = Pick<Issuer, 'certificates' | 'policy' | 'responders' | 'requestSigners'>;

/**
 * What the Baseline Requirements or Microsoft's program refuse in an issuer's settings: one sentence with
 * its clause for each; empty under the profile `private`, which allows whatever the RFCs do.
 *
 * Three settings are not refused, since neither document does: `unknown` for serials without a record (BR
 * 4.9.9 forbids it only of certificates that were published 15 minutes ago), `byName` (RFC 6960 4.2.1; byKey
 * is asked for by RFC 9919, which the Baseline Requirements do not cite), and nonces (BR 4.9.9).
 *
 * @example
 * profileFaultsOf({ certificates, policy }); // ['CRLs may not be valid for more than 10 days (BR 7.2)']
 */
export function profileFaultsOf(issuer: ProfiledIssuer): readonly string[] {
  if (issuer.policy.profile === 'private') return [];
  return [
    ...policyFaults(issuer.policy),
    ...keyFaults(issuer),
    ...certificateFaults(issuer),
    ...responderFaults(issuer),
    ...accessFaults(issuer),
  ];
}

/** Whether certificates may be suspended and come back: not in the Web PKI (BR 4.9.13, REV-07). */
export function allowsHold({ profile }: IssuerPolicy): boolean {
  return profile === 'private';
}

/** The longest nextUpdate - thisUpdate of a CRL, in seconds; Infinity where nothing is said. */
export function longestCrlValiditySeconds({ profile, issues }: IssuerPolicy): number {
  if (profile === 'private') return Number.POSITIVE_INFINITY;
  return issues === 'ca' ? longestCaList : longestSubscriberList;
}

function policyFaults({ issues, ocsp, crl }: IssuerPolicy): readonly string[] {
  // A validity counts both its ends (BR 4.9.9).
  const ocspValidity = ocsp.validitySeconds + 1;
  const rules: readonly Rule[] = [
    [ocspValidity < 8 * HOUR, 'OCSP answers have to be valid for 8 hours or more (BR 4.9.9)'],
    [
      ocspValidity > 7 * DAY,
      "OCSP answers may not be valid for more than 7 days (Microsoft's program; BR 4.9.9 allows 10)",
    ],
    [
      // RFC 6960 2.2 gives those answers the reason certificateHold.
      ocsp.unknownSerial === 'extended-revoke',
      'serials never assigned may not be told as suspended, as extended-revoke does (BR 4.9.13, 7.3)',
    ],
    ...(issues === 'ca' ? caListRules(crl) : subscriberListRules(crl)),
    // 5.2.6 and 5.2.4's extensions are among those that BR 7.2.2 does not recommend, and no browser reads deltas (SHD-20).
    [crl.delta !== 'omit', 'delta CRLs are not issued in the Web PKI (BR 7.2.2)'],
  ];
  return rules.flatMap(([isBroken, sentence]) => (isBroken ? [sentence] : []));
}

type Rule = readonly [isBroken: boolean, sentence: string];

function subscriberListRules({ validitySeconds, periodSeconds }: CrlPolicy): readonly Rule[] {
  return [
    [validitySeconds > longestSubscriberList, 'CRLs may not be valid for more than 10 days (BR 7.2)'],
    [periodSeconds > 4 * DAY, 'CRLs have to be issued anew every 4 days (BR 4.9.7)'],
  ];
}

function caListRules({ validitySeconds, periodSeconds }: CrlPolicy): readonly Rule[] {
  return [
    [
      validitySeconds > longestCaList,
      'CRLs for CA certificates may not be valid for more than 12 months (BR 7.2)',
    ],
    [periodSeconds > 365 * DAY, 'CRLs for CA certificates have to be issued anew every 12 months (BR 4.9.7)'],
  ];
}

/** BR 6.1.5 and 7.1.3.2 list what there is: no EdDSA, and nothing post-quantum (ORSP-34). */
function keyFaults({ certificates, responders = [] }: ProfiledIssuer): readonly string[] {
  const all = [certificates[0], ...responders.map(({ certificate }) => certificate)];
  return all.flatMap((certificate) => {
    const fault = keyFault(certificate);
    return fault === undefined ? [] : [fault];
  });
}

function keyFault({ subjectPublicKeyInfo }: Certificate): string | undefined {
  const key = publicKeyKindOf(subjectPublicKeyInfo.der);
  if (key?.type === 'ec') return undefined;
  if (key?.type === 'rsa') {
    return key.modulusBits >= 2048 && key.modulusBits % 8 === 0
      ? undefined
      : `an RSA key of ${key.modulusBits} bits is too short, or no multiple of 8 bits (BR 6.1.5)`;
  }
  return `a key of the kind ${key?.type ?? 'unknown'} may not sign (BR 6.1.5, 7.1.3.2)`;
}

/** Who holds such a CA could answer for its own revocation (T-28). */
function certificateFaults({ certificates }: ProfiledIssuer): readonly string[] {
  return certificates.some(isForOcspSigning)
    ? ['a CA certificate may not have OCSPSigning in its extendedKeyUsage (BR 7.1.2.10.6)']
    : [];
}

function isForOcspSigning(certificate: Certificate): boolean {
  return extendedKeyUsageOf(certificate)?.has(EXTENDED_KEY_USAGE_OIDS.ocspSigning) === true;
}

function responderFaults({ responders = [] }: ProfiledIssuer): readonly string[] {
  return responders.flatMap(({ certificate }) =>
    listOcspDelegateProfileFaults(certificate).map(
      (fault) => `of the responder certificate ${certificate.serialNumber}: ${fault}`,
    ),
  );
}

/** Statuses are for every relying party, at any time (BR 4.10.2). */
function accessFaults({ requestSigners }: ProfiledIssuer): readonly string[] {
  return requestSigners === undefined ? [] : ['OCSP has to answer everybody, not only who signs (BR 4.10.2)'];
}

const HOUR = 3_600;
const DAY = 86_400;
/** Both ends of a validity count (BR 4.9.9, T-18). The shortest twelve months have 365 days. */
const longestSubscriberList = 10 * DAY - 1;
const longestCaList = 365 * DAY - 1;
