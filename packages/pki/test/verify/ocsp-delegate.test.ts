import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { before, describe, test } from 'node:test';
import {
  assembleSigned,
  buildTbsCertificate,
  type Certificate,
  decodeCertificate,
  EXTENDED_KEY_USAGE_OIDS,
  EXTENSION_OIDS,
  encodeAuthorityInfoAccess,
  encodeAuthorityKeyIdentifier,
  encodeCaBasicConstraints,
  encodeCrlDistributionPoints,
  encodeExtendedKeyUsage,
  encodeExtension,
  encodeKeyUsage,
  encodeName,
  encodeOcspNoCheck,
  encodeSubjectAltName,
} from '@lancre/pki/certificate';
import { signatureAlgorithm } from '@lancre/pki/crypto';
import {
  findOcspDelegateFault,
  listOcspDelegateProfileFaults,
  type OcspDelegateFaultCode,
} from '@lancre/pki/verify';
import { bytes } from '../support/hex.ts';
import { AT, CRYPTO, make, makeCa, type Party, type PartyOptions, secondsFromNow } from './pki-maker.ts';

const { ocspSigning, serverAuth, anyExtendedKeyUsage } = EXTENDED_KEY_USAGE_OIDS;
const purpose = encodeExtendedKeyUsage([ocspSigning]);
const noCheck = encodeOcspNoCheck();

describe('who may be a delegated responder', () => {
  let root: Party;
  let issuer: Party;

  before(async () => {
    root = await makeCa('Root X1');
    issuer = await makeCa('E1', { issuer: root });
  });

  async function faultOf(options: PartyOptions = {}, at = AT): Promise<OcspDelegateFaultCode | undefined> {
    const { certificate } = await make('OCSP', { issuer, extensions: [purpose, noCheck], ...options });
    return findIn(certificate, at);
  }

  async function findIn(delegate: Certificate, at = AT): Promise<OcspDelegateFaultCode | undefined> {
    const fault = await findOcspDelegateFault({ delegate, issuer: issuer.certificate, at, crypto: CRYPTO });
    if (fault !== undefined) assert.match(fault.message, /^\S+ \S+/);
    return fault?.reason;
  }

  test('ORSP-09: one by the CA itself, for OCSPSigning, that is not to be checked further', async () => {
    assert.equal(await faultOf(), undefined);
    const usage = encodeKeyUsage(['digitalSignature']);
    assert.equal(await faultOf({ extensions: [purpose, noCheck, usage] }), undefined);
  });

  test('ORSP-09, T-39: none by another key or another name, and none by a delegate', async () => {
    const others = [
      root,
      await makeCa('E1', { issuer: root }),
      await makeCa('E9', { issuer: root, signer: issuer.signer }),
      await make('OCSP', { issuer, extensions: [purpose, noCheck] }),
    ];
    for (const other of others)
      assert.equal(await faultOf({ issuer: other }), 'delegate_not_issued_by_issuer');
  });

  test('ORSP-09: a cross-certificate of the CA has its key, so it stands for the CA as well', async () => {
    const cross = await makeCa('E1', { issuer: await makeCa('Root X2'), signer: issuer.signer });
    const { certificate } = await make('OCSP', { issuer, extensions: [purpose, noCheck] });
    const search = { delegate: certificate, issuer: cross.certificate, at: AT, crypto: CRYPTO };
    assert.equal(await findOcspDelegateFault(search), undefined);
  });

  test('ORSP-12, T-28: no CA, whatever its extendedKeyUsage says', async () => {
    const extensions = [encodeCaBasicConstraints(), purpose, noCheck];
    assert.equal(await faultOf({ extensions }), 'delegate_is_ca');
  });

  test('ORSP-09: none without OCSPSigning; any purpose at all is not enough', async () => {
    for (const purposes of [[serverAuth], [anyExtendedKeyUsage]]) {
      const extensions = [encodeExtendedKeyUsage(purposes), noCheck];
      assert.equal(await faultOf({ extensions }), 'delegate_purpose_missing');
    }
    assert.equal(await faultOf({ extensions: [noCheck] }), 'delegate_purpose_missing');
  });

  test('VER-03: none whose keyUsage lacks digitalSignature, and none that could be revoked', async () => {
    const usage = encodeKeyUsage(['keyAgreement']);
    assert.equal(await faultOf({ extensions: [purpose, noCheck, usage] }), 'delegate_key_usage');
    assert.equal(await faultOf({ extensions: [purpose] }), 'delegate_revocation_unchecked');
  });

  test('none with a critical extension that is not known, or one that cannot be read', async () => {
    const unknown = encodeExtension('1.2.3.4', 'critical', bytes('0500'));
    assert.equal(await faultOf({ extensions: [purpose, noCheck, unknown] }), 'delegate_critical_extension');
    const broken = encodeExtension(EXTENSION_OIDS.ocspNoCheck, 'non-critical', bytes('0101ff'));
    assert.equal(await faultOf({ extensions: [purpose, broken] }), 'delegate_malformed');
  });

  test('VER-03: from notBefore to notAfter, both to the second', async () => {
    const options = { notBefore: secondsFromNow(0), notAfter: secondsFromNow(60) };
    const expected = [
      [-1, 'delegate_not_current'],
      [0, undefined],
      [60, undefined],
      [61, 'delegate_not_current'],
    ] as const;
    for (const [seconds, fault] of expected)
      assert.equal(await faultOf(options, secondsFromNow(seconds)), fault, `after ${seconds} s`);
    assert.equal(await faultOf(options, new Date(Number.NaN)), 'delegate_not_current');
  });

  test('T-27: none whose certificate is signed with SHA-1', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const subjectPublicKeyInfoDer = publicKey.export({ type: 'spki', format: 'der' });
    const verdictOf = async (name: 'rsa-pkcs1-sha1' | 'rsa-pkcs1-sha256', hash: 'sha1' | 'sha256') => {
      const { der } = signatureAlgorithm(name);
      const tbs = tbsOf({
        signatureAlgorithmDer: der,
        subjectPublicKeyInfoDer,
        extensions: [purpose, noCheck],
      });
      const delegate = decodeCertificate(assembleSigned(tbs, der, sign(hash, tbs, privateKey)));
      // The same name and key on both sides: it signs itself, which is enough to look at the algorithm.
      const fault = await findOcspDelegateFault({ delegate, issuer: delegate, at: AT, crypto: CRYPTO });
      return fault?.reason;
    };
    assert.equal(await verdictOf('rsa-pkcs1-sha256', 'sha256'), undefined);
    assert.equal(await verdictOf('rsa-pkcs1-sha1', 'sha1'), 'delegate_not_issued_by_issuer');
  });
});

describe('the responder profile of the Baseline Requirements', () => {
  const keyUsage = encodeKeyUsage(['digitalSignature']);
  const keyIdentifier = encodeAuthorityKeyIdentifier(new Uint8Array(20));
  const fitting = { purpose, noCheck, keyUsage, keyIdentifier };
  const ocsp = { method: 'ocsp', uri: 'http://e1.o.example.net' } as const;
  const caIssuers = { method: 'caIssuers', uri: 'http://e1.i.example.net/' } as const;

  /** What is told of a certificate that fits but for these extensions. */
  function faultsWith(
    changes: Readonly<Record<string, Uint8Array | undefined>>,
    serialNumber?: string,
  ): readonly string[] {
    const extensions = Object.values({ ...fitting, ...changes }).filter((each) => each !== undefined);
    return listOcspDelegateProfileFaults(unsigned(extensions, serialNumber));
  }

  function emptyConstraints(criticality: 'critical' | 'non-critical', value = '3000'): Uint8Array {
    return encodeExtension(EXTENSION_OIDS.basicConstraints, criticality, bytes(value));
  }

  test('ORSP-11: a certificate that has all that is asked for, and what is allowed, fits', () => {
    assert.deepEqual(faultsWith({}), []);
    assert.deepEqual(faultsWith({ constraints: emptyConstraints('critical') }), []);
    assert.deepEqual(faultsWith({ access: encodeAuthorityInfoAccess([ocsp]) }), []);
    assert.deepEqual(faultsWith({ other: encodeExtension('1.2.3.4', 'non-critical', bytes('0500')) }), []);
  });

  const critical = (oid: string, value: string) => encodeExtension(oid, 'critical', bytes(value));
  const mild = (oid: string, value: string) => encodeExtension(oid, 'non-critical', bytes(value));
  const { ocspNoCheck, authorityKeyIdentifier, nameConstraints } = EXTENSION_OIDS;
  const faults: readonly (readonly [string, Readonly<Record<string, Uint8Array | undefined>>, RegExp])[] = [
    ['no authorityKeyIdentifier', { keyIdentifier: undefined }, /authorityKeyIdentifier.*7\.1\.2\.8\.2/],
    [
      'a critical authorityKeyIdentifier',
      { keyIdentifier: critical(authorityKeyIdentifier, '3000') },
      /authorityKeyIdentifier.*7\.1\.2\.8\.2/,
    ],
    ['no extendedKeyUsage', { purpose: undefined }, /extendedKeyUsage.*7\.1\.2\.8\.5/],
    [
      'another purpose beside OCSPSigning',
      { purpose: encodeExtendedKeyUsage([ocspSigning, serverAuth]) },
      /extendedKeyUsage.*7\.1\.2\.8\.5/,
    ],
    ['no nocheck', { noCheck: undefined }, /nocheck.*7\.1\.2\.8\.6/],
    ['a critical nocheck', { noCheck: critical(ocspNoCheck, '0500') }, /nocheck.*7\.1\.2\.8\.6/],
    ['a nocheck that is not NULL', { noCheck: mild(ocspNoCheck, '3000') }, /nocheck.*7\.1\.2\.8\.6/],
    ['a nocheck with more than NULL', { noCheck: mild(ocspNoCheck, '05000500') }, /nocheck.*7\.1\.2\.8\.6/],
    ['no keyUsage', { keyUsage: undefined }, /keyUsage.*7\.1\.2\.8\.7/],
    [
      'a keyUsage that is not critical',
      { keyUsage: mild(EXTENSION_OIDS.keyUsage, '03020780') },
      /keyUsage.*7\.1\.2\.8\.7/,
    ],
    [
      'another usage beside digitalSignature',
      { keyUsage: encodeKeyUsage(['digitalSignature', 'nonRepudiation']) },
      /keyUsage.*7\.1\.2\.8\.7/,
    ],
    [
      'a cRLDistributionPoints',
      { points: encodeCrlDistributionPoints(['http://e1.c.example.net/']) },
      /cRLDistributionPoints.*7\.1\.2\.8\.2/,
    ],
    [
      'a subjectAltName',
      { names: encodeSubjectAltName([{ type: 'dns', name: 'ocsp.example.net' }]) },
      /subjectAltName.*7\.1\.2\.8\.2/,
    ],
    ['nameConstraints', { constrained: critical(nameConstraints, '3000') }, /nameConstraints.*7\.1\.2\.8\.2/],
    ['a caIssuers address', { access: encodeAuthorityInfoAccess([ocsp, caIssuers]) }, /OCSP.*7\.1\.2\.8\.3/],
    [
      'a basicConstraints that is not critical',
      { constraints: emptyConstraints('non-critical') },
      /basicConstraints.*7\.1\.2\.8\.4/,
    ],
    [
      'a basicConstraints that writes FALSE out',
      { constraints: emptyConstraints('critical', '3003010100') },
      /basicConstraints.*7\.1\.2\.8\.4/,
    ],
    [
      'basicConstraints of a CA',
      { constraints: encodeCaBasicConstraints() },
      /basicConstraints.*7\.1\.2\.8\.4/,
    ],
  ];

  test('ORSP-11: each thing that the profile refuses is a fault, and the only one', () => {
    for (const [what, changes, fault] of faults) {
      const told = faultsWith(changes);
      assert.equal(told.length, 1, `${what}: ${told.join('; ')}`);
      assert.match(told[0] ?? '', fault, what);
    }
  });

  test('ORSP-11: a serial number has 64 bits or more, and is below 2^159', () => {
    const told = (serialNumber: string) => faultsWith({}, serialNumber).length;
    assert.equal(told('8000000000000001'), 0);
    assert.equal(told('01000000000000'), 1);
    assert.equal(told(`7f${'ff'.repeat(19)}`), 0);
    assert.equal(told(`80${'00'.repeat(19)}`), 1);
    assert.equal(told('-8000000000000001'), 1);
  });

  test('ORSP-11: every fault is told at once', () => {
    const told = listOcspDelegateProfileFaults(unsigned([], '01'));
    assert.equal(told.length, 5, told.join('\n'));
  });

  test('an extension that cannot be read is a fault', () => {
    assert.equal(faultsWith({ keyUsage: critical(EXTENSION_OIDS.keyUsage, '0500') }).length, 1);
  });
});

interface TbsParts {
  readonly extensions: readonly Uint8Array[];
  readonly signatureAlgorithmDer: Uint8Array;
  readonly subjectPublicKeyInfoDer: Uint8Array;
  readonly serialNumber?: string;
}

function tbsOf(parts: TbsParts): Uint8Array {
  const name = encodeName([{ type: 'CN', value: 'E1' }]);
  return buildTbsCertificate({
    serialNumber: 'a1b2c3d4e5f60718',
    issuerDer: name,
    notBefore: secondsFromNow(-3600),
    notAfter: secondsFromNow(3600),
    subjectDer: name,
    ...parts,
  });
}

/** The profile looks at what a certificate says, not at who says it. */
function unsigned(extensions: readonly Uint8Array[], serialNumber = 'a1b2c3d4e5f60718'): Certificate {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { der } = signatureAlgorithm('ecdsa-sha256');
  const tbs = tbsOf({
    extensions,
    serialNumber,
    signatureAlgorithmDer: der,
    subjectPublicKeyInfoDer: publicKey.export({ type: 'spki', format: 'der' }),
  });
  return decodeCertificate(assembleSigned(tbs, der, Uint8Array.of(0)));
}
