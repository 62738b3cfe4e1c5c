import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CliContext } from '#host/cli/context.js';
import { runCommand } from '#host/cli/main.js';

const helpOfProgram = await helpOf([]);
const commands = await listCommands([]);

describe('help', () => {
  it('is there for every command of the program', () => {
    const names = commands.map((words) => words.join(' '));
    for (const name of [
      'demo',
      'init',
      'serve',
      'issuer',
      'import',
      'revoke',
      'status',
      'publish',
      'inspect',
    ]) {
      assert.ok(names.includes(name), `${name} is not among ${names.join(', ')}`);
    }
    for (const name of ['issuer add', 'issuer list', 'issuer show', 'issuer remove']) {
      assert.ok(names.includes(name), `${name} is not among ${names.join(', ')}`);
    }
  });

  it('tells what the exit status means', () => {
    for (const status of ['64', '65', '70']) assert.match(helpOfProgram, new RegExp(`\\b${status}\\b`));
  });

  for (const words of [[], ...commands]) {
    it(`of "lancre ${words.join(' ')}" fits 80 columns, and has words for everything`, async () => {
      const help = await helpOf(words);
      const tooLong = help.split('\n').filter((line) => line.length > 80);
      assert.deepEqual(tooLong, []);
      assert.match(help, /^Usage: lancre/);
      for (const term of termsOf(help)) assert.ok(term.text !== '', `${term.name} is not explained\n${help}`);
    });
  }
});

/** Runs in this process: what a child would print is in the transcripts. */
async function helpOf(words: readonly string[]): Promise<string> {
  let text = '';
  const unused = () => assert.fail('help needs nothing of the world');
  const context: CliContext = {
    stdout: (part) => {
      text += part;
    },
    stderr: (part) => assert.fail(part),
    isTerminal: false,
    environment: {},
    folder: '/nowhere',
    now: unused,
    stopRequested: unused,
    randomBytes: unused,
  };
  assert.equal(await runCommand([...words, '--help'], context), 0);
  return text;
}

async function listCommands(parent: readonly string[]): Promise<readonly (readonly string[])[]> {
  const [, section = ''] = (await helpOf(parent)).split('\nCommands:\n');
  const names = [...section.matchAll(/^ {2}(\w[\w-]*)/gm)].map(([, name = '']) => name);
  const found: (readonly string[])[] = [];
  for (const name of names.filter((each) => each !== 'help')) {
    found.push([...parent, name], ...(await listCommands([...parent, name])));
  }
  return found;
}

/** The options and commands that a help lists, with their explanations. */
function termsOf(help: string): readonly { readonly name: string; readonly text: string }[] {
  const sections = help.split(/^(?:Arguments|Options|Commands):\n/m).slice(1);
  return sections.flatMap((section) =>
    [...(section.split('\n\n')[0] ?? '').matchAll(/^ {2}(\S.*?)(?: {2,}(.*)|$)/gm)].map(
      ([, name = '', text = '']) => ({ name, text }),
    ),
  );
}
