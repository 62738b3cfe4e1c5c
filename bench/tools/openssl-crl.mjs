import { writeFile } from 'node:fs/promises';
import { isHere, run } from './programs.mjs';

/** `openssl ca -gencrl` over an index.txt, as the peer of a row. */
export async function opensslCrlSeconds(workshop, ca, index) {
  if (!isHere('openssl', ['version'])) return { peer: 'openssl is not here' };
  const config = workshop.path('openssl.cnf');
  await writeFile(`${workshop.path('crlnumber')}`, '01\n');
  await writeFile(
    config,
    `[ca]
default_ca = bench
[bench]
database = ${index}
crlnumber = ${workshop.path('crlnumber')}
certificate = ${ca.certificatePath}
private_key = ${ca.keyPath}
default_md = sha256
default_crl_days = 9
crl_extensions = extensions
[extensions]
authorityKeyIdentifier = keyid
`,
  );
  const { seconds } = await run(workshop, 'openssl', [
    'ca',
    '-config',
    config,
    '-gencrl',
    '-out',
    workshop.path('openssl.crl'),
  ]);
  return { peer: 'openssl ca -gencrl', peerFigure: seconds };
}
