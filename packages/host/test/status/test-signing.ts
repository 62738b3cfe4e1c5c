import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { createIssuerRegistry, type IssuerRegistry } from '#host/issuer/issuer-registry.js';
import type { OcspResponder } from '#host/status/responder.js';
import { SigningOcspSource } from '#host/status/signing-source.js';
import type { StatusView } from '#host/status/status-view.js';
import type { TestIssuer } from '../issuer/test-issuers.js';

const crypto = createNodeCrypto();

export const ADDRESS = { routing: 'path', base: 'http://pki.example' } as const;

/** The issuer as its own responder. */
export async function ownResponder(ca: TestIssuer): Promise<OcspResponder> {
  const keyHash = await crypto.digest('SHA-1', ca.certificate.subjectPublicKeyInfo.publicKey);
  return {
    signer: ca.signer,
    responderId: { by: 'key', keyHash },
    certificates: [],
    notBefore: new Date(0),
    notAfter: new Date(Math.max(...ca.issuer.certificates.map(({ notAfter }) => notAfter.getTime()))),
  };
}

/** Signs for one issuer what a view says, and counts the signatures. */
export async function signingFor(ca: TestIssuer, view: StatusView, now: () => Date) {
  const responder = await ownResponder(ca);
  const state = { signatures: 0, failure: undefined as Error | undefined };
  const signer = {
    ...responder.signer,
    sign: async (message: Uint8Array) => {
      state.signatures += 1;
      if (state.failure !== undefined) throw state.failure;
      return responder.signer.sign(message);
    },
  };
  let registry: IssuerRegistry = await createIssuerRegistry([ca.issuer], crypto);
  const source = new SigningOcspSource({
    view,
    registry: () => registry,
    responders: { respondersOf: () => [{ ...responder, signer }] },
    address: ADDRESS,
    now,
  });
  return {
    state,
    source,
    registry: () => registry,
    change: async (issuer: TestIssuer['issuer']) => {
      registry = await createIssuerRegistry([issuer], crypto);
    },
  };
}
