import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Certificate, decodeCertificates } from '@lancre/pki/certificate';
import { PkiError } from '@lancre/pki/errors';
import { LancreError } from '../errors/lancre-error.ts';

/**
 * Reads a file that was named on the command line.
 *
 * @throws LancreError `file_missing`, `file_unreadable`, naming the file
 */
export async function readNamedFile(folder: string, path: string): Promise<Buffer> {
  try {
    return await readFile(resolve(folder, path));
  } catch (cause) {
    throw fileError(path, cause);
  }
}

/** The certificates in a file: PEM, DER or certs-only CMS. @throws LancreError naming the file */
export async function readCertificates(folder: string, path: string): Promise<readonly Certificate[]> {
  const octets = await readNamedFile(folder, path);
  try {
    return decodeCertificates(octets);
  } catch (cause) {
    if (!(cause instanceof PkiError)) throw cause;
    throw new LancreError(
      'input_invalid',
      `${path} holds no certificate that can be read: ${cause.message}`,
      { cause },
    );
  }
}

/** The first certificate in a file. */
export async function readCertificate(folder: string, path: string): Promise<Certificate> {
  const [certificate] = await readCertificates(folder, path);
  if (certificate === undefined) throw new LancreError('input_invalid', `${path} holds no certificate`);
  return certificate;
}

/** What the file system says, in words that name the file; `wanted` is what was tried. */
export function fileError(path: string, cause: unknown, wanted: 'read' | 'written' = 'read'): LancreError {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return new LancreError('file_missing', `no such file: ${path}`, { cause });
  if (code === 'EISDIR') return new LancreError('file_unreadable', `${path} is a folder`, { cause });
  if (code === 'EACCES') return new LancreError('file_unreadable', `${path} may not be ${wanted}`, { cause });
  return new LancreError('file_unreadable', `${path} cannot be ${wanted} (${code ?? String(cause)})`, {
    cause,
  });
}
