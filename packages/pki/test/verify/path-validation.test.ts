import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  assembleSigned,
  type Certificate,
  decodeCertificate,
  EXTENDED_KEY_USAGE_OIDS,
  EXTENSION_OIDS,
  encodeCaBasicConstraints,
  encodeEndEntityBasicConstraints,
  encodeExtendedKeyUsage,
  encodeExtension,
  encodeKeyUsage,
  encodeName,
} from '@lancre/pki/certificate';
import { encodeDer } from '@lancre/pki/der';
import { checkPath, type PathFailureCode, WorkBudget } from '@lancre/pki/verify';
import { bytes } from '../support/hex.ts';
import {
  AT,
  CA_EXTENSIONS,
  CRYPTO,
  make,
  makeCa,
  makeLeaf,
  type Party,
  secondsFromNow,
} from './pki-maker.ts';

describe('checking a path', () => {
  let root: Party;
  let issuer: Party;
  let leaf: Party;

  before(async () => {
    root = await makeCa('Root X1');
    issuer = await makeCa('E1', { issuer: root });
    leaf = await makeLeaf(issuer);
  });

  test('VER-25: leaf, intermediate and anchor hold', async () => {
    assert.equal((await check([leaf, issuer], root)).kind, 'valid');
  });

  test('VER-26: validity includes both of its ends and nothing beyond', async () => {
    const { notBefore, notAfter } = leaf.certificate;
    const short = await makeLeaf(issuer, { notBefore, notAfter });
    const wide = await makeCa('E1', {
      issuer: root,
      signer: issuer.signer,
      notBefore: new Date(0),
      notAfter: new Date('2049-12-31T23:59:59Z'),
    });
    const at = async (time: number) => codeOf(await check([short, wide], root, new Date(time)));
    assert.equal(await at(notBefore.getTime() - 1000), 'not_yet_valid');
    assert.equal(await at(notBefore.getTime()), 'valid');
    assert.equal(await at(notAfter.getTime()), 'valid');
    assert.equal(await at(notAfter.getTime() + 1000), 'expired');
  });

  test('an invalid Date is no time at which a path holds', async () => {
    assert.equal(codeOf(await check([leaf, issuer], root, new Date(Number.NaN))), 'not_yet_valid');
  });

  test('VER-26: an expired intermediate fails the path, an expired anchor does not', async () => {
    const past = { notBefore: secondsFromNow(-100), notAfter: secondsFromNow(-1) };
    const expired = await makeCa('E1', { issuer: root, signer: issuer.signer, ...past });
    const oldRoot = await makeCa('Root X1', { signer: root.signer, ...past });
    await fails([leaf, expired], 'expired', 1);
    assert.equal((await check([leaf, issuer], oldRoot)).kind, 'valid');
  });

  test('VER-25: a signature by another key of the same name fails', async () => {
    const impostor = await makeCa('E1', { issuer: root });
    await fails([leaf, impostor], 'signature_invalid', 0);
  });

  test('VER-25: a path has to reach the very key of the anchor', async () => {
    const otherKey = await makeCa('Root X1');
    assert.equal(codeOf(await check([leaf, issuer], otherKey)), 'signature_invalid');
  });

  test('VER-30: a signature algorithm that is not known is unsupported, not valid', async () => {
    const refusing = { verify: async () => 'unsupported' as const };
    const budget = new WorkBudget(refusing);
    const path = { certificates: [leaf.certificate], anchor: issuer.certificate };
    assert.equal(codeOf(await checkPath({ path, at: AT, budget })), 'signature_unsupported');
  });

  test('T-16: names are chained octet by octet', async () => {
    const printable = await make('E1', { issuer: root, signer: issuer.signer, extensions: CA_EXTENSIONS });
    const renamed = {
      ...printable,
      certificate: withSubject(printable.certificate, encodeName([{ type: 'C', value: 'NL' }])),
    };
    await fails([leaf, renamed], 'name_chaining_broken', 0);
  });

  test('VER-26: an issuer without basicConstraints, or with cA FALSE, is no CA', async () => {
    const keyCertSign = encodeKeyUsage(['keyCertSign']);
    for (const extensions of [[keyCertSign], [encodeEndEntityBasicConstraints(), keyCertSign]]) {
      await failsUnder(extensions, 'not_a_ca');
    }
  });

  test('RFC 5280 6.1.4 (k): a CA certificate of version 1 is refused', async () => {
    const version1 = await makeVersion1(issuer, root);
    await fails([leaf, version1], 'ca_not_version_3', 1);
  });

  test('VER-26: keyUsage of an issuer has to have keyCertSign; none at all is fine', async () => {
    await failsUnder(
      [encodeCaBasicConstraints(), encodeKeyUsage(['cRLSign'])],
      'key_usage_forbids_certificate_signing',
    );
    const without = await makeCa('E1', { issuer: root, extensions: [encodeCaBasicConstraints()] });
    assert.equal((await check([await makeLeaf(without), without], root)).kind, 'valid');
  });

  test('VER-26: pathLenConstraint counts the CAs below, self-issued ones left out', async () => {
    const limited = await makeCa('P0', {
      issuer: root,
      extensions: [encodeCaBasicConstraints(0), encodeKeyUsage(['keyCertSign'])],
    });
    const below = await makeCa('Below', { issuer: limited });
    const selfIssued = await makeCa('P0', { issuer: limited });
    assert.equal((await check([await makeLeaf(limited), limited], root)).kind, 'valid');
    await fails([await makeLeaf(below), below, limited], 'path_length_exceeded', 1);
    const path = [await makeLeaf(selfIssued), selfIssued, limited];
    assert.equal((await check(path, root)).kind, 'valid');
    const one = await makeCa('P1', { issuer: root, extensions: [encodeCaBasicConstraints(1)] });
    const again = await makeCa('P1', { issuer: one });
    const last = await makeCa('Last', { issuer: again });
    assert.equal((await check([await makeLeaf(last), last, again, one], root)).kind, 'valid');
    // A target that is a CA itself is the last certificate, not an intermediate (RFC 5280 4.2.1.9).
    assert.equal((await check([below, limited], root)).kind, 'valid');
  });

  test('a lower pathLenConstraint counts, a higher one below it does not lift it', async () => {
    const one = await makeCa('One', { issuer: root, extensions: [encodeCaBasicConstraints(1)] });
    const nine = await makeCa('Nine', { issuer: one, extensions: [encodeCaBasicConstraints(9)] });
    const third = await makeCa('Third', { issuer: nine });
    await fails([await makeLeaf(third), third, nine, one], 'path_length_exceeded', 1);
  });

  test('VER-26: a critical extension that is not known fails, on target and issuer alike', async () => {
    const unknown = encodeExtension('1.2.3.4', 'critical', bytes('0500'));
    const marked = await makeLeaf(issuer, { extensions: [unknown] });
    await fails([marked, issuer], 'critical_extension_unsupported', 0);
    await failsUnder([...CA_EXTENSIONS, unknown], 'critical_extension_unsupported');
    const tolerated = encodeExtension('1.2.3.4', 'non-critical', bytes('0500'));
    const mild = await makeLeaf(issuer, { extensions: [tolerated] });
    assert.equal((await check([mild, issuer], root)).kind, 'valid');
  });

  test('RFC 5280 4.2.1.4: critical policies hold with qualifiers that are known, and fail with others', async () => {
    const policies = (qualifier?: string) =>
      encodeExtension(EXTENSION_OIDS.certificatePolicies, 'critical', encodePolicies(['1.2.3'], qualifier));
    for (const extension of [policies(), policies('1.3.6.1.5.5.7.2.1')]) {
      const ca = await makeCa('E1', { issuer: root, extensions: [...CA_EXTENSIONS, extension] });
      const target = await makeLeaf(ca, { extensions: [extension] });
      assert.equal((await check([target, ca], root)).kind, 'valid');
    }
    await failsUnder([...CA_EXTENSIONS, policies('1.2.3.9')], 'critical_extension_unsupported');
  });

  test('critical policies that are no policies are malformed', async () => {
    for (const value of [bytes('3000'), bytes('0500'), encodePolicies(['1.2.3', '1.2.3'])]) {
      const extension = encodeExtension(EXTENSION_OIDS.certificatePolicies, 'critical', value);
      await failsUnder([...CA_EXTENSIONS, extension], 'extension_malformed');
    }
  });

  test('a critical extendedKeyUsage holds on the target and fails on an issuer', async () => {
    const value = encodeDer((writer) =>
      writer.sequence((list) => list.oid(EXTENDED_KEY_USAGE_OIDS.serverAuth)),
    );
    const critical = encodeExtension(EXTENSION_OIDS.extendedKeyUsage, 'critical', value);
    const target = await makeLeaf(issuer, { extensions: [critical] });
    assert.equal((await check([target, issuer], root)).kind, 'valid');
    await failsUnder([...CA_EXTENSIONS, critical], 'critical_extension_unsupported');
    const mild = encodeExtendedKeyUsage([EXTENDED_KEY_USAGE_OIDS.serverAuth]);
    const ca = await makeCa('E1', { issuer: root, extensions: [...CA_EXTENSIONS, mild] });
    assert.equal((await check([await makeLeaf(ca), ca], root)).kind, 'valid');
  });

  test('an extension that bears on the path and cannot be read fails it', async () => {
    const broken = encodeExtension(EXTENSION_OIDS.basicConstraints, 'critical', bytes('30030101'));
    await failsUnder([broken], 'extension_malformed');
    const brokenUsage = encodeExtension(EXTENSION_OIDS.keyUsage, 'critical', bytes('0500'));
    const target = await makeLeaf(issuer, { extensions: [brokenUsage] });
    await fails([target, issuer], 'extension_malformed', 0);
  });

  test('VER-33: signatures are checked no more often than the budget allows, and each once', async () => {
    let checks = 0;
    const counting = {
      verify: async (...input: Parameters<typeof CRYPTO.verify>) => {
        checks++;
        return CRYPTO.verify(...input);
      },
    };
    const path = { certificates: [leaf.certificate, issuer.certificate], anchor: root.certificate };
    const tight = new WorkBudget(counting, { signatureChecks: 1 });
    assert.equal(codeOf(await checkPath({ path, at: AT, budget: tight })), 'work_budget_exceeded');
    assert.equal(checks, 1);
    const enough = new WorkBudget(counting, { signatureChecks: 2 });
    for (let i = 0; i < 3; i++)
      assert.equal((await checkPath({ path, at: AT, budget: enough })).kind, 'valid');
    assert.equal(checks, 3);
  });

  /** A leaf under an intermediate with these extensions. */
  async function failsUnder(extensions: readonly Uint8Array[], code: PathFailureCode): Promise<void> {
    const ca = await makeCa('E1', { issuer: root, extensions });
    await fails([await makeLeaf(ca), ca], code, 1);
  }

  async function fails(parties: readonly Party[], code: PathFailureCode, index: number): Promise<void> {
    const verdict = await check(parties, root);
    assert.ok(verdict.kind === 'failed', 'the path holds');
    assert.equal(verdict.code, code, verdict.message);
    assert.equal(verdict.index, index);
  }
});

function check(parties: readonly Party[], anchor: Party, at = AT) {
  const certificates = parties.map(({ certificate }) => certificate);
  const path = { certificates, anchor: anchor.certificate };
  return checkPath({ path, at, budget: new WorkBudget(CRYPTO) });
}

function codeOf(verdict: Awaited<ReturnType<typeof checkPath>>): string {
  return verdict.kind === 'valid' ? 'valid' : verdict.code;
}

function withSubject(certificate: Certificate, der: Uint8Array): Certificate {
  return { ...certificate, subject: { ...certificate.subject, der } };
}

function encodePolicies(policies: readonly string[], qualifier?: string): Uint8Array {
  return encodeDer((writer) =>
    writer.sequence((list) => {
      for (const policy of policies) {
        list.sequence((information) => {
          information.oid(policy);
          if (qualifier === undefined) return;
          information.sequence((qualifiers) =>
            qualifiers.sequence((item) => {
              item.oid(qualifier);
              item.null();
            }),
          );
        });
      }
    }),
  );
}

/** The same subject and key without version and extensions. */
async function makeVersion1(party: Party, issuer: Party): Promise<Party> {
  const { certificate, signer } = party;
  const tbs = encodeDer((writer) =>
    writer.sequence((fields) => {
      fields.serialNumber('77');
      fields.raw(issuer.signer.algorithm.der);
      fields.raw(issuer.certificate.subject.der);
      fields.sequence((validity) => {
        validity.time(certificate.notBefore);
        validity.time(certificate.notAfter);
      });
      fields.raw(certificate.subject.der);
      fields.raw(signer.subjectPublicKeyInfoDer);
    }),
  );
  const der = assembleSigned(tbs, issuer.signer.algorithm.der, await issuer.signer.sign(tbs));
  return { ...party, certificate: decodeCertificate(der) };
}
