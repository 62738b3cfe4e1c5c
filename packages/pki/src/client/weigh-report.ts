import type { Certificate } from '../pki/certificate.ts';
import type { PathFailure } from '../verify/path.ts';
import type { CheckReason, CheckVerdict } from './check-report.ts';
import type { CertificateRevocation } from './check-revocation.ts';
import type { IssuerFetch } from './issuer-exchange.ts';

/** A verdict and what it rests on. */
export interface Weighed {
  readonly verdict: CheckVerdict;
  readonly reasons: readonly CheckReason[];
}

/**
 * How evidence that is missing counts. `require`: every certificate has to be good. `prefer`: one about
 * which nobody could be asked, or nobody answered, is passed over with a reason; evidence that is wrong, or
 * says `unknown`, is not. `off`: none is asked for.
 */
export type RevocationPolicy = 'require' | 'prefer' | 'off';

/** What the evidence about the certificates of a path comes to. */
export function weighRevocation(
  revocation: readonly CertificateRevocation[],
  policy: RevocationPolicy,
): Weighed {
  const findings = revocation.flatMap((each) => findingOf(each, policy));
  const verdicts = findings.map(({ verdict }) => verdict);
  const verdict =
    ORDER_OF_SEVERITY.find((severe) => verdicts.includes(severe)) ?? ('good' satisfies CheckVerdict);
  return { verdict, reasons: findings.map(({ reason }) => reason) };
}

/**
 * What it comes to that no path holds: `invalid`, unless the search did not see everything, for want of an
 * issuer that nobody sent or of further work to spend.
 */
export function weighFailure(
  failed: readonly PathFailure[],
  issuerFetches: readonly IssuerFetch[],
  target: Certificate,
): Weighed {
  const unreachable = issuerFetches.filter(({ fault }) => fault?.failure === 'unreachable');
  const isIncomplete = unreachable.length > 0 || failed.some(({ code }) => code === 'work_budget_exceeded');
  const reasons = failed.map(({ code, message, certificates, index }): CheckReason => {
    return { code, message, certificate: certificates[index] ?? target };
  });
  for (const { url, subject, fault } of unreachable) {
    const message = `${url}: ${fault?.message ?? ''}`;
    reasons.push({ code: 'issuer_unreachable', message, certificate: subject });
  }
  return { verdict: isIncomplete ? 'undetermined' : 'invalid', reasons };
}

interface Finding {
  readonly verdict: CheckVerdict;
  readonly reason: CheckReason;
}

function findingOf(revocation: CertificateRevocation, policy: RevocationPolicy): readonly Finding[] {
  const { certificate, status } = revocation;
  const finding = (verdict: CheckVerdict, code: CheckReason['code'], message: string): readonly Finding[] => [
    { verdict, reason: { code, message, certificate } },
  ];
  switch (status.kind) {
    case 'good':
    case 'not_checked':
      return [];
    case 'revoked':
      return finding('revoked', 'revoked', revokedMessage(status.revocationTime, status.reason));
    case 'unknown':
      return finding('undetermined', 'revocation_unknown', 'the responder does not know the certificate');
    case 'undetermined': {
      const { code, message } = UNDETERMINED[status.failure];
      const isPassedOver = policy === 'prefer' && status.failure !== 'wrong';
      return finding(isPassedOver ? 'good' : 'undetermined', code, message);
    }
  }
}

function revokedMessage(time: Date, reason: string | undefined): string {
  return `revoked on ${time.toISOString()}${reason === undefined ? '' : `: ${reason}`}`;
}

const ORDER_OF_SEVERITY: readonly CheckVerdict[] = ['revoked', 'undetermined'];
const UNDETERMINED = {
  wrong: {
    code: 'revocation_undetermined',
    message: 'some evidence is there, but none that can be accepted',
  },
  unreachable: { code: 'revocation_unreachable', message: 'nobody who knows about revocation answered' },
  no_address: { code: 'no_revocation_address', message: 'the certificate has no address to ask' },
} as const;
