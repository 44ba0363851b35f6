import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accountIdentity, authorizer, type Answer } from '../../../engine/identity/permissions.ts';
import type { AccessRequest } from '../../../engine/identity/rbac-rules.ts';
import { graphOfFiles } from '../../support/graph.ts';

const role = (kind: string, name: string, rules: string, more = '') => `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\nmetadata: { name: ${name}${more} }\nrules: ${rules}\n`;
const binding = (kind: string, name: string, ref: string, subjects: string, more = '') => `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\nmetadata: { name: ${name}${more} }\nroleRef: { apiGroup: rbac.authorization.k8s.io, ${ref} }\nsubjects: ${subjects}\n`;
const account = (namespace: string, name: string) => `[{ kind: ServiceAccount, name: ${name}, namespace: ${namespace} }]`;

function ask(files: Record<string, string>, who: { namespace: string; name: string }, request: AccessRequest, defaults = true): Answer {
  return authorizer(graphOfFiles(files), { defaults, minor: 36 }).allows(accountIdentity(who), request);
}

const pods = { verb: 'get', group: '', resource: 'pods', namespace: 'a' };
const x = { namespace: 'a', name: 'x' };

describe('an answer', () => {
  test('says which binding and which rule grants it', () => {
    const answer = ask({
      'role.yaml': role('Role', 'reader', '[{ apiGroups: [""], resources: [secrets], verbs: [get] }, { apiGroups: [""], resources: [pods], verbs: [get] }]', ', namespace: a'),
      'binding.yaml': binding('RoleBinding', 'readers', 'kind: Role, name: reader', account('a', 'x'), ', namespace: a'),
    }, x, pods);
    assert.ok(answer.allowed && answer.by !== 'system:masters');
    assert.equal(answer.by.binding.object?.object.document.file, 'binding.yaml');
    assert.equal(answer.by.rule.source?.object.document.file, 'role.yaml');
    assert.deepEqual(answer.by.rule.source?.rule.at.path, ['rules', 1]);
  });

  test('has its doubts where the role is in no file read and not built in', () => {
    const answer = ask({ 'b.yaml': binding('RoleBinding', 'b', 'kind: ClusterRole, name: elsewhere', account('a', 'x'), ', namespace: a') }, x, pods);
    assert.ok(!answer.allowed);
    assert.deepEqual(answer.doubts.map((doubt) => [doubt.binding.name, doubt.reason]), [['b', 'role']]);
  });

  test('knows no built-in role where these do not count', () => {
    const files = { 'b.yaml': binding('RoleBinding', 'b', 'kind: ClusterRole, name: view', account('a', 'x'), ', namespace: a') };
    assert.equal(ask(files, x, pods, true).allowed, true);
    assert.equal(ask(files, x, pods, false).allowed, false);
  });
});

describe('a namespace that the files do not tell', () => {
  const files = {
    'all.yaml': [
      role('Role', 'reader', '[{ apiGroups: [""], resources: [pods], verbs: [get] }]'),
      binding('RoleBinding', 'b', 'kind: Role, name: reader', '[{ kind: ServiceAccount, name: x }]'),
    ].join('---\n'),
  };
  test('is one of its own', () => {
    assert.equal(ask(files, { namespace: '', name: 'x' }, { ...pods, namespace: '' }).allowed, true);
    assert.equal(ask(files, { namespace: 'default', name: 'x' }, { ...pods, namespace: 'default' }).allowed, false);
  });
  test('is not a request over all namespaces', () => {
    assert.equal(ask(files, { namespace: '', name: 'x' }, { ...pods, namespace: undefined }).allowed, false);
  });
});

describe('what the API server refuses grants nothing', () => {
  test('a ClusterRoleBinding subject without namespace', () => {
    assert.equal(ask({ 'b.yaml': binding('ClusterRoleBinding', 'b', 'kind: ClusterRole, name: view', '[{ kind: ServiceAccount, name: x }]') }, x, pods).allowed, false);
  });
  test('a ClusterRoleBinding to a Role', () => {
    const files = { 'all.yaml': [role('Role', 'r', '[{ apiGroups: [""], resources: [pods], verbs: [get] }]', ', namespace: a'), binding('ClusterRoleBinding', 'b', 'kind: Role, name: r', account('a', 'x'), ', namespace: a')].join('---\n') };
    assert.equal(ask(files, x, pods).allowed, false);
  });
  test('an account with an API group', () => {
    assert.equal(ask({ 'b.yaml': binding('ClusterRoleBinding', 'b', 'kind: ClusterRole, name: view', '[{ apiGroup: rbac.authorization.k8s.io, kind: ServiceAccount, name: x, namespace: a }]') }, x, pods).allowed, false);
  });
});

describe('aggregation', () => {
  const widened = role('ClusterRole', 'more', '[{ apiGroups: [""], resources: [secrets], verbs: [list] }]', ', labels: { rbac.authorization.k8s.io/aggregate-to-view: "true" }');
  const bound = binding('ClusterRoleBinding', 'b', 'kind: ClusterRole, name: admin', account('a', 'x'));
  const secrets = { verb: 'list', group: '', resource: 'secrets' };

  test('a label in a file widens the built-in roles above it', () => {
    assert.equal(ask({ 'more.yaml': widened, 'b.yaml': bound }, x, secrets).allowed, true);
  });
  test('roles of an alternative directory are not joined', () => {
    const view = binding('ClusterRoleBinding', 'b', 'kind: ClusterRole, name: view', account('a', 'x'));
    const graph = graphOfFiles({ 'prod/b.yaml': view, 'dev/b.yaml': view, 'dev/more.yaml': widened });
    const rbac = authorizer(graph, { defaults: true, minor: 36 });
    const reads = graph.all('binding').map((one) => [one.object.document.file, rbac.roleOf(one).rules.some((rule) => rule.resources.includes('secrets'))]);
    assert.deepEqual(Object.fromEntries(reads), { 'prod/b.yaml': false, 'dev/b.yaml': true });
  });
  test('a label on a namespaced Role is nothing', () => {
    const files = { 'r.yaml': role('Role', 'more', '[{ apiGroups: [""], resources: [secrets], verbs: [list] }]', ', namespace: a, labels: { rbac.authorization.k8s.io/aggregate-to-view: "true" }'), 'b.yaml': binding('ClusterRoleBinding', 'b', 'kind: ClusterRole, name: view', account('a', 'x')) };
    assert.equal(ask(files, x, secrets).allowed, false);
  });
  test('two roles that collect each other come to an end', () => {
    const collecting = (name: string, other: string) => `apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: ${name}, labels: { part: ${name} } }\naggregationRule: { clusterRoleSelectors: [{ matchLabels: { part: ${other} } }] }\nrules: [{ apiGroups: [""], resources: [secrets], verbs: [list] }]\n`;
    const leaf = role('ClusterRole', 'leaf', '[{ apiGroups: [""], resources: [pods], verbs: [get] }]', ', labels: { part: one }');
    const files = { 'all.yaml': [collecting('one', 'two'), collecting('two', 'one'), leaf, binding('ClusterRoleBinding', 'b', 'kind: ClusterRole, name: one', account('a', 'x'))].join('---\n') };
    assert.equal(ask(files, x, pods).allowed, true, 'two collects leaf, one collects two');
    assert.equal(ask(files, x, secrets).allowed, false, 'what is written beside an aggregationRule is overwritten');
  });
});

describe('built-in roles', () => {
  test('follow the Kubernetes minor', () => {
    const graph = graphOfFiles({ 'b.yaml': binding('RoleBinding', 'b', 'kind: ClusterRole, name: view', account('a', 'x'), ', namespace: a') });
    const claims = { verb: 'get', group: 'resource.k8s.io', resource: 'resourceclaims', namespace: 'a' };
    const allowed = (minor: number) => authorizer(graph, { defaults: true, minor }).allows(accountIdentity(x), claims).allowed;
    assert.deepEqual([28, 32, 34, 36].map(allowed), [false, false, true, true]);
  });
  test('keep their rules when a file redefines them, as the API server puts them back', () => {
    const files = { 'all.yaml': [role('ClusterRole', 'cluster-admin', '[]'), binding('ClusterRoleBinding', 'b', 'kind: ClusterRole, name: cluster-admin', account('a', 'x'))].join('---\n') };
    assert.equal(ask(files, x, pods).allowed, true);
    const off = { 'all.yaml': files['all.yaml'].replace('name: cluster-admin }', 'name: cluster-admin, annotations: { rbac.authorization.kubernetes.io/autoupdate: "false" } }') };
    assert.equal(ask(off, x, pods).allowed, false);
  });
});

describe('who-can', () => {
  test('names the subjects of every binding that grants a request, built-in ones too', () => {
    const graph = graphOfFiles({ 'b.yaml': binding('ClusterRoleBinding', 'b', 'kind: ClusterRole, name: edit', '[{ kind: Group, name: dev }, { kind: ServiceAccount, name: x, namespace: a }]') });
    const who = authorizer(graph, { defaults: true, minor: 36 }).whoCan({ verb: 'delete', group: 'apps', resource: 'deployments', namespace: 'a' });
    const written = who.filter(({ by }) => by.binding.object).map(({ subject }) => `${subject.kind} ${subject.namespace}/${subject.name}`);
    assert.deepEqual(written, ['Group /dev', 'ServiceAccount a/x']);
    assert.ok(who.some(({ subject }) => subject.kind === 'Group' && subject.name === 'system:masters'));
    assert.ok(who.some(({ subject }) => subject.kind === 'ServiceAccount' && subject.name === 'namespace-controller'));
  });
});
