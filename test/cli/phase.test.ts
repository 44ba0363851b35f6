// `phase`, and `lint` under phases, as a process: where namespaces stand, what blocks them, which exceptions can go.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deployment, folderWith, kubewho, write } from './support.ts';

const byAddress = (name: string, namespace: string, cidr = '10.0.0.0/8') => `${deployment(name, { namespace, account: name, automount: 'false' })}---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  podSelector: { matchLabels: { app: ${name} } }
  ingress: [{ from: [{ ipBlock: { cidr: ${cidr} } }] }]
`;
const phases = `phases:
  - phase: observe
  - phase: warn
    namespaces: [bank]
    from: 2020-01-01
  - phase: enforce
    namespaces: [bank]
    from: 2999-01-01
  - phase: enforce
    namespaces: [shop]
exceptions:
  - rule: network-only-trust
    target: bank/mainframe
    reason: it speaks TN3270 and has no identity
    until: 2998-12-31
  - rule: network-only-trust
    target: bank/retired
    reason: it is switched off in spring
    until: 2998-12-31
  - rule: network-only-trust
    target: shop/cart
    reason: until it is in the mesh
    until: 2998-12-31
`;
const files = {
  'kubewho.yaml': phases,
  'bank/ledger.yaml': byAddress('ledger', 'bank'),
  'bank/mainframe.yaml': byAddress('mainframe', 'bank'),
  'shop/cart.yaml': deployment('cart', { namespace: 'shop', account: 'cart', automount: 'false' }),
  'dev/try.yaml': byAddress('try', 'dev'),
};
const cwd = folderWith(files);
const phase = (...args: string[]) => kubewho(['phase', ...args], { cwd });
const rowsIn = (stdout: string) => stdout.split('\n\n')[0]!.split('\n').map((line) => line.trim().split(/ {2,}/));

describe('phase', () => {
  test('where each namespace stands, its next phase, and what blocks that', () => {
    const { code, stdout } = phase();
    assert.equal(code, 0);
    assert.deepEqual(rowsIn(stdout), [
      ['NAMESPACE', 'WORKLOADS', 'PHASE', 'SINCE', 'NEXT', 'BLOCKED BY'],
      ['bank', '2', 'warn', '2020-01-01', 'enforce from 2999-01-01', '1 network-only-trust'],
      ['dev', '1', 'observe', '-', 'warn', '1 network-only-trust'],
      ['shop', '1', 'enforce', '-', '-', 'nothing'],
    ]);
  });

  test('the exceptions that can go, each with its place and why', () => {
    assert.match(phase().stdout, /\nexceptions that can go:\n {2}kubewho\.yaml:17:13 network-only-trust at bank\/retired: nothing called bank\/retired is among the files read\n {2}kubewho\.yaml:21:13 network-only-trust at shop\/cart: nothing there is a finding of network-only-trust any more\n$/);
  });

  test('--show-blockers: with file and line', () => {
    assert.match(phase('--show-blockers').stdout, /\nbank: before enforce\n {2}bank\/ledger\.yaml:\d+:\d+ network-only-trust: Callers from 10\.0\.0\.0\/8 are let in to Deployment bank\/ledger by address alone/);
  });

  test('--on: as if it were another day', () => {
    const { stdout } = phase('--on', '2999-01-01');
    assert.deepEqual(rowsIn(stdout)[1], ['bank', '2', 'enforce', '2999-01-01', '-', 'failing: 2 network-only-trust']);
    assert.match(stdout, /bank\/mainframe: it ended on 2998-12-31/);
    assert.deepEqual(rowsIn(phase('--on', '2019-12-31').stdout)[1], ['bank', '2', 'observe', '-', 'warn from 2020-01-01', '1 network-only-trust']);
  });

  test('the same as JSON', () => {
    const answer = JSON.parse(phase('--format', 'json', '--on', '2027-01-01').stdout);
    assert.deepEqual([answer.schemaVersion, answer.on], [1, '2027-01-01']);
    const [bank] = answer.standings;
    assert.deepEqual([bank.namespace, bank.phase, bank.since, bank.next], ['bank', 'warn', '2020-01-01', { phase: 'enforce', from: '2999-01-01' }]);
    assert.deepEqual(bank.blockers.map(({ rule, count, findings }: { rule: string; count: number; findings: { at: { file: string } }[] }) => [rule, count, findings.map(({ at }) => at.file)]), [['network-only-trust', 1, ['bank/ledger.yaml']]]);
    assert.deepEqual(answer.exceptionsToGo.map(({ target, reason }: { target: string; reason: string }) => [target, reason]), [['bank/retired', 'absent'], ['shop/cart', 'repaired']]);
  });

  test('an exception can go where every caller proves an identity now, and so can a suppression in a manifest', () => {
    const proved = folderWith({
      ...files,
      'bank/mesh.yaml': 'apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: { name: mainframe, namespace: bank }\nspec:\n  selector: { matchLabels: { app: mainframe } }\n  rules: [{ from: [{ source: { principals: ["*/ns/bank/sa/ledger"] } }] }]\n',
      'dev/try.yaml': byAddress('try', 'dev', '127.0.0.0/8').replace('  ingress:', '  # kubewho: ignore[network-only-trust] until=2999-12-31 -- a test\n  ingress:'),
    });
    const { stdout } = kubewho(['phase'], { cwd: proved });
    assert.match(stdout, /bank\/mainframe: every caller has to prove an identity there now/);
    assert.match(stdout, /dev\/try\.yaml:\d+:\d+ Nothing here is a finding of "network-only-trust"/);
  });

  test('workloads of one namespace that stand elsewhere have a line of their own; so have other rules', () => {
    const split = folderWith({ ...files, 'kubewho.yaml': 'phases: [{phase: observe}, {phase: enforce, selector: {matchLabels: {app: ledger}}}]\n' });
    assert.deepEqual(rowsIn(kubewho(['phase'], { cwd: split }).stdout).filter(([namespace]) => namespace === 'bank'), [['bank', '1', 'observe', '-', 'warn', '1 network-only-trust'], ['bank', '1', 'enforce', '-', '-', 'failing: 1 network-only-trust']]);
    const tracks = folderWith({ ...files, 'kubewho.yaml': 'phases: [{phase: observe}, {phase: warn, rules: [tokens, accounts]}]\n' });
    assert.deepEqual(rowsIn(kubewho(['phase'], { cwd: tracks }).stdout).filter(([namespace]) => namespace === 'shop').map((row) => row.slice(0, 4)), [['shop', 'trust', '1', 'observe'], ['shop', 'accounts, tokens', '1', 'warn']]);
  });

  test('without phases, and with nothing to read', () => {
    const plain = folderWith({ 'a.yaml': byAddress('ledger', 'bank') });
    const { stdout } = kubewho(['phase'], { cwd: plain });
    assert.deepEqual(rowsIn(stdout)[1], ['bank', '1', 'none', '-', 'observe', 'nothing']);
    assert.match(stdout, /no phases are read \(no kubewho\.yaml is in \. or above it\)/);
    assert.match(kubewho(['phase'], { cwd: folderWith({ 'a.yaml': byAddress('ledger', 'bank'), 'kubewho.yaml': 'rules: {}\n' }) }).stdout, /kubewho\.yaml has no phases/);
    const below = folderWith({ 'deploy/a.yaml': byAddress('ledger', 'bank'), 'kubewho.yaml': 'phases: [{phase: observe}]\n' });
    assert.match(kubewho(['phase', 'deploy'], { cwd: below }).stdout, /no phases are read \(kubewho\.yaml counts with --workspace \.\)/);
    assert.equal(kubewho(['phase'], { cwd: folderWith({}) }).stdout, 'no workloads among the files read\n');
  });

  test('--config reads another file; wrong usage and faults are said', () => {
    assert.deepEqual(rowsIn(phase('--config', 'kubewho.yaml', 'bank').stdout)[1]!.slice(0, 3), ['bank', '2', 'warn']);
    assert.match(phase('--on', 'soon').stderr, /--on soon: a day looks like 2027-03-31/);
    const faulty = folderWith({ 'kubewho.yaml': 'phases: [{phase: enforced}]\n', 'a.yaml': deployment('a') });
    const { code, stderr } = kubewho(['phase'], { cwd: faulty });
    assert.equal(code, 2);
    assert.match(stderr, /kubewho\.yaml:1:18: phases\[0\]\.phase is "enforced", not one of observe, warn, enforce; did you mean "enforce"\?/);
  });
});

describe('lint under phases', () => {
  const lint = (folder: string, ...args: string[]) => kubewho(['lint', '--select', 'network-only-trust,meta', '--format', 'compact', ...args], { cwd: folder });

  test('observe never fails a run, warn fails it as warnings do, enforce as errors do', () => {
    const of = (text: string, ...args: string[]) => lint(folderWith({ 'kubewho.yaml': text, 'a.yaml': byAddress('ledger', 'bank') }), ...args).code;
    assert.deepEqual(['observe', 'warn', 'enforce'].map((one) => of(`phases: [{phase: ${one}}]\n`)), [0, 1, 1]);
    assert.deepEqual(['observe', 'warn', 'enforce'].map((one) => of(`phases: [{phase: ${one}}]\n`, '--fail-on', 'error')), [0, 0, 1]);
  });

  test('exceptions count as suppressed, with their reason; those that nothing needs are findings in kubewho.yaml', () => {
    const { stdout } = kubewho(['lint', '--select', 'network-only-trust,meta', '--format', 'json'], { cwd });
    const { findings, summary } = JSON.parse(stdout);
    assert.equal(summary.suppressed, 1);
    assert.deepEqual(findings.map(({ rule, severity, file, range }: { rule: string; severity: string; file: string; range: { start: { line: number } } }) => `${file}:${file === 'kubewho.yaml' ? range.start.line : ''} ${severity} ${rule}`), ['bank/ledger.yaml: warning network-only-trust', 'dev/try.yaml: info network-only-trust', 'kubewho.yaml:17 warning unused-suppression', 'kubewho.yaml:21 warning unused-suppression']);
  });

  test('a PATH that does not hold kubewho.yaml says nothing of its exceptions; --no-config knows none', () => {
    assert.doesNotMatch(lint(cwd, 'bank').stdout, /unused-suppression/);
    assert.match(lint(cwd, '--no-config', 'bank').stdout, /bank\/mainframe\.yaml/);
  });

  test('an exception that is past its day is a finding, and what it accepted counts again', () => {
    const over = folderWith(files);
    write(over, { 'kubewho.yaml': phases.replace('until: 2998-12-31', 'until: 2020-12-31') });
    const { stdout } = lint(over);
    assert.match(stdout, /kubewho\.yaml:15:12.*This exception ended on 2020-12-31/);
    assert.match(stdout, /bank\/mainframe\.yaml.*network-only-trust/);
  });
});
