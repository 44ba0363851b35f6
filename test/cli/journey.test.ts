// examples/journey as its README tells it, with the real command: from trusted addresses to identity, a phase at a time.
import assert from 'node:assert/strict';
import { copyFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { folderWith, kubewho, read, root } from './support.ts';

const journey = join(root, 'examples/journey');
/** The steps in their order, each with the folder that is fixed before it. */
const steps = [{ name: '1-observe', fixed: undefined }, { name: '2-warn', fixed: 'payments' }, { name: '3-enforce', fixed: 'shop' }] as const;

/** Compares with a file of the example; UPDATE_GOLDENS=1 writes it anew. */
function golden(name: string, text: string): void {
  const file = join(journey, 'steps', name);
  if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(file, text);
  assert.equal(text, readFileSync(file, 'utf8'));
}

describe('examples/journey', () => {
  // Copied out of this repository, whose other manifests belong to the same git workspace.
  const cwd = folderWith({});
  cpSync(join(journey, 'start'), cwd, { recursive: true });
  const configure = (step: string): void => copyFileSync(join(journey, 'steps', step, 'kubewho.yaml'), join(cwd, 'kubewho.yaml'));
  const lint = (...args: string[]) => kubewho(['lint', ...args], { cwd });
  const findings = (...args: string[]): { rule: string; severity: string; file: string }[] => JSON.parse(lint('--format', 'json', ...args).stdout).findings;

  test('at the start addresses are trusted: without phases that fails, and most of it is grave', () => {
    assert.equal(lint().code, 1);
    assert.ok(findings().some(({ rule, severity }) => rule === 'network-only-trust' && severity === 'error'));
  });

  for (const [i, { name, fixed }] of steps.entries()) {
    const before = steps[i - 1]?.name;
    if (before !== undefined && fixed !== undefined) {
      test(`${name} set too early fails`, () => {
        configure(name);
        assert.equal(lint().code, 1);
        configure(before);
      });

      test(`kubewho's own fixes of ${fixed} lead to ${name}, and are complete`, () => {
        golden(`${name}/fixes.diff`, lint('--fix=all', '--diff', fixed).stdout);
        lint('--fix=all', fixed);
        assert.equal(lint('--fix=all', '--diff', fixed).stdout, '');
      });
    }

    test(`in ${name} the estate is clean, and kubewho phase says what comes next`, () => {
      configure(name);
      assert.equal(lint().code, 0, lint().stdout);
      golden(`${name}/phase.txt`, kubewho(['phase'], { cwd }).stdout);
    });
  }

  test('what was repaired on the way makes an exception go: it is said, and fails until it is taken out', () => {
    const midway = folderWith({});
    cpSync(join(journey, 'start'), midway, { recursive: true });
    copyFileSync(join(journey, 'steps/1-observe/kubewho.yaml'), join(midway, 'kubewho.yaml'));
    kubewho(['lint', '--fix=all', 'payments'], { cwd: midway });
    assert.match(kubewho(['phase'], { cwd: midway }).stdout, /exceptions that can go:\n {2}kubewho\.yaml:10:13 network-only-trust at payments\/api-metrics: /);
    assert.match(kubewho(['lint', '--format', 'compact'], { cwd: midway }).stdout, /kubewho\.yaml:10:13: warning unused-suppression/);
  });

  test('rules that call for the same policy write it once', () => {
    const whole = folderWith({});
    cpSync(join(journey, 'start'), whole, { recursive: true });
    const diff = kubewho(['lint', '--select', 'network-only-trust,missing-authorization-policy', '--fix=all', '--diff'], { cwd: whole }).stdout;
    assert.equal(diff.split('+kind: AuthorizationPolicy\n+metadata:\n+  name: api-callers\n').length, 2, diff);
  });

  test('at the end every way in asks for an identity, but for what is outside the cluster and for one exception with an end', () => {
    assert.deepEqual(findings(), []);
    const { workloads } = JSON.parse(kubewho(['trust', '--format', 'json'], { cwd }).stdout) as { workloads: { workload: { namespace: string; name: string }; identityDemanded: boolean | null }[] };
    const answer = Object.fromEntries(workloads.map(({ workload, identityDemanded }) => [`${workload.namespace}/${workload.name}`, identityDemanded]));
    assert.deepEqual([answer['payments/api'], answer['payments/ledger'], answer['shop/cart'], answer['shop/storefront']], [true, true, true, true]);
    assert.equal(answer['payments/settlement'], false);
    assert.match(read(cwd, 'kubewho.yaml'), /target: payments\/settlement/);
    // The addresses are still there, as containment.
    assert.match(read(cwd, 'payments/network.yaml'), /cidr: 10\.0\.0\.0\/8/);
  });
});
