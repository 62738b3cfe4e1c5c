import { Findings } from './findings.ts';
import type { LintFinding, LintProfile } from './lint-finding.ts';

/** How a list came from its URL. */
export interface CrlTransport {
  readonly form: 'DER' | 'PEM';
  /** Content-Type as it was sent; undefined when it was not. */
  readonly mediaType: string | undefined;
}

/** What is wrong with the way in which a list was served (T-12, T-13; RFC 2585 4). */
export function lintCrlTransport(transport: CrlTransport, profile: LintProfile): readonly LintFinding[] {
  const { form, mediaType } = transport;
  const findings = new Findings(profile);
  if (form === 'PEM') findings.add('pem_at_url', 'the URL leads to PEM, where DER has to be');
  if (mediaType === undefined) findings.add('media_type_wrong', `there is no media type; it is ${PKIX_CRL}`);
  else if (mediaType.split(';')[0]?.trim().toLowerCase() !== PKIX_CRL)
    findings.add('media_type_wrong', `the media type is ${mediaType}, not ${PKIX_CRL}`);
  return findings.sorted();
}

const PKIX_CRL = 'application/pkix-crl';
