import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
export function registerCheck(_p: Command, _c: CliContext, _s: unknown): void {}
