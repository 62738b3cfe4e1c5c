import { LancreError } from '../errors/lancre-error.ts';
import type { ArtifactStore, ObjectName } from './artifact-store.ts';
import { orDiscard } from './staged-cleanup.ts';

/**
 * Lets a public path name this content, whatever it names now. Lists have an order that must not be lost
 * to a race; what is published by this has only a wanted state, so that a command and a running host may
 * do it at the same moment. What is published already is left alone.
 *
 * @param lastModified kept only if no object of the same content is there
 * @throws LancreError `artifact_conflict` when others go on publishing something else at the path
 */
export async function publishWanted(
  artifacts: ArtifactStore,
  path: string,
  content: Uint8Array,
  lastModified: Date,
): Promise<ObjectName> {
  const staged = await artifacts.stage();
  const object = await orDiscard(staged, async () => {
    await staged.append(content);
    return staged.seal({ lastModified });
  });
  await pointTo(artifacts, path, object);
  return object;
}

async function pointTo(artifacts: ArtifactStore, path: string, object: ObjectName): Promise<void> {
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const expected = artifacts.resolve(path);
    if (object === expected) return;
    if ((await artifacts.point(path, object, expected)) !== 'conflict') return;
  }
  throw new LancreError('artifact_conflict', `${path}: others go on publishing something else there`);
}

const mostAttempts = 8;
