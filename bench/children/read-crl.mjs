// Reads a CRL as a client does that has just fetched it: decodes it, verifies it, looks up one serial.
//
//   node read-crl.mjs CRL ISSUER SERIAL REPETITIONS
import { readFileSync } from 'node:fs';
import { decodeCertificates } from '@lancre/pki/certificate';
import { decodeCrl, findCrlEntry } from '@lancre/pki/crl';
import { createNodeCrypto } from '@lancre/pki/crypto-node';

const [path, issuerPath, serialNumber, repetitions] = process.argv.slice(2);
const [issuer] = decodeCertificates(readFileSync(issuerPath));
const crypto = createNodeCrypto();
const before = process.resourceUsage().maxRSS * 1024;
const octets = readFileSync(path);
const seconds = [];
for (let repetition = 0; repetition < Number(repetitions); repetition += 1) {
  const start = performance.now();
  const crl = decodeCrl(octets);
  const verdict = await crypto.verify({
    algorithm: crl.signatureAlgorithm,
    subjectPublicKeyInfoDer: issuer.subjectPublicKeyInfo.der,
    message: crl.tbsDer,
    signature: crl.signature,
  });
  const entry = findCrlEntry(crl, serialNumber);
  seconds.push((performance.now() - start) / 1000);
  if (verdict !== 'valid' || entry === undefined) throw new Error(`the CRL was read wrongly: ${verdict}`);
}
const peakOctets = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ seconds, octets: octets.length, peakOctets, usedOctets: peakOctets - before }));
