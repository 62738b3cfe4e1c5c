import type { EdgeSnapshot } from '../../http/edge-metrics.ts';
import type { ListenAddress } from '../config.ts';

/** What an edge tells control over the process channel. Control tells an edge nothing but to end. */
export type EdgeMessage =
  | { readonly kind: 'listening'; readonly address: ListenAddress }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'counters'; readonly snapshot: EdgeSnapshot };

/** Whether something that came over the channel is such a message. */
export function isEdgeMessage(value: unknown): value is EdgeMessage {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  return value.kind === 'listening' || value.kind === 'failed' || value.kind === 'counters';
}
