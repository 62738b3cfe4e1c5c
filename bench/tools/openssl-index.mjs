// The index.txt of openssl ca.

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

/**
 * Writes an index.txt with one line for each serial.
 *
 * @param isRevoked tells from the position of a serial whether it is revoked, with a reason
 */
export async function writeOpensslIndex(path, serials, isRevoked) {
  const file = createWriteStream(path, { highWaterMark: 1 << 20 });
  for (let start = 0; start < serials.length; start += linesPerWrite) {
    const lines = serials
      .slice(start, start + linesPerWrite)
      .map((serial, index) => lineOf(serial, start + index, isRevoked(start + index)));
    if (!file.write(lines.join(''))) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
}

function lineOf(serial, index, isRevoked) {
  const status = isRevoked
    ? `R\t${expiry}\t${revocation},${reasons[index % reasons.length]}`
    : `V\t${expiry}\t`;
  return `${status}\t${serial}\tunknown\t/O=Lancre Bench/CN=host-${index}.example.test\n`;
}

const linesPerWrite = 10_000;
const reasons = ['keyCompromise', 'superseded', 'cessationOfOperation', 'affiliationChanged'];
const expiry = utcTime(new Date(Date.now() + 90 * 86_400_000));
const revocation = utcTime(new Date(Date.now() - 86_400_000));

function utcTime(instant) {
  return `${instant.toISOString().replace(/\D/g, '').slice(2, 14)}Z`;
}
