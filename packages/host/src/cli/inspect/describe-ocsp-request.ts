import type { OcspRequest } from '@lancre/pki/ocsp';
import { encodeBase64, encodeHex } from '@lancre/pki/text';
import { signatureAlgorithmText } from './algorithm-text.ts';
import { type CertIdDescription, describeCertId } from './describe-cert-id.ts';
import { noteExtensions } from './extension-notes.ts';
import { generalNameText } from './general-name-text.ts';
import type { ExtensionNote } from './plain-value.ts';

/** An OCSP request in plain words. */
export type OcspRequestDescription = {
  readonly kind: 'ocsp-request';
  readonly summary: string;
  readonly questions: readonly (CertIdDescription & {
    readonly extensions?: readonly ExtensionNote[] | undefined;
  })[];
  /** Hexadecimal; absent when there is none. */
  readonly nonce?: string | undefined;
  readonly nonceNote?: string | undefined;
  readonly requestorName?: string | undefined;
  readonly signatureAlgorithm?: string | undefined;
  readonly signerCertificates?: number | undefined;
  readonly extensions?: readonly ExtensionNote[] | undefined;
  readonly octets: number;
  /** What a GET appends to the responder's address, in the spelling of RFC 6960 A.1. */
  readonly getPath: string;
};

/** Describes an OCSP request. */
export function describeOcspRequest(request: OcspRequest): OcspRequestDescription {
  const { requests, nonce, nonceForm, requestorName, signature, der } = request;
  return {
    kind: 'ocsp-request',
    summary: summarize(request),
    questions: requests.map(({ certId, extensions }) => ({
      ...describeCertId(certId),
      extensions: noteExtensions(extensions, []),
    })),
    nonce: nonce && encodeHex(nonce),
    nonceNote:
      nonceForm === 'unwrapped'
        ? 'not an OCTET STRING inside, as old clients send it: passed over'
        : undefined,
    requestorName: requestorName && generalNameText(requestorName),
    signatureAlgorithm: signature && signatureAlgorithmText(signature.algorithm),
    signerCertificates: signature?.certificates.length,
    extensions: noteExtensions(request.extensions, ['ocspNonce']),
    octets: der.length,
    getPath: `/${encodeURIComponent(encodeBase64(der))}`,
  };
}

function summarize({ requests, nonceForm, signature }: OcspRequest): string {
  const what = requests.length === 1 ? 'one certificate' : `${requests.length} certificates`;
  const nonce = nonceForm === 'absent' ? 'without nonce' : 'with a nonce, so that no cache may answer';
  return `an OCSP request: is ${what} still good? ${signature === undefined ? 'Not signed' : 'Signed'}, ${nonce}`;
}
