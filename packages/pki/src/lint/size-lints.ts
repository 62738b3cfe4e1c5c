import type { ListToLint } from './list-to-lint.ts';

/** Beyond which clients do not read a list (CRL-25). */
export function lintSize({ findings, scanned }: ListToLint): void {
  const { length } = scanned;
  const megabytes = (length / 1_000_000).toFixed(1);
  if (length > CHROMIUM_OCTETS)
    findings.add('size_chromium', `${megabytes} MB: Chromium reads no list above 5 MiB`);
  if (length > MICROSOFT_OCTETS)
    findings.add('size_microsoft', `${megabytes} MB: Microsoft asks for less than 10 MB`);
  if (length > OPENSSL_OCTETS)
    findings.add('size_openssl', `${megabytes} MB: OpenSSL fetches no list above 32 MiB`);
}

const CHROMIUM_OCTETS = 5 * 1024 * 1024;
const MICROSOFT_OCTETS = 10_000_000;
const OPENSSL_OCTETS = 32 * 1024 * 1024;
