// The targets of OCSP GETs for many certificates of one CA.
import { hashIssuer } from '@lancre/pki/crypto';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { encodeCertId, encodeOcspRequest } from '@lancre/pki/ocsp';

/** @param serials 16 octets each, in hexadecimal */
export async function ocspPaths(ca, serials) {
  const template = await encodeTemplate(ca);
  const place = template.indexOf(Buffer.from(placeholder, 'hex'));
  return serials.map((serial) => {
    template.write(serial, place, 'hex');
    return `/o/${encodeURIComponent(template.toString('base64'))}`;
  });
}

async function encodeTemplate(ca) {
  const hashes = await hashIssuer(createNodeCrypto(), 'SHA-1', ca.certificate);
  const certId = encodeCertId({ hash: 'SHA-1', ...hashes, serialNumber: placeholder });
  return Buffer.from(encodeOcspRequest({ certIds: [certId] }));
}

const placeholder = '7f0123456789abcdef0123456789abcd';
