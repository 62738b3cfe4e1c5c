// Checks docs/CONFORMANCE.md: each requirement has one row, and each row names tests that exist.
//
//   node scripts/check-conformance.mjs [--sheet FILE] [--write-missing | --self-test]
//
// A row is `| id | level | shown by | note |`. "shown by" holds the titles of tests in backticks, or
// `differs: why`, or `later: why`, or titles and then one of these. A title holds the row's id.
// With a requirements sheet (FILE, or ../shared/REQUIREMENTS.md where there is one) the ids and levels
// of the table are compared with it; without one the table is only checked in itself.
// --write-missing appends a row for each requirement that has none.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const head = '# Conformance\n\n| id | level | shown by | note |\n|---|---|---|---|\n';
const idShape = /^(?:[A-Z]{3,4}|T)-\d{2}$/;

/** The requirements of the sheet: id to level. Lines are `1. OREQ-01 | MUST | …` and `- **T-01** [incident] …`. */
function parseSheet(text) {
  const requirements = new Map();
  for (const line of text.split('\n')) {
    const match =
      /^\d+\. ([A-Z]{3,4}-\d{2}) \| ([^|]+?) \|/.exec(line) ?? /^- \*\*(T-\d{2})\*\* \[([^\]]+)\]/.exec(line);
    if (match) requirements.set(match[1], match[2]);
  }
  return requirements;
}

/** The rows of the table, each with its line number in the file. */
function parseTable(text) {
  const rows = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (!/^\|\s*[A-Za-z]+-/.test(line)) continue;
    const cells = line.split(/(?<!\\)\|/).slice(1, -1);
    const [id = '', level = '', shownBy = ''] = cells.map((cell) => cell.trim().replaceAll('\\|', '|'));
    rows.push({ line: index + 1, cells: cells.length, id, level, shownBy });
  }
  return rows;
}

/** What is wrong, as texts `line: message`; `titleExists` tells whether some test has this title. */
function checkTable(rows, requirements, titleExists) {
  const faults = [];
  const firstLine = new Map();
  for (const row of rows) {
    const report = (message) => faults.push(`${row.line}: ${row.id}: ${message}`);
    if (row.cells !== 4) report(`the row has ${row.cells} cells, not 4 (write | in a cell as \\|)`);
    if (!idShape.test(row.id)) report('not the id of a requirement');
    if (firstLine.has(row.id))
      report(`the second row of this id; the first is on line ${firstLine.get(row.id)}`);
    else firstLine.set(row.id, row.line);
    const level = requirements?.get(row.id);
    if (requirements && level === undefined) report('the sheet has no such requirement');
    else if (requirements && level !== row.level)
      report(`the level is "${row.level}"; the sheet says "${level}"`);
    checkShownBy(row, titleExists, report);
  }
  for (const id of requirements?.keys() ?? []) {
    if (!firstLine.has(id)) faults.push(`1: ${id}: no row; --write-missing appends it`);
  }
  return faults;
}

function checkShownBy({ id, shownBy }, titleExists, report) {
  const [titlesPart, exception, reason] = shownBy.split(/\b(differs|later):\s*/);
  const titles = [...titlesPart.matchAll(/`([^`]+)`/g)].map((match) => match[1]);
  if (exception === undefined && titles.length === 0) {
    report('name a test in backticks, or write "differs: why" or "later: why"');
  }
  if (exception !== undefined && reason === '') report(`"${exception}:" needs a reason`);
  for (const title of titles) {
    if (!titleExists(title)) report(`there is no test with the title \`${title}\``);
    else if (!title.includes(id)) report(`the title \`${title}\` does not hold the id`);
  }
}

/** Whether a title stands as a whole string literal in one of the sources. */
function titleSearch(sources) {
  return (title) =>
    sources.some((source) =>
      ["'", '"', '`'].some((quote) => {
        const literal = title.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`);
        return source.includes(quote + literal + quote);
      }),
    );
}

function testSources(root) {
  return readdirSync(join(root, 'packages'))
    .map((pack) => join(root, 'packages', pack, 'test'))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .flatMap((path) => {
      if (path.endsWith('.ts')) return [readFileSync(path, 'utf8')];
      return /[/\\]transcripts[/\\].*\.txt$/.test(path) ? [exchangeTitles(readFileSync(path, 'utf8'))] : [];
    });
}

/** The titles of a transcript, `## title [runtime]`, in the form of string literals. */
function exchangeTitles(transcript) {
  const titles = [...transcript.matchAll(/^## (.+?)(?: \[\w+\])?$/gm)].map((match) => match[1]);
  return titles.map((title) => `'${title.replaceAll("'", "\\'")}'`).join('\n');
}

/** The table's text with a row for each requirement that has none. */
function withMissingRows(text, requirements) {
  const known = new Set(parseTable(text).map((row) => row.id));
  const missing = [...requirements].filter(([id]) => !known.has(id));
  const rows = missing.map(([id, level]) => `| ${id} | ${level} | later: not covered yet | |\n`);
  return { text: text.replace(/\n*$/, '\n') + rows.join(''), count: rows.length };
}

function main(args) {
  const root = join(import.meta.dirname, '..');
  const tablePath = join(root, 'docs', 'CONFORMANCE.md');
  const named = args.includes('--sheet') ? args[args.indexOf('--sheet') + 1] : undefined;
  const sheetPath = named ?? join(root, '..', 'shared', 'REQUIREMENTS.md');
  if (named !== undefined && !existsSync(named)) return fail(`there is no sheet ${named}`);
  const requirements = existsSync(sheetPath) ? parseSheet(readFileSync(sheetPath, 'utf8')) : undefined;
  if (requirements?.size === 0) return fail(`no requirement was found in ${sheetPath}`);

  if (args.includes('--write-missing')) {
    if (!requirements) return fail('--write-missing needs a requirements sheet (--sheet FILE)');
    const before = existsSync(tablePath) ? readFileSync(tablePath, 'utf8') : head;
    const { text, count } = withMissingRows(before, requirements);
    writeFileSync(tablePath, text);
    console.log(`conformance: ${count} rows appended to docs/CONFORMANCE.md`);
  }
  if (!existsSync(tablePath)) return fail('docs/CONFORMANCE.md is missing; --write-missing starts it');
  const rows = parseTable(readFileSync(tablePath, 'utf8'));
  if (rows.length === 0) return fail('docs/CONFORMANCE.md has no rows');
  const faults = checkTable(rows, requirements, titleSearch(testSources(root)));
  for (const fault of faults) console.error(`docs/CONFORMANCE.md:${fault}`);
  console.log(
    `conformance: ${summary(rows)}; ${faults.length} faults${requirements ? '' : ' (no sheet to compare)'}`,
  );
  return faults.length === 0;
}

function summary(rows) {
  const count = (pattern) => rows.filter((row) => pattern.test(row.shownBy)).length;
  return `${rows.length} rows, ${count(/\bdiffers:/)} differ, ${count(/\blater:/)} later`;
}

function fail(message) {
  console.error(`conformance: ${message}`);
  return false;
}

function selfTest() {
  const sheet = parseSheet(
    '1. OREQ-01 | MUST | a | b\n2. OREQ-02 | MUST* | a\n- **T-01** [incident] x\nSHA-25 | y',
  );
  const exists = titleSearch([`test('OREQ-01 a request\\'s | body', f); test("T-01 holds", f);`]);
  const good =
    "| OREQ-01 | MUST | `OREQ-01 a request's \\| body` | |\n| OREQ-02 | MUST* | later: with `keys` | |\n";
  const trap = '| T-01 | incident | `T-01 holds` differs: only here | |\n';
  const cases = [
    ['a good table', good + trap, []],
    ['a missing row', good, [/T-01: no row/]],
    ['a second row', good + trap + trap, [/second row/]],
    ['a foreign id', `${good}${trap}| OREQ-99 | MUST | later: x | |`, [/no such requirement/]],
    ['another level', good + trap.replace('incident', 'defect'), [/the sheet says "incident"/]],
    ['an unknown test', good + trap.replace('holds', 'hold'), [/no test with the title/]],
    [
      'a title without the id',
      `${good}| T-01 | incident | \`OREQ-01 a request's \\| body\` | |`,
      [/does not hold the id/],
    ],
    ['no test and no reason', `${good}| T-01 | incident | | |`, [/name a test/]],
    ['an empty reason', `${good}| T-01 | incident | later: | |`, [/needs a reason/]],
    ['a missing cell', `${good}| T-01 | incident | later: x |`, [/3 cells/]],
    ['a misspelt id', `${good + trap}| Oreq-1 | MUST | later: x | |`, [/not the id/, /no such requirement/]],
  ];
  const failures = cases.filter(([name, text, expected]) => {
    const faults = checkTable(parseTable(text), sheet, exists);
    const right =
      faults.length === expected.length && expected.every((pattern, at) => pattern.test(faults[at]));
    if (!right) console.error(`${name}: expected ${expected}, found`, faults);
    return !right;
  });
  const filled = withMissingRows(good, sheet);
  const isFilled = filled.count === 1 && checkTable(parseTable(filled.text), sheet, exists).length === 0;
  if (!isFilled) console.error('--write-missing left', filled.text);
  console.log(`self-test: ${cases.length + 1} cases, ${failures.length + (isFilled ? 0 : 1)} wrong`);
  return failures.length === 0 && isFilled;
}

const args = process.argv.slice(2);
process.exitCode = (args.includes('--self-test') ? selfTest() : main(args)) ? 0 : 1;
