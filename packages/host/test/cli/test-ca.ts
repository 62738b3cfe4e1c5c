import { generateKeyPairSync } from 'node:crypto';
import type { Certificate } from '@lancre/pki/certificate';
import { hashIssuer } from '@lancre/pki/crypto';
import { createNodeCrypto, createNodeSigner } from '@lancre/pki/crypto-node';
import { decodeOcspResponse, encodeCertId, encodeOcspRequest } from '@lancre/pki/ocsp';
import { encodePem } from '@lancre/pki/text';
import { describeCa, signCaCertificate } from '#host/cli/demo/demo-certificate.js';

/** A root of its own, made without any program of the system. */
export interface TestCa {
  readonly certificatePem: string;
  /** PKCS#8, sealed when a pass phrase was given. */
  readonly keyPem: string;
  /** The path of an OCSP GET about a serial, in base64, escaped. */
  question(serialNumber: string): Promise<string>;
}

export async function createTestCa(commonName: string, passphrase?: string): Promise<TestCa> {
  const crypto = createNodeCrypto();
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = createNodeSigner({ pkcs8: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() });
  const ca = await describeCa(crypto, commonName, signer);
  const start = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;
  const certificate = await signCaCertificate({
    subject: ca,
    issuer: ca,
    serialNumber: Uint8Array.of(0x41),
    validity: { notBefore: new Date(start), notAfter: new Date(start + 10 * 365 * 86_400_000) },
  });
  const seal = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
  return {
    certificatePem: encodePem('CERTIFICATE', certificate.der),
    keyPem: privateKey.export({ format: 'pem', type: 'pkcs8', ...seal }).toString(),
    question: (serialNumber) => encodeQuestion(certificate, serialNumber),
  };
}

/** What an OCSP answer says: `good`, `revoked`, or the error and the status of HTTP, such as `tryLater 503`. */
export function readAnswer(status: number, der: Uint8Array): string {
  const response = decodeOcspResponse(der);
  if (response.status !== 'successful') return `${response.status} ${status}`;
  return response.basic.responses.map(({ certStatus }) => certStatus.status).join();
}

async function encodeQuestion(certificate: Certificate, serialNumber: string): Promise<string> {
  const hashes = await hashIssuer(createNodeCrypto(), 'SHA-1', certificate);
  const der = encodeOcspRequest({ certIds: [encodeCertId({ hash: 'SHA-1', ...hashes, serialNumber })] });
  return encodeURIComponent(Buffer.from(der).toString('base64'));
}
