import { LancreError } from '../errors/lancre-error.ts';

/** What a pkcs11: URI names (RFC 7512 2.3). Attributes that are not told match anything. */
export interface Pkcs11Uri {
  readonly token?: string;
  readonly manufacturer?: string;
  readonly serial?: string;
  readonly model?: string;
  readonly slotId?: number;
  /** CKA_LABEL of the key. */
  readonly object?: string;
  /** CKA_ID of the key. */
  readonly id?: Uint8Array;
  /** Absolute path of the module, or undefined. */
  readonly modulePath?: string;
  /** Name of the module, without folder and ending. */
  readonly moduleName?: string;
  /** Path of a file that holds the PIN. */
  readonly pinSource?: string;
}

/**
 * Reads a PKCS#11 URI (RFC 7512).
 *
 * @throws LancreError `input_invalid`, naming the attribute: unknown or given twice, no key named, a
 *   `pin-value` (a PIN stands in no command line and in no store)
 *
 * @example
 * parsePkcs11Uri('pkcs11:token=ocsp;object=e1?module-path=/usr/lib/softhsm/libsofthsm2.so').object // 'e1'
 */
export function parsePkcs11Uri(text: string): Pkcs11Uri {
  const match = /^pkcs11:([^?#]*)(?:\?([^#]*))?$/.exec(text);
  if (match === null) throw new LancreError('input_invalid', `"${text}" is not a pkcs11: URI (RFC 7512)`);
  const path = attributesOf(match[1] ?? '', ';', pathAttributes);
  const query = attributesOf(match[2] ?? '', '&', queryAttributes);
  const type = textOf(path.get('type'));
  if (type !== undefined && type !== 'private') refuse('type', 'only a private key signs');
  if (!path.has('object') && !path.has('id')) refuse('object', 'name the key by object, its label, or by id');
  return {
    ...defined({
      token: textOf(path.get('token')),
      manufacturer: textOf(path.get('manufacturer')),
      serial: textOf(path.get('serial')),
      model: textOf(path.get('model')),
      slotId: slotOf(textOf(path.get('slot-id'))),
      object: textOf(path.get('object')),
      id: path.get('id'),
      modulePath: moduleOf(textOf(query.get('module-path'))),
      moduleName: textOf(query.get('module-name')),
      pinSource: pinSourceOf(textOf(query.get('pin-source'))),
    }),
  };
}

/** Attributes of one part, percent-decoded; those of vendors are passed over (RFC 7512 2.3). */
function attributesOf(part: string, separator: string, known: ReadonlySet<string>): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const attribute of part.split(separator)) {
    if (attribute === '') continue;
    const equals = attribute.indexOf('=');
    const name = equals < 0 ? attribute : attribute.slice(0, equals);
    if (name === 'pin-value') {
      refuse(name, 'a PIN does not stand here: use pin-source, --passphrase-file or --passphrase-env');
    }
    if (!known.has(name)) {
      if (name.startsWith('x-')) continue;
      refuse(name, 'no such attribute');
    }
    if (found.has(name)) refuse(name, 'given twice');
    found.set(name, percentDecoded(equals < 0 ? '' : attribute.slice(equals + 1), name));
  }
  return found;
}

function percentDecoded(text: string, name: string): Uint8Array {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) refuse(name, 'a % without two hex digits behind it');
  const latin1 = text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Uint8Array.from(Buffer.from(latin1, 'latin1'));
}

function textOf(octets: Uint8Array | undefined): string | undefined {
  return octets && Buffer.from(octets).toString('utf8');
}

function slotOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^\d{1,15}$/.test(text) ? Number(text) : refuse('slot-id', 'not a number');
}

function moduleOf(text: string | undefined): string | undefined {
  return text === undefined || text.startsWith('/') ? text : refuse('module-path', 'not an absolute path');
}

function pinSourceOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const path = text.replace(/^file:(?:\/\/)?/, '');
  return path.startsWith('/') ? path : refuse('pin-source', 'only the absolute path of a file is known here');
}

function refuse(name: string, reason: string): never {
  throw new LancreError('input_invalid', `pkcs11: URI: ${name}: ${reason}`);
}

function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

const pathAttributes: ReadonlySet<string> = new Set([
  'token',
  'manufacturer',
  'serial',
  'model',
  'slot-id',
  'object',
  'id',
  'type',
  'library-manufacturer',
  'library-description',
  'library-version',
  'slot-description',
  'slot-manufacturer',
]);
const queryAttributes: ReadonlySet<string> = new Set(['module-path', 'module-name', 'pin-source']);
