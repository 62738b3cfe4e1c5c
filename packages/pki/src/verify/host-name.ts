import { equalBytes } from '../encoding/bytes.ts';
import { PkiError } from '../errors/pki-error.ts';
import { subjectAltNameOf } from '../pki/access-extensions.ts';
import type { Certificate } from '../pki/certificate.ts';
import type { GeneralName } from '../pki/general-name.ts';
import { endsInNumber, parentDomain, parseDnsPattern, parseDomainName } from './domain-name.ts';
import { parseIpAddress } from './ip-address-text.ts';

/** Why a certificate is not one for a host. */
export type HostNameMismatchReason =
  /** What was asked for is neither a host name in A-labels nor an IP address. */
  | 'host_name_malformed'
  /** subjectAltName cannot be read. */
  | 'extension_malformed'
  /** subjectAltName is absent, or has no name of the type that is asked for. */
  | 'no_alternative_name'
  /** There are names of that type, and it is none of them. */
  | 'name_not_covered';

/** Whether a certificate is one for a host. */
export type HostNameVerdict =
  | {
      readonly kind: 'match';
      /** The name of the certificate that covers the host. */
      readonly name: GeneralName;
    }
  | { readonly kind: 'mismatch'; readonly reason: HostNameMismatchReason; readonly message: string };

/**
 * Compares the names of a certificate with the host that a client wants to reach (RFC 9525 6). Only
 * subjectAltName is looked at, never the common name. Nothing else about the certificate is checked.
 *
 * A host name is met by a dNSName without regard to case, where `*` as the whole left-most label stands for
 * one label, if two labels or more follow. An IP address is met by an iPAddress of the same octets.
 * Malformed names of the certificate meet nothing.
 *
 * @param name a host name in A-labels, with or without the dot of an absolute name, or an IP address as text
 *
 * @example
 * const verdict = matchesHostName(certificate, 'www.example.net');
 * if (verdict.kind === 'mismatch') console.error(verdict.reason, verdict.message);
 */
export function matchesHostName(certificate: Certificate, name: string): HostNameVerdict {
  const wanted = parseWanted(name);
  if (wanted === undefined) {
    return mismatch('host_name_malformed', 'neither a host name in A-labels nor an IP address');
  }
  const names = alternativeNames(certificate);
  if (names === 'malformed') return mismatch('extension_malformed', 'subjectAltName cannot be read');
  const candidates = names.filter(({ type }) => type === wanted.type);
  if (candidates.length === 0) {
    return mismatch('no_alternative_name', `subjectAltName has no ${TYPE_NAMES[wanted.type]}`);
  }
  const found = candidates.find((candidate) => isCovered(wanted, candidate));
  if (found !== undefined) return Object.freeze({ kind: 'match', name: found });
  return mismatch('name_not_covered', `no ${TYPE_NAMES[wanted.type]} of subjectAltName covers it`);
}

type Wanted =
  | { readonly type: 'dns'; readonly host: string }
  | { readonly type: 'ip'; readonly address: Uint8Array };

function parseWanted(name: string): Wanted | undefined {
  const address = parseIpAddress(name);
  if (address !== undefined) return { type: 'ip', address };
  const host = parseDomainName(name.endsWith('.') ? name.slice(0, -1) : name);
  // What a resolver may take as an address is no host name: `127.1`, `0x7f.1`.
  return host === undefined || endsInNumber(host) ? undefined : { type: 'dns', host };
}

function alternativeNames(certificate: Certificate): readonly GeneralName[] | 'malformed' {
  try {
    return subjectAltNameOf(certificate) ?? [];
  } catch (error) {
    if (error instanceof PkiError) return 'malformed';
    throw error;
  }
}

function isCovered(wanted: Wanted, candidate: GeneralName): boolean {
  if (candidate.type === 'ip') return wanted.type === 'ip' && equalBytes(candidate.address, wanted.address);
  return candidate.type === 'dns' && wanted.type === 'dns' && isHostCovered(wanted.host, candidate.name);
}

function isHostCovered(host: string, presented: string): boolean {
  const pattern = parseDnsPattern(presented);
  if (pattern === undefined) return false;
  if (pattern.reach === 'host') return pattern.host === host;
  // One label after the wildcard is a public suffix for all that can be known here.
  return pattern.host.includes('.') && parentDomain(host) === pattern.host;
}

function mismatch(reason: HostNameMismatchReason, message: string): HostNameVerdict {
  return Object.freeze({ kind: 'mismatch', reason, message });
}

const TYPE_NAMES = { dns: 'dNSName', ip: 'iPAddress' } as const;
