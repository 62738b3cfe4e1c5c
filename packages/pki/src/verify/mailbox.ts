import { parseDomainName } from './domain-name.ts';

/** A mail address taken apart (RFC 5321 4.1.2). */
export interface Mailbox {
  /** Without the quotes, which change nothing about who is meant; as it stands otherwise. */
  readonly localPart: string;
  /** In lower case, A-labels included. */
  readonly host: string;
}

/**
 * Reads a Mailbox, of an rfc822Name or an SmtpUTF8Mailbox: the local part may hold characters beyond
 * ASCII, the domain only A-labels (RFC 9598 3). An address literal is no domain.
 *
 * @returns undefined when the text is no Mailbox
 */
export function parseMailbox(text: string): Mailbox | undefined {
  const at = text.length > MAX_MAILBOX_LENGTH ? -1 : text.lastIndexOf('@');
  if (at < 0) return undefined;
  const localPart = parseLocalPart(text.slice(0, at));
  const host = parseDomainName(text.slice(at + 1));
  return localPart === undefined || host === undefined ? undefined : { localPart, host };
}

function parseLocalPart(text: string): string | undefined {
  if (DOT_STRING.test(text)) return text;
  return QUOTED_STRING.test(text) ? text.slice(1, -1).replace(/\\(.)/g, '$1') : undefined;
}

/** RFC 5321 4.1.2, with the characters that RFC 6531 3.3 adds. */
const DOT_STRING =
  /^[\w!#$%&'*+/=?^`{|}~\u0080-\u{10ffff}-]+(?:\.[\w!#$%&'*+/=?^`{|}~\u0080-\u{10ffff}-]+)*$/u;
const QUOTED_STRING = /^"(?:[\x20\x21\x23-\x5b\x5d-\x7e\u0080-\u{10ffff}]|\\[\x20-\x7e])*"$/u;

/** RFC 5321 4.5.3.1: 64 octets of local part and 255 of domain. */
const MAX_MAILBOX_LENGTH = 320;
