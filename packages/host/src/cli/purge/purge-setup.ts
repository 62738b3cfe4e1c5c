import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import type { Config } from '../config.ts';
import type { CliContext } from '../context.ts';
import { PurgeHook } from './purge-hook.ts';
import { PurgeMessageBuilder } from './purge-message.ts';
import { commandTarget, type PurgeTarget, urlTarget } from './purge-target.ts';

/** The hook of a configuration; without a `[purge]` it tells nobody. Warnings are lines on standard error. */
export function createPurgeHook(
  context: Pick<CliContext, 'environment' | 'stderr'>,
  config: Pick<Config, 'address' | 'purge'>,
): PurgeHook {
  return new PurgeHook({
    messages: new PurgeMessageBuilder(createNodeCrypto(), config.address),
    targets: targetsOf(context, config),
    pause: (milliseconds) => pause(milliseconds),
    warn: (line) => context.stderr(`lancre: ${line}\n`),
  });
}

function targetsOf(
  { environment }: Pick<CliContext, 'environment'>,
  { purge }: Pick<Config, 'purge'>,
): readonly PurgeTarget[] {
  if (purge === undefined) return [];
  const { command, url, timeoutMilliseconds } = purge;
  return [
    ...(command === undefined ? [] : [commandTarget({ spawn, command, environment, timeoutMilliseconds })]),
    ...(url === undefined ? [] : [urlTarget({ fetch, url, timeoutMilliseconds })]),
  ];
}
