import type { CrlVerdict } from '../verify/crl-verdict.ts';
import type { OcspVerdict } from '../verify/ocsp-verdict.ts';
import type { FetchedEvidence, FetchFailure, FetchFailureReason } from './fetch-evidence.ts';
import type { PublisherDefect } from './publisher-defect.ts';

/** Nothing was fetched, so that nothing is known. */
export interface NotFetched {
  readonly kind: 'undetermined';
  readonly reason: FetchFailureReason;
  readonly message: string;
}

/** One address that was asked, and what came of it. */
export interface EvidenceCheck<Source extends 'ocsp' | 'crl', Verdict> {
  readonly source: Source;
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly verdict: Verdict | NotFetched;
  /**
   * Why it says nothing: `unreachable`, so that a policy may pass over it, or `wrong`. undefined when it
   * says something.
   */
  readonly failure: 'unreachable' | 'wrong' | undefined;
  /** The bytes as they came; undefined when none did. */
  readonly body: Uint8Array | undefined;
  readonly mediaType: string | undefined;
  readonly durationMilliseconds: number;
  readonly defects: readonly PublisherDefect[];
}

/** One OCSP responder that was asked. */
export type OcspCheck = EvidenceCheck<'ocsp', OcspVerdict>;

/** One CRL that was fetched. */
export type CrlCheck = EvidenceCheck<'crl', CrlVerdict>;

/** What every check says about the exchange itself. */
export type ExchangeFacts = Pick<
  EvidenceCheck<'ocsp', never>,
  'body' | 'mediaType' | 'durationMilliseconds' | 'defects'
>;

/** The facts of an exchange that brought something. */
export function factsOf(fetched: FetchedEvidence, defects: readonly PublisherDefect[]): ExchangeFacts {
  const { body, mediaType, durationMilliseconds } = fetched;
  return { body, mediaType, durationMilliseconds, defects };
}

/** The facts and the verdict of an exchange that brought nothing. */
export function notFetched(
  failed: FetchFailure,
): ExchangeFacts & Pick<OcspCheck, 'failure'> & { readonly verdict: NotFetched } {
  const { reason, message, failure, durationMilliseconds } = failed;
  return {
    verdict: { kind: 'undetermined', reason, message },
    failure,
    body: undefined,
    mediaType: undefined,
    durationMilliseconds,
    defects: [],
  };
}
