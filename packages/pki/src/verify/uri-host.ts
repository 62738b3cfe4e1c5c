import { endsInNumber, parseDomainName } from './domain-name.ts';

/**
 * The host of a URI in lower case (RFC 3986 3.2).
 *
 * @returns undefined when the URI has no authority, or its host is no domain name, as an IP address is
 *   none (RFC 5280 4.2.1.10)
 */
export function uriHost(uri: string): string | undefined {
  const authority = AUTHORITY.exec(uri)?.[1];
  if (authority === undefined) return undefined;
  const at = authority.indexOf('@');
  // A second `@` stays in what is read as host, and fails there: readers differ on which one counts.
  const host = parseDomainName(authority.slice(at + 1).replace(PORT, ''));
  return host === undefined || endsInNumber(host) ? undefined : host;
}

/**
 * Nothing but the characters of RFC 3986 up to the end of the authority: readers differ on what a backslash is.
 */
const AUTHORITY = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([\w.~!$&'()*+,;=:@%[\]-]*)(?:[/?#]|$)/;
const PORT = /:\d*$/;
