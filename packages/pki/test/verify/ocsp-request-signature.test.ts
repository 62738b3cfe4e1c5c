import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Certificate,
  encodeCaBasicConstraints,
  encodeExtension,
  encodeKeyUsage,
} from '@lancre/pki/certificate';
import type { CryptoProvider } from '@lancre/pki/crypto';
import { decodeOcspRequest, encodeCertId, type OcspRequest, signOcspRequest } from '@lancre/pki/ocsp';
import { checkOcspRequestSignature, type OcspRequestVerdict } from '@lancre/pki/verify';
import { AT, CRYPTO, make, makeCa, makeLeaf, type Party, secondsFromNow } from './pki-maker.ts';

const CERT_ID = encodeCertId({
  hash: 'SHA-256',
  issuerNameHash: new Uint8Array(32),
  issuerKeyHash: new Uint8Array(32),
  serialNumber: '04a1',
});

const DIGITAL_SIGNATURE = encodeKeyUsage(['digitalSignature']);
const ca = await makeCa('Members');
const member = await makeLeaf(ca, { extensions: [DIGITAL_SIGNATURE] });
const stranger = await make('stranger', {});

/** A request signed by `signer`, with these certificates sent along; by default with the signer's own. */
async function signedBy(
  signer: Party,
  sent: readonly Uint8Array[] = [signer.certificate.der],
): Promise<OcspRequest> {
  const der = await signOcspRequest({
    certIds: [CERT_ID],
    requestorName: { type: 'directoryName', name: signer.certificate.subject },
    signer: signer.signer,
    certificates: sent,
  });
  return decodeOcspRequest(der);
}

function judge(
  request: OcspRequest,
  trusted: readonly Party[],
  at: Date = AT,
  crypto: Pick<CryptoProvider, 'verify'> = CRYPTO,
): Promise<OcspRequestVerdict> {
  return checkOcspRequestSignature({ request, trusted: trusted.map(certificateOf), at, crypto });
}

function certificateOf({ certificate }: Party): Certificate {
  return certificate;
}

async function refusal(...judged: Parameters<typeof judge>): Promise<string> {
  const verdict = await judge(...judged);
  return verdict.kind === 'refused' ? verdict.reason : verdict.kind;
}

function assertSigner(verdict: OcspRequestVerdict, signer: Party): void {
  assert.ok(verdict.kind === 'trusted', verdict.kind);
  assert.deepEqual(verdict.signer.der, signer.certificate.der);
}

/** Counts the checks that are made. */
function counting(): { readonly crypto: Pick<CryptoProvider, 'verify'>; readonly checks: () => number } {
  let checks = 0;
  return {
    crypto: {
      verify(check) {
        checks += 1;
        return CRYPTO.verify(check);
      },
    },
    checks: () => checks,
  };
}

describe('who a request is signed by', () => {
  test('OREQ-24: a member of a trusted CA, or a certificate that is trusted itself, sent along or not', async () => {
    assertSigner(await judge(await signedBy(member), [ca]), member);
    assertSigner(await judge(await signedBy(member), [stranger, ca]), member);
    assertSigner(await judge(await signedBy(stranger), [stranger]), stranger);
    assertSigner(await judge(await signedBy(stranger, []), [ca, stranger]), stranger);
  });

  test('OREQ-24: the signer is found among other certificates, and where only others are sent', async () => {
    const sent = [ca.certificate.der, stranger.certificate.der, member.certificate.der];
    assertSigner(await judge(await signedBy(member, sent), [ca]), member);
    assertSigner(await judge(await signedBy(stranger, [member.certificate.der]), [ca, stranger]), stranger);
  });

  test('OREQ-24: a request that is not signed is told apart from one by nobody that counts', async () => {
    const request = await signedBy(member);
    assert.deepEqual(await judge({ ...request, signature: undefined }, [ca]), { kind: 'unsigned' });
    assert.equal(await refusal(await signedBy(stranger), [ca]), 'signer_not_trusted');
    assert.equal(await refusal(request, []), 'signer_not_trusted');
  });

  test('OREQ-24: a signed request without a requestorName is refused, whoever signed it', async () => {
    const request = await signedBy(member);
    assert.equal(await refusal({ ...request, requestorName: undefined }, [ca]), 'requestor_name_missing');
  });

  test('a signature by another key, or over other octets, is invalid', async () => {
    assert.equal(
      await refusal(await signedBy(stranger, [member.certificate.der]), [ca]),
      'signature_invalid',
    );
    const request = await signedBy(member);
    const last = request.tbsDer.length - 1;
    const tbsDer = request.tbsDer.with(last, (request.tbsDer[last] ?? 0) ^ 1);
    assert.equal(await refusal({ ...request, tbsDer }, [ca]), 'signature_invalid');
  });

  test('a signature by an algorithm that is not known is invalid', async () => {
    const request = await signedBy(member);
    assert.ok(request.signature);
    const algorithm = { der: Uint8Array.of(0x30, 3, 6, 1, 0x2a), oid: '1.2', parametersDer: undefined };
    assert.equal(
      await refusal({ ...request, signature: { ...request.signature, algorithm } }, [ca]),
      'signature_invalid',
    );
  });
});

describe('whose certificates count', () => {
  test('only within their time, from its first second to its last', async () => {
    const options = { notBefore: AT, notAfter: secondsFromNow(60) };
    const short = await makeLeaf(ca, options);
    const request = await signedBy(short);
    assert.equal(await refusal(request, [ca], secondsFromNow(-1)), 'signer_not_trusted');
    assert.equal(await refusal(request, [ca], AT), 'trusted');
    assert.equal(await refusal(request, [ca], secondsFromNow(60)), 'trusted');
    assert.equal(await refusal(request, [ca], secondsFromNow(61)), 'signer_not_trusted');
    assert.equal(await refusal(request, [short], secondsFromNow(61)), 'signer_not_trusted');
    assert.equal(await refusal(request, [ca], new Date(Number.NaN)), 'signer_not_trusted');
  });

  test('not those of a CA that has ended', async () => {
    const ended = await makeCa('Ended', { notAfter: secondsFromNow(-1) });
    assert.equal(await refusal(await signedBy(await makeLeaf(ended)), [ended]), 'signer_not_trusted');
  });

  test('not those by a certificate that is no CA, or may not sign certificates', async () => {
    const noCa = await make('No CA', {});
    const noCertSign = await make('CRLs only', {
      extensions: [encodeCaBasicConstraints(), encodeKeyUsage(['cRLSign', 'digitalSignature'])],
    });
    for (const issuer of [noCa, noCertSign]) {
      assert.equal(await refusal(await signedBy(await makeLeaf(issuer)), [issuer]), 'signer_not_trusted');
      assert.equal(await refusal(await signedBy(issuer), [issuer]), 'trusted');
    }
  });

  test('not with a keyUsage that has no digitalSignature, trusted or not', async () => {
    const forKeys = await makeLeaf(ca, { extensions: [encodeKeyUsage(['keyEncipherment'])] });
    assert.equal(await refusal(await signedBy(forKeys), [ca, forKeys]), 'signer_not_trusted');
    assert.equal(await refusal(await signedBy(ca), [ca]), 'signer_not_trusted');
    assert.equal(await refusal(await signedBy(await makeLeaf(ca)), [ca]), 'trusted');
  });

  test('not under a name alone: the key has to be that of the trusted CA', async () => {
    const impostor = await makeCa('Members');
    assert.equal(await refusal(await signedBy(await makeLeaf(impostor)), [ca]), 'signer_not_trusted');
    const renamed = await makeCa('Renamed', { signer: ca.signer });
    assert.equal(await refusal(await signedBy(member), [renamed]), 'signer_not_trusted');
  });

  test('not by way of an intermediate that is sent along', async () => {
    const between = await makeCa('Between', { issuer: ca });
    const request = await signedBy(await makeLeaf(between));
    assert.equal(await refusal(request, [ca]), 'signer_not_trusted');
    assert.equal(await refusal(request, [between]), 'trusted');
  });

  test('not with a critical extension that is not understood (RFC 5280 4.2)', async () => {
    const odd = (criticality: 'critical' | 'non-critical') =>
      makeLeaf(ca, { extensions: [encodeExtension('1.2.3.4', criticality, Uint8Array.of(5, 0))] });
    assert.equal(await refusal(await signedBy(await odd('critical')), [ca]), 'signer_not_trusted');
    assert.equal(await refusal(await signedBy(await odd('non-critical')), [ca]), 'trusted');
  });

  test('not when they cannot be read: they are passed over, and nothing is thrown', async () => {
    const brokenUsage = await makeLeaf(ca, {
      extensions: [encodeExtension('2.5.29.15', 'critical', Uint8Array.of(3, 1))],
    });
    const brokenCa = await make('Broken', {
      extensions: [encodeExtension('2.5.29.19', 'critical', Uint8Array.of(0x30, 1))],
    });
    assert.equal(await refusal(await signedBy(brokenUsage), [ca]), 'signer_not_trusted');
    assert.equal(await refusal(await signedBy(await makeLeaf(brokenCa)), [brokenCa]), 'signer_not_trusted');
    const junk = Uint8Array.of(0x30, 0);
    const cut = member.certificate.der.slice(0, -1);
    assert.equal(await refusal(await signedBy(member, [junk]), [ca]), 'signer_not_trusted');
    assert.equal(await refusal(await signedBy(member, [junk, member.certificate.der]), [ca]), 'trusted');
    const request = await signedBy(member, []);
    assert.ok(request.signature);
    const signature = { ...request.signature, certificates: [cut] };
    assert.equal(await refusal({ ...request, signature }, [ca]), 'signer_not_trusted');
  });
});

describe('the work is bounded', () => {
  test('no more than four certificates are tried', async () => {
    const others = Array.from({ length: 3 }, () => stranger.certificate.der);
    const fourth = await signedBy(member, [...others, member.certificate.der]);
    const fifth = await signedBy(member, [...others, stranger.certificate.der, member.certificate.der]);
    assert.equal(await refusal(fourth, [ca]), 'trusted');
    assert.equal(await refusal(fifth, [ca]), 'signer_not_trusted');
    const fillers = await Promise.all(['a', 'b', 'c', 'd'].map((name) => make(name, {})));
    assert.equal(await refusal(await signedBy(stranger, []), [...fillers.slice(0, 3), stranger]), 'trusted');
    assert.equal(await refusal(await signedBy(stranger, []), [...fillers, stranger]), 'signature_invalid');
  });

  test('no more than eight signatures are checked, whatever is sent and however many CAs share a name', async () => {
    const cas = await Promise.all(Array.from({ length: 6 }, () => makeCa('Same name')));
    const [first] = cas;
    assert.ok(first);
    const leaves = await Promise.all(
      ['01', '02', '03', '04', '05'].map((serialNumber) => makeLeaf(first, { serialNumber })),
    );
    const impostors = await Promise.all(
      ['01', '02', '03', '04'].map(async (serialNumber) =>
        makeLeaf(await makeCa('Same name'), { serialNumber }),
      ),
    );
    for (const [parties, expected] of [
      [leaves, 8],
      [impostors, 4],
    ] as const) {
      const sent = parties.map(({ certificate }) => certificate.der);
      const { crypto, checks } = counting();
      const verdict = await judge(await signedBy(stranger, sent), cas, AT, crypto);
      assert.equal(verdict.kind, 'refused');
      assert.equal(checks(), expected);
    }
  });

  test('a stranger costs no check at all', async () => {
    const { crypto, checks } = counting();
    const sent = new Array<Uint8Array>(4).fill(stranger.certificate.der);
    assert.equal(await refusal(await signedBy(stranger, sent), [ca], AT, crypto), 'signer_not_trusted');
    assert.equal(checks(), 0);
  });
});
