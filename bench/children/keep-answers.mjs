// Keeps an answer to every certificate of a host's issuer, as `lancre publish --ocsp` would, and prints how many.
// All have one signature, since nobody checks them here: a million signatures would take minutes.
//
//   node keep-answers.mjs CONFIG
import { signatureAlgorithm } from '@lancre/pki/crypto';
import { loadConfig } from '../../packages/host/dist/cli/config.js';
import { createHostCrypto } from '../../packages/host/dist/cli/host-crypto.js';
import { openHostStore } from '../../packages/host/dist/cli/host-store.js';
import { createIssuerRegistry } from '../../packages/host/dist/issuer/issuer-registry.js';
import { answerTermsOf } from '../../packages/host/dist/status/answer-terms.js';
import { SigningOcspSource } from '../../packages/host/dist/status/signing-source.js';

const partCertificates = 1000;
/** The length that most P-256 signatures have. */
const signature = new Uint8Array(71).fill(0x30);

const config = await loadConfig(process.argv[2]);
const store = await openHostStore(config.dataFolder);
const [issuer] = store.issuers.listIssuers();
const registry = await createIssuerRegistry([issuer], createHostCrypto());
const source = new SigningOcspSource({
  view: store.statuses,
  registry: () => registry,
  responders: { respondersOf: () => [responder()] },
  address: config.address,
  now: () => new Date(),
});
const terms = answerTermsOf(issuer);
const form = /** @type {const} */ ({ hash: 'SHA-1', parameters: 'null' });

let count = 0;
let after;
do {
  const part = store.statuses.certificatesAfter(issuer.id, after, partCertificates);
  count += await store.answers.keepAnswers(await Promise.all(part.map(answerTo)));
  after = part.at(-1)?.serialNumber;
} while (after !== undefined);
await store.close();
console.log(JSON.stringify(count));

async function answerTo({ serialNumber }) {
  const answer = await source.answer({ issuerId: issuer.id, items: [{ form, serialNumber }] });
  if (answer.kind === 'refused') throw new Error(`no answer: ${answer.cause}`);
  return { issuerId: issuer.id, form, serialNumber, answer, origin: /** @type {const} */ ('host'), terms };
}

function responder() {
  const [{ notBefore, notAfter, subjectPublicKeyInfo }] = issuer.certificates;
  return {
    signer: {
      algorithm: signatureAlgorithm('ecdsa-sha256'),
      subjectPublicKeyInfoDer: subjectPublicKeyInfo.der,
      sign: async () => signature,
      begin: () => {
        throw new Error('no list is signed here');
      },
    },
    responderId: /** @type {const} */ ({ by: 'key', keyHash: new Uint8Array(20) }),
    certificates: [],
    notBefore,
    notAfter,
  };
}
