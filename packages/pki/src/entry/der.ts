export { compareBytes, concatBytes, equalBytes } from '../encoding/bytes.ts';
export type { DerReader } from '../encoding/der-reader.ts';
export type { DerType } from '../encoding/der-tags.ts';
export { type DerWriter, encodeDer, encodeDerHeader } from '../encoding/der-writer.ts';
export { type DerLimits, readDer, readDerHead } from '../encoding/read-der.ts';
