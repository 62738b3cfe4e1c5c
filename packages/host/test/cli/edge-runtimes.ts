import { chooseEdgeRuntime } from '#host/cli/running/edge-runtime.js';

/** What edges can run on, each with a reason to skip where it is not here. */
export const edgeRuntimes: readonly { readonly runtime: 'node' | 'bun'; readonly missing: string | false }[] =
  [
    { runtime: 'node', missing: false },
    {
      runtime: 'bun',
      missing:
        chooseEdgeRuntime('auto').kind === 'bun' ? false : 'Bun is not installed, or does not run here',
    },
  ];
