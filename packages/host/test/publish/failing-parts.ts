import type { Signer } from '@lancre/pki/crypto';
import type { ArtifactStore } from '#host/publish/artifact-store.js';

/** Of a call: it is made, it fails before anything was done, or it fails when everything is done. */
export type Fate = 'made' | 'failed-before' | 'failed-after';

/** The same store, with some of its methods at the mercy of `fateOf`. */
export function failingStore<T extends object>(
  store: T,
  methods: readonly (keyof T)[],
  fateOf: () => Fate,
): T {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (!methods.some((method) => method === name)) return value.bind(target);
      return async (...words: unknown[]) => {
        const fate = fateOf();
        if (fate === 'failed-before') throw new Error(`${String(name)}: no space left on device`);
        const result: unknown = await Reflect.apply(value, target, words);
        if (fate === 'failed-after') throw new Error(`${String(name)}: input/output error`);
        return result;
      };
    },
  });
}

/** Artifacts on a disk that is full now and then, also in the middle of a list. */
export function failingArtifacts(store: ArtifactStore, fateOf: () => Fate): ArtifactStore {
  const fateOfWrite = () => (fateOf() === 'made' ? 'made' : 'failed-before');
  const staging = new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (name !== 'stage') return typeof value === 'function' ? value.bind(target) : value;
      return async () => {
        if (fateOfWrite() !== 'made') throw new Error('stage: no space left on device');
        return failingStore(await target.stage(), ['append', 'overwrite', 'seal'], fateOfWrite);
      };
    },
  });
  return failingStore(staging, ['point'], fateOf);
}

/** What a key does. */
export type SignerMood = 'signs' | 'fails' | 'signs-wrongly';

/** A key in a token that is not always there, or not always right. */
export function failingSigner(signer: Signer, moodOf: () => SignerMood): Signer {
  const inMood = (signature: Uint8Array): Uint8Array => {
    const mood = moodOf();
    if (mood === 'fails') throw new Error('the token is not there');
    const last = signature.length - 1;
    return mood === 'signs' ? signature : signature.map((octet, i) => (i === last ? octet ^ 1 : octet));
  };
  return {
    algorithm: signer.algorithm,
    subjectPublicKeyInfoDer: signer.subjectPublicKeyInfoDer,
    sign: async (message) => inMood(await signer.sign(message)),
    begin() {
      const stream = signer.begin();
      return {
        update: (bytes) => stream.update(bytes),
        finish: async () => inMood(await stream.finish()),
      };
    },
  };
}
