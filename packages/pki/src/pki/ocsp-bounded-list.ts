import type { DerReader } from '../encoding/der-reader.ts';

/**
 * Reads a SEQUENCE OF out of an extension that anybody may send: one to 32 items, since each costs memory
 * and none of these lists is longer in earnest.
 *
 * @throws PkiError size_exceeded, der_empty_sequence, der_*
 */
export function readBoundedList<T>(
  reader: DerReader,
  what: string,
  read: (reader: DerReader) => T,
): readonly T[] {
  let count = 0;
  return reader.sequenceOf(what, (item) => {
    count += 1;
    if (count > MAX_ITEMS) item.fail('size_exceeded', `${what} has more than ${MAX_ITEMS} items`);
    return read(item);
  });
}

const MAX_ITEMS = 32;
