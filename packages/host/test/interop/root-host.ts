import { freePorts } from '../cli/host-process.js';
import type { Workshop } from '../cli/workshop.js';

/** What the root of a host is like. */
export interface RootHostOptions {
  readonly runtime: 'node' | 'bun';
  /** As `openssl req -newkey` takes it, such as `rsa:2048`. */
  readonly key: string;
  /** What `lancre issuer add` is told besides the files. Default: nothing. */
  readonly policy?: readonly string[];
}

/** A host that runs for one root, which signs end-entity certificates itself. */
export interface RootHost {
  readonly ocspUrl: string;
  readonly crlUrl: string;
}

/**
 * Makes a root (`root.pem`, `root.key`) and what it signed (`good.pem`, `revoked.pem`, and `unknown.pem`, which
 * the host is not told of) in the workshop's folder, and starts a host for it.
 */
export async function startRootHost(workshop: Workshop, options: RootHostOptions): Promise<RootHost> {
  const [port, adminPort] = await freePorts(2);
  const base = `http://127.0.0.1:${port}`;
  await makeRoot(workshop, options.key);
  for (const [name, serial] of Object.entries(serials)) await issue(workshop, base, name, serial);
  await workshop.write('index.txt', indexText());
  const listen = ['--listen', `127.0.0.1:${port}`, '--admin-listen', `127.0.0.1:${adminPort}`];
  await workshop.mustLancre('init', '--base', base, ...listen);
  const files = ['--certificate', 'root.pem', '--key', 'root.key'];
  await workshop.mustLancre('issuer', 'add', 'root', ...files, ...(options.policy ?? []));
  await workshop.mustLancre('import', '--issuer', 'root', '--format', 'openssl-index', 'index.txt');
  await workshop.start(['serve', '--edge-runtime', options.runtime]);
  return { ocspUrl: `${base}/o`, crlUrl: `${base}/c/root.crl` };
}

const serials = { good: '6A01', revoked: '6A02', unknown: '6A03' } as const;

async function makeRoot(workshop: Workshop, key: string): Promise<void> {
  await workshop.write('root.cnf', '[req]\ndistinguished_name = name\n[name]\n');
  await workshop.openssl(
    ...['req', '-config', 'root.cnf', '-x509', '-days', '3650', '-subj', '/O=Example/CN=Example Root'],
    ...['-newkey', key, '-nodes', '-keyout', 'root.key', '-out', 'root.pem'],
    ...['-addext', 'basicConstraints = critical,CA:TRUE', '-addext', 'subjectKeyIdentifier = hash'],
    ...['-addext', 'keyUsage = critical,keyCertSign,cRLSign,digitalSignature'],
  );
}

async function issue(workshop: Workshop, base: string, name: string, serial: string): Promise<void> {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`];
  const subject = ['-subj', `/CN=${name}.example.test`, '-config', 'root.cnf'];
  await workshop.openssl('req', ...key, ...subject, '-out', `${name}.csr`);
  await workshop.write(`${name}.ext`, extensions(base, name));
  await workshop.openssl(
    ...[
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-out',
      `${name}.pem`,
      '-days',
      '90',
      '-extfile',
      `${name}.ext`,
    ],
    ...['-CA', 'root.pem', '-CAkey', 'root.key', '-set_serial', `0x${serial}`],
  );
}

function extensions(base: string, name: string): string {
  return `basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
authorityKeyIdentifier = keyid
subjectAltName = DNS:${name}.example.test
authorityInfoAccess = OCSP;URI:${base}/o, caIssuers;URI:${base}/i/root
crlDistributionPoints = URI:${base}/c/root.crl
`;
}

/** As `openssl ca` writes it. */
function indexText(): string {
  const good = `V\t350131000000Z\t\t${serials.good}\tunknown\t/CN=good.example.test\n`;
  return `${good}R\t350131000000Z\t261102100000Z,keyCompromise\t${serials.revoked}\tunknown\t/CN=revoked.example.test\n`;
}
