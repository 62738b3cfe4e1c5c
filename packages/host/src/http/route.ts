import { isIssuerName } from '../issuer/issuer.ts';
import type { PublicAddress } from '../issuer/public-address.ts';

/** Where a request belongs. */
export type Route =
  /** `encoded` is the raw text after the service's own path: the base64 of a GET. */
  | { readonly service: 'ocsp'; readonly encoded: string }
  /** `path` as in ArtifactView.resolve, such as `c/e1/7.crl`. */
  | { readonly service: 'artifact'; readonly path: string }
  | { readonly service: 'apex'; readonly path: string }
  /** A host name that is not ours: 421 (HTTP-31). */
  | { readonly service: 'unknown-host' }
  /** Host routing, and no host was named (HTTP/1.0): OCSP is answered by its CertID, all else is 421. */
  | { readonly service: 'no-host'; readonly path: string };

/** Finds the route. @param host as sent, with or without port @param path raw, begins with `/` */
export type Router = (host: string | undefined, path: string) => Route;

/**
 * Makes the router of a public address.
 *
 * With path routing every host is ours: such a host stands behind port maps, proxies and addresses
 * without a name, and its paths say all. With host routing the zone and the names under it are ours
 * and no others; case, one trailing dot and the port are ignored. Any port, not only 80: what the
 * client dialled need not be what this process listens on.
 */
export function createRouter(address: PublicAddress): Router {
  if (address.routing === 'path') return (_host, path) => routeByPath(path);
  const zone = address.zone.toLowerCase();
  return (host, path) => (host === undefined ? { service: 'no-host', path } : routeByHost(zone, host, path));
}

/**
 * Whether a Host field can be one: RFC 9112 3.2 wants 400 for anything else, and for two of them
 * (which arrive here joined by a comma).
 */
export function isHostField(host: string): boolean {
  return /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])?(?::[0-9]{0,5})?$/.test(host);
}

function routeByPath(path: string): Route {
  if (path === '/o' || path.startsWith('/o/')) return { service: 'ocsp', encoded: path.slice(3) };
  if (path.startsWith('/c/') || path.startsWith('/i/')) return { service: 'artifact', path: path.slice(1) };
  return { service: 'apex', path };
}

function routeByHost(zone: string, host: string, path: string): Route {
  const name = hostNameOf(host);
  if (name === zone) return { service: 'apex', path };
  if (!name.endsWith(`.${zone}`)) return { service: 'unknown-host' };
  const labels = name.slice(0, -zone.length - 1).split('.');
  const kind = labels.at(-1);
  const issuerName = labels.length === 2 ? labels[0] : undefined;
  if (labels.length > 2 || (issuerName !== undefined && !isIssuerName(issuerName)))
    return { service: 'unknown-host' };
  if (kind === 'o') return { service: 'ocsp', encoded: path.slice(1) };
  if (kind !== 'c' && kind !== 'i') return { service: 'unknown-host' };
  return { service: 'artifact', path: artifactPath(kind, issuerName, path.slice(1)) };
}

/**
 * `http://e1.c.zone/` is `c/e1.crl`, `/7.crl` there is `c/e1/7.crl`, `/e1.delta.crl` is `c/e1.delta.crl`,
 * `/e1.json` is `c/e1.json`; `http://e1.i.zone/` is `i/e1`, `/e1.p7c` there is `i/e1.p7c`. Without an
 * issuer's label the path is that of path routing.
 */
function artifactPath(kind: 'c' | 'i', issuerName: string | undefined, name: string): string {
  if (issuerName === undefined) return `${kind}/${name}`;
  if (name === '') return kind === 'c' ? `c/${issuerName}.crl` : `i/${issuerName}`;
  if (kind === 'i' || name.startsWith(`${issuerName}.`)) {
    return name.startsWith(`${issuerName}.`) || name === issuerName ? `${kind}/${name}` : '';
  }
  return `c/${issuerName}/${name}`;
}

function hostNameOf(host: string): string {
  const name = host.replace(/:[0-9]*$/, '').toLowerCase();
  return name.endsWith('.') ? name.slice(0, -1) : name;
}
