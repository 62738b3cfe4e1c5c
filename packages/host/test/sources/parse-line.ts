import type { ImportedLine, LineParser } from '#host/sources/import-line.js';

/** What a parser makes of one line, which stands in the middle of other octets as it does in a file. */
export function parseLine(parser: LineParser, line: string | Uint8Array): ImportedLine {
  const before = Buffer.from('V\t300101000000Z\t\t99\tx\t/CN=before\n');
  const octets = typeof line === 'string' ? Buffer.from(line) : line;
  const all = Buffer.concat([before, octets, Buffer.from('\n'), before]);
  return parser(all, before.length, before.length + octets.length);
}

/** The same in a form to compare: a certificate's facts, the field at fault, or `empty`. */
export function summarize(parsed: ImportedLine): unknown {
  if (parsed.kind === 'refused') return `refused: ${parsed.field}`;
  if (parsed.kind === 'empty') return 'empty';
  const { kind: _, serialNumber, ...rest } = parsed;
  return { serial: Buffer.from(serialNumber).toString('hex'), ...rest };
}
