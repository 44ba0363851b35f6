import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Graph } from '../../../engine/identity/graph.ts';
import type { Workload } from '../../../engine/identity/parts.ts';
import { hasIngressPolicy } from '../../../engine/trust/ingress-cover.ts';
import { networkPolicyLayer } from '../../../engine/trust/network-policy.ts';
import { targetOf } from '../../../engine/trust/target.ts';
import { known } from '../../../engine/yaml/cursor.ts';
import { graphOfObjects } from '../../support/graph.ts';
import { mayCall, policiesOn, typesOf, type Cluster, type Pod, type Policy } from '../../support/naive-network-policy.ts';

/* The whole of a NetworkPolicy against a naive evaluator: random policies, pods and namespaces, and who may call whom. */
const names = ['front', 'back'] as const;
const labels = fc.dictionary(fc.constantFrom('app', 'tier'), fc.constantFrom('a', 'b', ''), { maxKeys: 2 });
const expression = fc.oneof(
  fc.record({ key: fc.constantFrom('app', 'tier'), operator: fc.constantFrom('In', 'NotIn'), values: fc.uniqueArray(fc.constantFrom('a', 'b', ''), { minLength: 1 }) }),
  fc.record({ key: fc.constantFrom('app', 'tier'), operator: fc.constantFrom('Exists', 'DoesNotExist') }),
);
const selector = fc.record({ matchLabels: labels, matchExpressions: fc.array(expression, { maxLength: 2 }) }, { requiredKeys: [] });
const byName = fc.oneof(
  fc.constantFrom(...names).map((name) => ({ matchLabels: { 'kubernetes.io/metadata.name': name } })),
  fc.record({ key: fc.constant('kubernetes.io/metadata.name'), operator: fc.constantFrom('In', 'NotIn'), values: fc.subarray([...names], { minLength: 1 }) }).map((one) => ({ matchExpressions: [one] })),
);
const peer = fc.oneof(
  fc.record({ podSelector: selector }),
  fc.record({ namespaceSelector: fc.oneof(selector, byName) }),
  fc.record({ podSelector: selector, namespaceSelector: fc.oneof(selector, byName) }),
);
const port = fc.oneof(fc.record({ port: fc.integer({ min: 1, max: 4 }) }), fc.record({ port: fc.constant(2), endPort: fc.integer({ min: 2, max: 4 }) }), fc.constant({}));
const rule = fc.record({ from: fc.array(peer, { maxLength: 2 }), ports: fc.array(port, { maxLength: 2 }) }, { requiredKeys: [] });
const policy: fc.Arbitrary<Policy> = fc.record({
  namespace: fc.constantFrom(...names),
  spec: fc.record({ podSelector: selector, policyTypes: fc.subarray(['Ingress', 'Egress']), ingress: fc.array(rule, { maxLength: 2 }), egress: fc.array(fc.record({ to: fc.array(peer, { maxLength: 1 }) }), { maxLength: 1 }) }, { requiredKeys: [] }),
});
const pod = fc.record({ namespace: fc.constantFrom(...names), labels, hostNetwork: fc.integer({ min: 0, max: 5 }).map((n) => n === 0) });
const cluster: fc.Arbitrary<Cluster> = fc.record({
  namespaces: fc.record({ front: labels, back: labels }),
  pods: fc.array(pod, { minLength: 2, maxLength: 5 }).map((all) => all.map((one, i): Pod => ({ ...one, name: `pod-${i}` }))),
  policies: fc.array(policy, { maxLength: 4 }),
});

function graphOf({ namespaces, pods, policies }: Cluster): Graph {
  return graphOfObjects([
    ...Object.entries(namespaces).map(([name, labels]) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } })),
    ...pods.map(({ name, namespace, labels, hostNetwork }) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels }, spec: { hostNetwork, containers: [{ name: 'main', image: 'main' }] } })),
    ...policies.map(({ namespace, spec }, i) => ({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: `policy-${i}`, namespace }, spec })),
  ]);
}

const workload = (graph: Graph, { name }: Pod): Workload => graph.workloads.find(({ object }) => object.name === name)!;

/** Who may call whom, as the layer of NetworkPolicies says it. */
function engineAllows(graph: Graph, caller: Pod, callee: Pod, on: number): boolean {
  const { isolates, admissions } = networkPolicyLayer(graph, targetOf(workload(graph, callee)));
  if (isolates === false) return true;
  return admissions.some(({ evidence, peer: one, ports = [], extent }) => {
    const open = extent === 'all' || ports.some(({ port: number, end }) => number.state === 'absent' || (known<number | string>(number) as number) === on || (end.state === 'known' && (known<number | string>(number) as number) <= on && on <= end.value));
    return open && (one ? one.includes(workload(graph, caller)) === true : evidence === 'nothing');
  });
}

test('who may call whom, on which port', () => {
  fc.assert(fc.property(cluster, fc.integer({ min: 1, max: 4 }), (one, on) => {
    const graph = graphOf(one);
    for (const caller of one.pods.filter(({ hostNetwork }) => !hostNetwork)) {
      for (const callee of one.pods) assert.equal(engineAllows(graph, caller, callee, on), mayCall(one, caller, callee, on), `${caller.name} calls ${callee.name} on ${on}`);
    }
  }), { numRuns: 400 });
});

test('whom a policy of ingress holds', () => {
  fc.assert(fc.property(cluster, (one) => {
    const graph = graphOf(one);
    for (const pod of one.pods) assert.equal(hasIngressPolicy(graph, targetOf(workload(graph, pod))), policiesOn(one, pod, 'Ingress').length > 0, pod.name);
  }), { numRuns: 300 });
});

test('which directions a policy is about, said or not', () => {
  fc.assert(fc.property(cluster, (one) => {
    const facts = graphOf(one).all('networkPolicy').map(({ fact }) => [...(fact.ingress.isolates === true ? ['Ingress'] : []), ...(fact.egress.isolates === true ? ['Egress'] : [])]);
    assert.deepEqual(facts, one.policies.map((policy) => ['Ingress', 'Egress'].filter((type) => typesOf(policy).includes(type))));
  }), { numRuns: 200 });
});
