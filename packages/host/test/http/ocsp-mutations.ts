import { EXTENSION_OIDS, encodeExtension } from '@lancre/pki/certificate';
import { encodeDer } from '@lancre/pki/der';
import { childrenOf, type DerNode, encodeDerTree, nodesWithin, parseDerTree } from './der-tree.js';
import type { SeededRandom } from './seeded-random.js';

/** Changes a request, in DER, into one that may be none any more. */
export type Mutation = (request: Uint8Array, random: SeededRandom) => Uint8Array;

/** Structure-aware: they know DER and OCSPRequest. */
export const STRUCTURE_MUTATIONS: Readonly<Record<string, Mutation>> = {
  tag: onNode((node, random) => {
    node.tag = random.pick([random.below(256), node.tag ^ 0x20, node.tag ^ 0x80, 0x1f, 0x00]);
  }),
  content: onNode((node, random) => {
    node.content = random.octets(random.below(40));
  }),
  empty: onNode((node) => {
    node.content = new Uint8Array();
  }),
  length: onNode((node, random) => {
    node.length = random.pick(ODD_LENGTHS);
  }),
  drop: onSiblings((siblings, at) => void siblings.splice(at, 1)),
  duplicate: onSiblings((siblings, at) => void siblings.splice(at, 0, ...siblings.slice(at, at + 1))),
  swap: onSiblings((siblings, at, random) => {
    const other = random.below(siblings.length);
    const [one, two] = [siblings[at], siblings[other]];
    if (one !== undefined && two !== undefined) [siblings[at], siblings[other]] = [two, one];
  }),
  nest: onNode((node, random) => {
    const inner = { ...node };
    node.tag = random.pick([0x30, 0x31, 0xa0, 0x04, 0x24]);
    node.content = [inner];
    for (let depth = random.pick([0, 1, 5, 60, 300, 900]); depth > 0; depth--) {
      node.content = [{ tag: node.tag, content: node.content }];
    }
  }),
  graft: onSiblings((siblings, at, random) => {
    const all = siblings.flatMap(nodesWithin);
    siblings.splice(at, 0, random.pick(all));
  }),
  hashAlgorithm: onCertId((certId, random) => {
    const oid = random.pick(OTHER_HASHES);
    certId[0] = parseDerTree(encodeDer((writer) => writer.sequence((algorithm) => algorithm.oid(oid))));
  }),
  hashParameters: onCertId((certId, random) => {
    const algorithm = certId[0];
    if (algorithm !== undefined) {
      algorithm.content = [...childrenOf(algorithm).slice(0, 1), random.pick(ODD_PARAMETERS)];
    }
  }),
  hashLength: onCertId((certId, random) => {
    const hash = certId[random.between(1, 2)];
    if (hash !== undefined) hash.content = random.octets(random.pick([0, 1, 19, 20, 21, 32, 64, 200]));
  }),
  serial: onCertId((certId, random) => {
    const serial = certId[3];
    if (serial !== undefined) serial.content = oddSerial(random);
  }),
  manyItems: onTree((tree, random) => {
    const list = listOf(tree);
    const count = random.pick([0, 15, 16, 17, 40]);
    const items = childrenOf(list);
    list.content = Array.from({ length: count }, () => random.pick(items));
  }),
  version: onTree((tree, random) => {
    const version = {
      tag: 0x02,
      content: random.pick([Uint8Array.of(0), Uint8Array.of(1), random.octets(9)]),
    };
    childrenOf(tbsOf(tree)).unshift({ tag: 0xa0, content: [version] });
  }),
  requestorName: onTree((tree, random) => {
    const name = {
      tag: random.pick([0x81, 0x82, 0x86, 0x87, 0xa4, 0x8f]),
      content: random.octets(random.below(9)),
    };
    childrenOf(tbsOf(tree)).unshift({ tag: 0xa1, content: [name] });
  }),
  nonce: withExtensions((random) => [encodeNonceOf(random)]),
  extensions: withExtensions((random) =>
    Array.from({ length: random.pick([0, 1, 2, 30]) }, () => randomExtension(random)),
  ),
  itemExtensions: onTree((tree, random) => {
    const item = random.pick(childrenOf(listOf(tree)));
    childrenOf(item).push(extensionsNode(0xa0, [randomExtension(random)]));
  }),
  signature: onTree((tree, random) => {
    const algorithm = parseDerTree(
      encodeDer((writer) => writer.sequence((fields) => fields.oid('1.2.840.10045.4.3.2'))),
    );
    const bits = {
      tag: 0x03,
      content: Buffer.concat([Uint8Array.of(random.pick([0, 0, 7, 9])), random.octets(70)]),
    };
    const certificates = random.pick([[], [{ tag: 0xa0, content: [{ tag: 0x30, content: [algorithm] }] }]]);
    childrenOf(tree).push({
      tag: 0xa0,
      content: [{ tag: 0x30, content: [algorithm, bits, ...certificates] }],
    });
  }),
  trailing: (request, random) => Buffer.concat([request, random.octets(random.between(1, 30))]),
  twice: (request) => Buffer.concat([request, request]),
};

/** Those that know nothing of the content. */
export const OCTET_MUTATIONS: Readonly<Record<string, Mutation>> = {
  flip: (request, random) => {
    const octets = Buffer.from(request);
    for (let count = random.pick([1, 1, 1, 2, 8]); count > 0; count--) {
      const at = random.below(octets.length);
      octets[at] = (octets[at] ?? 0) ^ (1 << random.below(8));
    }
    return octets;
  },
  overwrite: (request, random) => {
    const octets = Buffer.from(request);
    octets[random.below(octets.length)] = random.pick([0x00, 0x7f, 0x80, 0x81, 0xff, random.below(256)]);
    return octets;
  },
  truncate: (request, random) => request.subarray(0, random.below(request.length)),
  insert: (request, random) => {
    const at = random.below(request.length + 1);
    return Buffer.concat([
      request.subarray(0, at),
      random.octets(random.between(1, 9)),
      request.subarray(at),
    ]);
  },
  remove: (request, random) => {
    const at = random.below(request.length);
    return Buffer.concat([request.subarray(0, at), request.subarray(at + random.between(1, 9))]);
  },
  noise: (_request, random) => random.octets(random.below(120)),
};

function onTree(change: (tree: DerNode, random: SeededRandom) => void): Mutation {
  return (request, random) => {
    const tree = parseDerTree(request);
    change(tree, random);
    return encodeDerTree(tree);
  };
}

function onNode(change: (node: DerNode, random: SeededRandom) => void): Mutation {
  return onTree((tree, random) => change(random.pick(nodesWithin(tree)), random));
}

function onSiblings(change: (siblings: DerNode[], at: number, random: SeededRandom) => void): Mutation {
  return onTree((tree, random) => {
    const parents = nodesWithin(tree).filter((node) => childrenOf(node).length > 0);
    const siblings = childrenOf(random.pick(parents));
    change(siblings, random.below(siblings.length), random);
  });
}

function onCertId(change: (certId: DerNode[], random: SeededRandom) => void): Mutation {
  return onTree((tree, random) => {
    const [certId] = childrenOf(random.pick(childrenOf(listOf(tree))));
    if (certId !== undefined) change(childrenOf(certId), random);
  });
}

/** Puts extensions in place of those of the request. */
function withExtensions(make: (random: SeededRandom) => readonly Uint8Array[]): Mutation {
  return onTree((tree, random) => {
    const tbs = tbsOf(tree);
    tbs.content = [listOf(tree), extensionsNode(0xa2, make(random))];
  });
}

function tbsOf(tree: DerNode): DerNode {
  return childrenOf(tree)[0] ?? tree;
}

/** Of a request that was made here: it has neither version nor requestorName in front. */
function listOf(tree: DerNode): DerNode {
  return childrenOf(tbsOf(tree))[0] ?? tree;
}

function extensionsNode(tag: number, extensions: readonly Uint8Array[]): DerNode {
  return { tag, content: [{ tag: 0x30, content: extensions.map(parseDerTree) }] };
}

function encodeNonceOf(random: SeededRandom): Uint8Array {
  const octets = random.octets(random.pick([0, 1, 15, 16, 32, 33, 127, 128, 129, 200, 1000]));
  const value = random.below(4) === 0 ? octets : encodeDer((writer) => writer.octetString(octets));
  return encodeExtension(EXTENSION_OIDS.ocspNonce, random.pick(['critical', 'non-critical']), value);
}

function randomExtension(random: SeededRandom): Uint8Array {
  const oid = random.pick([
    `1.3.6.1.5.5.7.48.1.${random.below(12)}`,
    `1.2.3.${random.below(9)}`,
    '2.5.29.15',
  ]);
  return encodeExtension(oid, random.pick(['critical', 'non-critical']), random.octets(random.below(30)));
}

/** Empty, zero, negative, padded, longer than any serial may be, or just another one. */
function oddSerial(random: SeededRandom): Uint8Array {
  return random.pick([
    new Uint8Array(),
    Uint8Array.of(0),
    Uint8Array.of(0, 0x0b),
    Uint8Array.of(0xff, 0x8b),
    Uint8Array.of(0x8b),
    Uint8Array.of(0xf5),
    Buffer.concat([Uint8Array.of(0x7f), random.octets(19)]),
    Buffer.concat([Uint8Array.of(0, 0x80), random.octets(19)]),
    Buffer.concat([Uint8Array.of(0x01), random.octets(20)]),
    Buffer.concat([Uint8Array.of(0x01), random.octets(300)]),
    Uint8Array.of(0x0e + random.below(3)),
  ]);
}

const ODD_LENGTHS: readonly Uint8Array[] = [
  '80',
  '00',
  '01',
  '7f',
  '8100',
  '8105',
  '82000b',
  '81ff',
  '82ffff',
  '84ffffffff',
  '847fffffff',
  '887fffffffffffffff',
  '89000000000000000001',
  'fe',
  'ff',
  '85ffffffffff',
].map((hex) => Buffer.from(hex, 'hex'));

/** MD5, SHA-224, SHA-512/256, SHA3-256, and what is no hash at all. */
const OTHER_HASHES = [
  '1.2.840.113549.2.5',
  '2.16.840.1.101.3.4.2.4',
  '2.16.840.1.101.3.4.2.6',
  '2.16.840.1.101.3.4.2.8',
  '1.2.3',
];

const ODD_PARAMETERS: readonly DerNode[] = [
  { tag: 0x05, content: Uint8Array.of(0) },
  { tag: 0x30, content: [] },
  { tag: 0x02, content: Uint8Array.of(1) },
  { tag: 0x06, content: Uint8Array.of(0x2a, 0x03) },
];
