// A CA made for one run: P-256, written where lancre and openssl can use it.
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  assembleSigned,
  buildTbsCertificate,
  decodeCertificate,
  encodeAuthorityKeyIdentifier,
  encodeCaBasicConstraints,
  encodeCrlDistributionPoints,
  encodeKeyUsage,
  encodeName,
  encodeSubjectAltName,
  encodeSubjectKeyIdentifier,
} from '@lancre/pki/certificate';
import { createNodeSigner } from '@lancre/pki/crypto-node';
import { encodePem } from '@lancre/pki/text';

/** @returns certificate, signer, key identifier; `certificatePath` and `keyPath` in `folder` */
export async function createTestCa(folder) {
  await mkdir(folder, { recursive: true });
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const signer = createNodeSigner({ pkcs8 });
  const keyIdentifier = createHash('sha1').update(signer.subjectPublicKeyInfoDer).digest();
  const name = encodeName([
    { type: 'O', value: 'Lancre Bench' },
    { type: 'CN', value: 'E1' },
  ]);
  const der = await issue({ signer, name }, '01', name, [
    encodeCaBasicConstraints(0),
    encodeKeyUsage(['digitalSignature', 'keyCertSign', 'cRLSign']),
    encodeSubjectKeyIdentifier(keyIdentifier),
  ]);
  const paths = { certificatePath: join(folder, 'e1.pem'), keyPath: join(folder, 'e1.key') };
  await writeFile(paths.certificatePath, encodePem('CERTIFICATE', der));
  await writeFile(paths.keyPath, pkcs8, { mode: 0o600 });
  return { signer, name, keyIdentifier, certificate: decodeCertificate(der), ...paths };
}

/** The DER of a server certificate of this CA. */
export function issueServerCertificate(ca, serialNumber) {
  return issue(ca, serialNumber, encodeName([{ type: 'CN', value: 'www.example.test' }]), [
    encodeKeyUsage(['digitalSignature']),
    encodeAuthorityKeyIdentifier(ca.keyIdentifier),
    encodeSubjectAltName([{ type: 'dns', name: 'www.example.test' }]),
    encodeCrlDistributionPoints(['http://127.0.0.1/c/e1.crl']),
  ]);
}

async function issue({ signer, name }, serialNumber, subjectDer, extensions) {
  const now = Date.now();
  const tbs = buildTbsCertificate({
    serialNumber,
    signatureAlgorithmDer: signer.algorithm.der,
    issuerDer: name,
    notBefore: new Date(now - 3_600_000),
    notAfter: new Date(now + 90 * 86_400_000),
    subjectDer,
    subjectPublicKeyInfoDer: signer.subjectPublicKeyInfoDer,
    extensions,
  });
  return assembleSigned(tbs, signer.algorithm.der, await signer.sign(tbs));
}
