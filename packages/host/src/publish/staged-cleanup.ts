import type { StagedArtifact } from './artifact-store.ts';

/** What is staged is thrown away when `action` fails: an open file and its octets would stay. */
export async function orDiscard<T>(staged: StagedArtifact, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    await staged.discard();
    throw error;
  }
}
