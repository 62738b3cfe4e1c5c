import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const SOFT_TOKEN_MODULE = '/usr/lib/softhsm/libsofthsm2.so';
export const SOFT_TOKEN_PIN = '0815-geheim';

/** SoftHSM 2 with a token of its own, in a folder of its own. The module reads the environment when it starts. */
export class SoftToken {
  readonly environment: Readonly<Record<string, string>>;
  readonly #tokens: string;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#tokens = join(folder, 'tokens');
    mkdirSync(this.#tokens, { recursive: true });
    const configuration = join(folder, 'softhsm2.conf');
    writeFileSync(
      configuration,
      `directories.tokendir = ${this.#tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`,
    );
    this.environment = { SOFTHSM2_CONF: configuration };
    this.#run(
      'softhsm2-util',
      '--init-token',
      '--free',
      '--label',
      'ocsp',
      '--pin',
      SOFT_TOKEN_PIN,
      '--so-pin',
      '4711',
    );
  }

  /** @param type such as `EC:prime256v1` or `rsa:2048` */
  makeKey(type: string, label: string, id: string): void {
    this.#tool('--keypairgen', '--key-type', type, '--label', label, '--id', id);
  }

  /** Takes one half of a key away. */
  deleteObject(type: 'pubkey' | 'privkey', label: string): void {
    this.#tool('--delete-object', '--type', type, '--label', label);
  }

  /** SubjectPublicKeyInfo. */
  publicKeyDer(label: string): Uint8Array {
    const path = join(this.#folder, `${label}.pub`);
    this.#tool('--read-object', '--type', 'pubkey', '--label', label, '--output-file', path);
    return readFileSync(path);
  }

  /** As if it were pulled out. */
  remove(): void {
    renameSync(this.#tokens, `${this.#tokens}-away`);
    mkdirSync(this.#tokens);
  }

  putBack(): void {
    rmSync(this.#tokens, { recursive: true });
    renameSync(`${this.#tokens}-away`, this.#tokens);
  }

  uri(object: string, more = ''): string {
    return `pkcs11:token=ocsp;object=${object}${more}?module-path=${SOFT_TOKEN_MODULE}`;
  }

  pinFile(pin: string = SOFT_TOKEN_PIN): string {
    const path = join(this.#folder, `pin-${pin.length}`);
    writeFileSync(path, `${pin}\n`);
    return path;
  }

  #tool(...words: readonly string[]): void {
    this.#run(
      'pkcs11-tool',
      '--module',
      SOFT_TOKEN_MODULE,
      '--token-label',
      'ocsp',
      '--login',
      '--pin',
      SOFT_TOKEN_PIN,
      ...words,
    );
  }

  #run(program: string, ...words: readonly string[]): void {
    execFileSync(program, words, { env: { ...process.env, ...this.environment }, stdio: 'pipe' });
  }
}
