import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LancreError } from '#host/errors/lancre-error.js';
import { FrameSplitter } from '#host/http/channel-payload.js';
import {
  type AnswerFrame,
  decodeAnswer,
  decodeQuestion,
  encodeAnswer,
  encodeQuestion,
  maximumQuestionOctets,
  type QuestionFrame,
} from '#host/http/signing-channel.js';

const id = fc.nat({ max: 0xffff_ffff });
const instant = fc.integer({ min: 0, max: 253_402_300_799_000 }).map((value) => new Date(value));
const octets = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });
const serialNumber = octets(1, 20).filter((serial) => serial[0] !== 0);
const plain = { noNullPrototype: true } as const;
const form = fc.record(
  {
    hash: fc.constantFrom('SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'),
    parameters: fc.constantFrom('absent', 'null'),
  },
  plain,
);
const question = fc.record(
  {
    issuerId: fc.nat({ max: 0xffff }),
    items: fc.array(fc.record({ form, serialNumber }, plain), { minLength: 1, maxLength: 16 }),
    nonce: octets(1, 128),
  },
  { requiredKeys: ['issuerId', 'items'], noNullPrototype: true },
);
const signed = fc.record(
  {
    kind: fc.constant('signed' as const),
    der: octets(0, 600),
    thisUpdate: instant,
    nextUpdate: instant,
    refreshAt: instant,
    versions: fc.array(fc.option(octets(0, 64), { nil: undefined }), { minLength: 1, maxLength: 16 }),
    notAfter: fc.option(instant, { nil: undefined }),
  },
  plain,
);
const refused = fc.record(
  {
    kind: fc.constant('refused' as const),
    status: fc.constantFrom('malformedRequest', 'internalError', 'tryLater', 'sigRequired', 'unauthorized'),
    cause: fc.constantFrom(
      'issuer_unknown',
      'serial_unassigned',
      'certificate_expired',
      'no_key',
      'overloaded',
    ),
    retryAfterSeconds: fc.nat({ max: 0xfffe }),
  },
  { requiredKeys: ['kind', 'status', 'cause'], noNullPrototype: true },
);

describe('frames of the signing channel', () => {
  it('a question is read as it was written', () => {
    fc.assert(
      fc.property(id, question, (number, asked) => {
        const frame: QuestionFrame = { id: number, question: asked };
        assert.deepEqual(decodeQuestion(payloadOf(encodeQuestion(frame))), frame);
      }),
    );
  });

  it('an answer is read as it was written', () => {
    fc.assert(
      fc.property(id, fc.oneof(signed, refused), (number, answer) => {
        const frame: AnswerFrame = { id: number, answer };
        const read = decodeAnswer(payloadOf(encodeAnswer(frame)));
        assert.deepEqual(read, frame);
      }),
    );
  });

  it('the longest question fits', () => {
    const item = {
      form: { hash: 'SHA-512', parameters: 'null' },
      serialNumber: new Uint8Array(20).fill(1),
    } as const;
    const items = Array.from({ length: 16 }, () => item);
    const frame = encodeQuestion({
      id: 0,
      question: { issuerId: 65_535, items, nonce: new Uint8Array(128) },
    });
    assert.ok(frame.length - 4 <= maximumQuestionOctets, String(frame.length));
  });

  it('any octets are a question or input_invalid, and nothing else', () => {
    fc.assert(fc.property(octets(0, 80), (payload) => readsOrRefuses(() => decodeQuestion(payload))));
    fc.assert(fc.property(octets(0, 80), (payload) => readsOrRefuses(() => decodeAnswer(payload))));
  });

  it('a question with any octet changed, cut or added is another question or input_invalid', () => {
    fc.assert(
      fc.property(question, fc.nat(), fc.nat({ max: 255 }), (asked, place, octet) => {
        const payload = payloadOf(encodeQuestion({ id: 1, question: asked }));
        const changed = Uint8Array.from(payload);
        changed[place % changed.length] = octet;
        readsOrRefuses(() => decodeQuestion(changed));
        assert.throws(() => decodeQuestion(payload.subarray(0, place % payload.length)), LancreError);
        assert.throws(() => decodeQuestion(Buffer.concat([payload, Uint8Array.of(0)])), LancreError);
      }),
    );
  });

  it('a stream is cut into the same payloads wherever it is torn', () => {
    fc.assert(
      fc.property(
        fc.array(question, { maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 50 })),
        (asked, sizes) => {
          const frames = asked.map((one, index) => encodeQuestion({ id: index, question: one }));
          const splitter = new FrameSplitter(maximumQuestionOctets);
          const payloads: Uint8Array[] = [];
          let rest = Buffer.concat(frames);
          for (const size of [...sizes, rest.length + 1]) {
            payloads.push(
              ...splitter.push(rest.subarray(0, size)).map((payload) => Uint8Array.from(payload)),
            );
            rest = rest.subarray(size);
          }
          assert.deepEqual(
            payloads,
            frames.map((frame) => Uint8Array.from(payloadOf(frame))),
          );
        },
      ),
    );
  });

  it('a frame that says it is too long ends the stream before any of it is kept', () => {
    const splitter = new FrameSplitter(maximumQuestionOctets);
    assert.throws(() => splitter.push(Buffer.from('ffffffff', 'hex')), { code: 'input_invalid' });
  });
});

function payloadOf(frame: Uint8Array): Uint8Array {
  assert.equal(Buffer.from(frame).readUInt32BE(0), frame.length - 4);
  return frame.subarray(4);
}

function readsOrRefuses(decode: () => unknown): void {
  try {
    decode();
  } catch (error) {
    assert.ok(error instanceof LancreError);
    assert.equal(error.code, 'input_invalid');
  }
}
