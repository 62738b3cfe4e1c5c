import type { DerReader } from '../encoding/der-reader.ts';
import { readGeneralNames } from '../pki/general-name.ts';

/** How a BOOLEAN DEFAULT FALSE stands there. */
export type LintedFlag = 'absent' | 'true' | 'encoded_false';

/** An issuingDistributionPoint (RFC 5280 5.2.5), with the faults that a strict reading refuses. */
export interface LintedPoint {
  readonly nameForm: 'absent' | 'full' | 'relative';
  readonly uris: readonly string[];
  /** Names of other types. */
  readonly otherNames: readonly string[];
  readonly flags: Readonly<Record<PointFlag, LintedFlag>>;
  readonly someReasons: 'present' | 'absent';
}

/** The BOOLEAN fields. */
export type PointFlag =
  | 'onlyContainsUserCerts'
  | 'onlyContainsCACerts'
  | 'indirectCRL'
  | 'onlyContainsAttributeCerts';

/**
 * Reads the value of the extension.
 *
 * @throws PkiError der_*
 */
export function readLintedPoint(reader: DerReader): LintedPoint {
  return reader.sequence('issuingDistributionPoint', (point) => {
    const name = point.optionalContext(0, 'distributionPoint', readPointName) ?? NO_NAME;
    const onlyContainsUserCerts = readFlag(point, 1);
    const onlyContainsCACerts = readFlag(point, 2);
    const hasReasons = point.isContext(3);
    if (hasReasons) point.contextNamedBits(3, 'onlySomeReasons');
    const indirectCRL = readFlag(point, 4);
    const onlyContainsAttributeCerts = readFlag(point, 5);
    const flags = { onlyContainsUserCerts, onlyContainsCACerts, indirectCRL, onlyContainsAttributeCerts };
    return { ...name, flags, someReasons: hasReasons ? 'present' : 'absent' };
  });
}

type PointName = Pick<LintedPoint, 'nameForm' | 'uris' | 'otherNames'>;

function readPointName(reader: DerReader): PointName {
  const names = reader.optionalContext(0, 'fullName', (list) => readGeneralNames(list, 'fullName'));
  if (names === undefined) {
    reader.context(1, 'nameRelativeToCRLIssuer', (relative) => void relative.rest());
    return { ...NO_NAME, nameForm: 'relative' };
  }
  return {
    nameForm: 'full',
    uris: names.flatMap((name) => (name.type === 'uri' ? [name.uri] : [])),
    otherNames: names.flatMap(({ type }) => (type === 'uri' ? [] : [type])),
  };
}

function readFlag(reader: DerReader, number: number): LintedFlag {
  if (!reader.isContext(number)) return 'absent';
  const content = reader.contextContent(number, `[${number}]`);
  if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff))
    return reader.fail('der_boolean_invalid', `[${number}] is neither 00 nor FF`);
  return content[0] === 0 ? 'encoded_false' : 'true';
}

const NO_NAME: PointName = { nameForm: 'absent', uris: [], otherNames: [] };
