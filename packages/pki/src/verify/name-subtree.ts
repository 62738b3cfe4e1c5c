import type { GeneralName } from '../pki/general-name.ts';
import { type ComparableName, nameForm } from './constrained-names.ts';
import { directoryNameKey } from './directory-name-key.ts';
import { parentDomain, parseDomainName } from './domain-name.ts';
import { type Mailbox, parseMailbox } from './mailbox.ts';

/** The base of a GeneralSubtree, ready to be compared. */
export interface NameSubtree {
  readonly form: string;
  /** undefined when the base is malformed, or of a form that is not understood. */
  readonly base: SubtreeBase | undefined;
}

/** Which list a subtree is on. */
export type SubtreeList = 'permitted' | 'excluded';

/** What is compared of a subtree. */
export type SubtreeBase =
  | { readonly type: 'dns' | 'email' | 'uri'; readonly domain: Domain }
  | ({ readonly type: 'mailbox' } & Mailbox)
  | { readonly type: 'ip'; readonly address: Uint8Array; readonly mask: Uint8Array }
  | { readonly type: 'directoryName'; readonly key: string };

interface Domain {
  /** Empty for all there are. */
  readonly host: string;
  /** A base with a period in front is what is below `host`, without itself. */
  readonly part: 'itself' | 'below';
}

/** Makes a subtree of its base. */
export function nameSubtree(base: GeneralName): NameSubtree {
  return { form: nameForm(base), base: subtreeBase(base) };
}

/**
 * Whether a name lies in the subtree (RFC 5280 4.2.1.10). A wildcard stands for many names: it is inside
 * what is permitted when all of them are, and inside what is excluded when one is.
 */
export function isWithin(name: ComparableName, base: SubtreeBase, list: SubtreeList): boolean {
  switch (name.type) {
    case 'dns':
      return base.type === 'dns' && isDnsWithin(name, base.domain, list);
    case 'email':
      if (base.type === 'mailbox') return name.localPart === base.localPart && name.host === base.host;
      return base.type === 'email' && isHostWithin(name.host, base.domain);
    case 'uri':
      return base.type === 'uri' && isHostWithin(name.host, base.domain);
    case 'ip':
      return base.type === 'ip' && isAddressWithin(name.address, base);
    case 'directoryName':
      // Not startsWith, which takes ten times as long on the long names of a hostile certificate.
      return base.type === 'directoryName' && name.key.slice(0, base.key.length) === base.key;
  }
}

function subtreeBase(base: GeneralName): SubtreeBase | undefined {
  switch (base.type) {
    case 'dns':
      return domainBase('dns', base.name);
    case 'uri':
      return domainBase('uri', base.uri);
    case 'email':
      return base.address.includes('@') ? mailboxBase(base.address) : domainBase('email', base.address);
    case 'ip':
      return addressBase(base.address);
    case 'directoryName':
      return { type: 'directoryName', key: directoryNameKey(base.name) };
    default:
      return undefined;
  }
}

/** An empty base takes in every name: no RFC says so, but nothing else can be meant by excluding it. */
function domainBase(type: 'dns' | 'email' | 'uri', text: string): SubtreeBase | undefined {
  if (text === '') return { type, domain: { host: '', part: 'itself' } };
  const part = text.startsWith('.') ? 'below' : 'itself';
  const host = parseDomainName(part === 'below' ? text.slice(1) : text);
  return host === undefined ? undefined : { type, domain: { host, part } };
}

function mailboxBase(address: string): SubtreeBase | undefined {
  const mailbox = parseMailbox(address);
  return mailbox && { type: 'mailbox', ...mailbox };
}

/** An address and a mask of the same length, 4 or 16 octets; a mask is ones and then zeros (RFC 4632 3.1). */
function addressBase(octets: Uint8Array): SubtreeBase | undefined {
  if (octets.length !== 8 && octets.length !== 32) return undefined;
  const address = octets.subarray(0, octets.length / 2);
  const mask = octets.subarray(octets.length / 2);
  const bits = [...mask].map((octet) => octet.toString(2).padStart(8, '0')).join('');
  return bits.includes('01') ? undefined : { type: 'ip', address, mask };
}

/** Zero or more labels may be added; with a period in front, which no RFC gives a meaning, one or more. */
function isDnsWithin(
  { host, reach }: ComparableName & { type: 'dns' },
  domain: Domain,
  list: SubtreeList,
): boolean {
  if (domain.host === '' || host.endsWith(`.${domain.host}`)) return true;
  if (host === domain.host) return reach === 'wildcard' || domain.part === 'itself';
  // `*.example.com` may be `mail.example.com`, and all that is excluded there.
  const mayReach = reach === 'wildcard' && domain.part === 'itself' && parentDomain(domain.host) === host;
  return mayReach && list === 'excluded';
}

/** For mail addresses and URIs a host is that host alone. */
function isHostWithin(host: string, domain: Domain): boolean {
  if (domain.host === '') return true;
  return domain.part === 'itself' ? host === domain.host : host.endsWith(`.${domain.host}`);
}

function isAddressWithin(address: Uint8Array, base: SubtreeBase & { type: 'ip' }): boolean {
  if (address.length !== base.address.length) return false;
  return address.every((octet, i) => ((octet ^ (base.address[i] ?? 0)) & (base.mask[i] ?? 0)) === 0);
}
