import { LancreError } from '../errors/lancre-error.ts';

/** What a `pkcs11:` URI (RFC 7512) says about a private key; undefined = not said, so anything matches. */
export interface Pkcs11Uri {
  /** The label of the token. */
  readonly token: string | undefined;
  readonly manufacturer: string | undefined;
  readonly serial: string | undefined;
  readonly model: string | undefined;
  readonly slotId: bigint | undefined;
  readonly slotDescription: string | undefined;
  readonly slotManufacturer: string | undefined;
  readonly libraryDescription: string | undefined;
  readonly libraryManufacturer: string | undefined;
  readonly libraryVersion: LibraryVersion | undefined;
  /** The label of the key (CKA_LABEL). */
  readonly object: string | undefined;
  /** CKA_ID of the key. */
  readonly id: Uint8Array | undefined;
  /** Absolute; with a `moduleName` beside it, the folder that the module is in. */
  readonly modulePath: string | undefined;
  readonly moduleName: string | undefined;
  /** Absolute path of the file that holds the PIN. */
  readonly pinPath: string | undefined;
}

/** The version of a PKCS #11 library. */
export interface LibraryVersion {
  readonly major: number;
  readonly minor: number;
}

/**
 * Reads the URI of a private key and refuses what cannot be kept or followed. Attributes of vendors are
 * ignored (RFC 7512 2.3), those of the RFC are not: each narrows what matches.
 *
 * @throws LancreError `input_invalid`, which names the attribute and never repeats its value: it may be a PIN
 *
 * @example
 * parsePkcs11Uri('pkcs11:token=ocsp;object=e1?module-name=softhsm2&pin-source=file:/etc/lancre/pin').object; // 'e1'
 */
export function parsePkcs11Uri(uri: string): Pkcs11Uri {
  if (!/^pkcs11:/i.test(uri)) throw new LancreError('input_invalid', 'a pkcs11: URI begins with "pkcs11:"');
  const rest = uri.slice('pkcs11:'.length);
  const queryStart = rest.indexOf('?');
  const path = readAttributes('path', queryStart === -1 ? rest : rest.slice(0, queryStart));
  const query = readAttributes('query', queryStart === -1 ? '' : rest.slice(queryStart + 1));
  checkType(path.get('type'));
  const parsed: Pkcs11Uri = {
    token: textOf(path, 'token'),
    manufacturer: textOf(path, 'manufacturer'),
    serial: textOf(path, 'serial'),
    model: textOf(path, 'model'),
    slotId: slotIdOf(path.get('slot-id')),
    slotDescription: textOf(path, 'slot-description'),
    slotManufacturer: textOf(path, 'slot-manufacturer'),
    libraryDescription: textOf(path, 'library-description'),
    libraryManufacturer: textOf(path, 'library-manufacturer'),
    libraryVersion: libraryVersionOf(path.get('library-version')),
    object: textOf(path, 'object'),
    id: idOf(path.get('id')),
    modulePath: modulePathOf(query),
    moduleName: moduleNameOf(query),
    pinPath: pinPathOf(query),
  };
  if (parsed.modulePath === undefined && parsed.moduleName === undefined)
    fail('module-path', 'or module-name is needed: it says which PKCS#11 module knows the token');
  return Object.freeze(parsed);
}

type Component = 'path' | 'query';
type Attributes = ReadonlyMap<string, string>;

function readAttributes(component: Component, text: string): Attributes {
  const attributes = new Map<string, string>();
  if (text === '') return attributes;
  for (const part of text.split(SEPARATORS[component])) {
    const { name, value } = readAttribute(component, part);
    const isKnown = NAMES[component].includes(name);
    // Only attributes of vendors, and only in the query, may be there twice (RFC 7512 2.3).
    if (attributes.has(name) && (isKnown || component === 'path')) fail(name, 'is there twice');
    attributes.set(name, value);
  }
  return attributes;
}

function readAttribute(
  component: Component,
  part: string,
): { readonly name: string; readonly value: string } {
  const equals = part.indexOf('=');
  const name = part.slice(0, Math.max(equals, 0)).toLowerCase();
  // What has no name may be a PIN in the wrong place, so it is not repeated.
  if (!/^[a-z0-9_-]+$/.test(name))
    throw new LancreError(
      'input_invalid',
      `the ${component} of a pkcs11: URI has a part that is not name=value`,
    );
  if (name === 'pin-value') fail(name, PIN_ADVICE);
  const other = component === 'path' ? 'query' : 'path';
  if (NAMES[other].includes(name)) fail(name, `belongs in the ${other}, ${PLACES[other]}`);
  const value = part.slice(equals + 1);
  if (!VALUES[component].test(value))
    fail(name, 'has a character that must be percent-encoded, or a % without two hexadecimal digits');
  return { name, value };
}

function textOf(attributes: Attributes, name: string): string | undefined {
  const value = attributes.get(name);
  if (value === undefined) return undefined;
  try {
    return decodeURIComponent(value);
  } catch {
    return fail(name, 'is not UTF-8');
  }
}

/** Octets, not characters (RFC 7512 2.3). */
function idOf(value: string | undefined): Uint8Array | undefined {
  if (value === undefined) return undefined;
  const octets = value.match(/%[0-9a-f]{2}|[^%]/gi) ?? [];
  return Uint8Array.from(octets, (octet) =>
    octet.length === 1 ? octet.charCodeAt(0) : Number.parseInt(octet.slice(1), 16),
  );
}

function checkType(type: string | undefined): void {
  if (type !== undefined && type.toLowerCase() !== 'private')
    fail('type', 'must be "private": only a private key signs');
}

function slotIdOf(value: string | undefined): bigint | undefined {
  if (value === undefined) return undefined;
  return /^\d{1,19}$/.test(value) ? BigInt(value) : fail('slot-id', 'must be a decimal number');
}

/** A minor version that is not there is 0 (RFC 7512 2.3). */
function libraryVersionOf(value: string | undefined): LibraryVersion | undefined {
  if (value === undefined) return undefined;
  const [, major, minor = '0'] = /^(\d{1,3})(?:\.(\d{1,3}))?$/.exec(value) ?? [];
  return major === undefined
    ? fail('library-version', 'must be a number such as 2 or 2.40')
    : { major: Number(major), minor: Number(minor) };
}

/** A relative path would be looked for wherever the loader looks, so none is taken (RFC 7512 2.4). */
function modulePathOf(query: Attributes): string | undefined {
  const path = textOf(query, 'module-path');
  return path === undefined || isPlainPath(path) ? path : fail('module-path', 'must be an absolute path');
}

function moduleNameOf(query: Attributes): string | undefined {
  const name = textOf(query, 'module-name');
  if (name === undefined || /^[^/\0]+$/.test(name)) return name;
  return fail('module-name', 'must be a name such as softhsm2, without a folder');
}

/** A program that prints the PIN (RFC 7512 2.4) is not run: a URI in the store must not become a command. */
function pinPathOf(query: Attributes): string | undefined {
  const source = textOf(query, 'pin-source');
  if (source === undefined) return undefined;
  const path = /^file:(?:\/\/(?=\/))?(\/(?!\/).*)$/s.exec(source)?.[1];
  if (path !== undefined && isPlainPath(path)) return path;
  return fail('pin-source', 'must be file: and an absolute path, such as file:/etc/lancre/pin');
}

function isPlainPath(path: string): boolean {
  return path.startsWith('/') && !path.includes('\0');
}

function fail(attribute: string, problem: string): never {
  throw new LancreError('input_invalid', `the attribute ${attribute} of a pkcs11: URI ${problem}`);
}

const PIN_ADVICE =
  'is not taken, since a PIN would stand in the store and on the command line: keep it in a file and give pin-source, --passphrase-file or --passphrase-env';

const SEPARATORS: Readonly<Record<Component, string>> = { path: ';', query: '&' };
const PLACES: Readonly<Record<Component, string>> = { path: 'before the "?"', query: 'after the "?"' };

const NAMES: Readonly<Record<Component, readonly string[]>> = {
  path: [
    'token',
    'manufacturer',
    'serial',
    'model',
    'slot-id',
    'slot-description',
    'slot-manufacturer',
    'library-description',
    'library-manufacturer',
    'library-version',
    'object',
    'id',
    'type',
  ],
  query: ['module-path', 'module-name', 'pin-source', 'pin-value'],
};

/** pk11-pchar and pk11-qchar (RFC 7512 2.3). */
const VALUES: Readonly<Record<Component, RegExp>> = {
  path: /^(?:[\w.~:[\]@!$'()*+,=&-]|%[0-9a-f]{2})*$/i,
  query: /^(?:[\w.~:[\]@!$'()*+,=/?|-]|%[0-9a-f]{2})*$/i,
};
