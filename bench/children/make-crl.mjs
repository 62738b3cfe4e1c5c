// Writes a signed CRL, and the certificate of its issuer, for the reader.
//
//   node make-crl.mjs FOLDER ENTRIES
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assembleSigned } from '@lancre/pki/certificate';
import { encodeCrlEntry, frameCrl } from '@lancre/pki/crl';
import { randomSerials } from '../tools/serials.mjs';
import { createTestCa, issueServerCertificate } from '../tools/test-ca.mjs';

const [folder, entries] = process.argv.slice(2);
const ca = await createTestCa(folder);
const serials = randomSerials(Number(entries)).sort();
const revocationDate = new Date(Date.now() - 86_400_000);
const encoded = Buffer.concat(
  serials.map((serial) =>
    encodeCrlEntry({ serialNumber: Buffer.from(serial, 'hex'), revocationDate, reason: 'keyCompromise' }),
  ),
);
const frame = frameCrl({
  issuerDer: ca.certificate.subject.der,
  signatureAlgorithmDer: ca.signer.algorithm.der,
  thisUpdate: new Date(Date.now() - 3_600_000),
  nextUpdate: new Date(Date.now() + 86_400_000),
  entriesLength: encoded.length,
  extensions: { authorityKeyIdentifier: ca.keyIdentifier, crlNumber: 1n },
});
const tbs = Buffer.concat([frame.tbsHead, encoded, frame.tbsTail]);
const crl = join(folder, 'e1.crl');
const leaf = join(folder, 'leaf.der');
await writeFile(crl, assembleSigned(tbs, ca.signer.algorithm.der, await ca.signer.sign(tbs)));
await writeFile(leaf, await issueServerCertificate(ca, serials[0].toLowerCase()));
console.log(
  JSON.stringify({ crl, leaf, issuer: ca.certificatePath, lastSerial: serials.at(-1).toLowerCase() }),
);
