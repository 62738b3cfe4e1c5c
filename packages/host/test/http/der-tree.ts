/** DER as a tree that may be bent out of shape: what a request is taken apart into, to be mutated. */
export interface DerNode {
  tag: number;
  /** Octets of a primitive element, or the elements within. */
  content: Uint8Array | DerNode[];
  /** Stands in place of the right length. */
  length?: Uint8Array;
}

/** Takes well-formed DER apart, also what is wrapped in OCTET STRINGs. */
export function parseDerTree(der: Uint8Array): DerNode {
  const [node, ...others] = parseAll(der);
  if (node === undefined || others.length > 0) throw new RangeError('not one element');
  return node;
}

export function encodeDerTree(node: DerNode): Buffer {
  const content =
    node.content instanceof Uint8Array ? node.content : Buffer.concat(node.content.map(encodeDerTree));
  return Buffer.concat([Uint8Array.of(node.tag), node.length ?? encodeLength(content.length), content]);
}

/** The node and all within it, from the outside in. */
export function nodesWithin(node: DerNode): DerNode[] {
  return [node, ...childrenOf(node).flatMap(nodesWithin)];
}

/** The elements within; none of a primitive one. */
export function childrenOf({ content }: DerNode): DerNode[] {
  return content instanceof Uint8Array ? [] : content;
}

function parseAll(der: Uint8Array): DerNode[] {
  const nodes: DerNode[] = [];
  for (let at = 0; at < der.length; ) {
    const [tag = 0, first = 0] = der.subarray(at, at + 2);
    const lengthOctets = first < 0x80 ? 0 : first & 0x7f;
    const start = at + 2 + lengthOctets;
    const length =
      lengthOctets === 0 ? first : Number(`0x${Buffer.from(der.subarray(at + 2, start)).toString('hex')}`);
    const content = der.subarray(start, start + length);
    if (content.length !== length) throw new RangeError('the element is not whole');
    nodes.push({ tag, content: contentOf(tag, content) });
    at = start + length;
  }
  return nodes;
}

function contentOf(tag: number, content: Uint8Array): DerNode['content'] {
  if ((tag & CONSTRUCTED) !== 0) return parseAll(content);
  // An extension's value begins with the tag of what is wrapped in it; hashes may, too, and then fit badly.
  if (tag !== OCTET_STRING || content[0] !== OCTET_STRING || content[1] !== content.length - 2)
    return content;
  return parseAll(content);
}

function encodeLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  if (length < 0x100) return Uint8Array.of(0x81, length);
  if (length < 0x1_0000) return Uint8Array.of(0x82, length >> 8, length & 0xff);
  return Uint8Array.of(0x83, length >> 16, (length >> 8) & 0xff, length & 0xff);
}

const CONSTRUCTED = 0x20;
const OCTET_STRING = 0x04;
