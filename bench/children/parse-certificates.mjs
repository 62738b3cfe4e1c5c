// How many times a second one certificate is decoded, and by node:crypto (OpenSSL) for comparison.
//
//   node parse-certificates.mjs CERTIFICATE SECONDS
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { decodeCertificate } from '@lancre/pki/certificate';

const [path, seconds] = process.argv.slice(2);
const der = readFileSync(path);

function perSecond(decode) {
  for (let warm = 0; warm < 2000; warm += 1) decode();
  const start = performance.now();
  let count = 0;
  while (performance.now() - start < Number(seconds) * 1000) {
    for (let index = 0; index < 100; index += 1) decode();
    count += 100;
  }
  return (count * 1000) / (performance.now() - start);
}

const own = perSecond(() => decodeCertificate(der).subject.der);
const nodes = perSecond(() => new X509Certificate(der).subject);
console.log(JSON.stringify({ own, nodes }));
