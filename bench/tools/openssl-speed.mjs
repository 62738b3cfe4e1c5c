import { isHere, pinned, run } from './programs.mjs';

/** P-256 signatures, and checks of them, a second on one core; undefined where there is no openssl. */
export async function opensslRates(workshop, core) {
  if (!isHere('openssl', ['version'])) return undefined;
  const [program, args] = pinned(core, 'openssl', ['speed', '-mr', '-seconds', '1', 'ecdsap256']);
  const { stdout } = await run(workshop, program, args);
  // +F4:…:256:signatures a second:checks a second; OpenSSL 1 gave the seconds for one instead
  const [, sign, verify] = /^\+F4:\d+:\d+:([\d.e-]+):([\d.e-]+)/m.exec(stdout)?.map(Number) ?? [];
  if (!(sign > 0 && verify > 0)) return undefined;
  return { sign: perSecond(sign), verify: perSecond(verify) };
}

function perSecond(figure) {
  return figure > 1 ? figure : 1 / figure;
}
