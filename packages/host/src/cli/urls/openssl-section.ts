import { type CertificateUrls, shardPlaceholder } from './certificate-urls.ts';

/**
 * A section for openssl.cnf, by itself a file for `-extfile`. With shards the number comes from the
 * environment: OpenSSL refuses to sign while the variable is not set, and so never signs a wrong one.
 */
export function opensslSection(urls: CertificateUrls): readonly string[] {
  const { name, subject, shards, crl, deltaCrl } = urls;
  return [
    `# ${name}: ${subject}`,
    `# Sign with -extfile THIS-FILE -extensions ${name}_urls, or copy the lines into the`,
    '# section that x509_extensions names.',
    ...(shards === 0 ? [] : shardComment(shards)),
    `[ ${name}_urls ]`,
    authorityInfoAccessLine(urls),
    `crlDistributionPoints = URI:${fromEnvironment(crl)}`,
    ...(deltaCrl === undefined ? [] : [`freshestCRL = URI:${fromEnvironment(deltaCrl)}`]),
  ];
}

/** The line that OpenSSL and easy-rsa take alike. */
export function authorityInfoAccessLine({ ocsp, caIssuers }: CertificateUrls): string {
  return `authorityInfoAccess = OCSP;URI:${ocsp},caIssuers;URI:${caIssuers}`;
}

/**
 * A function of the shell that prints the shard of a serial number in hex. It goes digit by digit, since
 * a serial is too long for the shell's numbers; it needs sed and nothing else.
 */
export function shardFunction(shards: number): readonly string[] {
  return [
    `shard() { r=0; for d in $(printf %s "$1" | sed 's/./& /g'); do`,
    `  r=$(( (r * 16 + 0x$d) % ${shards} )); done; echo $((r + 1)); }`,
  ];
}

function shardComment(shards: number): readonly string[] {
  return [
    `# SHARD = serial mod ${shards} + 1. In the shell, before each certificate:`,
    ...shardFunction(shards).map((line) => `#   ${line}`),
    '#   export SHARD=$(shard "$(cat serial)")',
  ];
}

function fromEnvironment(url: string): string {
  return url.replace(new RegExp(`/${shardPlaceholder}(?=\\.[a-z.]+$)`), `/$\{ENV::${shardPlaceholder}}`);
}
