import { isHere, runChild, run as runProgram } from '../tools/programs.mjs';
import { scaled } from '../tools/scale.mjs';
import { median } from '../tools/statistics.mjs';

/** The other side: reading a large CRL, and certificates. */
export async function run({ workshop }) {
  const count = scaled(1_000_000, 1000);
  const { crl, leaf, issuer, lastSerial } = await runChild(
    workshop,
    new URL('../children/make-crl.mjs', import.meta.url),
    workshop.path('made'),
    count,
  );
  const { seconds, octets, peakOctets, usedOctets } = await runChild(
    workshop,
    new URL('../children/read-crl.mjs', import.meta.url),
    crl,
    issuer,
    lastSerial,
    5,
  );
  const { own, nodes } = await runChild(
    workshop,
    new URL('../children/parse-certificates.mjs', import.meta.url),
    leaf,
    Math.max(0.1, scaled(2)),
  );
  const [first, ...later] = seconds;
  const name = `CRL of ${count.toLocaleString('en')} entries: decode, verify, look up`;
  return [
    {
      name,
      figure: first,
      unit: 's',
      ...(await opensslCrl(workshop, crl, issuer)),
      better: 'less',
      aim: '<= 0.25',
      note: `${(octets / 1e6).toFixed(1)} MB, the first time in a process; later ${median(later).toFixed(3)} s; at most ${(peakOctets / 1e6).toFixed(0)} MB resident, ${(usedOctets / octets).toFixed(2)} times the list above what Node had before`,
    },
    {
      name: 'certificates decoded',
      figure: own,
      unit: 'per second',
      peer: 'node:crypto X509Certificate',
      peerFigure: nodes,
      better: 'more',
    },
  ];
}

async function opensslCrl(workshop, crl, issuer) {
  if (!isHere('openssl', ['version'])) return { peer: 'openssl is not here' };
  const { seconds } = await runProgram(workshop, 'openssl', [
    'crl',
    '-in',
    crl,
    '-inform',
    'DER',
    '-CAfile',
    issuer,
    '-noout',
  ]);
  return { peer: 'openssl crl -CAfile', peerFigure: seconds };
}
