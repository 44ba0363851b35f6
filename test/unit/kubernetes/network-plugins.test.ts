import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { CalicoPolicyFact } from '../../../engine/kubernetes/calico.ts';
import { readCiliumSelector, type CiliumPolicyFact } from '../../../engine/kubernetes/cilium.ts';
import type { ClusterPolicyFact } from '../../../engine/kubernetes/policy-api.ts';
import { readLabels } from '../../../engine/kubernetes/header.ts';
import { readResources } from '../../../engine/kubernetes/read.ts';
import { matches } from '../../../engine/kubernetes/selector.ts';
import { Cursor, known } from '../../../engine/yaml/cursor.ts';
import { parseYaml } from '../../../engine/yaml/parse.ts';

const cursor = (yaml: string, dialect: 'kubernetes' | 'template' = 'kubernetes') => Cursor.root(parseYaml(yaml, dialect).root);
const factsOf = (yaml: string) => readResources(parseYaml(yaml, 'kubernetes').root).flatMap((resource) => resource.facts) as readonly unknown[];
const cilium = (body: string) => factsOf(`{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: p}, ${body}}`) as CiliumPolicyFact[];
const calico = (spec: string, kind = 'NetworkPolicy', group = 'projectcalico.org/v3') => factsOf(`{apiVersion: ${group}, kind: ${kind}, metadata: {name: p}, spec: ${spec}}`)[0] as CalicoPolicyFact;
const cluster = (kind: string, version: string, spec: string) => factsOf(`{apiVersion: policy.networking.k8s.io/${version}, kind: ${kind}, metadata: {name: p}, spec: ${spec}}`)[0] as ClusterPolicyFact;

describe('Cilium policies (pkg/policy/api)', () => {
  test('`spec` and each of `specs` is one', () => assert.equal(cilium('spec: {endpointSelector: {}}, specs: [{endpointSelector: {}}, {nodeSelector: {}}]').length, 3));
  test('a host policy selects no pod', () => assert.equal(cilium('spec: {nodeSelector: {}}')[0]!.endpointSelector, undefined));

  const isolation: [spec: string, isolates: boolean, why: string][] = [
    ['{endpointSelector: {}}', false, 'no rules'],
    ['{endpointSelector: {}, ingress: []}', false, 'an empty list is none'],
    ['{endpointSelector: {}, ingress: [{}]}', true, 'the default-deny rule'],
    ['{endpointSelector: {}, ingressDeny: [{fromEntities: [world]}]}', true, 'a deny rule is one'],
    ['{endpointSelector: {}, egress: [{}]}', false, 'another direction'],
    ['{endpointSelector: {}, ingress: [{}], enableDefaultDeny: {ingress: false}}', false, 'said not to'],
    ['{endpointSelector: {}, enableDefaultDeny: {ingress: true}}', true, 'said to'],
  ];
  for (const [spec, isolates, why] of isolation) test(`${spec} isolates: ${isolates} (${why})`, () => assert.equal(cilium(`spec: ${spec}`)[0]!.isolates, isolates));

  const rule = (text: string) => cilium(`spec: {endpointSelector: {}, ingress: [${text}]}`)[0]!.ingress[0]!;
  test('no source is one thing, an empty list of sources another', () => {
    assert.equal(rule('{toPorts: [{ports: [{port: "80"}]}]}').sourceless, true);
    assert.equal(rule('{fromEndpoints: null}').sourceless, true);
    assert.equal(rule('{fromEndpoints: []}').sourceless, false);
  });
  test('ports are strings: numbers, names, 0 for all', () => {
    const { ports, anyPort } = rule('{toPorts: [{ports: [{port: "80", endPort: 90, protocol: TCP}, {port: http}]}]}');
    assert.deepEqual(ports.map(({ port, end, protocol }) => [known<string | number>(port), known(end), protocol]), [[80, 90, 'TCP'], ['http', undefined, 'ANY']]);
    assert.equal(anyPort, false);
    assert.equal(rule('{toPorts: [{ports: [{port: "0"}]}]}').anyPort, true);
    assert.equal(rule('{fromEndpoints: [{}]}').anyPort, true);
  });
  test('networks by themselves, with exceptions, by group', () => {
    const { cidrs } = rule('{fromCIDR: [10.0.0.1/32], fromCIDRSet: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16]}, {cidrGroupRef: office}]}');
    assert.deepEqual(cidrs.map(({ cidr, except, group }) => [known(cidr), except.map(known), known(group)]), [['10.0.0.1/32', [], undefined], ['10.0.0.0/8', ['10.1.0.0/16'], undefined], [undefined, [], 'office']]);
  });
  test('HTTP rules are about all the traffic only where every port has some', () => {
    assert.equal(rule('{toPorts: [{ports: [{port: "80"}], rules: {http: [{path: /a}]}}, {ports: [{port: "81"}]}]}').http, undefined);
    assert.deepEqual(rule('{toPorts: [{ports: [{port: "80"}], rules: {http: [{path: /a, headers: ["X-Key: 1"]}]}}]}').http!.map(({ path, headers }) => [known(path), headers]), [['/a', true]]);
  });

  /* A key may say from where a label comes; `k8s:` and `any:` are the labels of a pod (pkg/labels). */
  test('a selector means, with or without sources, what the same selector means to Kubernetes', () => {
    const key = fc.constantFrom('a', 'b', 'io.kubernetes.pod.namespace');
    const value = fc.constantFrom('x', 'y');
    const want = fc.dictionary(key, value);
    const expressions = fc.array(fc.record({ key, operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist'), value }), { maxLength: 3 });
    fc.assert(fc.property(want, expressions, fc.dictionary(key, value), fc.constantFrom('', 'k8s:', 'any:'), (labels, list, have, prefix) => {
      const naive = Object.entries(labels).every(([k, v]) => have[k] === v)
        && list.every((one) => (one.operator === 'In' ? have[one.key] === one.value : one.operator === 'NotIn' ? have[one.key] !== one.value : (one.operator === 'Exists') === one.key in have));
      const written = {
        matchLabels: Object.fromEntries(Object.entries(labels).map(([k, v]) => [prefix + k, v])),
        matchExpressions: list.map((one) => ({ key: prefix + one.key, operator: one.operator, ...(one.operator.endsWith('In') ? { values: [one.value] } : {}) })),
      };
      assert.equal(matches(readCiliumSelector(cursor(JSON.stringify(written))), readLabels(cursor(JSON.stringify(have)))), naive);
    }));
  });
  test('labels of other sources are none of a pod; one key twice is not guessed', () => {
    assert.equal(matches(readCiliumSelector(cursor('{matchLabels: {"reserved:host": ""}}')), readLabels(cursor('{host: ""}'))), false);
    assert.equal(matches(readCiliumSelector(cursor('{matchLabels: {"k8s:a": x, "any:a": x}}')), readLabels(cursor('{a: x}'))), 'unknown');
  });
});

describe('Calico policies (pkg/apis/projectcalico/v3)', () => {
  const types: [spec: string, isolates: boolean, why: string][] = [
    ['{}', true, 'no rules at all: Ingress'],
    ['{ingress: [{action: Allow}]}', true, 'ingress rules'],
    ['{egress: [{action: Allow}]}', false, 'egress rules only'],
    ['{ingress: [{action: Allow}], egress: [{action: Allow}]}', true, 'both'],
    ['{types: [Egress], ingress: [{action: Allow}]}', false, 'what is said counts'],
    ['{types: [Ingress, Egress], egress: [{action: Allow}]}', true, 'what is said counts'],
  ];
  for (const [spec, isolates, why] of types) test(`${spec} isolates: ${isolates} (${why})`, () => assert.equal(calico(spec).isolates, isolates));

  test('the stored form is read alike', () => assert.equal(calico('{order: 5, tier: security}', 'GlobalNetworkPolicy', 'crd.projectcalico.org/v1').global, true));
  test('a source: everything that is said of it', () => {
    const { source } = calico(`{ingress: [{action: Allow, source: {nets: [10.0.0.0/8], notNets: [10.1.0.0/16], selector: "app == 'a'", namespaceSelector: all(), serviceAccounts: {names: [web]}, ports: [80, "8000:8080", http]}}]}`).ingress[0]!;
    assert.deepEqual([source.nets.map(known), source.notNets.map(known), source.selector?.expression, source.namespaceSelector?.expression?.op, source.accounts?.names.map(known)], [['10.0.0.0/8'], ['10.1.0.0/16'], { op: '==', key: 'app', value: 'a' }, 'all', ['web']]);
    assert.deepEqual(source.ports.map(({ port, end }) => [known<string | number>(port), known(end)]), [[80, undefined], [8000, 8080], ['http', undefined]]);
  });
  test('a selector that Calico would refuse is there, and says nothing', () => {
    const { selector } = calico('{selector: "app = x"}');
    assert.ok(selector && selector.expression === undefined);
  });
  test('policies that are enforced at hosts are none of pods', () => assert.equal(calico('{applyOnForward: true, preDNAT: true}', 'GlobalNetworkPolicy').hostOnly, true));
});

describe('the network policy API (apis/v1alpha1, v1alpha2)', () => {
  test('the kind or the field says the tier', () => {
    assert.equal(cluster('AdminNetworkPolicy', 'v1alpha1', '{priority: 3}').tier, 'Admin');
    assert.equal(cluster('BaselineAdminNetworkPolicy', 'v1alpha1', '{}').tier, 'Baseline');
    assert.equal(cluster('ClusterNetworkPolicy', 'v1alpha2', '{tier: Baseline, priority: 3}').tier, 'Baseline');
    assert.equal(cluster('ClusterNetworkPolicy', 'v1alpha2', '{priority: 3}').tier, undefined);
  });
  test('Allow and Accept are the same', () => {
    assert.equal(cluster('AdminNetworkPolicy', 'v1alpha1', '{ingress: [{action: Allow, from: [{namespaces: {}}]}]}').ingress[0]!.action, 'Accept');
    assert.equal(cluster('ClusterNetworkPolicy', 'v1alpha2', '{ingress: [{action: Accept, from: [{namespaces: {}}]}]}').ingress[0]!.action, 'Accept');
  });
  test('peers: namespaces, pods of namespaces, and the form of the first releases', () => {
    const peers = (from: string) => cluster('AdminNetworkPolicy', 'v1alpha1', `{ingress: [{action: Deny, from: ${from}}]}`).ingress[0]!.peers.map((peer) => [peer.namespaceSelector && Object.keys(peer.namespaceSelector.matchLabels.entries), peer.podSelector && Object.keys(peer.podSelector.matchLabels.entries)]);
    assert.deepEqual(peers('[{namespaces: {matchLabels: {a: x}}}, {pods: {namespaceSelector: {}, podSelector: {matchLabels: {b: x}}}}]'), [[['a'], undefined], [[], ['b']]]);
    assert.deepEqual(peers('[{namespaces: {namespaceSelector: {matchLabels: {a: x}}}}, {namespaces: {sameLabels: [tenant]}}]'), [[['a'], undefined], [undefined, undefined]]);
  });
  test('ports of both versions', () => {
    const ports = (version: string, text: string) => cluster('ClusterNetworkPolicy', version, `{ingress: [{action: Deny, from: [{namespaces: {}}], ${text}}]}`).ingress[0]!.ports.map(({ port, end, protocol }) => [known<string | number>(port), known(end), protocol]);
    assert.deepEqual(ports('v1alpha1', 'ports: [{portNumber: {port: 80, protocol: TCP}}, {portRange: {start: 1, end: 9}}, {namedPort: http}]'), [[80, undefined, 'TCP'], [1, 9, 'TCP'], ['http', undefined, 'TCP']]);
    assert.deepEqual(ports('v1alpha2', 'protocols: [{tcp: {destinationPort: {number: 80}}}, {udp: {destinationPort: {range: {start: 1, end: 9}}}}, {destinationNamedPort: http}]'), [[80, undefined, 'TCP'], [1, 9, 'UDP'], ['http', undefined, '']]);
  });
});
