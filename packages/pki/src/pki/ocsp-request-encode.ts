import { encodeDer } from '../encoding/der-writer.ts';
import { encodeNonce } from './ocsp-nonce.ts';

/** What goes into an OCSP request. */
export interface OcspRequestInput {
  /** CertIDs as {@link encodeCertId} makes them. RFC 9919 3.1.1 wants just one. */
  readonly certIds: readonly Uint8Array[];
  /** RFC 9654 2.1: 32 random octets. Default: no nonce, so that answers can come from caches. */
  readonly nonce?: Uint8Array | undefined;
}

/**
 * Encodes an unsigned OCSP request (RFC 6960 4.1.1).
 *
 * @example
 * const request = encodeOcspRequest({ certIds: [encodeCertId({ hash: 'SHA-256', ...hashes, serialNumber })] });
 */
export function encodeOcspRequest({ certIds, nonce }: OcspRequestInput): Uint8Array {
  return encodeDer((writer) =>
    writer.sequence((request) =>
      request.sequence((tbs) => {
        tbs.sequence((list) => {
          for (const certId of certIds) list.sequence((item) => item.raw(certId));
        });
        if (nonce === undefined) return;
        tbs.context(2, (explicit) => explicit.sequence((extensions) => extensions.raw(encodeNonce(nonce))));
      }),
    ),
  );
}
