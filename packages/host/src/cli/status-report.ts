import type { CertificateStatus } from '../status/certificate-record.ts';
import { formatInstant } from './instant.ts';

/** A status for programs. */
export function statusJson(status: CertificateStatus): Record<string, unknown> {
  if (status.kind === 'assigned') return { status: 'good' };
  const { revocationTime, reason, invalidityDate } = status;
  return {
    status: status.kind,
    revocationTime: formatInstant(revocationTime),
    reason,
    invalidityDate: invalidityDate && formatInstant(invalidityDate),
  };
}

/** A status in a few words. */
export function statusText(status: CertificateStatus): string {
  if (status.kind === 'assigned') return 'good';
  if (status.kind === 'held') return `on hold since ${formatInstant(status.revocationTime)}`;
  return `revoked ${formatInstant(status.revocationTime)}, ${status.reason ?? 'no reason given'}`;
}

/** A status for a table. */
export function statusFields(status: CertificateStatus): readonly (readonly [string, string])[] {
  if (status.kind === 'assigned') return [['status', 'good']];
  const { revocationTime, reason, invalidityDate } = status;
  return [
    ['status', status.kind],
    ['since', formatInstant(revocationTime)],
    ['reason', reason ?? 'none given'],
    ...(invalidityDate === undefined ? [] : ([['invalid from', formatInstant(invalidityDate)]] as const)),
  ];
}
