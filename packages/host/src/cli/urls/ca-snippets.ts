import { LancreError } from '../../errors/lancre-error.ts';
import type { CertificateUrls } from './certificate-urls.ts';
import { authorityInfoAccessLine, opensslSection } from './openssl-section.ts';

/** The CAs for which there are snippets. */
export type CaProgram = 'openssl' | 'easy-rsa' | 'cfssl' | 'step-ca';

/** Those whose snippets are JSON: one at a time. */
export const jsonPrograms: ReadonlySet<string> = new Set<CaProgram>(['cfssl', 'step-ca']);

/**
 * The lines to paste into the configuration of a CA.
 *
 * @throws LancreError `input_invalid` for shards with a CA that writes one CRL URL into all certificates
 */
export function caSnippet(program: CaProgram, urls: CertificateUrls): readonly string[] {
  if (program === 'openssl') return opensslSection(urls);
  if (urls.shards > 0) {
    throw new LancreError(
      'input_invalid',
      `${program} writes one CRL address into all certificates, and ${urls.name} has ${urls.shards} shards: ` +
        `"lancre issuer set ${urls.name} --shards 0"`,
    );
  }
  return snippets[program](urls);
}

/** x509-types/COMMON is added to every certificate. */
function easyRsaLines(urls: CertificateUrls): readonly string[] {
  return [
    `# ${urls.name}: ${urls.subject}. Append to x509-types/COMMON.`,
    authorityInfoAccessLine(urls),
    `crlDistributionPoints = URI:${urls.crl}`,
    ...(urls.deltaCrl === undefined ? [] : [`freshestCRL = URI:${urls.deltaCrl}`]),
  ];
}

/** Fields of a signing profile, or of `default`. */
function cfsslProfile({ ocsp, caIssuers, crl }: CertificateUrls): readonly string[] {
  return jsonLines({ issuer_urls: [caIssuers], ocsp_url: ocsp, crl_url: crl });
}

/** Fields of a certificate template, at its top level. */
function stepCaTemplate({ ocsp, caIssuers, crl }: CertificateUrls): readonly string[] {
  return jsonLines({ ocspServer: [ocsp], issuingCertificateURL: [caIssuers], crlDistributionPoints: [crl] });
}

function jsonLines(value: unknown): readonly string[] {
  return JSON.stringify(value, undefined, 2).split('\n');
}

const snippets: Readonly<
  Record<Exclude<CaProgram, 'openssl'>, (urls: CertificateUrls) => readonly string[]>
> = {
  'easy-rsa': easyRsaLines,
  cfssl: cfsslProfile,
  'step-ca': stepCaTemplate,
};
