/**
 * The frames between edges and control, over a byte stream.
 *
 * Every frame is a length (4 octets, big-endian, of what follows) and a payload:
 *
 *   question  02 'Q' id(4) issuerId(2) algorithm(1) nonceLength(1) nonce itemCount(1) item…   ff = no wish
 *     item      hash(1) parameters(1) serialLength(1) serial
 *   signed    02 'S' id(4) thisUpdate(6) nextUpdate(6) refreshAt(6) notAfter(6) versionCount(1) version… der
 *     version   length(2) octets            length ffff = no record
 *   refused   02 'R' id(4) status(1) cause(1) retryAfterSeconds(2)   ffff = not said
 *
 * Times are ms since 1970; a notAfter of ff ff ff ff ff ff = none. The numbers of algorithms, hashes, statuses
 * and causes are their places in the lists below. Nothing is optional, nothing may follow, all lengths are
 * capped: control must survive whatever an edge that was broken into sends.
 */
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithmName } from '@lancre/pki/crypto';
import type { HashName, OcspErrorStatus } from '@lancre/pki/ocsp';
import { LancreError } from '../errors/lancre-error.ts';
import { maximumSerialOctets } from '../status/certificate-record.ts';
import type {
  OcspAnswer,
  OcspQuestion,
  OcspQuestionItem,
  RefusalCause,
  RefusedAnswer,
  SignedAnswer,
} from '../status/ocsp-source.ts';
import type { StatusVersion } from '../status/status-view.ts';
import { PayloadReader, PayloadWriter } from './channel-payload.ts';

/** A question on its way to control. */
export interface QuestionFrame {
  /** Chosen by the edge, 0 to 2^32 - 1; the answer has the same. */
  readonly id: number;
  readonly question: OcspQuestion;
}

/** An answer on its way to the edge. */
export interface AnswerFrame {
  readonly id: number;
  readonly answer: OcspAnswer;
}

/** Longest payload of a question, in octets: 16 items and a nonce need 505. */
export const maximumQuestionOctets = 1024;

/** Longest payload of an answer, in octets. */
export const maximumAnswerOctets: number = 256 * 1024;

/** A question as a frame, with its length. */
export function encodeQuestion({ id, question }: QuestionFrame): Uint8Array {
  const nonce = question.nonce ?? new Uint8Array(0);
  const writer = new PayloadWriter(QUESTION_OCTETS);
  writer.unsigned(1, VERSION).unsigned(1, QUESTION).unsigned(4, id).unsigned(2, question.issuerId);
  writer.unsigned(1, question.algorithm === undefined ? NO_WISH : ALGORITHMS.indexOf(question.algorithm));
  writer.unsigned(1, nonce.length).octets(nonce).unsigned(1, question.items.length);
  for (const { form, serialNumber } of question.items) {
    writer.unsigned(1, HASHES.indexOf(form.hash)).unsigned(1, form.parameters === 'null' ? 1 : 0);
    writer.unsigned(1, serialNumber.length).octets(serialNumber);
  }
  return writer.frame();
}

/** @throws LancreError `input_invalid` for anything but a question */
export function decodeQuestion(payload: Uint8Array): QuestionFrame {
  const reader = new PayloadReader(payload);
  reader.constant(VERSION).constant(QUESTION);
  const id = reader.unsigned(4);
  const issuerId = reader.unsigned(2);
  const algorithm = readWish(reader);
  const nonce = reader.octets(reader.bounded(1, 0, 128));
  const items: OcspQuestionItem[] = [];
  for (let left = reader.bounded(1, 1, 16); left > 0; left--) items.push(readItem(reader));
  reader.end();
  const question = {
    issuerId,
    items,
    ...(nonce.length === 0 ? {} : { nonce }),
    ...(algorithm === undefined ? {} : { algorithm }),
  };
  return { id, question };
}

/** An answer as a frame, with its length. */
export function encodeAnswer({ id, answer }: AnswerFrame): Uint8Array {
  const derOctets = answer.kind === 'signed' ? answer.der.length : 0;
  const writer = new PayloadWriter(ANSWER_HEAD_OCTETS + derOctets);
  writer.unsigned(1, VERSION);
  if (answer.kind === 'signed') writeSigned(writer, id, answer);
  else writeRefused(writer, id, answer);
  return writer.frame();
}

/** @throws LancreError `input_invalid` for anything but an answer */
export function decodeAnswer(payload: Uint8Array): AnswerFrame {
  const reader = new PayloadReader(payload);
  reader.constant(VERSION);
  const kind = reader.unsigned(1);
  const id = reader.unsigned(4);
  if (kind === SIGNED) return { id, answer: readSigned(reader) };
  if (kind === REFUSED) return { id, answer: readRefused(reader) };
  throw new LancreError('input_invalid', 'signing channel: not an answer');
}

function readWish(reader: PayloadReader): SignatureAlgorithmName | undefined {
  const place = reader.unsigned(1);
  if (place === NO_WISH) return undefined;
  const name = ALGORITHMS[place];
  if (name === undefined) throw new LancreError('input_invalid', 'signing channel: no such algorithm');
  return name;
}

function readItem(reader: PayloadReader): OcspQuestionItem {
  const hash = reader.row(HASHES);
  const parameters = reader.row(PARAMETERS);
  const serialNumber = reader.octets(reader.bounded(1, 1, maximumSerialOctets));
  if (serialNumber[0] === 0) throw new LancreError('input_invalid', 'signing channel: serial not minimal');
  return { form: { hash, parameters }, serialNumber };
}

function writeSigned(writer: PayloadWriter, id: number, answer: SignedAnswer): void {
  writer.unsigned(1, SIGNED).unsigned(4, id);
  writer.unsigned(6, answer.thisUpdate.getTime()).unsigned(6, answer.nextUpdate.getTime());
  writer.unsigned(6, answer.refreshAt.getTime()).unsigned(6, answer.notAfter?.getTime() ?? NO_TIME);
  writer.unsigned(1, answer.versions.length);
  for (const version of answer.versions) {
    writer.unsigned(2, version?.length ?? ABSENT).octets(version ?? new Uint8Array(0));
  }
  writer.octets(answer.der);
}

function readSigned(reader: PayloadReader): SignedAnswer {
  const thisUpdate = new Date(reader.unsigned(6));
  const nextUpdate = new Date(reader.unsigned(6));
  const refreshAt = new Date(reader.unsigned(6));
  const notAfter = reader.unsigned(6);
  const versions: (StatusVersion | undefined)[] = [];
  for (let left = reader.bounded(1, 1, 16); left > 0; left--) {
    const length = reader.unsigned(2);
    versions.push(length === ABSENT ? undefined : reader.octets(length));
  }
  const der = reader.rest();
  return {
    kind: 'signed',
    der,
    thisUpdate,
    nextUpdate,
    refreshAt,
    versions,
    notAfter: notAfter === NO_TIME ? undefined : new Date(notAfter),
  };
}

function writeRefused(writer: PayloadWriter, id: number, answer: RefusedAnswer): void {
  writer.unsigned(1, REFUSED).unsigned(4, id);
  writer.unsigned(1, STATUSES.indexOf(answer.status)).unsigned(1, CAUSES.indexOf(answer.cause));
  writer.unsigned(2, answer.retryAfterSeconds ?? ABSENT);
}

function readRefused(reader: PayloadReader): RefusedAnswer {
  const status = reader.row(STATUSES);
  const cause = reader.row(CAUSES);
  const retryAfterSeconds = reader.unsigned(2);
  reader.end();
  const refused: RefusedAnswer = { kind: 'refused', status, cause };
  return retryAfterSeconds === ABSENT ? refused : { ...refused, retryAfterSeconds };
}

/** What is enough for one serial number, and for one version. */
const QUESTION_OCTETS = 64;
const ANSWER_HEAD_OCTETS = 80;
const VERSION = 2;
const QUESTION = 0x51;
const SIGNED = 0x53;
const REFUSED = 0x52;
const ABSENT = 0xffff;
const NO_WISH = 0xff;
const ALGORITHMS: readonly SignatureAlgorithmName[] = SIGNATURE_ALGORITHMS.map(({ name }) => name);
const NO_TIME = 0xffff_ffff_ffff;
const PARAMETERS = ['absent', 'null'] as const;
const HASHES: readonly HashName[] = ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'];
const STATUSES: readonly OcspErrorStatus[] = [
  'malformedRequest',
  'internalError',
  'tryLater',
  'sigRequired',
  'unauthorized',
];
const CAUSES: readonly RefusalCause[] = [
  'issuer_unknown',
  'serial_unassigned',
  'certificate_expired',
  'no_key',
  'signer_failed',
  'source_expired',
  'overloaded',
  'control_unreachable',
];
