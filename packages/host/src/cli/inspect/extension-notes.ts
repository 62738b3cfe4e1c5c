import { EXTENSION_OIDS, type Extension } from '@lancre/pki/certificate';
import { encodeHex } from '@lancre/pki/text';
import type { ExtensionNote } from './plain-value.ts';

/**
 * Notes on all extensions of something; undefined when it has none.
 *
 * @param told those whose content the description tells itself: of all others it is given in hexadecimal
 */
export function noteExtensions(
  extensions: readonly Extension[],
  told: readonly KnownExtension[],
): readonly ExtensionNote[] | undefined {
  if (extensions.length === 0) return undefined;
  const toldOids = new Set<string>(told.map((name) => EXTENSION_OIDS[name]));
  return extensions.map(({ oid, critical, value }) => {
    const name = NAMES.get(oid);
    return {
      oid,
      ...(name === undefined ? {} : { name }),
      critical,
      ...(toldOids.has(oid) ? {} : { valueDer: encodeHex(value) }),
    };
  });
}

/** The extensions that have a name here. */
export type KnownExtension = keyof typeof EXTENSION_OIDS;

const NAMES: ReadonlyMap<string, string> = new Map([
  ...Object.entries(EXTENSION_OIDS).map(([name, oid]) => [oid, name] as const),
  ['1.3.6.1.4.1.11129.2.4.2', 'signedCertificateTimestamps'],
  ['1.3.6.1.4.1.11129.2.4.3', 'precertificatePoison'],
  ['1.3.6.1.4.1.11129.2.4.5', 'signedCertificateTimestamps'],
  ['2.5.29.9', 'subjectDirectoryAttributes'],
  ['2.5.29.16', 'privateKeyUsagePeriod'],
  ['2.5.29.18', 'issuerAltName'],
  ['2.5.29.60', 'expiredCertsOnCRL'],
  ['1.3.6.1.5.5.7.1.3', 'qcStatements'],
  ['2.16.840.1.113730.1.1', 'netscapeCertType'],
  ['2.16.840.1.113730.1.13', 'netscapeComment'],
  ['1.3.6.1.4.1.311.21.1', 'microsoftCaVersion'],
  ['1.3.6.1.4.1.311.21.4', 'microsoftNextCrlPublish'],
]);
