import { isRevocationReason } from '@lancre/pki/text';
import type { CertificateStatus } from '../status/certificate-record.ts';
import { type ImportedLine, refuseLine } from './import-line.ts';
import { hexOctets } from './serial-text.ts';

/**
 * Reads a line of NDJSON, one certificate each:
 *
 *     {"serial":"04a1","notAfter":"2027-01-31T00:00:00Z"}
 *     {"serial":"04a2","notAfter":"2027-01-31T00:00:00Z","status":"revoked",
 *      "revocationTime":"2026-11-02T10:00:00Z","reason":"keyCompromise","issuer":"e1","shard":3}
 *
 * `serial` is hex. `status` is `assigned` (default), `revoked` or `held`. `issuer`, `shard`,
 * `reason` and `invalidityDate` may be left out. An unknown field is refused: it may be a misspelt one.
 */
export function parseNdjsonLine(octets: Buffer, start: number, end: number): ImportedLine {
  if (start === end) return { kind: 'empty' };
  let value: unknown;
  try {
    value = JSON.parse(octets.toString('utf8', start, end));
  } catch {
    return refuseLine('line', 'not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuseLine('line', 'not a JSON object');
  return readFields(value as Readonly<Record<string, unknown>>);
}

function readFields(fields: Readonly<Record<string, unknown>>): ImportedLine {
  for (const name in fields) if (!knownFields.has(name)) return refuseLine(name, 'an unknown field');
  const { serial, notAfter, shard, issuer } = fields as Fields;
  const serialNumber = typeof serial === 'string' ? serialOf(serial) : undefined;
  if (serialNumber === undefined) return refuseLine('serial', 'not a serial number in hex, in quotes');
  const expiry = dateOf(notAfter);
  if (expiry === undefined) return refuseLine('notAfter', 'not a date such as 2027-01-31T00:00:00Z');
  if (shard !== undefined && !isShard(shard)) return refuseLine('shard', 'not a number from 1 to 65535');
  if (issuer !== undefined && typeof issuer !== 'string') return refuseLine('issuer', 'not a name');
  const status = statusOf(fields as Fields);
  if ('field' in status) return refuseLine(status.field, status.reason);
  return {
    kind: 'certificate',
    serialNumber,
    notAfter: expiry,
    status,
    ...(shard === undefined ? {} : { shard }),
    ...(issuer === undefined ? {} : { issuerName: issuer }),
  };
}

interface Fields {
  readonly serial?: unknown;
  readonly notAfter?: unknown;
  readonly status?: unknown;
  readonly revocationTime?: unknown;
  readonly reason?: unknown;
  readonly invalidityDate?: unknown;
  readonly shard?: unknown;
  readonly issuer?: unknown;
}

const knownFields: ReadonlySet<string> = new Set([
  'serial',
  'notAfter',
  'status',
  'revocationTime',
  'reason',
  'invalidityDate',
  'shard',
  'issuer',
] satisfies (keyof Fields)[]);

function statusOf(fields: Fields): CertificateStatus | { readonly field: string; readonly reason: string } {
  const { status = 'assigned', reason } = fields;
  if (status === 'assigned') {
    const extra = (['revocationTime', 'reason', 'invalidityDate'] as const).find(
      (name) => fields[name] !== undefined,
    );
    return extra === undefined
      ? { kind: 'assigned' }
      : { field: extra, reason: 'given for a certificate that is not revoked' };
  }
  if (status !== 'revoked' && status !== 'held')
    return { field: 'status', reason: 'not assigned, revoked or held' };
  const revocationTime = dateOf(fields.revocationTime);
  if (revocationTime === undefined)
    return { field: 'revocationTime', reason: 'not a date such as 2026-11-02T10:00:00Z' };
  if (
    reason !== undefined &&
    !(typeof reason === 'string' && isRevocationReason(reason) && reason !== 'removeFromCRL')
  ) {
    return { field: 'reason', reason: 'not a reason of RFC 5280 5.3.1, such as keyCompromise' };
  }
  const invalidityDate = dateOf(fields.invalidityDate);
  if (fields.invalidityDate !== undefined && invalidityDate === undefined) {
    return { field: 'invalidityDate', reason: 'not a date such as 2026-11-02T10:00:00Z' };
  }
  const isHold = status === 'held';
  if (isHold !== (reason === 'certificateHold') && (isHold ? reason !== undefined : true)) {
    return { field: 'reason', reason: 'certificateHold and the status "held" go together' };
  }
  return {
    kind: status,
    revocationTime,
    ...(isHold
      ? { reason: 'certificateHold' as const }
      : reason === undefined || reason === 'unspecified'
        ? {}
        : { reason }),
    ...(invalidityDate === undefined ? {} : { invalidityDate }),
  };
}

function serialOf(text: string): Uint8Array | undefined {
  const digits = Buffer.from(text);
  return hexOctets(digits, 0, digits.length);
}

function isShard(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 0xffff;
}

/** RFC 3339 with seconds and Z, whole seconds: nothing that a reader could take for local time. */
function dateOf(value: unknown): Date | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(value))
    return undefined;
  const milliseconds = Date.parse(value);
  if (Number.isNaN(milliseconds) || milliseconds < 0) return undefined;
  const date = new Date(Math.floor(milliseconds / 1000) * 1000);
  // Date.parse takes 31 June for 1 July.
  return date.toISOString().slice(0, 19) === value.slice(0, 19) ? date : undefined;
}
