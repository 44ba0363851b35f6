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

describe('what is open to everyone of a kind', () => {
  const opens = (spec: string) => layer(policy(spec)).admissions.map(({ opening }) => opening?.to);
  const rows: [opens: (string | undefined)[], rule: string, why: string][] = [
    [['anyone'], '{}', 'no peer'],
    [['anyone'], '{from: [], ports: [{port: 80}]}', '`from: []` is any source, on some ports'],
    [['everyAddress'], '{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}', 'every address of a family'],
    [['everyAddress', 'everyAddress'], '{from: [{ipBlock: {cidr: "::/1"}}, {ipBlock: {cidr: "8000::/1"}}]}', 'in halves'],
    [['everyPod'], '{from: [{namespaceSelector: {}}]}', 'every pod of every namespace'],
    [['everyPod'], '{from: [{namespaceSelector: {}, podSelector: {}}]}', 'both empty, in one item: AND'],
    [[undefined], '{from: [{podSelector: {}}]}', 'every pod of the own namespace'],
    [[undefined], '{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: a}}}]}', 'some pods of every namespace'],
    [[undefined], '{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}', 'some addresses'],
  ];
  for (const [found, rule, why] of rows) test(`${rule}: ${found} (${why})`, () => assert.deepEqual(opens(`{ingress: [${rule}]}`), found));
});

describe('who comes in by label', () => {
  const caller = `---\napiVersion: v1\nkind: Pod\nmetadata: {name: c, namespace: bank, labels: {role: caller}}\nspec: {containers: [{name: c, image: i}]}\n`;
  const includes = (peers: string) => {
    const graph = graphOf(web + policy(`{ingress: [{from: [${peers}]}]}`) + caller);
    const pod = graph.workloads.find(({ object }) => object.name === 'c')!;
    return networkPolicyLayer(graph, target(graph)).admissions.map(({ peer }) => peer!.includes(pod));
  };
  test('two items are OR-ed, selectors of one AND-ed: the slip of one dash', () => {
    const bank = 'namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: bank}}';
    assert.deepEqual(includes(`{${bank}, podSelector: {matchLabels: {role: other}}}`), [false]);
    assert.deepEqual(includes(`{${bank}}, {podSelector: {matchLabels: {role: other}}}`), [true, false]);
  });
  test('a podSelector alone means the own namespace', () => assert.deepEqual(includes('{podSelector: {matchLabels: {role: caller}}}'), [false]));
  test('the name of a namespace is a label that it always has', () => {
    assert.deepEqual(includes('{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}'), [false]);
    assert.deepEqual(includes('{namespaceSelector: {matchLabels: {team: money}}}'), ['unknown']);
  });
});
