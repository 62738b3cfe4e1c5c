import type { HashName } from '@lancre/pki/ocsp';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { LancreError } from '../../errors/lancre-error.ts';
import type {
  CrlPolicy,
  DeltaCrlPolicy,
  IssuedKind,
  IssuerPolicy,
  IssuerProfile,
  OcspPolicy,
  UnknownSerialAnswer,
} from '../../issuer/issuer-policy.ts';
import { certIdHashes } from '../../issuer/issuer-registry.ts';
import { parseDuration } from '../duration.ts';

/** An issuer's settings as they are told on the command line: those that are not told stay as they are. */
export interface IssuerPolicyOptions {
  readonly profile?: IssuerProfile;
  readonly issues?: IssuedKind;
  readonly shards?: number;
  readonly fullCrl?: boolean;
  readonly ocspValidity?: string;
  readonly crlValidity?: string;
  readonly crlPeriod?: string;
  /** `true` = given without a period; `false` = `--no-delta`. */
  readonly delta?: string | boolean;
  readonly deltaValidity?: string;
  readonly unknownSerial?: UnknownSerialAnswer;
  readonly nonce?: OcspPolicy['nonce'];
  readonly responderId?: OcspPolicy['responderId'];
  /** `true` = given without hashes; `false` = `--no-presign`. */
  readonly presign?: readonly HashName[] | boolean;
  readonly ocspRetention?: string;
  readonly invalidityDate?: boolean;
  readonly crlId?: boolean;
}

/** Adds the options; `issuer set` has those too by which a setting is taken back. */
export function withPolicyOptions(command: Command, use: 'add' | 'set'): Command {
  const orElse = (text: string, value: string): string =>
    use === 'add' ? `${text} (default: ${value})` : text;
  command
    .addOption(
      new Option('--profile <profile>', 'cabf: nothing that the Baseline Requirements refuse').choices([
        'private',
        'cabf',
      ]),
    )
    .addOption(
      new Option(
        '--issues <kind>',
        orElse('what the certificates are; ca, end-entity: the lists say so', 'any'),
      ).choices(['any', 'end-entity', 'ca']),
    )
    .option('--shards <n>', orElse('spread CRLs over n shards; 0 = one full list', '0'), parseShards)
    .option('--ocsp-validity <duration>', orElse('nextUpdate - thisUpdate of OCSP answers', '96h'))
    .option('--crl-validity <duration>', orElse('nextUpdate - thisUpdate of CRLs', '216h'))
    .option('--crl-period <duration>', orElse('issue CRLs anew after this time at the latest', '1h'))
    .option('--delta [period]', 'put changes on delta CRLs, issued anew after this time at the latest (1h)')
    .option('--delta-validity <duration>', 'nextUpdate - thisUpdate of delta CRLs (default: 24 periods)')
    .addOption(
      new Option(
        '--unknown-serial <answer>',
        orElse('what a serial never assigned gets; never "good"', 'unauthorized'),
      ).choices(['unauthorized', 'unknown', 'extended-revoke']),
    )
    .addOption(
      new Option(
        '--nonce <policy>',
        orElse('echo: sign anew for every question with a nonce, and keep nothing', 'ignore'),
      ).choices(['ignore', 'echo']),
    )
    .addOption(
      new Option('--responder-id <form>', orElse('how answers name their signer', 'byKey')).choices([
        'byKey',
        'byName',
      ]),
    )
    .option(
      '--presign [hashes]',
      'keep a fresh answer ready for every certificate; for CertIDs by SHA-1, or by those named (SHA-1,SHA-256)',
      parseHashes,
    )
    .option('--ocsp-retention <duration>', orElse('go on answering after notAfter, with archiveCutoff', '0s'))
    .option('--invalidity-date', 'tell invalidity dates in OCSP answers')
    .option('--crl-id', 'name the CRL in OCSP answers that say revoked');
  // A setting with a word for both directions has no default: what is not told stays.
  if (use === 'set') command.option('--full-crl', 'publish the full list beside the shards');
  const opposites = [['--no-full-crl', 'with shards: publish no full list beside them']];
  if (use === 'set') {
    opposites.push(
      ['--no-delta', 'issue no delta CRLs: a change issues the complete list anew'],
      ['--no-presign', 'sign answers when they are asked for'],
      ['--no-invalidity-date', 'tell no invalidity dates in OCSP answers'],
      ['--no-crl-id', 'name no CRL in OCSP answers'],
    );
  }
  for (const [flag = '', description] of opposites) command.option(flag, description);
  return command;
}

/** The settings with what was told. @throws LancreError `input_invalid` for settings that cannot work */
export function changedPolicy(
  { profile, issues, ocsp, crl }: IssuerPolicy,
  options: IssuerPolicyOptions,
): IssuerPolicy {
  const policy: IssuerPolicy = {
    profile: options.profile ?? profile,
    issues: options.issues ?? issues,
    ocsp: {
      validitySeconds: inclusive(options.ocspValidity, '--ocsp-validity') ?? ocsp.validitySeconds,
      unknownSerial: options.unknownSerial ?? ocsp.unknownSerial,
      nonce: options.nonce ?? ocsp.nonce,
      responderId: options.responderId ?? ocsp.responderId,
      presign: hashesOf(options.presign) ?? ocsp.presign,
      retentionSeconds: seconds(options.ocspRetention, '--ocsp-retention') ?? ocsp.retentionSeconds,
      invalidityDate: toldOr(options.invalidityDate, ocsp.invalidityDate),
      crlId: toldOr(options.crlId, ocsp.crlId),
    },
    crl: changedCrlPolicy(crl, options),
  };
  requireSensible(policy);
  return policy;
}

function changedCrlPolicy(crl: CrlPolicy, options: IssuerPolicyOptions): CrlPolicy {
  return {
    validitySeconds: inclusive(options.crlValidity, '--crl-validity') ?? crl.validitySeconds,
    periodSeconds: seconds(options.crlPeriod, '--crl-period') ?? crl.periodSeconds,
    shards: options.shards ?? crl.shards,
    full: options.fullCrl === undefined ? crl.full : options.fullCrl ? 'publish' : 'omit',
    delta: changedDeltaPolicy(crl.delta, options),
  };
}

function changedDeltaPolicy(
  present: CrlPolicy['delta'],
  { delta, deltaValidity }: IssuerPolicyOptions,
): CrlPolicy['delta'] {
  if (delta === false) return 'omit';
  if (delta === undefined && deltaValidity === undefined) return present;
  if (delta === undefined && present === 'omit')
    throw new LancreError('input_invalid', '--delta-validity needs --delta: no delta CRLs are issued');
  const before: Partial<DeltaCrlPolicy> = present === 'omit' ? {} : present;
  const told = typeof delta === 'string' ? parseDuration(delta, '--delta') : undefined;
  const periodSeconds = told ?? before.periodSeconds ?? defaultDeltaPeriodSeconds;
  const validitySeconds =
    inclusive(deltaValidity, '--delta-validity') ??
    (told === undefined ? before.validitySeconds : undefined) ??
    periodSeconds * defaultDeltaPeriods - 1;
  return { validitySeconds, periodSeconds };
}

/** Less one second: a validity counts both its ends (BR 4.9.9, T-18). */
function inclusive(text: string | undefined, what: string): number | undefined {
  return text === undefined ? undefined : parseDuration(text, what) - 1;
}

function seconds(text: string | undefined, what: string): number | undefined {
  return text === undefined ? undefined : parseDuration(text, what);
}

function toldOr(told: boolean | undefined, present: 'omit' | 'include'): 'omit' | 'include' {
  if (told === undefined) return present;
  return told ? 'include' : 'omit';
}

function hashesOf(told: IssuerPolicyOptions['presign']): readonly HashName[] | undefined {
  if (told === undefined) return undefined;
  if (told === true) return ['SHA-1'];
  return told === false ? [] : told;
}

function requireSensible({ ocsp, crl }: IssuerPolicy): void {
  const refuse = (message: string): never => {
    throw new LancreError('input_invalid', message);
  };
  if (ocsp.validitySeconds < 60) refuse('--ocsp-validity: below a minute clients could not use the answers');
  if (crl.validitySeconds < 60) refuse('--crl-validity: below a minute clients could not use the lists');
  if (crl.periodSeconds < 1) refuse('--crl-period: at least 1s');
  if (crl.periodSeconds * 2 > crl.validitySeconds) {
    refuse('--crl-period: at most half of --crl-validity, so that one failure lets no list expire');
  }
  if (crl.delta !== 'omit') requireSensibleDelta(crl.delta, crl, refuse);
  if (crl.shards === 0 && crl.full === 'omit')
    refuse('--no-full-crl needs --shards: there would be no list at all');
}

function requireSensibleDelta(
  delta: DeltaCrlPolicy,
  { validitySeconds }: CrlPolicy,
  refuse: (message: string) => never,
): void {
  if (delta.periodSeconds < 1) refuse('--delta: at least 1s');
  if (delta.periodSeconds * 2 > delta.validitySeconds)
    refuse('--delta: at most half of --delta-validity, so that one failure lets no list expire');
  // A combination takes the delta's nextUpdate (RFC 5280 5.2.4): it must not outlive its complete list.
  if (delta.validitySeconds > validitySeconds) refuse('--delta-validity: at most --crl-validity');
}

const defaultDeltaPeriodSeconds = 3600;
const defaultDeltaPeriods = 24;

function parseShards(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 65_535) return value;
  throw new InvalidArgumentError('a number from 0 to 65535.');
}

function parseHashes(text: string): readonly HashName[] {
  const names = text
    .split(',')
    .map((name) => certIdHashes.find((hash) => hash === name.trim().toUpperCase()));
  const known = names.filter((name) => name !== undefined);
  if (known.length === names.length) return [...new Set(known)];
  throw new InvalidArgumentError(`a list of ${certIdHashes.join(', ')}.`);
}
