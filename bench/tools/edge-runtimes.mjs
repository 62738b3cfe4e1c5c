import { chooseEdgeRuntime } from '../../packages/host/dist/cli/running/edge-runtime.js';

/** The runtimes that edges can have here: Node, and Bun where its package is. */
export function edgeRuntimes() {
  try {
    chooseEdgeRuntime('bun');
    return ['node', 'bun'];
  } catch {
    return ['node'];
  }
}
