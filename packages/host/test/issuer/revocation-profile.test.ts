import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REVOCATION_REASONS } from '@lancre/pki/crl';
import { defaultIssuerPolicy, type IssuedKind, type IssuerPolicy } from '#host/issuer/issuer-policy.js';
import { revocationFaultOf } from '#host/issuer/revocation-profile.js';

function cabf(issues: IssuedKind): IssuerPolicy {
  return { ...defaultIssuerPolicy, profile: 'cabf', issues };
}

test('CRL-12: under cabf, certificates of subscribers are revoked for five reasons, or for none that is told', () => {
  for (const issues of ['any', 'end-entity'] as const) {
    const allowed = REVOCATION_REASONS.filter(
      (reason) => revocationFaultOf(cabf(issues), { kind: 'revoked', reason }) === undefined,
    );
    assert.deepEqual([...allowed].sort(), [
      'affiliationChanged',
      'cessationOfOperation',
      'keyCompromise',
      'privilegeWithdrawn',
      'superseded',
    ]);
    assert.equal(revocationFaultOf(cabf(issues), { kind: 'revoked' }), undefined);
  }
});

test('CRL-14, ORSP-24: under cabf, a CA certificate is not revoked without a reason', () => {
  assert.match(revocationFaultOf(cabf('ca'), { kind: 'revoked' }) ?? '', /reason.*BR 7\.2\.2/);
  assert.equal(revocationFaultOf(cabf('ca'), { kind: 'revoked', reason: 'cACompromise' }), undefined);
});

test('CRL-13: under cabf there are no holds, by whatever name', () => {
  for (const issues of ['any', 'end-entity', 'ca'] as const) {
    for (const revocation of [
      { kind: 'held' },
      { kind: 'held', reason: 'certificateHold' },
      { kind: 'revoked', reason: 'certificateHold' },
    ] as const) {
      assert.match(revocationFaultOf(cabf(issues), revocation) ?? '', /hold.*BR 4\.9\.13/);
    }
  }
});

test('the profile private allows what RFC 5280 does', () => {
  for (const issues of ['any', 'end-entity', 'ca'] as const) {
    const policy = { ...defaultIssuerPolicy, issues };
    assert.equal(revocationFaultOf(policy, { kind: 'held' }), undefined);
    assert.equal(revocationFaultOf(policy, { kind: 'revoked', reason: 'aACompromise' }), undefined);
    assert.equal(revocationFaultOf(policy, { kind: 'revoked' }), undefined);
  }
});
