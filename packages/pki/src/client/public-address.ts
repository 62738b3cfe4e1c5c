/**
 * True when a host, as `URL.hostname` gives it, does not by itself name a machine inside: private, shared,
 * local and reserved IP addresses, `localhost`, names without a dot, and the endings for local use.
 *
 * A name is not resolved: one in the public DNS may still lead inside. A `Fetch` that resolves names itself
 * has to refuse these addresses on its own.
 */
export function isPublicHost(hostname: string): boolean {
  const name = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
  if (name.startsWith('[')) return isPublicIpv6(name.slice(1, -1));
  // URL parsing has made dotted decimals of every spelling of an IPv4 address.
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return isPublicIpv4(name);
  const lower = name.toLowerCase();
  return lower.includes('.') && !LOCAL_ENDINGS.some((ending) => lower.endsWith(ending));
}

function isPublicIpv4(address: string): boolean {
  const value = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return !SPECIAL_IPV4.some(([start, bits]) => {
    const size = 2 ** (32 - bits);
    return Math.floor(value / size) === Math.floor(start / size);
  });
}

/** 2000::/3 is all that is given out (RFC 4291 2.4), less what embeds IPv4 addresses or is for documents. */
function isPublicIpv6(address: string): boolean {
  const groups = address.split(':').map((group) => Number.parseInt(group || '0', 16));
  const [first = 0, second = 0] = groups;
  if (first < 0x2000 || first > 0x3fff) return false;
  const isSpecial = first === 0x2001 && (second < 0x200 || second === 0xdb8);
  const isDocumentation = first === 0x3fff && second < 0x1000;
  return !isSpecial && !isDocumentation && first !== 0x2002;
}

function network(address: string, bits: number): readonly [start: number, bits: number] {
  return [address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0), bits];
}

/** IANA's registry of special-purpose IPv4 addresses (RFC 6890), with multicast and class E. */
const SPECIAL_IPV4 = [
  network('0.0.0.0', 8),
  network('10.0.0.0', 8),
  network('100.64.0.0', 10),
  network('127.0.0.0', 8),
  network('169.254.0.0', 16),
  network('172.16.0.0', 12),
  network('192.0.0.0', 24),
  network('192.0.2.0', 24),
  network('192.88.99.0', 24),
  network('192.168.0.0', 16),
  network('198.18.0.0', 15),
  network('198.51.100.0', 24),
  network('203.0.113.0', 24),
  network('224.0.0.0', 3),
];

/** RFC 6761, RFC 6762, RFC 8375, and the name that ICANN keeps for inside. */
const LOCAL_ENDINGS = ['.localhost', '.local', '.home.arpa', '.internal'];
