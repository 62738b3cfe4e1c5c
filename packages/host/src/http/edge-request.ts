/**
 * A request as the edge sees it: what the runtime took off the wire, not touched since.
 *
 * `target` is never decoded or tidied up here: base64 holds `/`, `//` and `+`, and every layer that
 * cleaned paths has broken OCSP (T-01, T-51). What runtimes do before we see it:
 * - Node gives the request target octet for octet, in origin-form (`/o/…`) or absolute-form;
 * - Bun gives absolute-form made from the Host field (`http://host/o/…`), or the bare path when there
 *   is none. It leaves `//`, `%2F` and other escapes alone, resolves dot segments and escapes quotes
 *   and angle brackets: none of these is a letter of base64. The authority of an absolute-form target
 *   is replaced by the Host field's, so there the Host field decides.
 */
export interface EdgeRequest {
  readonly method: string;
  readonly target: string;
  /** A field's value; repeated fields are joined by `, `. @param name lower-case */
  header(name: string): string | undefined;
  /** The body, or why there is none. Reads no further than `limitOctets`. */
  readBody(limitOctets: number, deadlineMilliseconds: number): Promise<RequestBody>;
}

/** What reading a request's body came to. */
export type RequestBody =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'too-slow' }
  | { readonly kind: 'broken' };

/** The parts of a request target. */
export interface RequestTarget {
  /** Of absolute-form only, as sent: it then takes precedence over the Host field (RFC 9112 3.2.2). */
  readonly host: string | undefined;
  /** Raw, begins with `/`; without query and fragment, which belong to no request here (OREQ-38). */
  readonly path: string;
}

/**
 * Longest target read, in octets; longer ones get 414 (OREQ-07). RFC 9112 3 asks for at least 8,000;
 * a request of 16 certificates with SHA-512 hashes needs about 3,600.
 */
export const maximumTargetOctets = 8192;

/** Splits a target; undefined when it is neither origin-form nor absolute-form of http (RFC 9112 3.2). */
export function splitTarget(target: string): RequestTarget | undefined {
  if (target.startsWith('/')) return { host: undefined, path: pathOf(target, 0) };
  const scheme = /^https?:\/\//i.exec(target)?.[0];
  if (scheme === undefined) return undefined;
  const slash = firstOf(target, scheme.length, '/');
  const authorityEnd = Math.min(
    slash,
    firstOf(target, scheme.length, '?'),
    firstOf(target, scheme.length, '#'),
  );
  const host = target.slice(scheme.length, authorityEnd);
  if (host === '') return undefined;
  return { host, path: authorityEnd === slash ? pathOf(target, slash) : '/' };
}

function pathOf(target: string, start: number): string {
  const end = Math.min(firstOf(target, start, '?'), firstOf(target, start, '#'));
  // An absolute-form target may end at its authority: the path is then "/" (RFC 9110 4.2.3).
  return start === end ? '/' : target.slice(start, end);
}

function firstOf(text: string, from: number, letter: string): number {
  const index = text.indexOf(letter, from);
  return index === -1 ? text.length : index;
}
