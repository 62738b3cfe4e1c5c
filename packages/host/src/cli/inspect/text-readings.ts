/** One way to read a text as octets. */
export interface TextReading {
  readonly form: 'hexadecimal' | 'base64';
  readonly octets: Uint8Array;
}

/**
 * The ways in which a text could be DER that somebody wrote down: hexadecimal with any separators, and
 * base64 or base64url with or without padding, line breaks, percent, JSON, HTML or backslash escapes,
 * alone, in a path, in a URL or in a line of a log. The likeliest first; most texts give none.
 *
 * DER of all that is looked for begins with the octet 30: hexadecimal with `30`, base64 with `M`.
 */
export function* textReadings(text: string): Generator<TextReading, void, undefined> {
  for (const digits of hexCandidates(text)) {
    yield { form: 'hexadecimal', octets: Buffer.from(digits, 'hex') };
  }
  const seen = new Set<string>();
  for (const letters of base64Candidates(unescapeText(text))) {
    if (seen.has(letters)) continue;
    seen.add(letters);
    yield { form: 'base64', octets: Buffer.from(letters, 'base64') };
  }
}

function* hexCandidates(text: string): Generator<string, void, undefined> {
  const bare = text.replace(/\\x|0x|[\s:,;."'{}[\]]/gi, '');
  if (isDerInHex(bare)) yield bare;
  for (const [word] of text.matchAll(/30[0-9a-f]{8,}/gi)) {
    if (word !== bare && isDerInHex(word)) yield word;
  }
}

function isDerInHex(digits: string): boolean {
  return digits.length % 2 === 0 && digits.length >= 10 && /^30[0-9a-f]+$/i.test(digits);
}

/** Letters from every place where a word begins with `M`; slashes end words, and are letters as well. */
function* base64Candidates(text: string): Generator<string, void, undefined> {
  let places = 0;
  for (const { index } of text.matchAll(/(?<![A-Za-z0-9+_-])M/g)) {
    places += 1;
    if (places > maximumPlaces) return;
    const rest = text.slice(index);
    const word = lettersOf(rest);
    if (word !== undefined) yield word;
    // A space that was a "+" (OREQ-05), and line breaks.
    const joined = lettersOf(rest.replace(/ HTTP\/\d.*$/s, '').replaceAll(' ', '+'));
    if (joined !== undefined) yield joined;
    const unbroken = lettersOf(rest.replace(/\s+/g, ''));
    if (unbroken !== undefined) yield unbroken;
  }
}

/** The letters at the beginning, in the standard alphabet, without padding. */
function lettersOf(text: string): string | undefined {
  const letters = /^[A-Za-z0-9+/_-]*/.exec(text)?.[0] ?? '';
  if (letters.length < 7 || letters.length % 4 === 1) return undefined;
  return letters.replaceAll('-', '+').replaceAll('_', '/');
}

/** Takes off escapes, several layers of percents too: `%252B` is `%2B` is `+`. */
function unescapeText(text: string): string {
  let plain = text
    .replace(/\\u([0-9a-f]{4})/gi, (_, digits: string) => characterOf(digits))
    .replace(/\\x([0-9a-f]{2})/gi, (_, digits: string) => characterOf(digits))
    .replace(/&#x([0-9a-f]{2});/gi, (_, digits: string) => characterOf(digits))
    .replace(/&#(\d{2,3});/g, (_, digits: string) => String.fromCharCode(Number(digits)))
    .replace(/\\[rn]/g, '\n')
    .replace(/\\\//g, '/');
  for (let layer = 0; layer < 3 && plain.includes('%'); layer += 1) {
    plain = plain.replace(/%([0-9a-f]{2})/gi, (_, digits: string) => characterOf(digits));
  }
  return plain;
}

function characterOf(hexDigits: string): string {
  return String.fromCharCode(Number.parseInt(hexDigits, 16));
}

const maximumPlaces = 64;
