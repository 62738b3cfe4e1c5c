import { formatName, type GeneralName, type Name } from '@lancre/pki/certificate';
import { encodeHex } from '@lancre/pki/text';

/** A distinguished name for people: RFC 4514, or a word when it is empty. */
export function nameText(name: Name): string {
  return name.rdns.length === 0 ? '(empty)' : formatName(name);
}

/** `dns:example.net`, `ip:192.0.2.1`, `uri:http://…`: the type, then the name. */
export function generalNameText(name: GeneralName): string {
  switch (name.type) {
    case 'uri':
      return `uri:${name.uri}`;
    case 'dns':
      return `dns:${name.name}`;
    case 'email':
      return `email:${name.address}`;
    case 'ip':
      return `ip:${addressText(name.address)}`;
    case 'directoryName':
      return `name:${nameText(name.name)}`;
    case 'registeredId':
      return `oid:${name.oid}`;
    case 'other':
      return `other:${name.oid}:${encodeHex(name.valueDer)}`;
    case 'x400Address':
    case 'ediPartyName':
      return `${name.type}:${encodeHex(name.der)}`;
  }
}

/** A URL as it is; names of other types with their type. */
export function locationText(name: GeneralName): string {
  return name.type === 'uri' ? name.uri : generalNameText(name);
}

function addressText(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join('.');
  if (octets.length !== 16) return `#${encodeHex(octets)}`;
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((octets[2 * index] ?? 0) << 8) | (octets[2 * index + 1] ?? 0)).toString(16),
  );
  return compressZeros(groups);
}

/** RFC 5952 4.2: the longest run of two or more zero groups becomes `::`, the first of equals. */
function compressZeros(groups: readonly string[]): string {
  let best = { start: -1, length: 1 };
  for (let start = 0; start < groups.length; start += 1) {
    let length = 0;
    while (groups[start + length] === '0') length += 1;
    if (length > best.length) best = { start, length };
  }
  if (best.start < 0) return groups.join(':');
  return `${groups.slice(0, best.start).join(':')}::${groups.slice(best.start + best.length).join(':')}`;
}
