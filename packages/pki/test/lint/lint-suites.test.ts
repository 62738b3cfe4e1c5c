import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { lintCrl } from '@lancre/pki/lint';

/** NIST's test suite lies beside the project and is not part of it. */
const PKITS = new URL('../../../../../shared/suites/pkits/crls/', import.meta.url);
const skip = existsSync(PKITS) ? false : 'the folder ../shared/suites is not here';

/** The lists of PKITS that are broken, most of them on purpose. */
const BROKEN: Readonly<Record<string, string>> = {
  'BadCRLSignatureCACRL.crl': 'der_invalid',
  'UnknownCRLEntryExtensionCACRL.crl': 'entry_critical_extension_unknown',
  'UnknownCRLExtensionCACRL.crl': 'critical_extension_unknown',
  'onlyContainsAttributeCertsCACRL.crl': 'idp_attribute_certificates',
};

test('of the lists of PKITS those that are broken have errors under rfc5280, and no others', {
  skip,
}, async () => {
  const found: Record<string, string> = {};
  const files = readdirSync(PKITS).filter((file) => file.endsWith('.crl'));
  for (const file of files) {
    const der = new Uint8Array(readFileSync(new URL(file, PKITS)));
    const findings = await lintCrl(der, { profile: 'rfc5280', scope: 'unknown' });
    const errors = findings.filter(({ severity }) => severity === 'error').map(({ id }) => id);
    if (errors.length > 0) found[file] = errors.join();
  }
  assert.ok(files.length > 100);
  assert.deepEqual(found, BROKEN);
});
