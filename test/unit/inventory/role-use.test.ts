import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { authorizer } from '../../../engine/identity/permissions.ts';
import { accessRule } from '../../../engine/identity/rbac-rules.ts';
import { useOfRole, type RoleUse } from '../../../engine/inventory/role-use.ts';
import type { RoleFact } from '../../../engine/kubernetes/rbac.ts';
import { graphOfFiles } from '../../support/graph.ts';

const role = (rules = '[{ apiGroups: [""], resources: [secrets], verbs: [get] }]', kind = 'ClusterRole', labels = '') => `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\nmetadata: { name: role, namespace: ${kind === 'Role' ? 'a' : '""'}${labels} }\nrules: ${rules}\n`;
const binding = (subject: string, namespace = '', name = 'role', kind = 'ClusterRole') => `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${namespace ? 'RoleBinding' : 'ClusterRoleBinding'}\nmetadata: { name: binding${namespace ? `, namespace: ${namespace}` : ''} }\nroleRef: { apiGroup: rbac.authorization.k8s.io, kind: ${kind}, name: ${name} }\nsubjects: [${subject}]\n`;
const account = (name: string) => `{ kind: ServiceAccount, name: ${name}, namespace: a }`;
const group = (name: string) => `{ apiGroup: rbac.authorization.k8s.io, kind: Group, name: "${name}" }`;
const object = (name: string) => `apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: ${name}, namespace: a }\n`;
const deployment = (name: string, runsAs: string, image = 'registry.example/app') => `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: ${name}, namespace: a }\nspec: { template: { metadata: { labels: { app: ${name} } }, spec: { serviceAccountName: ${runsAs}, containers: [{ name: c, image: ${image} }] } } }\n`;
const service = (name: string) => `apiVersion: v1\nkind: Service\nmetadata: { name: ${name}, namespace: a }\nspec: { type: LoadBalancer, selector: { app: ${name} } }\n`;

function useOf(documents: readonly string[], scope: 'namespace' | 'cluster' = 'namespace', area: Parameters<typeof useOfRole>[5]['area'] = 'secrets'): RoleUse | undefined {
  const graph = graphOfFiles({ 'all.yaml': documents.join('---\n') });
  const { object: found, fact } = graph.all('role')[0]!;
  return useOfRole(graph, authorizer(graph, { defaults: true, minor: 36 }), found, fact.cluster, (fact as RoleFact).rules.map((rule) => accessRule(found, rule)), { area, scope });
}

describe('who has a role', () => {
  test('nobody among the files, or an account that nothing runs as', () => {
    assert.equal(useOf([role()])!.use, 'unbound');
    assert.equal(useOf([role(), binding(account('x')), object('x')])!.use, 'unused');
  });
  test('an account of one workload, or one in no file read', () => {
    assert.equal(useOf([role(), binding(account('x')), object('x'), deployment('x', 'x')])!.use, 'dedicated');
    assert.equal(useOf([role(), binding(account('unread'))])!.use, 'dedicated');
  });
  test('an account named default, one of two applications, everyone', () => {
    assert.equal(useOf([role(), binding(account('default'))])!.use, 'default');
    assert.equal(useOf([role(), binding(account('x')), object('x'), deployment('x', 'x'), deployment('z', 'x', 'registry.example/other')])!.use, 'shared');
    for (const name of ['system:authenticated', 'system:serviceaccounts:a', 'system:unauthenticated']) assert.equal(useOf([role(), binding(group(name))])!.use, 'everyone');
  });
  test('a workload that can be reached from outside, which is said where it is', () => {
    const found = useOf([role(), binding(account('x')), object('x'), deployment('x', 'x'), service('x')])!;
    assert.deepEqual([found.use, found.because!.message, found.because!.at.object.resource.header.kind], ['exposed', 'this makes Deployment "x" reachable from outside the cluster', 'Service']);
  });
  test('a workload of a high-risk class, but for what its class has by its trade', () => {
    const vault = [role(), binding(account('x')), object('x'), deployment('x', 'x', 'hashicorp/vault')];
    assert.deepEqual([useOf(vault, 'namespace', 'secrets')!.use, useOf(vault, 'namespace', 'nodes')!.use], ['dedicated', 'high-risk']);
  });
  test('people, and people with a bit of everything everywhere', () => {
    const all = '[{ apiGroups: [""], resources: [secrets, pods/exec, serviceaccounts], verbs: ["*"] }]';
    assert.equal(useOf([role(), binding(group('helpdesk'))])!.use, 'people');
    assert.equal(useOf([role(all), binding(group('developers'))])!.use, 'catch-all');
    assert.equal(useOf([role(all), binding(group('developers'), 'a')])!.use, 'people');
  });
  test('components of Kubernetes itself are no people', () => {
    assert.equal(useOf([role(), binding(group('system:nodes'))])!.use, 'dedicated');
  });
  test('the gravest of several decides', () => {
    assert.equal(useOf([role(), binding(`${account('x')}, ${account('default')}`), object('x')])!.use, 'default');
  });
});

test('a binding that may mean either of two roles gives neither for certain', () => {
  const graph = graphOfFiles({ 'binding.yaml': binding(account('default')), 'dev/role.yaml': role(), 'prod/role.yaml': role() });
  const rbac = authorizer(graph, { defaults: true, minor: 36 });
  assert.deepEqual(graph.all('role').map(({ object: found }) => useOfRole(graph, rbac, found, true, [], { area: 'secrets', scope: 'namespace' })!.use), ['unbound', 'unbound']);
});

describe('where a role holds', () => {
  test('where it is bound', () => {
    const found = useOf([role(), binding(account('x'), 'a')])!;
    assert.deepEqual([found.cluster, found.namespaces], [false, ['a']]);
    assert.equal(useOf([role(), binding(account('x'))])!.cluster, true);
  });
  test('everywhere, for those only who have it everywhere', () => {
    const found = useOf([role(), binding(account('x'), 'a'), binding(account('z'))])!;
    assert.deepEqual([found.cluster, found.namespaces, found.subjects.map(({ name }) => name!.name), found.bindings.length], [true, [], ['z'], 2]);
  });
  test('also through a role that it is aggregated into', () => {
    const whole = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: whole }\naggregationRule: { clusterRoleSelectors: [{ matchLabels: { part: "yes" } }] }\n';
    assert.equal(useOf([role(undefined, 'ClusterRole', ', labels: { part: "yes" }'), whole, binding(account('default'), '', 'whole')])!.use, 'default');
  });
  test('nowhere, where a cluster-scoped right is bound by RoleBindings only, or stands in a Role', () => {
    assert.equal(useOf([role(), binding(account('x'), 'a')], 'cluster'), undefined);
    assert.equal(useOf([role(undefined, 'Role'), binding(account('x'), 'a', 'role', 'Role')], 'cluster'), undefined);
    assert.equal(useOf([role()], 'cluster')!.use, 'unbound');
  });
});
