import { encodeDer } from '../encoding/der-writer.ts';
import type { SerialNumber } from '../encoding/serial-number.ts';

/** What goes into a version 3 certificate that is to be signed. */
export interface TbsCertificateInput {
  readonly serialNumber: SerialNumber;
  /** The AlgorithmIdentifier of the signer: `signer.algorithm.der`. */
  readonly signatureAlgorithmDer: Uint8Array;
  /** The issuer's subject, octet by octet: `issuer.subject.der`, or {@link encodeName} for a root. */
  readonly issuerDer: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly subjectDer: Uint8Array;
  readonly subjectPublicKeyInfoDer: Uint8Array;
  /** Encoded extensions, from `encodeKeyUsage` and its like. Default: none. */
  readonly extensions?: readonly Uint8Array[];
}

/**
 * Builds the signed part of a certificate, for demonstration and test PKIs.
 *
 * @example
 * const tbs = buildTbsCertificate({ ...fields, extensions: [encodeCaBasicConstraints()] });
 * const der = assembleSigned(tbs, signer.algorithm.der, await signer.sign(tbs));
 */
export function buildTbsCertificate(input: TbsCertificateInput): Uint8Array {
  const { extensions = [] } = input;
  return encodeDer((writer) =>
    writer.sequence((tbs) => {
      tbs.context(0, (version) => version.integer(2));
      tbs.serialNumber(input.serialNumber);
      tbs.raw(input.signatureAlgorithmDer);
      tbs.raw(input.issuerDer);
      tbs.sequence((validity) => {
        validity.time(input.notBefore);
        validity.time(input.notAfter);
      });
      tbs.raw(input.subjectDer);
      tbs.raw(input.subjectPublicKeyInfoDer);
      if (extensions.length === 0) return;
      tbs.context(3, (explicit) =>
        explicit.sequence((list) => {
          for (const extension of extensions) list.raw(extension);
        }),
      );
    }),
  );
}
