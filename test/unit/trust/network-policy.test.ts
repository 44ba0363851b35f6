import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { networkPolicyLayer } from '../../../engine/trust/network-policy.ts';
import { graphOf, target, web } from './graph.ts';

/* What NetworkPolicies let in to the Deployment `web` of `shop` (semantics.md 6.1). */
const policy = (spec: string, namespace = 'shop') => `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: ${namespace}}\nspec: ${spec}\n`;
const layer = (...policies: string[]) => {
  const graph = graphOf(web + policies.join(''));
  return networkPolicyLayer(graph, target(graph));
};
const evidence = (...policies: string[]) => layer(...policies).admissions.map((admission) => admission.evidence);

describe('isolation', () => {
  const rows: [isolated: boolean, spec: string, why: string][] = [
    [true, '{podSelector: {}}', 'an empty selector is every pod of the namespace'],
    [true, '{}', 'so is a missing one'],
    [true, '{podSelector: {matchLabels: {app: web}}}', 'the pod’s label'],
    [false, '{podSelector: {matchLabels: {app: api}}}', 'another pod’s label'],
    [true, '{podSelector: {}, egress: [{}]}', 'egress rules without types isolate ingress too'],
    [false, '{podSelector: {}, policyTypes: [Egress]}', 'egress alone'],
  ];
  for (const [isolated, spec, why] of rows) test(`${spec}: ${isolated} (${why})`, () => assert.equal(layer(policy(spec)).isolates, isolated));
  test('not by a policy of another namespace', () => assert.equal(layer(policy('{podSelector: {}}', 'bank')).isolates, false));
  test('not for pods on the host’s network', () => {
    const graph = graphOf(web.replace('serviceAccountName: web', 'hostNetwork: true') + policy('{podSelector: {}}'));
    assert.equal(networkPolicyLayer(graph, target(graph)).isolates, false);
  });
  test('nothing is let in without rules', () => assert.deepEqual(layer(policy('{podSelector: {}, ingress: []}')).admissions, []));
});

describe('what a caller needs', () => {
  test('an empty rule, a missing or empty `from`: nothing', () => {
    assert.deepEqual(evidence(policy('{ingress: [{}]}')), ['nothing']);
    assert.deepEqual(evidence(policy('{ingress: [{ports: [{port: 80}]}]}')), ['nothing']);
    assert.deepEqual(evidence(policy('{ingress: [{from: []}]}')), ['nothing']);
  });
  test('a range: an address; every address: nothing', () => {
    assert.deepEqual(evidence(policy('{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}]}')), ['address']);
    assert.deepEqual(evidence(policy('{ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}]}')), ['nothing']);
    assert.deepEqual(evidence(policy('{ingress: [{from: [{ipBlock: {cidr: "::/0"}}]}]}')), ['nothing']);
  });
  test('selectors: a label, each item for itself', () => {
    assert.deepEqual(evidence(policy('{ingress: [{from: [{podSelector: {matchLabels: {app: a}}}, {namespaceSelector: {}}, {ipBlock: {cidr: 10.0.0.0/8}}]}]}')), ['label', 'label', 'address']);
  });
  test('an item without a field is refused by the API server: nothing can be told', () => assert.deepEqual(evidence(policy('{ingress: [{from: [{}]}]}')), ['unknown']));
  test('the rules of all policies add up', () => {
    const one = policy('{ingress: [{from: [{podSelector: {}}]}]}');
    assert.deepEqual(evidence(one, policy('{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}').replace('name: p', 'name: q')), ['label', 'address']);
  });
  test('rules of a policy without type Ingress let nobody in', () => assert.deepEqual(evidence(policy('{policyTypes: [Egress], ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}')), []));
});
