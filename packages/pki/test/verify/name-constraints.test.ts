import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  assembleSigned,
  buildTbsCertificate,
  type Certificate,
  decodeCertificate,
  EXTENSION_OIDS,
  encodeExtension,
  encodeName,
  type GeneralNameInput,
  type NameAttributeInput,
} from '@lancre/pki/certificate';
import { type DerWriter, encodeDer } from '@lancre/pki/der';
import { checkPath, WorkBudget, type WorkLimits } from '@lancre/pki/verify';
import { writeGeneralName } from '#pki/pki/general-name.js';
import { bytes } from '../support/hex.ts';
import { AT, CA_EXTENSIONS, makeCa, type Party, secondsFromNow } from './pki-maker.ts';

/** A GeneralName to write, or its octets. */
type AnyName = GeneralNameInput | Uint8Array;
type Attributes = readonly NameAttributeInput[];

interface Lists {
  readonly permitted?: readonly AnyName[];
  readonly excluded?: readonly AnyName[];
}

/** Base of the subtree, name below it, whether the name lies in the subtree. */
type Case = readonly [base: AnyName, name: AnyName, place: 'inside' | 'outside' | 'unclear'];

const NOBODY: Attributes = [];
const SMTP_UTF8_MAILBOX = '1.3.6.1.5.5.7.8.9';
const LEADING_DOT: readonly Case[] = [
  [dns('.example.com'), dns('www.example.com'), 'inside'],
  [dns('.example.com'), dns('*.example.com'), 'inside'],
  [dns('.example.com'), dns('example.com'), 'outside'],
];

const DNS: readonly Case[] = [
  [dns('example.com'), dns('example.com'), 'inside'],
  [dns('example.com'), dns('a.b.example.com'), 'inside'],
  [dns('EXAMPLE.com'), dns('www.Example.COM'), 'inside'],
  [dns('example.com'), dns('*.example.com'), 'inside'],
  [dns('example.com'), dns('_dmarc.example.com'), 'inside'],
  [dns(''), dns('anything.example'), 'inside'],
  [dns('example.com'), dns('notexample.com'), 'outside'],
  [dns('example.com'), dns('com'), 'outside'],
  [dns('example.com'), dns('example.com.evil.test'), 'outside'],
  [dns('a.mail.example.com'), dns('*.example.com'), 'outside'],
  [dns('example.com'), dns('www.example.com.'), 'unclear'],
  [dns('example.com'), dns('w*.example.com'), 'unclear'],
  [dns('example.com'), dns('www.*.example.com'), 'unclear'],
  [dns('example.com'), dns('*'), 'unclear'],
  [dns('example.com'), dns('www..example.com'), 'unclear'],
  [dns('example.com'), dns('.example.com'), 'unclear'],
  [dns('example.com'), dns(' www.example.com'), 'unclear'],
  [dns('example.com'), dns('evil.test\0.example.com'), 'unclear'],
  [dns('example.com'), dns(''), 'unclear'],
  [dns('example.com'), dns(`${'a'.repeat(64)}.example.com`), 'unclear'],
  [dns('example.com'), dns(`${'a.'.repeat(130)}example.com`), 'unclear'],
  [dns('example.com.'), dns('www.example.com'), 'unclear'],
  [dns('*.example.com'), dns('www.example.com'), 'unclear'],
  [dns('.'), dns('www.example.com'), 'unclear'],
  ...LEADING_DOT,
];

const EMAIL: readonly Case[] = [
  [email('root@example.com'), email('root@EXAMPLE.com'), 'inside'],
  [email('root@example.com'), email('"root"@example.com'), 'inside'],
  [email('root@example.com'), email('"r\\oot"@example.com'), 'inside'],
  [email('root@example.com'), email('Root@example.com'), 'outside'],
  [email('root@example.com'), email('root@www.example.com'), 'outside'],
  [email('example.com'), email('anybody@example.com'), 'inside'],
  [email('example.com'), email('anybody@mail.example.com'), 'outside'],
  [email('.example.com'), email('anybody@a.mail.example.com'), 'inside'],
  [email('.example.com'), email('anybody@example.com'), 'outside'],
  [email('.example.com'), email('anybody@badexample.com'), 'outside'],
  [email(''), email('anybody@example.com'), 'inside'],
  [email('example.com'), email('"a@evil.test"@example.com'), 'inside'],
  [email('example.com'), email('a@evil.test@example.com'), 'unclear'],
  [email('example.com'), email('example.com'), 'unclear'],
  [email('example.com'), email('@example.com'), 'unclear'],
  [email('example.com'), email('a..b@example.com'), 'unclear'],
  [email('example.com'), email('a@[192.0.2.1]'), 'unclear'],
  [email('example.com'), email('a@example.com.'), 'unclear'],
  [email('example.com'), email(`"${'a'.repeat(400_000)}"@example.com`), 'unclear'],
  [email('a@b@example.com'), email('a@example.com'), 'unclear'],
];

const URI: readonly Case[] = [
  [uri('host.example.com'), uri('https://host.example.com/path'), 'inside'],
  [uri('host.example.com'), uri('HTTP://Host.Example.Com:8080'), 'inside'],
  [uri('host.example.com'), uri('ldap://user:secret@host.example.com/o=x'), 'inside'],
  [uri('host.example.com'), uri('http://evil.test/host.example.com'), 'outside'],
  [uri('host.example.com'), uri('http://host.example.com@evil.test/'), 'outside'],
  [uri('host.example.com'), uri('http://evil.test?@host.example.com'), 'outside'],
  [uri('host.example.com'), uri('http://a.host.example.com/'), 'outside'],
  [uri('.example.com'), uri('http://my.host.example.com/'), 'inside'],
  [uri('.example.com'), uri('http://example.com/'), 'outside'],
  [uri(''), uri('http://example.com/'), 'inside'],
  [uri('example.com'), uri('urn:oid:1.2.3'), 'unclear'],
  [uri('example.com'), uri('mailto:a@example.com'), 'unclear'],
  [uri('example.com'), uri('http:///example.com'), 'unclear'],
  [uri('example.com'), uri('http://192.0.2.1/'), 'unclear'],
  [uri('example.com'), uri('http://0x7f000001/'), 'unclear'],
  [uri('example.com'), uri('http://[2001:db8::1]/'), 'unclear'],
  [uri('example.com'), uri('http://a@evil.test@example.com/'), 'unclear'],
  [uri('example.com'), uri('http://evil.test\\@example.com/'), 'unclear'],
  [uri('.example.com'), uri('http://evil.test\\.example.com/'), 'unclear'],
  [uri('example.com'), uri('http://evil.test\n@example.com/'), 'unclear'],
  [uri('example.com'), uri('http://example.com\n'), 'unclear'],
  [uri('example.com'), uri('http://example%2ecom/'), 'unclear'],
  [uri('http://example.com'), uri('http://example.com/'), 'unclear'],
];

const IP: readonly Case[] = [
  [ip('c0000200 ffffff00'), ip('c00002ff'), 'inside'],
  [ip('c0000280 ffffff00'), ip('c0000201'), 'inside'],
  [ip('c0000200 ffffff00'), ip('c0000301'), 'outside'],
  [ip('00000000 00000000'), ip('c0000301'), 'inside'],
  [ip('c0000201 ffffffff'), ip('c0000201'), 'inside'],
  [ip('c0000201 ffffffff'), ip('c0000200'), 'outside'],
  [ip(`20010db8${'00'.repeat(12)} ffffffff${'00'.repeat(12)}`), ip(`20010db8${'01'.repeat(12)}`), 'inside'],
  [ip(`20010db8${'00'.repeat(12)} ffffffff${'00'.repeat(12)}`), ip(`20010db9${'01'.repeat(12)}`), 'outside'],
  [ip('00000000 00000000'), ip(`${'00'.repeat(10)}ffffc0000201`), 'outside'],
  [ip('c0000200 ff00ff00'), ip('c0000201'), 'unclear'],
  [ip('c0000200 00ffffff'), ip('c0000201'), 'unclear'],
  [ip('c0000200'), ip('c0000200'), 'unclear'],
  [ip('c0000200 ffffff00'), ip('c00002'), 'unclear'],
  [ip('c0000200 ffffff00'), ip('c0000200 ffffff00'), 'unclear'],
  [ip(''), ip('c0000201'), 'unclear'],
];

const DIRECTORY: readonly Case[] = [
  [directory(rdn('O', 'Example')), directory(rdn('O', 'Example'), rdn('CN', 'a')), 'inside'],
  [directory(rdn('O', 'Example')), directory(rdn('O', '  eXAMPLE ')), 'inside'],
  [directory(rdn('O', 'Two  Words')), directory(rdn('O', 'two words')), 'inside'],
  [directory(rdn('O', 'Two Words')), directory(rdn('O', 'TwoWords')), 'outside'],
  [directory(), directory(rdn('O', 'Example')), 'inside'],
  [directory(rdn('O', 'Example')), directory(rdn('O', 'Example Two')), 'outside'],
  [directory(rdn('O', 'Example')), directory(rdn('CN', 'a'), rdn('O', 'Example')), 'outside'],
  [directory(rdn('O', 'Example'), rdn('OU', 'a')), directory(rdn('O', 'Example')), 'outside'],
  [directory(rdn('O', 'Example')), directory(rdn('OU', 'Example')), 'outside'],
  [directory(rdn('O', 'Example')), directory(rdn('O', 'Ex\u00adample')), 'inside'],
  [directory(rdn('O', 'Bücher')), directory(rdn('O', 'BÜCHER')), 'inside'],
  [directory(rdn('O', 'Bücher')), directory(rdn('O', 'Bu\u0308cher')), 'inside'],
  // The same text as PrintableString and as BMPString.
  [directory(rdn('O', 'AB')), rawDirectory('310b3009060355040a13024142'), 'inside'],
  [directory(rdn('O', 'AB')), rawDirectory('310d300b060355040a1e0400410042'), 'inside'],
  // Text that looks as the octets of another value, and several attributes in one RDN.
  [directory(rdn('O', '#0500')), rawDirectory('31093007060355040a0500'), 'outside'],
  [directory(rdn('O', 'AB')), rawDirectory('31163009060355040a130241423009060355040b13024344'), 'outside'],
];

/** The order in a SET OF goes by the octets, which differ with the type of string. */
const SEVERAL_ATTRIBUTES: readonly Case[] = [
  [
    rawDirectory('31163009060355040a130241423009060355040b13024344'),
    rawDirectory('31183009060355040b13024344300b060355040a1e0400410042'),
    'inside',
  ],
];

const NOT_UNDERSTOOD: readonly Case[] = [
  [bytes('88022a03'), bytes('88022a03'), 'unclear'],
  [bytes('a30430020500'), bytes('a30430020500'), 'unclear'],
  [bytes('a50430020500'), bytes('a50430020500'), 'unclear'],
  [other('1.2.3.4', 'a'), other('1.2.3.4', 'a'), 'unclear'],
  [other('1.2.3.4', 'a'), other('1.2.3.5', 'a'), 'outside'],
];

/** RFC 9598 6: rfc822Name constraints apply; the type itself is none for a constraint. */
const SMTP_UTF8: readonly Case[] = [
  [email('example.com'), mailbox('Łukasz@example.com'), 'inside'],
  [email('.example.com'), mailbox('Łukasz@mail.example.com'), 'inside'],
  [email('xn--bcher-kva.example'), mailbox('Łukasz@XN--Bcher-KVA.example'), 'inside'],
  [email('example.com'), mailbox('Łukasz@evil.test'), 'outside'],
  [email('root@example.com'), mailbox('root@example.com'), 'inside'],
  [email('root@example.com'), mailbox('røøt@example.com'), 'outside'],
  [email('xn--bcher-kva.example'), mailbox('Łukasz@bücher.example'), 'unclear'],
  [email('example.com'), mailbox('Łukasz'), 'unclear'],
  [email('example.com'), otherOf(SMTP_UTF8_MAILBOX, bytes('0c02c328')), 'unclear'],
  [email('example.com'), otherOf(SMTP_UTF8_MAILBOX, bytes('0500')), 'unclear'],
  [mailbox('Łukasz@example.com'), email('a@example.com'), 'unclear'],
];

const A_LABELS: readonly Case[] = [
  [dns('xn--bcher-kva.example'), dns('www.XN--BCHER-KVA.example'), 'inside'],
  [dns('xn--bcher-kva.example'), dns('xn--bcher-kvb.example'), 'outside'],
  [email('XN--bcher-kva.example'), email('a@xn--bcher-kva.example'), 'inside'],
  [uri('.xn--bcher-kva.example'), uri('http://www.xn--bcher-kva.example/'), 'inside'],
];

describe('name constraints', () => {
  let ca: Party;

  before(async () => {
    ca = await makeCa('Root X1');
  });

  test('VER-26: dNSName constraints take in the name and all below it', async () => {
    await eachEnds(DNS);
  });

  test('VER-26: rfc822Name constraints are mailboxes, hosts and domains', async () => {
    await eachEnds(EMAIL);
  });

  test('VER-26: URI constraints apply to the host, and want one', async () => {
    await eachEnds(URI);
  });

  test('VER-26: iPAddress constraints are an address and a mask of the same family', async () => {
    await eachEnds(IP);
  });

  test('VER-26: directoryName constraints are compared RDN by RDN, by RFC 5280 7.1', async () => {
    await eachEnds([...DIRECTORY, ...SEVERAL_ATTRIBUTES]);
  });

  test('VER-26: a constraint on a form that is not understood fails names of that form alone', async () => {
    await eachEnds(NOT_UNDERSTOOD);
  });

  test('VER-27: SmtpUTF8Mailbox goes by rfc822Name constraints', async () => {
    await eachEnds(SMTP_UTF8);
  });

  test('VER-27: internationalised names are compared as A-labels, without regard to case', async () => {
    await eachEnds(A_LABELS);
  });

  test('VER-26: a wildcard that may reach into what is excluded is excluded, and not permitted there', async () => {
    const name = [dns('*.example.com')];
    assert.equal(await under({ excluded: [dns('mail.example.com')] }, name), 'name_constraints_violated');
    assert.equal(await under({ permitted: [dns('mail.example.com')] }, name), 'name_constraints_violated');
    assert.equal(await under({ excluded: [dns('.mail.example.com')] }, name), 'valid');
  });

  test('VER-26: a constraint says nothing about names of other forms', async () => {
    const permitted = [dns('example.com'), email('example.com'), uri('example.com'), ip('0a000000 ff000000')];
    assert.equal(await under({ permitted }, []), 'valid');
    assert.equal(await under({ permitted: [dns('example.com')] }, [ip('c0000201')]), 'valid');
    assert.equal(await under({ permitted: [ip('0a000000 ff00ff00')] }, [dns('example.com')]), 'valid');
  });

  test('VER-26: every name has to be permitted, by one of several subtrees', async () => {
    const permitted = [dns('example.com'), dns('example.net')];
    assert.equal(await under({ permitted }, [dns('a.example.com'), dns('b.example.net')]), 'valid');
    const names = [dns('a.example.com'), dns('evil.test')];
    assert.equal(await under({ permitted }, names), 'name_constraints_violated');
  });

  test('VER-26: what is excluded stays so where it is permitted', async () => {
    const lists = { permitted: [dns('example.com')], excluded: [dns('secret.example.com')] };
    assert.equal(await under(lists, [dns('www.example.com')]), 'valid');
    assert.equal(await under(lists, [dns('a.secret.example.com')]), 'name_constraints_violated');
  });

  test('VER-26: the subject is a directoryName unless it is empty', async () => {
    const lists = { permitted: [directory(rdn('O', 'Example'))] };
    assert.equal(await under(lists, [], [rdn('O', 'example'), rdn('CN', 'a')]), 'valid');
    assert.equal(await under(lists, [], [rdn('O', 'Other')]), 'name_constraints_violated');
    assert.equal(await under(lists, [dns('www.example.com')], NOBODY), 'valid');
    assert.equal(await under({ excluded: [directory()] }, [], NOBODY), 'valid');
  });

  test('VER-26: an emailAddress of the subject counts where there is no rfc822Name', async () => {
    const lists = { permitted: [email('example.com')] };
    const subject = [rdn('CN', 'a'), rdn('emailAddress', 'a@evil.test')];
    assert.equal(await under(lists, [], subject), 'name_constraints_violated');
    assert.equal(await under(lists, [dns('a.example.com')], subject), 'name_constraints_violated');
    assert.equal(await under(lists, [email('a@example.com')], subject), 'valid');
    assert.equal(await under(lists, [], [rdn('emailAddress', 'a@example.com')]), 'valid');
  });

  test('RFC 5280 6.1.4 (g): constraints of several issuers are all to be met', async () => {
    const upper = nameConstraints({ permitted: [dns('example.com'), dns('example.net')] });
    const lower = nameConstraints({ permitted: [dns('example.net'), dns('example.org')] });
    const end = (name: string) =>
      check([
        certificate({ issuer: [rdn('CN', 'Lower')], names: [dns(name)] }),
        authority('Lower', 'Upper', [lower]),
        authority('Upper', 'Root X1', [upper]),
      ]);
    assert.deepEqual(await end('www.example.net'), ['valid', undefined]);
    assert.deepEqual(await end('www.example.com'), ['name_constraints_violated', 0]);
    assert.deepEqual(await end('www.example.org'), ['name_constraints_violated', 0]);
  });

  test('VER-26: intermediates are held to constraints, self-issued ones excepted, and the target never', async () => {
    const lists = nameConstraints({ permitted: [directory(rdn('O', 'Example'))] });
    const top = authority('Top', 'Root X1', [lists]);
    const fine = { subject: [rdn('O', 'Example')], names: [] };
    const stray = authority('Stray', 'Top');
    const below = certificate({ issuer: [rdn('CN', 'Stray')], ...fine });
    assert.deepEqual(await check([below, stray, top]), ['name_constraints_violated', 1]);
    const renewed = authority('Top', 'Top');
    const underTop = certificate({ issuer: [rdn('CN', 'Top')], ...fine });
    assert.deepEqual(await check([underTop, renewed, top]), ['valid', undefined]);
    assert.deepEqual(await check([renewed, top]), ['name_constraints_violated', 0]);
  });

  test('VER-26: constraints count where they are not critical', async () => {
    const lists = nameConstraints({ excluded: [dns('')] }, 'non-critical');
    const target = certificate({ issuer: [rdn('CN', 'E1')], names: [dns('example.com')] });
    const path = [target, authority('E1', 'Root X1', [lists])];
    assert.deepEqual(await check(path), ['name_constraints_violated', 0]);
  });

  test('RFC 5280 4.2.1.10: empty lists, a minimum and a maximum are refused', async () => {
    const dnsBase = '8203 612e62';
    for (const value of [
      '3000',
      '3002a000',
      `300ca00a3008${dnsBase}800101`,
      `300ca00a3008${dnsBase}810101`,
      // The default, which DER leaves out.
      `300ca00a3008${dnsBase}800100`,
      `3009a1073005${dnsBase}0500`,
      '0500',
    ]) {
      const lists = encodeExtension(EXTENSION_OIDS.nameConstraints, 'critical', bytes(value));
      const target = certificate({ issuer: [rdn('CN', 'E1')], names: [] });
      const path = [target, authority('E1', 'Root X1', [lists])];
      assert.deepEqual(await check(path), ['extension_malformed', 1], value);
    }
    const right = encodeExtension(
      EXTENSION_OIDS.nameConstraints,
      'critical',
      bytes(`3009a0073005${dnsBase}`),
    );
    const target = certificate({ issuer: [rdn('CN', 'E1')], names: [dns('x.a.b')] });
    assert.deepEqual(await check([target, authority('E1', 'Root X1', [right])]), ['valid', undefined]);
  });

  test('VER-33: names times constraints are counted, and too many are refused', async () => {
    const many = (count: number, top: string) => Array.from({ length: count }, (_, i) => dns(`n${i}.${top}`));
    const excluded = many(600, 'evil.test');
    assert.equal(await under({ excluded }, many(500, 'example.com')), 'work_budget_exceeded');
    const names = many(2, 'example.com');
    const end = (nameComparisons: number) =>
      under({ excluded: excluded.slice(0, 3) }, names, NOBODY, { nameComparisons });
    assert.equal(await end(6), 'valid');
    assert.equal(await end(5), 'work_budget_exceeded');
  });

  async function eachEnds(cases: readonly Case[]): Promise<void> {
    for (const [base, name, place] of cases) {
      const label = JSON.stringify([base, name]);
      const ends = [await under({ permitted: [base] }, [name]), await under({ excluded: [base] }, [name])];
      const allowed = [place === 'inside', place === 'outside'];
      // A name of a form that no subtree has is free of what is permitted.
      if (!(base instanceof Uint8Array) || place !== 'outside') {
        assert.equal(ends[0], allowed[0] ? 'valid' : 'name_constraints_violated', `permitted ${label}`);
      }
      assert.equal(ends[1], allowed[1] ? 'valid' : 'name_constraints_violated', `excluded ${label}`);
    }
  }

  /** How a path ends whose target has these names, under an issuer with these constraints. */
  async function under(
    lists: Lists,
    names: readonly AnyName[],
    subject: Attributes = NOBODY,
    limits: WorkLimits = {},
  ): Promise<string> {
    const target = certificate({ issuer: [rdn('CN', 'E1')], subject, names });
    const [end] = await check([target, authority('E1', 'Root X1', [nameConstraints(lists)])], limits);
    return end;
  }

  /** Signatures are taken as they are: names are all that matters here. */
  async function check(
    certificates: readonly Certificate[],
    limits: WorkLimits = {},
  ): Promise<[string, number | undefined]> {
    const budget = new WorkBudget({ verify: async () => 'valid' }, limits);
    const verdict = await checkPath({ path: { certificates, anchor: ca.certificate }, at: AT, budget });
    return verdict.kind === 'valid' ? ['valid', undefined] : [verdict.code, verdict.index];
  }

  function authority(name: string, issuer: string, extensions: readonly Uint8Array[] = []): Certificate {
    return certificate({
      issuer: [rdn('CN', issuer)],
      subject: [rdn('CN', name)],
      names: [],
      extensions: [...CA_EXTENSIONS, ...extensions],
    });
  }

  function certificate(parts: {
    readonly issuer: Attributes;
    readonly subject?: Attributes;
    readonly names: readonly AnyName[];
    readonly extensions?: readonly Uint8Array[];
  }): Certificate {
    const { issuer, subject = NOBODY, names, extensions = [] } = parts;
    const algorithm = ca.signer.algorithm.der;
    const tbs = buildTbsCertificate({
      serialNumber: '42',
      signatureAlgorithmDer: algorithm,
      issuerDer: encodeName(issuer),
      notBefore: secondsFromNow(-3600),
      notAfter: secondsFromNow(3600),
      subjectDer: encodeName(subject),
      subjectPublicKeyInfoDer: ca.signer.subjectPublicKeyInfoDer,
      extensions: names.length > 0 ? [...extensions, subjectAltName(names)] : extensions,
    });
    return decodeCertificate(assembleSigned(tbs, algorithm, bytes('00')));
  }
});

function nameConstraints(lists: Lists, criticality: 'critical' | 'non-critical' = 'critical'): Uint8Array {
  const value = encodeDer((writer) =>
    writer.sequence((constraints) => {
      for (const [number, bases] of [lists.permitted, lists.excluded].entries()) {
        if (bases === undefined) continue;
        constraints.context(number, (list) => {
          for (const base of bases) list.sequence((subtree) => writeName(subtree, base));
        });
      }
    }),
  );
  return encodeExtension(EXTENSION_OIDS.nameConstraints, criticality, value);
}

function subjectAltName(names: readonly AnyName[]): Uint8Array {
  const value = encodeDer((writer) =>
    writer.sequence((list) => {
      for (const name of names) writeName(list, name);
    }),
  );
  return encodeExtension(EXTENSION_OIDS.subjectAltName, 'non-critical', value);
}

function writeName(writer: DerWriter, name: AnyName): void {
  if (name instanceof Uint8Array) writer.raw(name);
  else writeGeneralName(writer, name);
}

function dns(name: string): GeneralNameInput {
  return { type: 'dns', name };
}

function email(address: string): GeneralNameInput {
  return { type: 'email', address };
}

function uri(text: string): GeneralNameInput {
  return { type: 'uri', uri: text };
}

function ip(octets: string): GeneralNameInput {
  return { type: 'ip', address: bytes(octets) };
}

function rdn(type: NameAttributeInput['type'], value: string): NameAttributeInput {
  return { type, value };
}

function directory(...attributes: Attributes): GeneralNameInput {
  return { type: 'directoryName', name: { der: encodeName(attributes) } };
}

/** A directoryName whose RDNs are these octets. */
function rawDirectory(rdns: string): GeneralNameInput {
  const der = encodeDer((writer) => writer.sequence((name) => name.raw(bytes(rdns))));
  return { type: 'directoryName', name: { der } };
}

function mailbox(address: string): Uint8Array {
  return other(SMTP_UTF8_MAILBOX, address);
}

function other(oid: string, text: string): Uint8Array {
  return otherOf(
    oid,
    encodeDer((writer) => writer.utf8String(text)),
  );
}

function otherOf(oid: string, value: Uint8Array): Uint8Array {
  return encodeDer((writer) =>
    writer.context(0, (name) => {
      name.oid(oid);
      name.context(0, (explicit) => explicit.raw(value));
    }),
  );
}
