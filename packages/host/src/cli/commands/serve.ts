import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { pino as Pino } from 'pino';
import { publicBase } from '../../issuer/public-address.ts';
import type { HostCommandOptions } from '../command-tools.ts';
import { type Config, type EdgeRuntime, loadConfig } from '../config.ts';
import type { CliContext } from '../context.ts';
import type { HostLog, RunningHost } from '../running/control.ts';

interface ServeOptions extends Pick<HostCommandOptions, 'config'> {
  readonly edgeRuntime?: EdgeRuntime;
}

/** `lancre serve` */
export function registerServe(program: Command, context: CliContext): void {
  program
    .command('serve')
    .summary('run the host: control and edges')
    .description(
      'Runs the host until it is told to end (SIGINT, SIGTERM): one control process with the keys, and one edge a ' +
        'core for the public side. CRLs are kept fresh by themselves. Logs are JSON lines on standard error.',
    )
    .addOption(new Option('--config <file>', 'the configuration').env('LANCRE_CONFIG').default('lancre.toml'))
    .addOption(
      new Option(
        '--edge-runtime <runtime>',
        'what edges run on; default: edges.runtime of the configuration',
      ).choices(['auto', 'node', 'bun']),
    )
    .action(async (options: ServeOptions) => {
      const config = await loadConfig(resolve(context.folder, options.config));
      // Loaded only here: the other commands are short, and need none of it.
      const [{ startHost }, { pino }] = await Promise.all([import('../running/control.ts'), import('pino')]);
      const host = await startHost(
        context,
        withRuntime(config, options.edgeRuntime),
        createLog(pino, context),
      );
      context.stdout(`${describeHost(host, config).join('\n')}\n`);
      await context.stopRequested();
      await host.close();
    });
}

/** What a host tells when it is up. */
export function describeHost(host: RunningHost, config: Config): string[] {
  const runtime =
    host.runtime.kind === 'bun' ? `Bun ${host.runtime.version}` : `Node ${process.versions.node}`;
  const edges = host.edgeCount === 1 ? '1 edge' : `${host.edgeCount} edges`;
  return [
    `public   ${publicBase(config.address)}   (${host.listen.host}:${host.listen.port}, ${edges} on ${runtime})`,
    `private  http://${host.adminListen.host}:${host.adminListen.port}/healthz and /metrics`,
  ];
}

/** The configuration with the runtime of the command line, which wins. */
export function withRuntime(config: Config, edgeRuntime: EdgeRuntime | undefined): Config {
  return edgeRuntime === undefined ? config : { ...config, edgeRuntime };
}

function createLog(pino: typeof Pino, context: CliContext): HostLog {
  const logger = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write: context.stderr });
  return {
    info: (message, details) => logger.info(details ?? {}, message),
    error: (message, details) => logger.error(details ?? {}, message),
  };
}
