import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { LancreError } from '../errors/lancre-error.ts';

/** A static site in memory, by path (`/index.html`). */
export type Site = ReadonlyMap<string, SiteFile>;

/** One file of a site. */
export interface SiteFile {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  /** Strong, quoted. */
  readonly etag: string;
  /** `immutable` = its name holds a hash of its content. */
  readonly lifetime: 'short' | 'immutable';
}

/**
 * Reads a built site, once, at start. Files of types that are not known are left out.
 *
 * @throws LancreError `file_unreadable`
 */
export async function loadSite(folder: string): Promise<Site> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const site = new Map<string, SiteFile>();
    for (const entry of entries) {
      const contentType = CONTENT_TYPES.get(extname(entry.name));
      if (!entry.isFile() || contentType === undefined) continue;
      const file = join(entry.parentPath, entry.name);
      const path = file.slice(folder.length).replaceAll('\\', '/').replace(/^\/*/, '/');
      site.set(path, siteFile(path, contentType, await readFile(file)));
    }
    return site;
  } catch (cause) {
    throw new LancreError('file_unreadable', `the site cannot be read: ${folder}`, { cause });
  }
}

function siteFile(path: string, contentType: string, bytes: Uint8Array): SiteFile {
  const etag = `"${createHash('sha256').update(bytes).digest('hex')}"`;
  // Vite's names: assets/index-BxY3_k2Q.js.
  const lifetime = /^\/assets\/.*-[A-Za-z0-9_-]{8}\.[a-z0-9]+$/.test(path) ? 'immutable' : 'short';
  return { bytes, contentType, etag, lifetime };
}

const CONTENT_TYPES: ReadonlyMap<string, string> = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.json', 'application/json'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.ico', 'image/x-icon'],
  ['.txt', 'text/plain; charset=utf-8'],
  ['.webmanifest', 'application/manifest+json'],
  ['.woff2', 'font/woff2'],
]);
