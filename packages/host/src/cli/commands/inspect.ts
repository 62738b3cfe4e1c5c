import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
export function registerInspect(_p: Command, _c: CliContext): void {}
