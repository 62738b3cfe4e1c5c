import { formatDistance } from './instant.ts';
import type { EntryNote, ExtensionNote, Instant, PlainObject, PlainValue } from './plain-value.ts';
import { printable } from './printable.ts';

/**
 * A description as lines of at most 80 columns, with the values in one column. Only URLs and paths may
 * be longer: broken ones cannot be pasted.
 */
export function printDescription(description: PlainObject, indent: number): string[] {
  const fields = Object.entries(description).filter(
    ([key, value]) => value !== undefined && !headings.has(key),
  );
  const inline = fields.filter(([, value]) => !isBlock(value));
  const labelWidth = Math.max(0, ...inline.map(([key]) => labelOf(key).length));
  return fields.flatMap(([key, value]) =>
    isBlock(value)
      ? printBlock(labelOf(key), value, indent)
      : printField(labelOf(key), value, indent, labelWidth),
  );
}

/** Splits text into lines of at most `width` columns. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<= )|(?<=,)(?=\S)/)) {
    if (line !== '' && line.length + word.trimEnd().length > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += word;
    while (line.trimEnd().length > width && !isUnbreakable(line)) {
      lines.push(line.slice(0, width));
      line = line.slice(width);
    }
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line.trimEnd()];
}

function isUnbreakable(word: string): boolean {
  return word.startsWith('/') || word.includes('://');
}

function printField(label: string, value: PlainValue, indent: number, labelWidth: number): string[] {
  const start = indent + labelWidth + 2;
  const lines = linesOf(value).flatMap((line) => wrapText(printable(line), columns - start));
  return lines.map((line, index) => {
    const head = index === 0 ? label.padEnd(labelWidth) : ' '.repeat(labelWidth);
    return `${' '.repeat(indent)}${head}  ${line}`.trimEnd();
  });
}

function printBlock(label: string, value: PlainValue, indent: number): string[] {
  const margin = ' '.repeat(indent);
  if (!Array.isArray(value))
    return [`${margin}${label}`, ...printDescription(value as PlainObject, indent + 2)];
  const items = value as readonly PlainObject[];
  if (!items.every(isBlock)) {
    const lines = items
      .flatMap((item) => linesOf(item))
      .flatMap((line) => wrapText(printable(line), columns - indent - 2));
    return [`${margin}${label}`, ...lines.map((line) => `${margin}  ${line}`)];
  }
  return items.flatMap((item, index) => [
    `${margin}${label}${items.length === 1 ? '' : ` ${index + 1} of ${items.length}`}`,
    ...printDescription(item, indent + 2),
  ]);
}

/** What gets lines of its own under its label: objects, and lists of them. */
function isBlock(value: PlainValue): boolean {
  if (Array.isArray(value)) return value.some((item) => isBlock(item) || isEntry(item));
  return (
    typeof value === 'object' &&
    !isInstant(value) &&
    !isEntry(value) &&
    !isExtension(value) &&
    !isTally(value)
  );
}

function linesOf(value: PlainValue): readonly string[] {
  if (typeof value === 'boolean') return [value ? 'yes' : 'no'];
  if (typeof value !== 'object') return [String(value)];
  if (Array.isArray(value)) return linesOfList(value as readonly PlainValue[]);
  if (isInstant(value)) return [`${value.at}  (${formatDistance(value.inSeconds)})`];
  if (isExtension(value)) return linesOfExtensions([value]);
  if (isEntry(value)) return [entryLine(value)];
  const tally = Object.entries(value).map(([name, count]) => `${name} ${String(count)}`);
  return [tally.length === 0 ? 'none' : tally.join(', ')];
}

function linesOfList(values: readonly PlainValue[]): readonly string[] {
  const extensions = values.filter(isExtension);
  if (extensions.length > 0) return linesOfExtensions(extensions);
  const lines = values.flatMap(linesOf);
  return lines.every((line) => /^[\w.-]+$/.test(line)) ? [lines.join(', ') || 'none'] : lines;
}

/** Those whose content stands elsewhere are only named. */
function linesOfExtensions(extensions: readonly ExtensionNote[]): readonly string[] {
  const told = extensions.filter(({ valueDer }) => valueDer === undefined).map(extensionText);
  const others = extensions.filter(({ valueDer }) => valueDer !== undefined);
  return [
    ...(told.length === 0 ? [] : [told.join(', ')]),
    ...others.map((extension) => `${extensionText(extension)}: ${extension.valueDer}`),
  ];
}

function extensionText({ oid, name, critical }: ExtensionNote): string {
  return `${name ?? oid}${critical ? ' (critical)' : ''}`;
}

function entryLine({
  serialNumber,
  revocationDate,
  reason,
  invalidityDate,
  certificateIssuer,
}: EntryNote): string {
  const more = [
    reason ?? '-',
    ...(invalidityDate === undefined ? [] : [`invalid from ${invalidityDate}`]),
    ...(certificateIssuer === undefined ? [] : [`issued by ${certificateIssuer.join(', ')}`]),
  ];
  return `${serialNumber} ${revocationDate} ${more.join(', ')}`;
}

function isInstant(value: PlainValue): value is Instant {
  return typeof value === 'object' && 'at' in value && 'inSeconds' in value;
}

function isExtension(value: PlainValue): value is ExtensionNote {
  return typeof value === 'object' && 'oid' in value && 'critical' in value;
}

function isEntry(value: PlainValue): value is EntryNote {
  return typeof value === 'object' && 'serialNumber' in value && 'revocationDate' in value;
}

function isTally(value: PlainValue): boolean {
  return typeof value === 'object' && Object.values(value).every((count) => typeof count === 'number');
}

function labelOf(key: string): string {
  return LABELS[key] ?? key;
}

const columns = 80;
/** Said already in the line above. */
const headings: ReadonlySet<string> = new Set(['kind', 'summary']);
/** Words of the RFCs stay as they are. */
const LABELS: Readonly<Record<string, string | undefined>> = {
  asOcspIssuer: 'as issuer in OCSP (SHA-1)',
  answers: 'answer',
  certificates: 'certificate',
  criticalEntryExtensions: 'critical in entries',
  crl: 'CRL',
  crlNumber: 'cRLNumber',
  deltaBase: 'delta to',
  entryCount: 'entries',
  firstEntries: 'first entries',
  freshestCrl: 'freshestCRL',
  getPath: 'as GET path',
  isCa: 'CA',
  latestRevocation: 'latest revocation',
  nonceNote: 'nonce',
  ocsp: 'OCSP',
  pathLength: 'path length',
  publicKey: 'key',
  questions: 'question',
  removals: 'no longer revoked',
  responderKeyHash: 'responder key hash',
  responderName: 'responder name',
  revocationNotes: 'revocation',
  revocationReason: 'reason',
  sha256: 'SHA-256',
  signatureAlgorithm: 'signature',
  signatureOctets: 'signature octets',
  unreadable: 'not readable',
};
