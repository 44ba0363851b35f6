import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { scopeOf } from '../../../engine/kubernetes/cluster-scoped.ts';
import { defaultsOf } from '../../../engine/kubernetes/default-roles.ts';
import { allPowerfulRule, clusterScopeNeed, isController, isDefaultBinding, secretsReadRule, wildcardIn } from '../../../engine/identity/rbac-questions.ts';
import { boundSubjects, commonNamespace, isDedicated, subjectsLabel, useOf } from '../../../engine/identity/rbac-subjects.ts';
import type { AccessRule } from '../../../engine/identity/rbac-rules.ts';
import { watchOf } from '../../../engine/identity/watch.ts';
import { graphOfFiles, graphOfObjects } from '../../support/graph.ts';

const rule = (apiGroups: string[], resources: string[], verbs: string[], more: Partial<AccessRule> = {}): AccessRule => ({ apiGroups, resources, verbs, resourceNames: [], nonResourceURLs: [], open: [], ...more });

describe('full control', () => {
  test('needs three stars in one rule', () => {
    assert.ok(allPowerfulRule([rule(['*'], ['*'], ['*'])]));
    assert.ok(allPowerfulRule([rule(['', '*'], ['pods', '*'], ['get', '*'])]));
    assert.equal(allPowerfulRule([rule(['*'], ['*'], ['get']), rule([''], ['*'], ['*'])]), undefined);
    assert.equal(allPowerfulRule([rule(['*'], ['*/*'], ['*'])]), undefined);
  });
  test('is limited by names, also by names that a template hides', () => {
    assert.equal(allPowerfulRule([rule(['*'], ['*'], ['*'], { resourceNames: ['x'] })]), undefined);
    assert.equal(allPowerfulRule([rule(['*'], ['*'], ['*'], { open: ['resourceNames'] })]), undefined);
  });
});

describe('reading Secrets', () => {
  test('is get, list or watch without names', () => {
    for (const verb of ['get', 'list', 'watch', '*']) assert.ok(secretsReadRule([rule([''], ['secrets'], [verb])]), verb);
    for (const verb of ['create', 'update', 'delete']) assert.equal(secretsReadRule([rule([''], ['secrets'], [verb])]), undefined, verb);
    assert.equal(secretsReadRule([rule([''], ['secrets'], ['list'], { resourceNames: ['x'] })]), undefined);
  });
  test('is of the core group', () => {
    assert.equal(secretsReadRule([rule(['v1'], ['secrets'], ['get'])]), undefined);
    assert.ok(secretsReadRule([rule(['*'], ['*'], ['get'])]));
  });
});

describe('wildcards', () => {
  test('count over resources of Kubernetes itself', () => {
    assert.equal(wildcardIn([rule(['apps'], ['*'], ['get'])])?.list, 'resources');
    assert.deepEqual(wildcardIn([rule([''], ['pods', 'events'], ['*'])])?.resources, ['pods']);
    assert.equal(wildcardIn([rule(['shop.example.com'], ['*'], ['*'])]), undefined);
  });
  test('do not count where nothing can be done with them', () => {
    assert.equal(wildcardIn([rule([''], ['events', 'pods/status', 'pods/*'], ['*']), rule(['coordination.k8s.io'], ['leases'], ['*'])]), undefined);
  });
});

describe('cluster scope', () => {
  test('is needed for cluster-scoped resources, paths and reviews', () => {
    assert.equal(clusterScopeNeed([rule([''], ['pods'], ['get']), rule([''], ['nodes'], ['get'])]), 'needed');
    assert.equal(clusterScopeNeed([rule([], [], ['get'], { nonResourceURLs: ['/metrics'] })]), 'needed');
    assert.equal(clusterScopeNeed([rule(['authorization.k8s.io'], ['subjectaccessreviews'], ['create'])]), 'needed');
  });
  test('is not known for stars and for groups that are not Kubernetes\' own', () => {
    assert.equal(clusterScopeNeed([rule([''], ['*'], ['get'])]), 'unknown');
    assert.equal(clusterScopeNeed([rule(['example.com'], ['clusters'], ['get'])]), 'unknown');
  });
  test('is not needed for namespaced resources', () => {
    assert.equal(clusterScopeNeed([rule(['', 'apps'], ['pods', 'pods/log', 'deployments'], ['*'])]), 'not needed');
    assert.equal(scopeOf('', 'nodes/proxy'), 'cluster');
    assert.equal(scopeOf('authorization.k8s.io', 'localsubjectaccessreviews'), 'namespaced');
  });
});

test('a controller is told by the status and finalizers that it writes', () => {
  assert.ok(isController([rule(['example.com'], ['things/status'], ['get', 'patch'])]));
  assert.ok(!isController([rule(['example.com'], ['things', 'things/status'], ['get', 'list'])]));
});

describe('the built-in bindings', () => {
  test('are known as the API server writes them', () => {
    const graph = graphOfObjects(defaultsOf(36).bindings.map(({ namespace, name, roleName, subjects }) => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding',
      metadata: { name, ...(namespace === '' ? {} : { namespace }) },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: namespace === '' ? 'ClusterRole' : 'Role', name: roleName },
      subjects: subjects.map((subject) => (subject.kind === 'ServiceAccount' ? subject : { kind: subject.kind, name: subject.name })),
    })));
    const all = graph.all('binding');
    assert.ok(all.length > 50);
    for (const one of all) assert.ok(isDefaultBinding(one, 36), one.object.name);
  });
});

const accounts = `
apiVersion: v1
kind: ServiceAccount
metadata: { name: used, namespace: a }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: idle, namespace: a }
---
apiVersion: v1
kind: Pod
metadata: { name: p, namespace: a }
spec: { serviceAccountName: used, containers: [{ name: c, image: i }] }
---
apiVersion: v1
kind: Pod
metadata: { name: q }
spec: { serviceAccountName: somewhere, containers: [{ name: c, image: i }] }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: somewhere, namespace: a }
`;

describe('the subjects of a binding', () => {
  const subjectsOf = (subjects: string) => {
    const graph = graphOfFiles({ 'accounts.yaml': accounts, 'binding.yaml': `apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: { name: b }\nroleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit }\nsubjects: ${subjects}\n` });
    return boundSubjects(graph, graph.all('binding')[0]!);
  };
  const account = (name: string, namespace = 'a') => `{ kind: ServiceAccount, name: ${name}, namespace: ${namespace} }`;

  test('are in use when a workload runs as one of them', () => {
    assert.equal(useOf(subjectsOf(`[${account('idle')}, ${account('used')}]`)), 'used');
    assert.equal(useOf(subjectsOf('[{ kind: User, name: "system:serviceaccount:a:used" }]')), 'used');
  });
  test('are unused when the files have them and nothing in the files runs as them', () => {
    assert.equal(useOf(subjectsOf(`[${account('idle')}]`)), 'unused');
  });
  test('are unknown otherwise: people, accounts in no file read, a namesake in a namespace that is not told', () => {
    assert.equal(useOf(subjectsOf('[{ kind: Group, name: dev }]')), 'unknown');
    assert.equal(useOf(subjectsOf(`[${account('absent')}]`)), 'unknown');
    assert.equal(useOf(subjectsOf(`[${account('somewhere')}]`)), 'unknown');
  });
  test('live in one namespace, or not', () => {
    assert.equal(commonNamespace(subjectsOf(`[${account('used')}, ${account('idle')}]`)), 'a');
    assert.equal(commonNamespace(subjectsOf(`[${account('used')}, ${account('x', 'b')}]`)), undefined);
    assert.equal(commonNamespace(subjectsOf(`[${account('used')}, { kind: Group, name: dev }]`)), undefined);
  });
  test('are dedicated when one account is bound that is not a default', () => {
    assert.ok(isDedicated(subjectsOf(`[${account('used')}]`)));
    assert.ok(!isDedicated(subjectsOf(`[${account('default')}]`)));
    assert.ok(!isDedicated(subjectsOf(`[${account('used')}, ${account('idle')}]`)));
  });
  test('are named in messages, three at most', () => {
    assert.equal(subjectsLabel(subjectsOf(`[${account('x')}, { kind: User, name: jane }]`)), 'account "a/x" and user "jane"');
    assert.equal(subjectsLabel(subjectsOf(`[${['1', '2', '3', '4', '5'].map((n) => account(`x${n}`)).join(', ')}]`)), 'account "a/x1", account "a/x2", account "a/x3" and 2 more');
    assert.equal(subjectsLabel(subjectsOf('[{ kind: ServiceAccount, name: "", namespace: a }, { kind: User }]')), 'an account whose name is not told and a subject whose name is not told');
  });
});

describe('the namespaces that a workload is told to work in', () => {
  const watched = (container: string) => {
    const graph = graphOfFiles({ 'pod.yaml': `apiVersion: v1\nkind: Pod\nmetadata: { name: p, namespace: home }\nspec: { containers: [{ name: c, image: i, ${container} }] }\n` });
    return watchOf(graph.workloads[0]!)?.namespaces;
  };
  test('come from WATCH_NAMESPACE and from flags', () => {
    assert.deepEqual(watched('env: [{ name: WATCH_NAMESPACE, value: shop }]'), ['shop']);
    assert.deepEqual(watched('env: [{ name: WATCH_NAMESPACE, valueFrom: { fieldRef: { fieldPath: metadata.namespace } } }]'), ['home']);
    assert.deepEqual(watched('args: ["--namespace=shop"]'), ['shop']);
    assert.deepEqual(watched('args: [--watch-namespace, shop]'), ['shop']);
    assert.deepEqual(watched('args: ["--namespaces=shop, bar"]'), ['shop', 'bar']);
    assert.deepEqual(watched('args: ["--namespace=$(NS)"], env: [{ name: NS, value: shop }]'), ['shop']);
  });
  test('are not told by nothing, by everything, or by what cannot be read', () => {
    for (const container of [
      'args: [run]',
      'env: [{ name: WATCH_NAMESPACE, value: "" }]',
      'args: ["--namespace=*"]',
      'args: ["--namespace="]',
      'args: ["--namespace"]',
      'args: ["--namespace=$(NS)"]',
      'env: [{ name: WATCH_NAMESPACE, valueFrom: { configMapKeyRef: { name: c, key: k } } }]',
      'args: ["--leader-election-namespace=home"]',
    ]) assert.equal(watched(container), undefined, container);
  });
});
