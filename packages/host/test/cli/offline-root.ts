import { mkdir } from 'node:fs/promises';
import type { Workshop } from './workshop.js';

/**
 * The folder of an offline root as `openssl ca` keeps it: `root.pem`, `root.key`, `index.txt`, and what it
 * issued: the CAs, and an OCSP responder `delegate`.
 */
export async function makeOfflineRoot(workshop: Workshop, authorities: readonly string[]): Promise<void> {
  await mkdir(workshop.path('issued'));
  await workshop.write('index.txt', '');
  await workshop.write('index.txt.attr', 'unique_subject = no\n');
  await workshop.write('crlnumber', '01\n');
  await workshop.write('ca.cnf', configuration);
  await makeSelfSigned(workshop, 'root');
  for (const name of [...authorities, 'delegate']) {
    const request = [...newKey(name), '-out', `${name}.csr`, '-config', 'ca.cnf'];
    await workshop.openssl('req', '-subj', `/CN=${name}`, ...request);
    const extensions = name === 'delegate' ? 'responder' : 'authority';
    const certificate = ['-in', `${name}.csr`, '-out', `${name}.pem`, '-notext', '-extensions', extensions];
    await workshop.openssl('ca', '-batch', '-config', 'ca.cnf', ...certificate);
  }
}

/** A CA by itself, made with the configuration of the root. */
export async function makeSelfSigned(workshop: Workshop, name: string): Promise<void> {
  const words = ['-x509', '-days', '7300', '-subj', `/CN=${name}`, ...newKey(name), '-out', `${name}.pem`];
  await workshop.openssl('req', ...words, '-config', 'ca.cnf', '-extensions', 'authority');
}

/** Revokes a certificate at the root; no list says so yet. */
export async function revokeAtRoot(workshop: Workshop, name: string, reason?: string): Promise<void> {
  const because = reason === undefined ? [] : ['-crl_reason', reason];
  await workshop.openssl('ca', '-config', 'ca.cnf', '-revoke', `${name}.pem`, ...because);
}

/**
 * What the keeper of the root does: the next list, as PEM.
 *
 * @param more such as `-crldays 30`
 */
export async function makeRootCrl(
  workshop: Workshop,
  out: string,
  ...more: readonly string[]
): Promise<void> {
  await workshop.openssl('ca', '-config', 'ca.cnf', '-gencrl', '-out', out, ...more);
}

/** A list in DER. */
export async function derOfCrl(workshop: Workshop, file: string): Promise<Buffer> {
  await workshop.openssl('crl', '-in', file, '-outform', 'DER', '-out', `${file}.der`);
  return workshop.read(`${file}.der`);
}

function newKey(name: string): readonly string[] {
  return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`];
}

const configuration = `[ca]
default_ca = offline

[offline]
dir = .
database = index.txt
new_certs_dir = issued
certificate = root.pem
private_key = root.key
crlnumber = crlnumber
crl_extensions = list
rand_serial = yes
default_md = sha256
default_days = 3650
default_crl_days = 90
policy = any

[any]
commonName = supplied

[req]
distinguished_name = name
prompt = no

[name]

[list]
authorityKeyIdentifier = keyid

[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign,digitalSignature
subjectKeyIdentifier = hash

[responder]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = OCSPSigning
noCheck = ignored
authorityKeyIdentifier = keyid
`;
