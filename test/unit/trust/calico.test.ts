import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { networkLayers } from '../../../engine/trust/network.ts';
import { graphOf, target, web } from './graph.ts';

/* What Calico lets in to the Deployment `web` of `shop` (semantics.md 6.4; projectcalico/api pkg/apis/projectcalico/v3). */
let count = 0;
const policy = (spec: string, kind = 'NetworkPolicy', namespace = 'shop') => `---\napiVersion: projectcalico.org/v3\nkind: ${kind}\nmetadata: {name: p${String(count++).padStart(4, '0')}${kind === 'NetworkPolicy' ? `, namespace: ${namespace}` : ''}}\nspec: ${spec}\n`;
const global = (spec: string) => policy(spec, 'GlobalNetworkPolicy');
const tier = (name: string, order: number, action = 'Deny') => `---\napiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {name: ${name}}\nspec: {order: ${order}, defaultAction: ${action}}\n`;
const kubernetes = (spec: string) => `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: n, namespace: shop}\nspec: ${spec}\n`;
const allow = (source: string, order = '') => policy(`{${order}ingress: [{action: Allow, source: ${source}}]}`);
const layers = (...documents: string[]) => {
  const graph = graphOf(web + documents.join(''));
  return networkLayers(graph, target(graph));
};
const layer = (...documents: string[]) => layers(...documents)[0]!;
const evidence = (...documents: string[]) => layer(...documents).admissions.map((admission) => admission.evidence);
const opens = (...documents: string[]) => layer(...documents).admissions.map((admission) => admission.opening?.to);

describe('which pods', () => {
  const namespace = '---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {team: a}}\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, namespace: shop, labels: {tier: front}}\n';
  const rows: [selected: boolean, document: string, why: string][] = [
    [true, policy('{}'), 'no selector is every pod of the namespace'],
    [true, policy(`{selector: "app == 'web'"}`), 'by label'],
    [false, policy(`{selector: "app == 'api'"}`), 'by another'],
    [false, policy('{}', 'NetworkPolicy', 'bank'), 'another namespace'],
    [true, global('{selector: all()}'), 'a global policy is about every namespace'],
    [true, global(`{selector: "projectcalico.org/namespace == 'shop'"}`), 'the namespace as a label'],
    [false, global(`{selector: "projectcalico.org/namespace == 'bank'"}`), 'of another'],
    [true, global(`{namespaceSelector: "team == 'a' && projectcalico.org/name == 'shop'"}`), 'the labels and the name of the namespace'],
    [false, global(`{namespaceSelector: "team == 'b'"}`), 'others'],
    [false, global('{namespaceSelector: global()}'), 'what is in no namespace: no pod'],
    [true, policy(`{serviceAccountSelector: "tier == 'front'"}`), 'the labels of the account'],
    [false, policy(`{serviceAccountSelector: "tier == 'back'"}`), 'others'],
    [true, global(`{selector: "projectcalico.org/serviceaccount == 'web'"}`), 'the account as a label'],
    [false, policy('{types: [Egress]}'), 'another direction'],
    [false, policy('{egress: [{action: Allow}]}'), 'egress rules alone'],
    [false, global('{applyOnForward: true, preDNAT: true}'), 'enforced at hosts'],
  ];
  for (const [selected, document, why] of rows) test(`${why}: ${selected}`, () => assert.equal(layer(namespace, document).technology === 'Calico', selected));
});

describe('what a caller needs', () => {
  const rows: [evidence: string[], opens: (string | undefined)[], source: string, why: string][] = [
    [['nothing'], ['anyone'], '{}', 'no source: anyone'],
    [['address'], [undefined], '{nets: [10.0.0.0/8]}', 'a network'],
    [['nothing'], ['everyAddress'], '{nets: [0.0.0.0/0]}', 'every address'],
    [['nothing'], ['everyAddress'], '{nets: [0.0.0.0/1, 128.0.0.0/1]}', 'in halves'],
    [['nothing'], [undefined], '{notNets: [10.0.0.0/8]}', 'what is taken away names nobody'],
    [['label'], [undefined], `{selector: "app == 'a'"}`, 'pods by label'],
    [['label'], [undefined], `{nets: [10.0.0.0/8], selector: "app == 'a'"}`, 'both have to fit: containment'],
    [['label'], [undefined], '{serviceAccounts: {names: [a]}}', 'an account is told by the address of its pods, no proof'],
    [['label'], [undefined], '{selector: all()}', 'every pod of the own namespace'],
    [['label'], ['everyPod'], '{namespaceSelector: all()}', 'every pod of every namespace'],
    [['label'], ['everyPod'], '{namespaceSelector: all(), selector: all()}', 'likewise'],
    [['label'], [undefined], '{services: {name: a, namespace: shop}}', 'the pods of a Service'],
    [['unknown'], [undefined], '{selector: "app = a"}', 'a selector that Calico would refuse'],
  ];
  for (const [asked, open, source, why] of rows) {
    test(`${source}: ${asked} (${why})`, () => {
      assert.deepEqual(evidence(allow(source)), asked);
      assert.deepEqual(opens(allow(source)), open);
    });
  }
  test('all() of a global policy is every pod of every namespace', () => assert.deepEqual(opens(global('{ingress: [{action: Allow, source: {selector: all()}}]}')), ['everyPod']));
  test('ping is no way in', () => assert.equal(layer(policy('{ingress: [{action: Allow, protocol: ICMP}]}')).admissions[0]!.extent, 'health'));
  test('Log, Deny and Pass let nobody in', () => assert.deepEqual(evidence(policy('{ingress: [{action: Log}, {action: Deny}, {action: Pass}]}')), []));

  const set = (kind: string, metadata: string) => `---\napiVersion: projectcalico.org/v3\nkind: ${kind}\nmetadata: ${metadata}\nspec: {nets: [10.1.0.0/16]}\n`;
  test('a selector that finds a network set is about its networks', () => {
    assert.deepEqual(evidence(set('NetworkSet', '{name: s, namespace: shop, labels: {role: office}}'), allow(`{selector: "role == 'office'"}`)), ['label', 'address']);
    assert.deepEqual(evidence(set('NetworkSet', '{name: s, namespace: bank, labels: {role: office}}'), allow(`{selector: "role == 'office'"}`)), ['label']);
    assert.deepEqual(evidence(set('GlobalNetworkSet', '{name: s, labels: {role: office}}'), allow(`{selector: "role == 'office'"}`)), ['label']);
    assert.deepEqual(evidence(set('GlobalNetworkSet', '{name: s, labels: {role: office}}'), allow(`{selector: "role == 'office'", namespaceSelector: global()}`)), ['label', 'address']);
    assert.deepEqual(evidence(set('GlobalNetworkSet', '{name: s, labels: {role: office}}'), global(`{ingress: [{action: Allow, source: {selector: "role == 'office'"}}]}`)), ['label', 'address']);
  });
});

describe('first match decides', () => {
  const office = '{action: Allow, source: {nets: [10.0.0.0/8]}}';
  test('within a policy', () => {
    assert.deepEqual(evidence(policy(`{ingress: [{action: Deny, source: {nets: [10.0.0.0/8]}}, ${office}]}`)), []);
    assert.deepEqual(evidence(policy(`{ingress: [${office}, {action: Deny}]}`)), ['address']);
    assert.deepEqual(evidence(policy(`{ingress: [{action: Deny, source: {nets: [10.1.0.0/16]}}, ${office}]}`)), ['address']);
    assert.deepEqual(evidence(policy(`{ingress: [{action: Deny, protocol: UDP}, ${office}]}`)), ['address']);
  });
  test('by order; without one a policy comes last', () => {
    const deny = (order: string) => policy(`{${order}ingress: [{action: Deny}]}`);
    assert.deepEqual(evidence(deny('order: 10, '), allow('{nets: [10.0.0.0/8]}', 'order: 20, ')), []);
    assert.deepEqual(evidence(deny('order: 30, '), allow('{nets: [10.0.0.0/8]}', 'order: 20, ')), ['address']);
    assert.deepEqual(evidence(deny('order: 30, '), allow('{nets: [10.0.0.0/8]}')), []);
    assert.deepEqual(evidence(deny(''), allow('{nets: [10.0.0.0/8]}', 'order: 20, ')), ['address']);
  });
  test('NetworkPolicies are policies of order 1000: one union, one layer', () => {
    const ranges = kubernetes('{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}');
    assert.deepEqual(layers(ranges, allow(`{selector: "app == 'a'"}`, 'order: 10, ')).map(({ technology }) => technology), ['Calico']);
    assert.deepEqual(evidence(ranges, allow(`{selector: "app == 'a'"}`, 'order: 10, ')), ['label', 'address']);
    assert.deepEqual(evidence(ranges, policy('{order: 999, ingress: [{action: Deny}]}')), []);
    assert.deepEqual(evidence(ranges, policy('{order: 1001, ingress: [{action: Deny}]}')), ['address']);
  });
  test('tiers in order; what a tier leaves undecided, its default action decides', () => {
    const later = allow('{nets: [10.0.0.0/8]}');
    const before = (rules: string) => global(`{tier: security, ingress: [${rules}]}`);
    assert.deepEqual(evidence(tier('security', 100), before(`{action: Allow, source: {selector: "app == 'a'"}}`), later), ['label'], 'denied at the end of the tier');
    assert.deepEqual(evidence(tier('security', 100, 'Pass'), before(`{action: Allow, source: {selector: "app == 'a'"}}`), later), ['label', 'address']);
    assert.deepEqual(evidence(tier('security', 100), before('{action: Pass}'), later), ['address'], 'Pass hands on to the next tier');
    assert.deepEqual(evidence(tier('security', 100), before(`{action: Pass, source: {selector: "app == 'a'"}}`), later), ['unknown'], 'some of it is passed on');
    assert.deepEqual(evidence(tier('security', 2_000_000), before('{action: Deny}'), later), ['address'], 'a tier after `default`');
    assert.deepEqual(evidence(before('{action: Deny}'), later), ['unknown'], 'a tier in no file read may come before');
  });
  test('Pass skips the rest of its tier only', () => {
    assert.deepEqual(evidence(policy(`{ingress: [{action: Pass}, ${office}]}`)), []);
  });
  test('tiers that pass on, and leave undecided, isolate for no certain', () => {
    assert.equal(layer(policy('{}')).isolates, true);
    assert.equal(layer(tier('security', 100, 'Pass'), global('{tier: security, ingress: [{action: Pass}]}')).isolates, 'unknown');
  });
});
