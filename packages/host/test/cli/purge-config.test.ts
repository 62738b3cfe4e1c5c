import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Config, parseConfig } from '#host/cli/config.js';
import { renderConfig } from '#host/cli/config-template.js';
import { LancreError } from '#host/errors/lancre-error.js';

const publicSection = '[public]\nbase = "http://pki.example.net"\n';

test('HTTP-36: without a word about it no key is sent, and nobody is told', () => {
  const config = parseConfig(publicSection, '/srv/lancre.toml');
  assert.equal(config.surrogateKeyField, undefined);
  assert.equal(config.purge, undefined);
});

test('HTTP-36: the field of the surrogate key may be any that answers do not have already', () => {
  for (const name of ['Surrogate-Key', 'Cache-Tag', 'Edge-Cache-Tag', 'xkey', 'X-Tags.v1']) {
    assert.equal(withField(name).surrogateKeyField, name);
  }
  const taken = [
    'ETag',
    'expires',
    'Content-Type',
    'Content-Anything',
    'Cache-Control',
    'Set-Cookie',
    'Vary',
  ];
  for (const name of [...taken, 'Access-Control-Allow-Origin', 'Transfer-Encoding']) {
    refuses(() => withField(name), /public\.surrogate_key_field: a field with a meaning of its own/);
  }
  for (const name of ['', 'Cache Tag', 'Cache:Tag', 'Tag\\r\\nSet-Cookie', 'Täg']) {
    refuses(() => withField(name), /public\.surrogate_key_field: not the name of a field/);
  }
});

test('HTTP-36: a purge hook is a command, a URL or both, with ten seconds for each try', () => {
  assert.deepEqual(withPurge('command = ["/usr/local/bin/purge", "--soft"]').purge, {
    command: ['/usr/local/bin/purge', '--soft'],
    timeoutMilliseconds: 10_000,
  });
  assert.deepEqual(withPurge('url = "http://127.0.0.1:9000/purge"\ntimeout = "2m"').purge, {
    url: 'http://127.0.0.1:9000/purge',
    timeoutMilliseconds: 120_000,
  });
  assert.deepEqual(withPurge('url = "https://cdn.example/p"\ncommand = ["/bin/true"]').purge, {
    url: 'https://cdn.example/p',
    command: ['/bin/true'],
    timeoutMilliseconds: 10_000,
  });
});

test('HTTP-36: a purge hook that could not work is refused, by its key', () => {
  refuses(() => withPurge(''), /purge: give a command, a url or both/);
  refuses(() => withPurge('timeout = "10s"'), /purge: give a command, a url or both/);
  refuses(() => withPurge('comand = ["/bin/true"]'), /unknown key purge\.comand/);
  for (const command of ['[]', '["purge"]', '["./purge"]', '[""]']) {
    refuses(() => withPurge(`command = ${command}`), /purge\.command: not a list that begins with/);
  }
  refuses(() => withPurge('command = ["/bin/true", "a\\u0000b"]'), /purge\.command\.1: no argument/);
  for (const url of ['ftp://127.0.0.1/', 'purge', 'http://', 'http://user:word@cdn.example/']) {
    refuses(() => withPurge(`url = "${url}"`), /purge\.url: not an http or https URL/);
  }
  for (const timeout of ['0s', '601s', '11m', '1d', '10', '10 s', '']) {
    refuses(
      () => withPurge(`url = "http://127.0.0.1/"\ntimeout = "${timeout}"`),
      /purge\.timeout: "[^"]*" is not a duration from 1s to 10m/,
    );
  }
});

test('the queue for signatures has 512 places unless another number is given', () => {
  assert.equal(parseConfig(publicSection, '/srv/lancre.toml').signingQueue, 512);
  for (const queue of [1, 100_000]) assert.equal(withQueue(String(queue)).signingQueue, queue);
  for (const queue of ['0', '100001', '1.5', '"512"']) refuses(() => withQueue(queue), /signing\.queue: /);
});

test('the template is a configuration, as it is and with the lines about purging switched on', () => {
  const text = renderConfig({
    base: 'http://pki.example.net',
    listen: '0.0.0.0:8080',
    adminListen: '127.0.0.1:8081',
  });
  const plain = parseConfig(text, '/srv/lancre.toml');
  assert.deepEqual([plain.surrogateKeyField, plain.purge, plain.signingQueue], [undefined, undefined, 512]);
  const switchedOn = text.replace(/^# (?=surrogate_key_field =|\[purge\]|command =|url =|timeout =)/gm, '');
  const config = parseConfig(switchedOn, '/srv/lancre.toml');
  assert.equal(config.surrogateKeyField, 'Surrogate-Key');
  assert.deepEqual(config.purge, {
    command: ['/usr/local/bin/purge', '--soft'],
    url: 'http://127.0.0.1:9000/purge',
    timeoutMilliseconds: 10_000,
  });
});

function withField(name: string): Config {
  return parseConfig(`${publicSection}surrogate_key_field = "${name}"\n`, '/srv/lancre.toml');
}

function withPurge(lines: string): Config {
  return parseConfig(`${publicSection}[purge]\n${lines}\n`, '/srv/lancre.toml');
}

function withQueue(value: string): Config {
  return parseConfig(`${publicSection}[signing]\nqueue = ${value}\n`, '/srv/lancre.toml');
}

function refuses(action: () => unknown, message: RegExp): void {
  assert.throws(action, (error) => {
    assert.ok(error instanceof LancreError);
    assert.equal(error.code, 'config_invalid');
    assert.match(error.message, message);
    return true;
  });
}
