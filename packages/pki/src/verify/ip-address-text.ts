/**
 * Reads an IP address as text: IPv4 as four decimal numbers without leading zeros, IPv6 in the forms of
 * RFC 4291 2.2, of which RFC 5952's is one. No zone, no brackets, no prefix length.
 *
 * @returns 4 or 16 octets; undefined when it is none
 */
export function parseIpAddress(text: string): Uint8Array | undefined {
  const octets = text.includes(':') ? parseIpv6(text) : parseIpv4(text);
  return octets && Uint8Array.from(octets);
}

function parseIpv4(text: string): readonly number[] | undefined {
  const parts = text.split('.');
  const isRight = parts.length === 4 && parts.every((part) => DECIMAL.test(part) && Number(part) <= 255);
  return isRight ? parts.map(Number) : undefined;
}

/** `::` stands for one group of zeros or more, and may be there once. */
function parseIpv6(text: string): readonly number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2 || text.length > MAX_IPV6_LENGTH) return undefined;
  const [first = '', second] = halves;
  const head = parseGroups(first, second === undefined ? 'last' : 'not_last');
  const tail = parseGroups(second ?? '', 'last');
  if (head === undefined || tail === undefined) return undefined;
  const missing = 16 - head.length - tail.length;
  if (second === undefined ? missing !== 0 : missing < 2) return undefined;
  return [...head, ...Array<number>(missing).fill(0), ...tail];
}

/** Groups between colons; only the very last of an address may be an IPv4 address. */
function parseGroups(text: string, place: 'last' | 'not_last'): readonly number[] | undefined {
  if (text === '') return [];
  const octets: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    const isLast = place === 'last' && index === groups.length - 1;
    const parsed = isLast && group.includes('.') ? parseIpv4(group) : parseGroup(group);
    if (parsed === undefined) return undefined;
    octets.push(...parsed);
  }
  return octets;
}

function parseGroup(group: string): readonly number[] | undefined {
  if (!HEXADECIMAL.test(group)) return undefined;
  const value = Number.parseInt(group, 16);
  return [value >> 8, value & 0xff];
}

const DECIMAL = /^(?:0|[1-9]\d{0,2})$/;
const HEXADECIMAL = /^[\da-f]{1,4}$/i;

/** Six groups and an IPv4 address, all written out. */
const MAX_IPV6_LENGTH = 45;
