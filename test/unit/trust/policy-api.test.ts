import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { GraphObject } from '../../../engine/identity/objects.ts';
import { networkLayers } from '../../../engine/trust/network.ts';
import { graphOf, target, web } from './graph.ts';

/* What the network policy API lets in to the Deployment `web` of `shop` (semantics.md 6.2; kubernetes-sigs/network-policy-api). */
let count = 0;
const of = (kind: string, version: string, spec: string) => `---\napiVersion: policy.networking.k8s.io/${version}\nkind: ${kind}\nmetadata: {name: p${count++}}\nspec: ${spec}\n`;
const admin = (priority: number, ...rules: string[]) => of('AdminNetworkPolicy', 'v1alpha1', `{priority: ${priority}, subject: {namespaces: {}}, ingress: [${rules.join(', ')}]}`);
const baseline = (...rules: string[]) => of('BaselineAdminNetworkPolicy', 'v1alpha1', `{subject: {namespaces: {}}, ingress: [${rules.join(', ')}]}`);
const cluster = (tier: string, priority: number, ...rules: string[]) => of('ClusterNetworkPolicy', 'v1alpha2', `{tier: ${tier}, priority: ${priority}, subject: {namespaces: {}}, ingress: [${rules.join(', ')}]}`);
const kubernetes = (spec: string) => `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: n, namespace: shop}\nspec: ${spec}\n`;
const rule = (action: string, namespace = '', ports = '') => `{action: ${action}, from: [{namespaces: {${namespace && `matchLabels: {kubernetes.io/metadata.name: ${namespace}}`}}}]${ports}}`;
const layers = (...documents: string[]) => {
  const graph = graphOf(web + documents.join(''));
  return networkLayers(graph, target(graph));
};
const isOfApi = ({ resource }: GraphObject) => resource.header.group === 'policy.networking.k8s.io';
const selects = (...documents: string[]) => layers(...documents)[0]!.policies.some(isOfApi);
const said = (ofApi: boolean, documents: readonly string[]) => layers(...documents)[0]!.admissions.filter(({ policy }) => isOfApi(policy) === ofApi).map(({ evidence, opening }) => opening?.to ?? evidence);
const ways = (...documents: string[]) => said(true, documents);
const kubernetesWays = (...documents: string[]) => said(false, documents);

describe('which pods', () => {
  const subject = (text: string) => of('ClusterNetworkPolicy', 'v1alpha2', `{tier: Admin, priority: 1, subject: ${text}, ingress: [${rule('Accept', 'a')}]}`);
  const rows: [selected: boolean, document: string, why: string][] = [
    [true, subject('{namespaces: {}}'), 'every namespace'],
    [true, subject('{namespaces: {matchLabels: {kubernetes.io/metadata.name: shop}}}'), 'by name'],
    [false, subject('{namespaces: {matchLabels: {kubernetes.io/metadata.name: bank}}}'), 'another'],
    [true, subject('{pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}}'), 'pods of namespaces'],
    [false, subject('{pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: api}}}}'), 'other pods'],
    [false, cluster('Admin', 1), 'no rules have no effect, unlike a NetworkPolicy'],
  ];
  for (const [selected, document, why] of rows) test(`${why}: ${selected}`, () => assert.equal(selects(document), selected));
  test('host-network pods are not selected', () => {
    const graph = graphOf(web.replace('serviceAccountName: web', 'hostNetwork: true') + admin(1, rule('Allow')));
    assert.deepEqual(networkLayers(graph, target(graph))[0]!.policies, []);
  });
});

describe('what a caller needs', () => {
  test('labels: there are no addresses in this direction', () => {
    assert.deepEqual(ways(admin(1, rule('Allow', 'a'))), ['label']);
    assert.deepEqual(ways(cluster('Admin', 1, rule('Accept', 'a'))), ['label']);
  });
  test('all namespaces are every pod', () => assert.deepEqual(ways(admin(1, rule('Allow'))), ['everyPod']));
  test('a rule has to name peers: without any it fits nothing', () => assert.deepEqual(ways(of('ClusterNetworkPolicy', 'v1alpha2', '{tier: Admin, priority: 1, subject: {namespaces: {}}, ingress: [{action: Accept, from: []}]}')), []));
  test('nothing isolates', () => assert.equal(layers(admin(1, rule('Deny')))[0]!.isolates, false));
  test('a peer of no known kind says nothing', () => assert.deepEqual(ways(of('ClusterNetworkPolicy', 'v1alpha2', '{tier: Admin, priority: 1, subject: {namespaces: {}}, ingress: [{action: Accept, from: [{newThing: {}}]}]}')), ['unknown']));
});

describe('the Admin tier', () => {
  test('the first rule that fits decides, by priority and then as written', () => {
    assert.deepEqual(ways(admin(1, rule('Deny'), rule('Allow', 'a'))), []);
    assert.deepEqual(ways(admin(1, rule('Allow', 'a'), rule('Deny'))), ['label']);
    assert.deepEqual(ways(admin(2, rule('Allow', 'a')), admin(1, rule('Deny'))), []);
    assert.deepEqual(ways(admin(1, rule('Allow', 'a')), admin(2, rule('Deny'))), ['label']);
  });
  test('of the same priority either may come first', () => assert.deepEqual(ways(admin(1, rule('Deny')), admin(1, rule('Allow', 'a'))), ['label']));
  test('on the ports that a rule names', () => {
    const port = (number: number) => `, ports: [{portNumber: {port: ${number}, protocol: TCP}}]`;
    assert.deepEqual(ways(admin(1, rule('Deny', '', port(80)), rule('Allow', 'a'))), ['label']);
    assert.deepEqual(ways(admin(1, rule('Deny', '', port(80)), rule('Allow', 'a', port(80)))), []);
  });
  const open = kubernetes('{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}');
  test('denies what a NetworkPolicy lets in', () => {
    assert.deepEqual(kubernetesWays(open), ['everyPod']);
    assert.deepEqual(kubernetesWays(open, admin(1, rule('Deny'))), []);
    assert.deepEqual(kubernetesWays(open, admin(1, rule('Deny', 'a'))), ['everyPod'], 'a part of it');
    assert.deepEqual(kubernetesWays(kubernetes('{podSelector: {}, ingress: [{}]}'), admin(1, rule('Deny'))), ['nothing'], 'everyone but pods is everyone no more');
    assert.deepEqual(kubernetesWays(kubernetes('{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}'), admin(1, rule('Deny'))), ['address'], 'its peers are pods, never addresses');
  });
  test('lets in beside NetworkPolicies: one union, one layer', () => {
    assert.deepEqual(ways(kubernetes('{podSelector: {}}'), admin(1, rule('Allow'))), ['everyPod']);
    assert.equal(layers(kubernetes('{podSelector: {}}'), admin(1, rule('Allow'))).length, 1);
  });
  test('Pass decides nothing, and leaves nothing to the rules after it', () => {
    assert.deepEqual(kubernetesWays(open, admin(1, rule('Pass'))), ['everyPod']);
    assert.deepEqual(kubernetesWays(open, admin(1, rule('Pass'), rule('Deny'))), ['everyPod']);
  });
});

describe('the Baseline tier', () => {
  test('is asked where no NetworkPolicy selects the pods', () => {
    assert.deepEqual(ways(baseline(rule('Allow'))), ['everyPod']);
    assert.deepEqual(ways(cluster('Baseline', 1, rule('Accept'))), ['everyPod']);
    assert.equal(selects(kubernetes('{podSelector: {}}'), baseline(rule('Allow'))), false);
  });
  test('denies nothing that a NetworkPolicy lets in', () => assert.deepEqual(kubernetesWays(kubernetes('{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}'), baseline(rule('Deny'))), ['everyPod']));
  test('comes after the Admin tier', () => assert.deepEqual(ways(admin(1, rule('Deny')), baseline(rule('Allow'))), []));
});
