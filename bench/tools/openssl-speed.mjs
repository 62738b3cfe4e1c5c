import { isHere, pinned, run } from './programs.mjs';

/** P-256 signatures a second on one core, by `openssl speed`; undefined where there is no openssl. */
export async function opensslSignaturesPerSecond(workshop, core) {
  if (!isHere('openssl', ['version'])) return undefined;
  const [program, args] = pinned(core, 'openssl', ['speed', '-mr', '-seconds', '1', 'ecdsap256']);
  const { stdout } = await run(workshop, program, args);
  // +F4:…:256:signatures a second:checks a second; OpenSSL 1 gave the seconds for one instead
  const figure = Number(/^\+F4:\d+:\d+:([\d.e-]+):/m.exec(stdout)?.[1]);
  if (!(figure > 0)) return undefined;
  return figure > 1 ? figure : 1 / figure;
}
