import { appendFile, mkdir, readFile } from 'node:fs/promises';
import type { Workshop } from './workshop.js';

/** What is issued by the real program, and what became of it. */
export const issuedNames = ['good-1', 'good-2', 'good-3', 'revoked-1', 'revoked-2', 'revoked-3'] as const;

/** The reasons that `openssl ca -revoke` is given. */
export const revocations = {
  'revoked-1': { words: ['-crl_reason', 'keyCompromise'], shown: 'keyCompromise' },
  'revoked-2': { words: ['-crl_reason', 'superseded'], shown: 'superseded' },
  'revoked-3': { words: [], shown: undefined },
} as const;

/**
 * Makes the folder of an OpenSSL CA: `ca.pem`, `ca.key`, `index.txt`, `certs/NAME.pem`. The certificates of
 * {@link issuedNames} are issued and revoked by `openssl ca`; the other entries of `index.txt` are
 * written as it would have written them.
 *
 * @param base where the certificates point to
 * @param entries lines of `index.txt`, at least 6; every tenth of the written ones is revoked
 */
export async function makeOpensslCa(workshop: Workshop, base: string, entries: number): Promise<void> {
  await mkdir(workshop.path('certs'));
  await workshop.write('index.txt', '');
  await workshop.write('index.txt.attr', 'unique_subject = no\n');
  await workshop.write('ca.cnf', configuration(base));
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const ca = ['-x509', '-days', '3650', '-subj', '/O=Example/CN=Example CA', '-config', 'ca.cnf'];
  await workshop.openssl(
    'req',
    ...ca,
    ...key,
    '-extensions',
    'authority',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
  );
  for (const name of issuedNames) {
    const request = ['-subj', `/CN=${name}.example.test`, '-keyout', `certs/${name}.key`];
    await workshop.openssl('req', ...key, ...request, '-out', `certs/${name}.csr`, '-config', 'ca.cnf');
    const certificate = ['-in', `certs/${name}.csr`, '-out', `certs/${name}.pem`, '-notext'];
    await workshop.openssl('ca', '-batch', '-config', 'ca.cnf', ...certificate);
  }
  for (const [name, { words }] of Object.entries(revocations)) {
    await workshop.openssl('ca', '-config', 'ca.cnf', '-revoke', `certs/${name}.pem`, ...words);
  }
  await appendFile(workshop.path('index.txt'), indexLines(entries - issuedNames.length));
}

/** How many lines of an index.txt begin with this letter. */
export async function countEntries(workshop: Workshop, letter: 'V' | 'R' | 'E'): Promise<number> {
  const text = await readFile(workshop.path('index.txt'), 'latin1');
  return text.split('\n').filter((line) => line.startsWith(`${letter}\t`)).length;
}

/** Serials from 0x10000000 up, far from the random ones of `rand_serial`. */
function indexLines(count: number): string {
  const reasons = [',keyCompromise', ',superseded', ',cessationOfOperation', ',affiliationChanged', ''];
  const lines = Array.from({ length: count }, (_, index) => {
    const serial = (0x10000000 + index * 7).toString(16).toUpperCase();
    const subject = `/CN=host-${index}.example.test`;
    const expiry = index % 50 === 7 ? '200131000000Z' : '350131000000Z';
    if (index % 10 === 3) {
      const reason = reasons[Math.floor(index / 10) % reasons.length];
      return `R\t${expiry}\t261102100000Z${reason}\t${serial}\tunknown\t${subject}\n`;
    }
    return `${expiry.startsWith('20') ? 'E' : 'V'}\t${expiry}\t\t${serial}\tunknown\t${subject}\n`;
  });
  return lines.join('');
}

function configuration(base: string): string {
  return `[ca]
default_ca = example

[example]
dir = .
database = index.txt
new_certs_dir = certs
certificate = ca.pem
rand_serial = yes
private_key = ca.key
default_md = sha256
default_days = 90
policy = any
x509_extensions = server

[any]
commonName = supplied

[req]
distinguished_name = name
prompt = no

[name]

[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign,digitalSignature
subjectKeyIdentifier = hash

[server]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
authorityKeyIdentifier = keyid
authorityInfoAccess = OCSP;URI:${base}/o, caIssuers;URI:${base}/i/e1
crlDistributionPoints = URI:${base}/c/e1.crl
`;
}
