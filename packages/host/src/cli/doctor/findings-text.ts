import { type Finding, verdicts } from './finding.ts';

/** Findings for people, the gravest last, where a terminal shows them; 80 columns but for long words. */
export function findingsText(findings: readonly Finding[]): readonly string[] {
  const nameWidth = Math.max(0, ...findings.map(({ name }) => name.length)) + 2;
  const indent = verdictWidth + nameWidth;
  const sorted = verdicts.flatMap((verdict) => findings.filter((finding) => finding.verdict === verdict));
  const lines = sorted.flatMap(({ name, verdict, message, remedy }) => {
    const text = [
      ...wrap(message, columns - indent),
      ...(remedy === undefined ? [] : wrap(`Do: ${remedy}`, columns - indent)),
    ];
    const start = `${verdict.padEnd(verdictWidth)}${name.padEnd(nameWidth)}`;
    return text.map((line, index) => `${index === 0 ? start : ' '.repeat(indent)}${line}`);
  });
  return [...lines, '', summary(findings)];
}

function summary(findings: readonly Finding[]): string {
  const counts = verdicts.toReversed().flatMap((verdict) => {
    const count = findings.filter((finding) => finding.verdict === verdict).length;
    return count === 0 ? [] : [`${count} ${verdict}`];
  });
  return counts.join(', ');
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines.splice(-1, 1, `${last} ${word}`);
    else lines.push(word);
  }
  return lines;
}

const columns = 80;
const verdictWidth = 9;
