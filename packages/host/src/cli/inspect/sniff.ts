import { type Certificate, decodeCertificate } from '@lancre/pki/certificate';
import { decodeCertsOnlyCms } from '@lancre/pki/cms';
import { type Crl, decodeCrl } from '@lancre/pki/crl';
import { PkiError } from '@lancre/pki/errors';
import { decodeOcspRequest, decodeOcspResponse, type OcspRequest, type OcspResponse } from '@lancre/pki/ocsp';

/** What a thing can be. */
export type ThingKind = 'certificate' | 'crl' | 'ocsp-request' | 'ocsp-response' | 'cms';

/** Something that was recognised, decoded. */
export type Thing =
  | { readonly kind: 'certificate'; readonly certificate: Certificate }
  | { readonly kind: 'crl'; readonly crl: Crl }
  | { readonly kind: 'ocsp-request'; readonly request: OcspRequest }
  | { readonly kind: 'ocsp-response'; readonly response: OcspResponse }
  | { readonly kind: 'cms'; readonly der: Uint8Array; readonly certificates: readonly Uint8Array[] };

/** Why octets are not of a kind. */
export interface Mismatch {
  readonly kind: ThingKind;
  readonly error: PkiError;
}

/** What octets are, or why they are none of what is known. */
export type Sniffed =
  | { readonly outcome: 'known'; readonly thing: Thing }
  | { readonly outcome: 'unknown'; readonly mismatches: readonly Mismatch[] };

/** Every kind, in the order of their likelihood. */
export const thingKinds: readonly ThingKind[] = [
  'certificate',
  'crl',
  'ocsp-request',
  'ocsp-response',
  'cms',
];

/** Decodes octets as one kind. @throws PkiError */
export function decodeAs(kind: ThingKind, der: Uint8Array): Thing {
  switch (kind) {
    case 'certificate':
      return { kind, certificate: decodeCertificate(der) };
    case 'crl':
      return { kind, crl: decodeCrl(der) };
    case 'ocsp-request':
      return { kind, request: decodeOcspRequest(der, { maxBytes: maximumOcspOctets, maxRequests: 1000 }) };
    case 'ocsp-response':
      return { kind, response: decodeOcspResponse(der, { maxBytes: maximumOcspOctets }) };
    case 'cms':
      return { kind, der, certificates: decodeCertsOnlyCms(der) };
  }
}

/** Finds out what DER is. Its first octets leave few kinds, and only one of these can be decoded. */
export function sniff(der: Uint8Array): Sniffed {
  const mismatches: Mismatch[] = [];
  for (const kind of possibleKinds(der)) {
    try {
      return { outcome: 'known', thing: decodeAs(kind, der) };
    } catch (error) {
      if (!(error instanceof PkiError)) throw error;
      mismatches.push({ kind, error });
    }
  }
  return { outcome: 'unknown', mismatches };
}

/** The kind that octets came closest to: its decoder got furthest. */
export function closestMismatch(mismatches: readonly Mismatch[]): Mismatch | undefined {
  const reach = ({ error }: Mismatch) => error.offset ?? 0;
  return mismatches.toSorted((a, b) => reach(b) - reach(a))[0];
}

/** All kinds are SEQUENCEs; the tag of what is first inside tells them apart. */
function possibleKinds(der: Uint8Array): readonly ThingKind[] {
  if (der[0] !== sequence) return [];
  const lengthOctets = (der[1] ?? 0) < 0x80 ? 1 : 1 + ((der[1] ?? 0) & 0x7f);
  switch (der[1 + lengthOctets]) {
    case objectIdentifier:
      return ['cms'];
    case enumerated:
      return ['ocsp-response'];
    case sequence:
      return ['certificate', 'crl', 'ocsp-request'];
    default:
      return thingKinds;
  }
}

const sequence = 0x30;
const objectIdentifier = 0x06;
const enumerated = 0x0a;
const maximumOcspOctets = 16 << 20;
