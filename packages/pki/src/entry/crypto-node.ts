export { createNodeCrypto } from '../crypto/node-crypto.ts';
export { createNodeSigner, type NodeSignerOptions } from '../crypto/node-signer.ts';
