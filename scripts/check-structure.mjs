// Checks what the compiler does not: which layer imports which, where clocks, timers and randomness
// are read, how long a file is and how it is called.
//
//   node scripts/check-structure.mjs               checks packages/*/src of this repository
//   node scripts/check-structure.mjs --self-test   checks this script itself, on planted violations
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';

/** Each layer and the layers of its own package that it may import. */
const layers = {
  pki: {
    errors: [],
    encoding: ['errors'],
    pki: ['errors', 'encoding'],
    crypto: ['errors', 'encoding', 'pki'],
    verify: ['errors', 'encoding', 'pki', 'crypto'],
    lint: ['errors', 'encoding', 'pki', 'crypto'],
    client: ['errors', 'encoding', 'pki', 'crypto', 'verify'],
    entry: ['errors', 'encoding', 'pki', 'crypto', 'verify', 'lint', 'client'],
  },
  host: {
    errors: [],
    issuer: ['errors'],
    status: ['errors', 'issuer'],
    publish: ['errors', 'issuer', 'status'],
    storage: ['errors', 'issuer', 'status', 'publish'],
    sources: ['errors', 'issuer', 'status'],
    http: ['errors', 'issuer', 'status', 'publish'],
    cli: ['errors', 'issuer', 'status', 'publish', 'storage', 'sources', 'http'],
  },
};

/** Layers that may read what is an argument everywhere else. */
const allowed = {
  clock: ['host/cli'],
  randomness: ['host/cli'],
  timer: ['host/cli', 'host/http', 'host/storage'],
};

const nouns = { clock: 'a clock', randomness: 'randomness', timer: 'a timer' };
const maxLines = 350;
const vagueWord = /(?:^|[-/])(?:utils?|helpers?|managers?|services?)(?=[./])/;

// Patterns meet source text whose comments, strings and regular expressions were blanked out.
const importing = /(?<![\w$.])(?:(?:import|export)\b([\w$*{},\s]*?\bfrom)?\s*(["'])|import\s*\(\s*(["'`])?)/g;
const impure = {
  clock: [
    /(?<![\w$])Date\.now\b/g,
    /\bnew\s+Date\b(?:\s*\(\s*\)|(?!\s*[\w$.(]))/g,
    /(?<!\bnew\s+|[\w$.])Date\s*\(/g,
    /(?<![\w$])performance\.(?:now|timeOrigin)\b/g,
    /(?<![\w$])process\.(?:hrtime|uptime)\b/g,
    /(?<![\w$])Temporal\.Now\b/g,
  ],
  randomness: [/(?<![\w$])Math\.random\b/g, /(?<![\w$])(?:web)?crypto\.(?:getRandomValues|random\w+)\b/gi],
  timer: [
    /(?:(?<![\w$.])|(?<=\bglobalThis\.))(?:set|clear)(?:Timeout|Interval|Immediate)\b(?!\s*\??:)/g,
    /(?<![\w$])AbortSignal\.timeout\b/g,
  ],
};

/** All violations in one file, as `{ line, message }`; `path` is `packages/<name>/src/…`. */
function checkFile(path, source) {
  const [, pack, , layer] = path.split('/');
  const violations = [];
  const report = (offset, message) =>
    violations.push({ line: source.slice(0, offset).split('\n').length, message });

  const lines = source.split('\n').length - (source.endsWith('\n') ? 1 : 0);
  if (lines > maxLines) report(source.length, `the file has ${lines} lines; the limit is ${maxLines}`);
  const inSource = path.slice(`packages/${pack}/src`.length);
  const vague = /\/index\.[cm]?[jt]sx?$/.test(path) || vagueWord.test(inSource);
  if (vague) report(0, 'the name says nothing about the content: name the file after its one idea');
  if (!/\.[cm]?[jt]sx?$/.test(path) || !(pack in layers)) return violations;
  if (!(layer in layers[pack])) {
    report(0, `${pack}/${layer} is not a layer; the layers are ${Object.keys(layers[pack]).join(', ')}`);
    return violations;
  }

  const code = blank(source);
  for (const match of code.matchAll(importing)) {
    const quote = match[2] ?? match[3];
    const start = match.index + match[0].length;
    const specifier = quote && source.slice(start, source.indexOf(quote, start));
    const message = specifier
      ? importFault(path, specifier)
      : 'import() must name its module as a plain string, so that it can be checked';
    if (message) report(match.index, message);
    const module = specifier?.replace(/^node:/, '');
    if (module === 'timers' || module === 'timers/promises') reportImpure('timer', match.index, specifier);
    if (module === 'perf_hooks') reportImpure('clock', match.index, specifier);
    const random = module === 'crypto' && /\b(?:random\w+|getRandomValues)\b/.exec(match[1] ?? '');
    if (random) reportImpure('randomness', match.index, random[0]);
  }
  for (const [kind, patterns] of Object.entries(impure)) {
    for (const pattern of patterns) {
      for (const match of code.matchAll(pattern))
        reportImpure(kind, match.index, match[0].replace(/\s+/g, ' '));
    }
  }
  return violations.sort((a, b) => a.line - b.line);

  function reportImpure(kind, offset, text) {
    if (allowed[kind].includes(`${pack}/${layer}`)) return;
    report(offset, `"${text}" is ${nouns[kind]} of the system; here it must come as an argument`);
  }
}

/** What is wrong with this import, or undefined. */
function importFault(path, specifier) {
  const [, pack, , layer] = path.split('/');
  const target = specifier.startsWith('.')
    ? posix.join(posix.dirname(path), specifier)
    : specifier.replace(/^#(\w+)\//, 'packages/$1/src/');
  const own = target.startsWith(`packages/${pack}/src/`) ? target.split('/')[3] : undefined;
  if (own !== undefined) {
    if (own === layer || layers[pack][layer].includes(own)) return undefined;
    const may = layers[pack][layer].join(', ') || 'no other layer';
    return `${pack}/${layer} must not import ${pack}/${own} ("${specifier}"); it may import ${may}`;
  }
  if (/^[.#/]|^packages\//.test(target)) return `"${specifier}" leads out of packages/${pack}/src`;
  if (pack === 'pki') {
    const nodeFile = /^packages\/pki\/src\/(?:crypto|client)\/node-[^/]+$/.test(path);
    if (nodeFile && specifier.startsWith('node:')) return undefined;
    const rule = 'imports nothing but itself, and node:* in crypto/node-* and client/node-*';
    return `packages/pki must not import "${specifier}": it ${rule}`;
  }
  if (specifier === 'lancre' || /^@lancre\/pki(?:$|\/(?:dist|src)\b)/.test(specifier)) {
    return `"${specifier}" is not an entry; import @lancre/pki/<entry>, or the own file by its path`;
  }
  return undefined;
}

const comment = String.raw`\/\/.*|\/\*[\s\S]*?(?:\*\/|$)`;
const string = String.raw`(["'])(?:\\[\s\S]|(?!\1)[^\\\n])*\1?`;
// A slash opens a regular expression after an operator or a keyword; elsewhere it divides.
const regExpStart = String.raw`\/(?<=(?:^|[(,=:[!&|?{};+>]|\b(?:return|case|typeof|of|in))\s*\/)(?![*/])`;
const regExpBody = String.raw`(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/`;
const token = new RegExp(`${comment}|${string}|${regExpStart}${regExpBody}|[\`{}]`, 'g');
const templatePart = /(?:\\[\s\S]|\$(?!\{)|[^\\`$])*(`|\$\{|$)/y;

/** The source with the inside of comments, strings and regular expressions turned into spaces. */
function blank(source) {
  const spaces = (text) => text.replace(/[^\n]/g, ' ');
  const out = [];
  const open = []; // '{' for a brace of code, '$' for a `${`: its end goes on with the template
  let at = 0;
  while (at < source.length) {
    token.lastIndex = at;
    const match = token.exec(source);
    if (!match) break;
    out.push(source.slice(at, match.index));
    at = match.index + match[0].length;
    const text = match[0];
    if (text === '{') open.push('{');
    if (text === '`' || (text === '}' && open.pop() === '$')) {
      templatePart.lastIndex = at;
      const end = templatePart.exec(source);
      if (end[1] === '${') open.push('$');
      out.push(text, spaces(end[0].slice(0, end[0].length - end[1].length)), end[1]);
      at = templatePart.lastIndex;
    } else if (text.length === 1) out.push(text);
    else if (match[1]) out.push(match[1], spaces(text.slice(1, -1)), text.at(-1));
    else out.push(spaces(text));
  }
  return out.join('') + source.slice(at);
}

function checkRepository(root) {
  const sources = readdirSync(join(root, 'packages'))
    .map((pack) => join(root, 'packages', pack, 'src'))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
  const violations = sources.flatMap((path) =>
    checkFile(path, readFileSync(join(root, path), 'utf8')).map(
      ({ line, message }) => `${path}:${line}: ${message}`,
    ),
  );
  for (const violation of violations) console.error(violation);
  console.log(`structure: ${sources.length} files, ${violations.length} violations`);
  return sources.length > 0 && violations.length === 0;
}

/** Planted files: each with the one violation that must be found, or with none. */
const planted = [
  // Layers
  ['pki/src/encoding/oid.ts', `import { x } from '../pki/name.ts';`, /must not import pki\/pki/],
  ['pki/src/encoding/oid.ts', `import '../pki/name.ts';`, /must not import pki\/pki/],
  ['pki/src/encoding/oid.ts', `import type { Name } from '../pki/name.ts';`, /must not import pki\/pki/],
  ['pki/src/encoding/oid.ts', `export * from '#pki/crypto/verify.js';`, /must not import pki\/crypto/],
  [
    'pki/src/encoding/oid.ts',
    `export {\n  a,\n  b as c,\n} from "../client/fetch.ts";`,
    /must not import pki\/client/,
  ],
  ['pki/src/pki/crl.ts', `const v = await import('../verify/path.ts');`, /must not import pki\/verify/],
  ['pki/src/pki/crl.ts', 'const v = await import(`../verify/path.ts`);', /must not import pki\/verify/],
  ['pki/src/pki/crl.ts', `let v: import('../verify/path.ts').Path;`, /must not import pki\/verify/],
  ['pki/src/pki/crl.ts', `const v = await import(name);`, /plain string/],
  ['pki/src/verify/path.ts', `import { c } from '../entry/crl.ts';`, /must not import pki\/entry/],
  ['pki/src/lint/a.ts', `import { p } from '../verify/path.ts';`, /must not import pki\/verify/],
  ['pki/src/verify/a.ts', `import { l } from '../lint/crl-linter.ts';`, /must not import pki\/lint/],
  ['pki/src/errors/pki-error.ts', `import { o } from '../encoding/oid.ts';`, /may import no other layer/],
  ['pki/src/extra/a.ts', ``, /pki\/extra is not a layer/],
  ['pki/src/a.ts', ``, /is not a layer/],
  ['pki/src/pki/crl.ts', `import { z } from 'zod';`, /must not import "zod"/],
  ['pki/src/pki/crl.ts', `import fs from 'node:fs';`, /must not import "node:fs"/],
  ['pki/src/crypto/sign.ts', `import { sign } from 'node:crypto';`, /must not import "node:crypto"/],
  ['pki/src/pki/crl.ts', `import { h } from '../../../host/src/http/edge.ts';`, /leads out of packages\/pki/],
  ['pki/src/pki/crl.ts', `import { h } from '#host/http/edge.js';`, /leads out of packages\/pki/],
  ['pki/src/pki/crl.ts', `import { h } from 'lancre';`, /must not import "lancre"/],
  ['host/src/status/a.ts', `import { p } from '../publish/plan.ts';`, /must not import host\/publish/],
  ['host/src/storage/a.ts', `import { h } from '../http/edge.ts';`, /must not import host\/http/],
  ['host/src/http/a.ts', `import { s } from '#host/storage/lmdb.js';`, /must not import host\/storage/],
  ['host/src/http/a.ts', `import { m } from '../cli/main.ts';`, /must not import host\/cli/],
  ['host/src/http/a.ts', `import { m } from '../../../pki/src/pki/crl.ts';`, /leads out of packages\/host/],
  ['host/src/http/a.ts', `import { m } from '@lancre/pki/dist/pki/crl.js';`, /is not an entry/],
  [
    'host/src/http/a.ts',
    `const a = /['"\`]/;\nimport { s } from '../storage/lmdb.ts';`,
    /must not import host\/storage/,
  ],
  [
    'host/src/http/a.ts',
    `const a = 1 / 2; const b = "'";\nimport('../storage/lmdb.ts');`,
    /must not import host\/storage/,
  ],
  // Clocks, timers, randomness
  ['pki/src/verify/a.ts', `const now = Date.now();`, /a clock/],
  ['pki/src/verify/a.ts', `function f(now = Date.now) {}`, /a clock/],
  ['pki/src/verify/a.ts', `const now = new Date();`, /a clock/],
  ['pki/src/verify/a.ts', `const now = new Date( /* now */ );`, /a clock/],
  ['pki/src/verify/a.ts', `const now = new Date;`, /a clock/],
  ['pki/src/verify/a.ts', `const text = \`at \${\`\${new Date()}\`} it\`;`, /a clock/],
  ['pki/src/verify/a.ts', `const text = Date();`, /a clock/],
  ['host/src/http/a.ts', `const t = performance.now();`, /a clock/],
  ['host/src/http/a.ts', `import { performance as p } from 'node:perf_hooks';`, /a clock/],
  ['host/src/storage/a.ts', `const t = process.hrtime.bigint();`, /a clock/],
  ['host/src/storage/a.ts', `const n = Math.random();`, /randomness/],
  ['host/src/storage/a.ts', `const n = crypto.randomUUID();`, /randomness/],
  ['host/src/storage/a.ts', `const n = globalThis.crypto.getRandomValues(bytes);`, /randomness/],
  ['host/src/http/a.ts', `import { randomBytes } from 'node:crypto';`, /randomness/],
  ['host/src/publish/a.ts', `setTimeout(next, 1000);`, /a timer/],
  ['host/src/publish/a.ts', `globalThis.setInterval(next, 1000);`, /a timer/],
  ['host/src/status/a.ts', `import * as timers from 'node:timers/promises';`, /a timer/],
  ['pki/src/client/node-fetch.ts', `const signal = AbortSignal.timeout(100);`, /a timer/],
  // Size and names
  ['host/src/cli/long.ts', '\n'.repeat(351), /351 lines/],
  ['site/src/long.css', '\n'.repeat(351), /351 lines/],
  ['host/src/http/index.ts', ``, /says nothing/],
  ['host/src/http/utils.ts', ``, /says nothing/],
  ['host/src/http/ocsp-helpers.ts', ``, /says nothing/],
  ['host/src/http/helper/a.ts', ``, /says nothing/],
  ['host/src/http/cache-manager.ts', ``, /says nothing/],
  ['host/src/http/service.ts', ``, /says nothing/],
  // Innocent
  ['pki/src/pki/service-locator.ts', `import { o } from '../encoding/oid.ts';\nexport { o };`],
  ['pki/src/crypto/node-sign.ts', `import { sign } from 'node:crypto';`],
  ['pki/src/entry/crypto-node.ts', `export { sign } from '../crypto/node-sign.ts';`],
  ['pki/src/errors/a.ts', `// from '../pki/name.ts'; Date.now()\n/* it's\n * setTimeout( */\nconst a = 1;`],
  ['pki/src/errors/a.ts', `const a = "import { x } from '../pki/name.ts'"; const b = 'Date.now()';`],
  ['pki/src/errors/a.ts', `const a = \`import("../pki/name.ts") \${b} new Date()\`;`],
  ['pki/src/errors/a.ts', `const a = /import '..\\/pki\\/name.ts' Math.random/;`],
  ['pki/src/errors/a.ts', `const a = new Date(0), b: Date = new Date(b), c = toDate();`],
  [
    'pki/src/client/a.ts',
    `const a = options.now(), b = clock.setTimeout(f, 1), c = await options.random(16);`,
  ],
  [
    'host/src/cli/a.ts',
    `import { c } from '../storage/lmdb.ts';\nlater(Date.now(), Math.random(), setTimeout);`,
  ],
  [
    'host/src/http/a.ts',
    `setTimeout(f, 1);\nimport { c } from '@lancre/pki/crl';\nimport { s } from 'srvx';`,
  ],
  ['host/src/storage/a.ts', `await importer.import(rows);\nconst url = import.meta.url;`],
  ['host/src/cli/long.ts', '\n'.repeat(350)],
];

function selfTest() {
  const failures = planted.filter(([path, source, expected]) => {
    const found = checkFile(`packages/${path}`, source);
    const right = expected ? found.length === 1 && expected.test(found[0].message) : found.length === 0;
    if (!right) console.error(`${path}: ${source}\n  expected ${expected ?? 'nothing'}, found`, found);
    return !right;
  });
  const [{ line }] = checkFile('packages/pki/src/pki/a.ts', '/*\n*/\nconst a = `\n`;\nMath.random();\n');
  if (line !== 5) console.error(`expected the violation on line 5, found it on line ${line}`);
  console.log(`self-test: ${planted.length} planted files, ${failures.length} wrong`);
  return failures.length === 0 && line === 5;
}

const right = process.argv.includes('--self-test')
  ? selfTest()
  : checkRepository(join(import.meta.dirname, '..'));
process.exitCode = right ? 0 : 1;
