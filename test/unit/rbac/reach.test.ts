import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { authorizer } from '../../../engine/identity/permissions.ts';
import { reachIn, type Reached } from '../../../engine/identity/reach.ts';
import { graphOfFiles } from '../../support/graph.ts';

const pod = (namespace: string, name: string) => `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name}, namespace: ${namespace} }\nspec: { serviceAccountName: ${name}, containers: [{ name: c, image: i }] }\n`;
const grant = (kind: 'Role' | 'ClusterRole', where: string, to: string, rules: string) => {
  const id = `${where}-${to}`.replace('/', '-');
  const [namespace, name] = to.split('/');
  const metadata = where === '' ? `{ name: ${id} }` : `{ name: ${id}, namespace: ${where} }`;
  return [
    `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\nmetadata: ${metadata}\nrules: ${rules}\n`,
    `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}Binding\nmetadata: ${metadata}\nroleRef: { apiGroup: rbac.authorization.k8s.io, kind: ${kind}, name: ${id} }\nsubjects: [{ kind: ServiceAccount, name: ${name}, namespace: ${namespace} }]\n`,
  ].join('---\n');
};
const inNamespace = (namespace: string, to: string, rules: string) => grant('Role', namespace, to, rules);
const everywhere = (to: string, rules: string) => grant('ClusterRole', '', to, rules);

function reach(from: string, ...documents: string[]): { reached: readonly Reached[]; names: string[]; admin: string[] | undefined } {
  const graph = graphOfFiles({ 'all.yaml': documents.join('---\n') });
  const all = reachIn(graph, authorizer(graph, { defaults: true, minor: 36 }));
  const account = graph.accounts.find((one) => `${one.namespace}/${one.name}` === from)!;
  const reached = all.from(account);
  return {
    reached,
    names: reached.flatMap(({ power }) => (power.kind === 'account' ? [`${power.account.namespace}/${power.account.name}`] : [])).sort(),
    admin: all.toClusterAdmin(account)?.path.map((step) => step.reason),
  };
}

describe('what the holder of a token can become', () => {
  test('by starting pods: any account of that namespace, and of no other', () => {
    const { names, admin } = reach('a/x', pod('a', 'x'), pod('a', 'w'), pod('b', 'z'), inNamespace('a', 'a/x', '[{ apiGroups: [""], resources: [pods], verbs: [create] }]'));
    assert.deepEqual(names, ['a/w']);
    assert.equal(admin, undefined);
  });

  test('step by step, each with the rule that allows it', () => {
    const { reached, admin } = reach('a/x', pod('a', 'x'), pod('a', 'w'),
      inNamespace('a', 'a/x', '[{ apiGroups: [""], resources: [pods/exec], verbs: [create] }]'),
      everywhere('a/w', '[{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }]'));
    assert.deepEqual(admin, ['run commands in the pods of namespace "a"', 'Pod "w" runs as "a/w"', 'may do everything']);
    const steps = reached.find(({ power }) => power.kind === 'cluster-admin')!.path;
    assert.deepEqual(steps[0]!.escalation!.permissions.map(({ rule }) => rule.source?.rule.at.path), [['rules', 0]]);
  });

  test('the shortest way', () => {
    const { admin } = reach('a/x', pod('a', 'x'), pod('a', 'w'),
      everywhere('a/x', '[{ apiGroups: [""], resources: [pods/exec], verbs: [create] }, { apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles, clusterrolebindings], verbs: [bind, create] }]'),
      everywhere('a/w', '[{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }]'));
    assert.deepEqual(admin, ['bind cluster-admin to itself']);
  });

  test('only the account that a token request names', () => {
    const { names } = reach('a/x', pod('a', 'x'), pod('a', 'w'), pod('a', 'z'), inNamespace('a', 'a/x', '[{ apiGroups: [""], resources: [serviceaccounts/token], verbs: [create], resourceNames: [w] }]'));
    assert.deepEqual(names, ['a/w']);
  });

  test('through kube-system: everything', () => {
    const { admin } = reach('a/x', pod('a', 'x'), inNamespace('kube-system', 'a/x', '[{ apiGroups: [apps], resources: [daemonsets], verbs: [patch], resourceNames: [proxy] }]'));
    assert.deepEqual(admin, ['start workloads that run as any account of namespace "kube-system"', 'one of them is a controller of kube-system that can escalate']);
  });

  test('through the kubelets: whatever runs anywhere', () => {
    const { names } = reach('a/x', pod('a', 'x'), pod('b', 'w'), everywhere('a/x', '[{ apiGroups: [""], resources: [nodes/proxy], verbs: [get] }]'));
    assert.deepEqual(names, ['b/w']);
  });
});

describe('what leads nowhere', () => {
  const nowhere = (rules: string, kind: 'everywhere' | 'here' = 'here') => reach('a/x', pod('a', 'x'), pod('a', 'w'), kind === 'here' ? inNamespace('a', 'a/x', rules) : everywhere('a/x', rules)).reached.length;

  test('one half of a combination', () => {
    assert.equal(nowhere('[{ apiGroups: [""], resources: [secrets], verbs: [create] }]'), 0);
    assert.equal(nowhere('[{ apiGroups: [rbac.authorization.k8s.io], resources: [rolebindings, roles], verbs: [create, update, patch] }]'), 0);
    assert.equal(nowhere('[{ apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/approval], verbs: [update] }]', 'everywhere'), 0);
  });
  test('cluster-scoped rights in a namespace', () => {
    assert.equal(nowhere('[{ apiGroups: [""], resources: [nodes/proxy, users, groups], verbs: [get, impersonate] }]'), 0);
  });
  test('reading, leader election, reviews', () => {
    assert.equal(nowhere('[{ apiGroups: ["", apps], resources: [pods, pods/log, deployments], verbs: [get, list, watch] }, { apiGroups: [coordination.k8s.io], resources: [leases], verbs: ["*"] }, { apiGroups: [authentication.k8s.io], resources: [tokenreviews], verbs: [create] }]', 'everywhere'), 0);
  });
});

test('accounts that reach each other come to an end', () => {
  const pods = '[{ apiGroups: [""], resources: [pods], verbs: [create] }]';
  const { names } = reach('a/x', pod('a', 'x'), pod('b', 'w'), inNamespace('b', 'a/x', pods), inNamespace('a', 'b/w', pods));
  assert.deepEqual(names, ['b/w']);
});

test('variants that are never applied together do not reach each other', () => {
  const account = (name: string) => `apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: ${name}, namespace: a }\n`;
  const estate = [account('x'), pod('a', 'x'), inNamespace('a', 'a/x', '[{ apiGroups: [""], resources: [pods], verbs: [create] }]')];
  const graph = graphOfFiles({ 'dev/all.yaml': estate.join('---\n'), 'prod/all.yaml': [...estate, account('w')].join('---\n') });
  const all = reachIn(graph, authorizer(graph, { defaults: true, minor: 36 }));
  const reached = graph.accounts.filter((one) => one.name === 'x').map((one) => [one.objects[0]!.object.document.file, all.from(one).some(({ power }) => power.kind === 'account' && power.account.name === 'w')]);
  assert.deepEqual(Object.fromEntries(reached), { 'dev/all.yaml': false, 'prod/all.yaml': true });
});
