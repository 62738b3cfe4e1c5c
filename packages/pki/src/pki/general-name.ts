import type { DerReader } from '../encoding/der-reader.ts';
import type { DerWriter } from '../encoding/der-writer.ts';
import { type Name, readName } from './name.ts';

/** GeneralName (RFC 5280 4.2.1.6). `der` is its encoding, for comparison octet by octet. */
export type GeneralName = { readonly der: Uint8Array } & (
  | { readonly type: 'uri'; readonly uri: string }
  | { readonly type: 'dns'; readonly name: string }
  | { readonly type: 'email'; readonly address: string }
  | { readonly type: 'ip'; readonly address: Uint8Array }
  | { readonly type: 'directoryName'; readonly name: Name }
  | { readonly type: 'registeredId'; readonly oid: string }
  | { readonly type: 'other'; readonly oid: string; readonly valueDer: Uint8Array }
  | { readonly type: 'x400Address' }
  | { readonly type: 'ediPartyName' }
);

/** What is needed to write a GeneralName; every {@link GeneralName} of these types fits. */
export type GeneralNameInput =
  | { readonly type: 'uri'; readonly uri: string }
  | { readonly type: 'dns'; readonly name: string }
  | { readonly type: 'email'; readonly address: string }
  | { readonly type: 'ip'; readonly address: Uint8Array }
  | { readonly type: 'directoryName'; readonly name: Pick<Name, 'der'> };

/** Reads the next element as a GeneralName. */
export function readGeneralName(reader: DerReader, what: string): GeneralName {
  const start = reader.offset;
  const value = readChoice(reader, what);
  return Object.freeze({ der: reader.since(start), ...value });
}

/** Reads all that is left as GeneralNames (the contents of a GeneralNames); at least one has to be there. */
export function readGeneralNames(reader: DerReader, what: string): readonly GeneralName[] {
  const names = [readGeneralName(reader, what)];
  while (!reader.isAtEnd) names.push(readGeneralName(reader, what));
  return Object.freeze(names);
}

/** Writes a GeneralName. */
export function writeGeneralName(writer: DerWriter, name: GeneralNameInput): void {
  switch (name.type) {
    case 'email':
      writer.contextIa5String(1, name.address);
      break;
    case 'dns':
      writer.contextIa5String(2, name.name);
      break;
    case 'directoryName':
      writer.context(4, (explicit) => explicit.raw(name.name.der));
      break;
    case 'uri':
      writer.contextIa5String(6, name.uri);
      break;
    case 'ip':
      writer.contextContent(7, name.address);
      break;
  }
}

type Choice = GeneralName extends infer Each ? (Each extends unknown ? Omit<Each, 'der'> : never) : never;

function readChoice(reader: DerReader, what: string): Choice {
  if (reader.isContext(6)) return { type: 'uri', uri: reader.contextIa5String(6, what) };
  if (reader.isContext(2)) return { type: 'dns', name: reader.contextIa5String(2, what) };
  if (reader.isContext(1)) return { type: 'email', address: reader.contextIa5String(1, what) };
  if (reader.isContext(7)) return { type: 'ip', address: reader.contextContent(7, what) };
  if (reader.isContext(4)) {
    return { type: 'directoryName', name: reader.context(4, what, (explicit) => readName(explicit, what)) };
  }
  if (reader.isContext(8)) return { type: 'registeredId', oid: reader.contextOid(8, what) };
  if (reader.isContext(0)) return reader.context(0, what, (other) => readOtherName(other, what));
  return readOpaque(reader, what);
}

function readOtherName(reader: DerReader, what: string): Choice {
  const oid = reader.oid(`${what}.type-id`);
  return { type: 'other', oid, valueDer: reader.context(0, `${what}.value`, (value) => value.element(what)) };
}

/** x400Address and ediPartyName are of no use to anybody: their inside is not looked at. */
function readOpaque(reader: DerReader, what: string): Choice {
  const type = reader.isContext(3) ? 'x400Address' : 'ediPartyName';
  reader.context(type === 'x400Address' ? 3 : 5, what, (inside) => {
    while (!inside.isAtEnd) inside.element(what);
  });
  return { type };
}
