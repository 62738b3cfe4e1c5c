/**
 * One row: `figure` in `unit`, and the same of a peer, measured in the same run. A row without figure
 * has a `note` that tells why. `better` says whether a large figure is good or a small one.
 *
 * @typedef {{ name: string, figure?: number, unit?: string, peer?: string, peerFigure?: number,
 *   better?: 'more' | 'less', aim?: string, note?: string }} Row
 */

/** The rows as text, in columns. @param {readonly Row[]} rows */
export function formatTable(rows) {
  const head = ['what', 'figure', 'unit', 'peer', 'ratio', 'aim'];
  const body = rows.map((row) => [
    row.name,
    row.figure === undefined ? '-' : formatNumber(row.figure),
    row.unit ?? '',
    peerText(row),
    ratioText(row),
    row.aim ?? '',
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...body.map((cells) => cells[column].length)),
  );
  const line = (cells) =>
    cells
      .map((cell, column) => (column === 1 ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join('  ')
      .trimEnd();
  const lines = body.flatMap((cells, index) => {
    const { note } = rows[index];
    return note === undefined ? [line(cells)] : [line(cells), `    ${note}`];
  });
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...lines].join('\n');
}

/** How many times as good as the peer: above 1 is better, whether more is better or less. */
export function ratioOf({ figure, peerFigure, better = 'more' }) {
  if (figure === undefined || peerFigure === undefined) return undefined;
  return better === 'more' ? figure / peerFigure : peerFigure / figure;
}

function ratioText(row) {
  const ratio = ratioOf(row);
  return ratio === undefined ? '' : `${ratio.toFixed(2)} x`;
}

/** @param {Row} row */
function peerText({ peer, peerFigure }) {
  if (peer === undefined) return '';
  return peerFigure === undefined ? peer : `${peer}: ${formatNumber(peerFigure)}`;
}

function formatNumber(value) {
  if (value >= 1000) return Math.round(value).toLocaleString('en');
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
