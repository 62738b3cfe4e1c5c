import { identifierOf } from '../encoding/der-tags.ts';
import { readDer } from '../encoding/read-der.ts';
import { PkiError } from '../errors/pki-error.ts';
import { subjectAltNameOf } from '../pki/access-extensions.ts';
import { attributeOid } from '../pki/attribute-types.ts';
import type { Certificate } from '../pki/certificate.ts';
import type { GeneralName } from '../pki/general-name.ts';
import { directoryNameKey } from './directory-name-key.ts';
import { type DnsPattern, parseDnsPattern } from './domain-name.ts';
import { type Mailbox, parseMailbox } from './mailbox.ts';
import { uriHost } from './uri-host.ts';

/** A name of a certificate, ready to be compared with the subtrees of its form. */
export interface ConstrainedName {
  /** Names and subtrees of one form meet; see {@link nameForm}. */
  readonly form: string;
  /** undefined when the name is malformed, or of a form that is not understood. */
  readonly value: ComparableName | undefined;
}

/** What is compared of a name. */
export type ComparableName =
  | ({ readonly type: 'dns' } & DnsPattern)
  | ({ readonly type: 'email' } & Mailbox)
  | { readonly type: 'uri'; readonly host: string }
  | { readonly type: 'ip'; readonly address: Uint8Array }
  | { readonly type: 'directoryName'; readonly key: string };

/**
 * The names of a certificate that name constraints apply to (RFC 5280 4.2.1.10): those of subjectAltName,
 * the subject unless it is empty, and its emailAddress attributes where no rfc822Name stands beside them.
 *
 * @throws PkiError der_*
 */
export function constrainedNamesOf(certificate: Certificate): readonly ConstrainedName[] {
  const alternatives = subjectAltNameOf(certificate) ?? [];
  const names = alternatives.map((name) => ({ form: nameForm(name), value: comparable(name) }));
  const { subject } = certificate;
  if (subject.rdns.length > 0) names.push(directoryName(subject));
  if (alternatives.some(({ type }) => type === 'email')) return names;
  for (const { oid, value } of subject.rdns.flat()) {
    if (oid === EMAIL_ADDRESS) names.push({ form: 'email', value: email(value) });
  }
  return names;
}

/**
 * Which names a subtree bears on: the type of the GeneralName, of other names with their type-id. An
 * SmtpUTF8Mailbox is a mail address as any (RFC 9598 6).
 */
export function nameForm(name: GeneralName): string {
  if (name.type !== 'other') return name.type;
  return name.oid === SMTP_UTF8_MAILBOX ? 'email' : `other ${name.oid}`;
}

function comparable(name: GeneralName): ComparableName | undefined {
  switch (name.type) {
    case 'dns': {
      const pattern = parseDnsPattern(name.name);
      return pattern && { type: 'dns', ...pattern };
    }
    case 'email':
      return email(name.address);
    case 'uri': {
      const host = uriHost(name.uri);
      return host === undefined ? undefined : { type: 'uri', host };
    }
    case 'ip':
      return IP_LENGTHS.has(name.address.length) ? { type: 'ip', address: name.address } : undefined;
    case 'directoryName':
      return directoryName(name.name).value;
    case 'other':
      return name.oid === SMTP_UTF8_MAILBOX ? smtpUtf8Mailbox(name.valueDer) : undefined;
    default:
      return undefined;
  }
}

function directoryName(name: Certificate['subject']): ConstrainedName {
  return { form: 'directoryName', value: { type: 'directoryName', key: directoryNameKey(name) } };
}

function email(address: string): ComparableName | undefined {
  const mailbox = parseMailbox(address);
  return mailbox && { type: 'email', ...mailbox };
}

/** RFC 9598 3: a UTF8String. */
function smtpUtf8Mailbox(der: Uint8Array): ComparableName | undefined {
  if (der[0] !== identifierOf('utf8String')) return undefined;
  try {
    return email(readDer(der, 'SmtpUTF8Mailbox', (reader) => reader.string('SmtpUTF8Mailbox')));
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}

const EMAIL_ADDRESS = attributeOid('emailAddress');

/** id-on-SmtpUTF8Mailbox (RFC 9598 3). */
const SMTP_UTF8_MAILBOX = '1.3.6.1.5.5.7.8.9';

/** IPv4 and IPv6, in octets (RFC 5280 4.2.1.6). */
const IP_LENGTHS: ReadonlySet<number> = new Set([4, 16]);
