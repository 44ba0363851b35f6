import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { describeFramework, frameworkEntry, frameworkIds } from '../../rules/frameworks.ts';
import { rules } from '../../rules/index.ts';

describe('the controls and techniques that rules refer to', () => {
  test('are all in the list of what was read', () => {
    assert.deepEqual(rules.flatMap(({ id, frameworks }) => frameworks.filter((one) => !frameworkEntry(one)).map((one) => `${id}: ${one}`)), []);
  });

  test('are named once by each rule, and each rule but those about suppressions names one', () => {
    for (const { id, family, frameworks } of rules) {
      assert.equal(new Set(frameworks).size, frameworks.length, id);
      assert.ok(family === 'meta' || frameworks.length > 0, id);
    }
  });

  test('are none that no rule needs', () => {
    const used = new Set(rules.flatMap(({ frameworks }) => frameworks));
    assert.deepEqual(frameworkIds().filter((one) => !used.has(one)), []);
  });

  test('have a title and an address', () => {
    assert.equal(describeFramework('cis-kubernetes:5.1.6'), 'CIS Kubernetes Benchmark 1.12 5.1.6: Ensure that Service Account Tokens are only mounted where necessary');
    assert.equal(frameworkEntry('mitre-attack:T1552.007')?.url, 'https://attack.mitre.org/techniques/T1552/007/');
    assert.equal(frameworkEntry('owasp-nhi:NHI5:2025')?.title, 'Overprivileged NHI');
    assert.equal(describeFramework('nist-sp-800-207:2.1-2'), 'NIST SP 800-207 2.1-2: All communication is secured regardless of network location');
    assert.equal(describeFramework('owasp-agentic-2026:ASI03'), 'OWASP Top 10 for Agentic Applications 2026 ASI03: Identity and Privilege Abuse');
    assert.equal(frameworkEntry('owasp-nhi:NHI11:2025'), undefined);
    for (const one of frameworkIds()) assert.match(frameworkEntry(one)!.url, /^https:\/\//);
  });
});
