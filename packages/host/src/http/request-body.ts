import type { IncomingMessage } from 'node:http';
import type { RequestBody } from './edge-request.ts';

/**
 * Reads the body of a Node request. At the limit or the deadline it stops and leaves the rest unread:
 * the response closes the connection then (OREQ-08).
 */
export function readNodeBody(
  request: IncomingMessage,
  limitOctets: number,
  deadlineMilliseconds: number,
): Promise<RequestBody> {
  if (declaredLength(request.headers['content-length']) > limitOctets) {
    return Promise.resolve({ kind: 'too-large' });
  }
  return new Promise((resolve) => {
    const parts: Uint8Array[] = [];
    let octets = 0;
    const finish = (body: RequestBody) => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onBroken).off('error', onBroken);
      if (body.kind !== 'whole') request.pause();
      resolve(body);
    };
    const onData = (part: Uint8Array) => {
      octets += part.length;
      parts.push(part);
      if (octets > limitOctets) finish({ kind: 'too-large' });
    };
    const onEnd = () => finish({ kind: 'whole', bytes: joined(parts) });
    const onBroken = () => finish({ kind: 'broken' });
    const timer = setTimeout(() => finish({ kind: 'too-slow' }), deadlineMilliseconds);
    request.on('data', onData).on('end', onEnd).on('close', onBroken).on('error', onBroken);
  });
}

/** Reads the body of a web request, by the same rules as {@link readNodeBody}. */
export async function readWebBody(
  request: Request,
  limitOctets: number,
  deadlineMilliseconds: number,
): Promise<RequestBody> {
  if (declaredLength(request.headers.get('content-length') ?? undefined) > limitOctets) {
    return { kind: 'too-large' };
  }
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = request.body?.getReader();
  if (reader === undefined) return { kind: 'whole', bytes: new Uint8Array(0) };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<RequestBody>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'too-slow' }), deadlineMilliseconds);
  });
  const body = await Promise.race([readAll(reader, limitOctets), deadline]);
  clearTimeout(timer);
  if (body.kind !== 'whole') reader.cancel().catch(() => undefined);
  return body;
}

async function readAll(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  limitOctets: number,
): Promise<RequestBody> {
  const parts: Uint8Array[] = [];
  let octets = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { kind: 'whole', bytes: joined(parts) };
      octets += value.length;
      if (octets > limitOctets) return { kind: 'too-large' };
      parts.push(value);
    }
  } catch {
    return { kind: 'broken' };
  }
}

function declaredLength(field: string | undefined): number {
  return field === undefined ? 0 : Number(field);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const only = parts.length === 1 ? parts[0] : undefined;
  return only ?? Buffer.concat(parts);
}
