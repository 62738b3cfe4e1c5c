import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LancreError } from '#host/errors/lancre-error.js';
import { readLines } from '#host/sources/line-reader.js';
import { rejectsWithCode } from '../storage/throws-code.ts';

interface Line {
  readonly number: number;
  readonly text: string;
}

async function* chunked(chunks: readonly (string | Uint8Array)[]): AsyncIterable<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

async function linesOf(chunks: AsyncIterable<Uint8Array>): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const block of readLines(chunks)) {
    block.eachLine((octets, start, end, number) =>
      lines.push({ number, text: octets.toString('latin1', start, end) }),
    );
  }
  return lines;
}

async function textsOf(...chunks: readonly string[]): Promise<string[]> {
  return (await linesOf(chunked(chunks))).map(({ text }) => text);
}

test('lines end with LF or CRLF, and the last may go without', async () => {
  assert.deepEqual(await textsOf('a\nb\r\nc'), ['a', 'b', 'c']);
  assert.deepEqual(await textsOf('a\n'), ['a']);
  assert.deepEqual(await textsOf('a\r\n'), ['a']);
  assert.deepEqual(await textsOf('a\r'), ['a']);
});

test('an empty file has no lines, and an empty line is one', async () => {
  assert.deepEqual(await textsOf(), []);
  assert.deepEqual(await textsOf(''), []);
  assert.deepEqual(await textsOf('\n\r\n\n'), ['', '', '']);
  assert.deepEqual(await textsOf('', '\n', '', 'a', ''), ['', 'a']);
});

test('a carriage return inside a line stays', async () => {
  assert.deepEqual(await textsOf('a\rb\r\r\nc'), ['a\rb\r', 'c']);
});

test('numbers count from 1, empty lines too', async () => {
  assert.deepEqual(await linesOf(chunked(['a\n\n', 'b'])), [
    { number: 1, text: 'a' },
    { number: 2, text: '' },
    { number: 3, text: 'b' },
  ]);
});

test('however a file is cut into chunks, its lines and their numbers are the same', async () => {
  const text = fc.array(fc.constantFrom('\n', '\r\n', '\r', 'a', 'bc', 'x'.repeat(70), '\0', 'ÿ'), {
    maxLength: 40,
  });
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.nat({ max: 60 }), { maxLength: 12 }), async (pieces, cuts) => {
      const octets = Buffer.from(pieces.join(''), 'latin1');
      const chunks: Uint8Array[] = [];
      let start = 0;
      for (const cut of cuts) {
        chunks.push(octets.subarray(start, start + cut));
        start += cut;
      }
      chunks.push(octets.subarray(start));
      assert.deepEqual(await linesOf(chunked(chunks)), await linesOf(chunked([octets])));
    }),
  );
});

test('a source may use its buffer again', async () => {
  async function* reusing(): AsyncIterable<Uint8Array> {
    const buffer = Buffer.alloc(4);
    for (const text of ['a\nbc', 'd\nef', 'gh\ni']) {
      buffer.write(text, 'latin1');
      yield buffer;
    }
  }
  assert.deepEqual(
    (await linesOf(reusing())).map(({ text }) => text),
    ['a', 'bcd', 'efgh', 'i'],
  );
});

test('a line of 65,536 octets is read', async () => {
  assert.deepEqual(
    (await textsOf('a\n', 'x'.repeat(65_536), '\nb')).map(({ length }) => length),
    [1, 65_536, 1],
  );
});

for (const size of [1000, 40_000, 200_000]) {
  test(`a line of 100 KB is refused with its number when it comes in chunks of ${size}, after the lines before it`, async () => {
    const octets = Buffer.from(`a\nb\n${'x'.repeat(100_000)}\nc\n`);
    const chunks: Uint8Array[] = [];
    for (let start = 0; start < octets.length; start += size)
      chunks.push(octets.subarray(start, start + size));
    const seen: string[] = [];
    const reading = (async () => {
      for await (const block of readLines(chunked(chunks))) {
        block.eachLine((bytes, start, end) => seen.push(bytes.toString('latin1', start, end)));
      }
    })();
    await rejectsWithCode('input_invalid', reading, 'line 3');
    assert.deepEqual(seen, ['a', 'b']);
  });
}

test('a file without line ends does not fill the memory', async () => {
  let taken = 0;
  async function* endless(): AsyncIterable<Uint8Array> {
    for (; taken < 1000; taken += 1) yield Buffer.alloc(10_000);
  }
  await assert.rejects(
    linesOf(endless()),
    (error) => error instanceof LancreError && error.code === 'input_invalid',
  );
  assert.ok(taken < 10);
});
