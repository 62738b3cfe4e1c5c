import type { Issuer } from '../../issuer/issuer.ts';
import { formatInstant } from '../instant.ts';

/**
 * Issuers without a key of their own here whose last responder certificate ends soon: nobody would be
 * left to sign (ORSP-13). A third of its life, and at most a week, before the end.
 *
 * @returns a sentence for each
 */
export function endingResponders(issuers: readonly Issuer[], now: Date): readonly string[] {
  return issuers.flatMap(({ name, key, responders = [] }) => {
    const last = responders.reduce<(typeof responders)[number] | undefined>(
      (latest, each) =>
        latest === undefined || each.certificate.notAfter > latest.certificate.notAfter ? each : latest,
      undefined,
    );
    if (last === undefined || key !== undefined) return [];
    const { notBefore, notAfter } = last.certificate;
    const notice = Math.min((notAfter.getTime() - notBefore.getTime()) / 3, longestNoticeMilliseconds);
    if (notAfter.getTime() - now.getTime() >= notice) return [];
    return [`${name}: its last responder certificate ends ${formatInstant(notAfter)}: add a new one`];
  });
}

const longestNoticeMilliseconds = 7 * 24 * 3_600_000;
