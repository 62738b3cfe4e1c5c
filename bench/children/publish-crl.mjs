// Makes the lists of a host that are due some hours from now, and times CrlPublisher.execute.
//
//   node publish-crl.mjs CONFIG HOURS
import { loadConfig } from '../../packages/host/dist/cli/config.js';
import { createHostCrypto } from '../../packages/host/dist/cli/host-crypto.js';
import { openHostStore } from '../../packages/host/dist/cli/host-store.js';
import { LoadedSigners } from '../../packages/host/dist/cli/running/loaded-signers.js';
import { CrlPublisher } from '../../packages/host/dist/publish/crl-publisher.js';
import { watchOwnMemory } from '../tools/own-memory.mjs';

const [path, hours] = process.argv.slice(2);
const config = await loadConfig(path);
const store = await openHostStore(config.dataFolder);
const crypto = createHostCrypto();
const now = () => new Date(Date.now() + Number(hours) * 3_600_000);
const signers = new LoadedSigners({ environment: process.env, crypto, now });
const publisher = new CrlPublisher({
  ...store,
  signers,
  address: config.address,
  crypto,
  now,
});
const [issuer] = store.issuers.listIssuers();
await signers.load([issuer]);
const lists = publisher.plan(issuer);
const memory = watchOwnMemory();
const start = performance.now();
const [outcome] = await publisher.execute(issuer, lists);
const seconds = (performance.now() - start) / 1000;
const peakOctets = memory.end();
await store.close();
if (outcome?.kind !== 'published') throw new Error(`not published: ${outcome?.kind ?? 'nothing was due'}`);
const { entryCount, length } = outcome.publication;
console.log(JSON.stringify({ seconds, entries: entryCount, octets: length, peakOctets }));
