/** What a dNSName stands for: one host, or with a wildcard every host one label below `host`. */
export interface DnsPattern {
  readonly host: string;
  readonly reach: 'host' | 'wildcard';
}

/**
 * Reads the name of a host: labels of letters, digits, hyphens and underscores (which hosts use, whatever
 * RFC 1034 3.5 says), 63 octets each and 253 in all, no dot at the end. An internationalised name has to
 * be there in A-labels (RFC 9549 2.2), which are compared as they stand.
 *
 * @returns the name in lower case; undefined when it is none
 */
export function parseDomainName(text: string): string | undefined {
  if (text.length > MAX_NAME_LENGTH) return undefined;
  return text.split('.').every((label) => LABEL.test(label)) ? text.toLowerCase() : undefined;
}

/** Reads a dNSName whose left-most label may be `*` as a whole (RFC 9525 6.3); undefined when it is none. */
export function parseDnsPattern(text: string): DnsPattern | undefined {
  const reach = text.startsWith('*.') ? 'wildcard' : 'host';
  const host = parseDomainName(reach === 'wildcard' ? text.slice(2) : text);
  return host === undefined ? undefined : { host, reach };
}

/** The name without its first label; empty when there is but one. */
export function parentDomain(host: string): string {
  const dot = host.indexOf('.');
  return dot < 0 ? '' : host.slice(dot + 1);
}

/**
 * True for what resolvers take as an IPv4 address: a last label that is a number, decimal or hexadecimal.
 * No top-level domain is one (RFC 3696 2).
 */
export function endsInNumber(host: string): boolean {
  return NUMBER.test(host.slice(host.lastIndexOf('.') + 1));
}

const LABEL = /^(?=.{1,63}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?$/;
const NUMBER = /^(?:\d+|0x[\da-f]*)$/i;

/** RFC 1035 2.3.4: 255 octets on the wire, which are 253 characters. */
const MAX_NAME_LENGTH = 253;
