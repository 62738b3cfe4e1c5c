// Run after the build: these are promises about the files that are served.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const dist = join(import.meta.dirname, '..', 'dist');
const names = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));
const files = new Map(names.map((name) => [name, readFileSync(name, 'utf8')]));
const page = files.get(join(dist, 'index.html')) ?? '';

test('the page and all its files together stay under 30 KB', () => {
  const bytes = [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  assert.ok(bytes < 30_000, `${bytes} bytes`);
});

test('the page needs no script and no inline style', () => {
  assert.doesNotMatch(page, /<script|<style|\sstyle=|\son\w+=|javascript:/i);
  for (const text of files.values()) assert.doesNotMatch(text, /<script|<style|\sstyle=|@import/i);
});

test('no file of the page names another host or holds a data: URL', () => {
  for (const [name, text] of files) {
    const addresses =
      text.match(/https?:\/\/[^\s"'<>)]+|data:[^\s"']+|url\([^)]*\)|(?<=["'(])\/\/\w+/g) ?? [];
    const foreign = addresses.filter((address) => address !== 'http://www.w3.org/2000/svg');
    assert.deepEqual(foreign, [], name);
  }
});

test('every address in the page is a file of the build', () => {
  const addresses = [...page.matchAll(/(?:src|href|srcset)="([^"]+)"/g)].map((match) => match[1] ?? '');
  assert.ok(addresses.length > 0);
  for (const address of addresses) assert.ok(files.has(join(dist, address)), address);
});

test('the page links to no health or management page', () => {
  assert.doesNotMatch(page, /healthz|readyz|metrics|admin\//);
});

test('headings go down one step at a time, and every picture has a text', () => {
  const levels = [...page.matchAll(/<h([1-6])/g)].map((match) => Number(match[1]));
  assert.equal(levels.filter((level) => level === 1).length, 1);
  levels.reduce((above, level) => {
    assert.ok(level <= above + 1);
    return level;
  }, 0);
  for (const [image] of page.matchAll(/<img[^>]*>/g)) assert.match(image, /\salt="[^"]+"/);
});

test('text and lines have enough contrast in light and in dark', () => {
  const css = [...files].find(([name]) => name.endsWith('.css'))?.[1] ?? '';
  const schemes = [...css.matchAll(/--paper:[^}]+/g)].map(([block]) => block);
  assert.equal(schemes.length, 2);
  for (const block of schemes) {
    const colours = Object.fromEntries(
      [...block.matchAll(/--(\w+):\s*(#\w{6})/g)].map((match) => [match[1], match[2]]),
    );
    for (const text of ['ink', 'quiet', 'accent']) {
      for (const ground of ['paper', 'tint']) {
        const ratio = contrast(colours[text], colours[ground]);
        assert.ok(ratio >= 4.5, `${text} on ${ground}: ${ratio.toFixed(2)}`);
      }
    }
  }
});

test('the dark drawing has the shapes and words of the light one', () => {
  const drawings = [...files]
    .filter(([name]) => /chain/.test(name))
    .map(([, text]) => text.replaceAll(/#\w{6}/g, '#'));
  assert.equal(drawings.length, 2);
  assert.equal(drawings[0], drawings[1]);
});

/** WCAG 2.2 contrast ratio of two `#rrggbb` colours. */
function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour) {
  const [red, green, blue] = [1, 3, 5].map((start) => {
    const part = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
