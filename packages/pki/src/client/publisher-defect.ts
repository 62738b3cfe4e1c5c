import type { FetchedEvidence } from './fetch-evidence.ts';

/** Something that a publisher does wrong, whether or not it could be used all the same. */
export interface PublisherDefect {
  readonly code: 'pem_instead_of_der' | 'media_type_wrong' | 'media_type_missing';
  readonly message: string;
}

/** What is wrong with the form of an answer (T-12, T-13; RFC 5280 4.2.1.13 and 4.2.2.1, RFC 2585, RFC 6960 A.2). */
export function findDefects(
  { body, mediaType }: Pick<FetchedEvidence, 'body' | 'mediaType'>,
  mediaTypes: readonly string[],
): readonly PublisherDefect[] {
  const defects: PublisherDefect[] = [];
  if (isPem(body)) defects.push({ code: 'pem_instead_of_der', message: 'PEM, where DER has to be' });
  if (mediaType === undefined) {
    defects.push({ code: 'media_type_missing', message: `no media type; it is ${mediaTypes.join(' or ')}` });
  } else if (!mediaTypes.includes(mediaType)) {
    defects.push({
      code: 'media_type_wrong',
      message: `the media type ${mediaType}; it is ${mediaTypes.join(' or ')}`,
    });
  }
  return Object.freeze(defects);
}

function isPem(body: Uint8Array): boolean {
  const start = String.fromCharCode(...body.subarray(0, 64)).trimStart();
  return start.startsWith('-----BEGIN ');
}
