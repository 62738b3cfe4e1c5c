/**
 * Text that may go to a terminal or a log: control characters, and those that turn the direction of
 * writing or are not seen, are written as `\u001b`. That is an escape of JSON, too, so it can be
 * applied to a finished JSON text.
 *
 * @param kept control characters that stay, such as the line breaks of the text's own layout
 */
export function printable(text: string, kept = ''): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    kept.includes(character) ? character : escapeUnits(character),
  );
}

function escapeUnits(character: string): string {
  let escaped = '';
  for (let index = 0; index < character.length; index += 1) {
    escaped += `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }
  return escaped;
}
