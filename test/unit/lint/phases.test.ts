// Phases and exceptions of kubewho.yaml: what they make of findings, with the real rules.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseConfiguration, type Configuration } from '../../../engine/lint/config.ts';
import type { Finding } from '../../../engine/lint/finding.ts';
import { severityIn } from '../../../engine/lint/phases.ts';
import { Workspace } from '../../../engine/lint/workspace.ts';
import validate from '../../../generated/validate-configuration.mjs';
import { rules } from '../../../rules/index.ts';

/** A Deployment with a NetworkPolicy that lets an address range in to it: one finding of network-only-trust, a warning. */
const protectedByAddress = (namespace: string, name: string, labels = '') => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: ${namespace} }
spec: { template: { metadata: { labels: { app: ${name}${labels} } }, spec: { serviceAccountName: ${name}, automountServiceAccountToken: false, containers: [{ name: main, image: registry.example/${name} }] } } }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name}-in, namespace: ${namespace} }
spec: { podSelector: { matchLabels: { app: ${name} } }, ingress: [{ from: [{ ipBlock: { cidr: 10.0.0.0/8 } }] }] }
---
`;

function configured(text: string): Configuration {
  const { configuration, problems } = parseConfiguration(text, 'kubewho.yaml', validate, rules);
  assert.deepEqual(problems, []);
  return { ...configuration, source: { path: 'kubewho.yaml', text } };
}

interface Estate { readonly manifests?: string; readonly today?: string; readonly dialect?: 'kubernetes' | 'template' }

function workspaceWith(configuration: string, { manifests = protectedByAddress('shop', 'web'), today = '2027-01-01', dialect = 'kubernetes' }: Estate = {}): Workspace {
  const workspace = new Workspace(rules, undefined, { today: () => today });
  workspace.configure(configured(configuration));
  workspace.set({ path: 'all.yaml', text: manifests, dialect, scope: '', role: 'manifest' });
  return workspace;
}

const said = ({ rule, severity, resource }: Finding) => `${severity} ${rule} ${resource.namespace ?? ''}/${resource.name ?? ''}`;
const regular = (findings: readonly Finding[]) => findings.filter(({ persona }) => persona === 'regular');
/** The severity of each finding of network-only-trust, by namespace and policy. */
function severities(configuration: string, estate?: Estate): Record<string, string> {
  return Object.fromEntries(workspaceWith(configuration, estate).findings().filter(({ rule }) => rule === 'network-only-trust').map(({ severity, resource }) => [`${resource.namespace}/${resource.name}`, severity]));
}

describe('a phase says how grave a finding is', () => {
  test('observe: info; warn: a warning at most; enforce: warnings are errors', () => {
    assert.deepEqual(severities(''), { 'shop/web-in': 'warning' });
    for (const [phase, severity] of [['observe', 'info'], ['warn', 'warning'], ['enforce', 'error']]) assert.deepEqual(severities(`phases: [{phase: ${phase}}]`), { 'shop/web-in': severity }, phase);
  });

  test('warn takes an error down, and leaves info alone; so does enforce with info', () => {
    const binding = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: { name: all }\nroleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }\nsubjects: [{ kind: ServiceAccount, name: web, namespace: shop }]\n';
    const of = (phase: string) => workspaceWith(`phases: [{phase: ${phase}, rules: [access, meta]}]`, { manifests: binding }).findings().filter(({ rule }) => rule === 'cluster-admin-binding').map(({ severity }) => severity);
    assert.deepEqual([of('enforce'), of('warn'), of('observe')], [['error'], ['warning'], ['info']]);
    assert.deepEqual(['info', 'warning', 'error'].map((severity) => severityIn('warn', severity as 'info')), ['info', 'warning', 'warning']);
    assert.deepEqual(['info', 'warning', 'error'].map((severity) => severityIn('enforce', severity as 'info')), ['info', 'error', 'error']);
  });

  test('what kubewho.yaml says of the rule wins', () => {
    assert.deepEqual(severities('phases: [{phase: enforce}]\nrules: {network-only-trust: info}'), { 'shop/web-in': 'info' });
    assert.deepEqual(severities('phases: [{phase: observe}]\nrules: {trust: error}'), { 'shop/web-in': 'error' });
  });

  test('only of the family trust, unless it names others', () => {
    const manifests = protectedByAddress('shop', 'web').replace('serviceAccountName: web, automountServiceAccountToken: false, ', '');
    const of = (configuration: string) => regular(workspaceWith(configuration, { manifests }).findings()).map(({ rule, severity }) => `${severity} ${rule}`).sort();
    assert.deepEqual(of('phases: [{phase: observe}]'), ['info network-only-trust', 'warning automounted-token']);
    assert.deepEqual(of('phases: [{phase: enforce, rules: [tokens]}]'), ['error automounted-token', 'warning network-only-trust']);
  });

  test('of the entries that match, the one written last counts', () => {
    const two = protectedByAddress('shop', 'web') + protectedByAddress('shop', 'cart');
    assert.deepEqual(severities('phases: [{phase: observe}, {phase: enforce, namespaces: [shop]}]', { manifests: two }), { 'shop/web-in': 'error', 'shop/cart-in': 'error' });
    assert.deepEqual(severities('phases: [{phase: enforce, namespaces: [shop]}, {phase: observe, selector: {matchLabels: {app: cart}}}]', { manifests: two }), { 'shop/web-in': 'error', 'shop/cart-in': 'info' });
  });

  test('namespaces by name and pattern', () => {
    const manifests = ['shop', 'team-a', 'team-b-dev', 'platform'].map((namespace) => protectedByAddress(namespace, 'web')).join('');
    assert.deepEqual(severities('phases: [{phase: enforce, namespaces: [shop, "team-*"]}, {phase: observe, namespaces: ["*-dev"]}]', { manifests }), { 'shop/web-in': 'error', 'team-a/web-in': 'error', 'team-b-dev/web-in': 'info', 'platform/web-in': 'warning' });
  });

  test('labels of pods, in full selector semantics; one that a template hides matches no entry', () => {
    const manifests = protectedByAddress('shop', 'web', ', tier: front') + protectedByAddress('shop', 'cart', ', tier: back') + protectedByAddress('shop', 'plain');
    assert.deepEqual(severities('phases: [{phase: enforce, selector: {matchExpressions: [{key: tier, operator: NotIn, values: [back]}]}}]', { manifests }), { 'shop/web-in': 'error', 'shop/cart-in': 'warning', 'shop/plain-in': 'error' });
    assert.deepEqual(severities('phases: [{phase: enforce, selector: {matchLabels: {tier: front}}}]', { dialect: 'template', manifests: protectedByAddress('shop', 'web', ', tier: "{{ .Values.tier }}"') }), { 'shop/web-in': 'warning' });
  });

  test('risk classes, AND-ed with the rest of the entry', () => {
    const manifests = protectedByAddress('shop', 'payments') + protectedByAddress('shop', 'web') + protectedByAddress('bank', 'payments');
    assert.deepEqual(Object.fromEntries(Object.entries(severities('phases: [{phase: observe}, {phase: enforce, namespaces: [bank], risk: [payment]}]', { manifests }))), { 'shop/payments-in': 'info', 'shop/web-in': 'info', 'bank/payments-in': 'error' });
  });

  test('a policy over several workloads has the gravest severity of theirs', () => {
    const both = `${protectedByAddress('shop', 'web')}${protectedByAddress('shop', 'cart')}`.replaceAll('podSelector: { matchLabels: { app: web } }', 'podSelector: {}');
    assert.equal(severities('phases: [{phase: observe}, {phase: enforce, selector: {matchLabels: {app: cart}}}]', { manifests: both })['shop/web-in'], 'error');
    // Who is in no phase counts as the rule says: more than what is only observed.
    assert.equal(severities('phases: [{phase: observe, selector: {matchLabels: {app: web}}}]', { manifests: both })['shop/web-in'], 'warning');
  });

  test('an entry with a date holds from that day', () => {
    const text = 'phases: [{phase: observe}, {phase: enforce, from: 2027-03-01}]';
    assert.deepEqual(['2027-02-28', '2027-03-01', '2028-01-01'].map((today) => severities(text, { today })['shop/web-in']), ['info', 'error', 'error']);
  });
});

describe('an exception accepts a finding, for a time and with a reason', () => {
  const exception = (target: string, until = '2027-03-31') => `exceptions:\n  - rule: network-only-trust\n    target: ${target}\n    reason: the mainframe has no identity\n    until: ${until}\n`;
  const findings = (configuration: string, estate?: Estate) => regular(workspaceWith(configuration, estate).findings()).map(said);

  test('by the workload, or by the object that it stands in', () => {
    for (const target of ['shop/web', 'shop/web-in']) {
      const workspace = workspaceWith(exception(target));
      assert.deepEqual(regular(workspace.findings()), []);
      assert.deepEqual(workspace.suppressed().map(({ finding, suppression }) => [finding.rule, suppression.reason]), [['network-only-trust', 'the mainframe has no identity']]);
    }
  });

  test('through its last day; from then on it is a finding itself, where its end is written', () => {
    assert.deepEqual(findings(exception('shop/web'), { today: '2027-03-31' }), []);
    const workspace = workspaceWith(exception('shop/web'), { today: '2027-04-01' });
    assert.deepEqual(regular(workspace.findings()).map(said), ['warning network-only-trust shop/web-in', 'warning expired-suppression /']);
    const [expired] = workspace.findingsOf('kubewho.yaml');
    assert.equal(expired!.message, 'This exception ended on 2027-03-31: what network-only-trust says of shop/web counts again');
    assert.equal(workspace.textOf('kubewho.yaml')!.slice(expired!.span.start, expired!.span.end), '2027-03-31');
  });

  test('one that nothing needs is a finding, unless its rule is off or a template may hide what it is for', () => {
    assert.deepEqual(findings(exception('shop/cart')), ['warning network-only-trust shop/web-in', 'warning unused-suppression /']);
    assert.deepEqual(findings(`${exception('shop/cart')}rules: {network-only-trust: off}\n`), []);
    assert.deepEqual(findings(exception('shop/cart'), { dialect: 'template' }), ['warning network-only-trust shop/web-in']);
    assert.deepEqual(findings(exception('shop/web'), { manifests: protectedByAddress('shop', 'web').replace('10.0.0.0/8', '127.0.0.0/8') }), ['warning unused-suppression /']);
  });

  test('for one of the workloads that a finding is about it is not enough', () => {
    const both = `${protectedByAddress('shop', 'web').replaceAll('podSelector: { matchLabels: { app: web } }', 'podSelector: {}')}${protectedByAddress('shop', 'cart').split('---')[0]}---\n`;
    assert.ok(findings(exception('shop/web'), { manifests: both }).includes('warning network-only-trust shop/web-in'));
    assert.ok(!findings(exception('shop/web') + exception('shop/cart').replace('exceptions:\n', ''), { manifests: both }).includes('warning network-only-trust shop/web-in'));
  });

  test('a suppression in the manifest needs a reason and an end too, where location is trusted', () => {
    const suppressed = (comment: string) => findings('', { manifests: protectedByAddress('shop', 'web').replace('spec: { podSelector', `# kubewho: ignore[network-only-trust]${comment}\nspec: { podSelector`) });
    assert.deepEqual(suppressed(' until=2027-03-31 -- the mainframe has no identity'), []);
    assert.deepEqual(suppressed(' -- the mainframe has no identity'), ['warning suppression-without-reason shop/web-in']);
    assert.deepEqual(suppressed(' until=2027-03-31'), ['warning suppression-without-reason shop/web-in']);
    const annotated = (value: string) => findings('', { manifests: protectedByAddress('shop', 'web').replace('{ name: web-in,', `{ annotations: { kubewho.dev/ignore.network-only-trust: "${value}" }, name: web-in,`) });
    assert.deepEqual(annotated('until=2027-03-31 -- the mainframe has no identity'), []);
    assert.deepEqual(annotated('the mainframe has no identity'), ['warning suppression-without-reason shop/web-in']);
    assert.deepEqual(annotated('until=2026-12-31 the mainframe has no identity'), ['warning expired-suppression shop/web-in', 'warning network-only-trust shop/web-in']);
  });
});
