import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accountIdentity, authorizer } from '../../../engine/identity/permissions.ts';
import type { AccessRequest } from '../../../engine/identity/rbac-rules.ts';
import { rules } from '../../../rules/index.ts';
import { applyFix, workspaceOf } from '../../support/cases.ts';
import { graphOfFiles } from '../../support/graph.ts';

/* What fixes of roles and of subjects change, asked of the permission engine before and after: that, and nothing else. */

const verbs = ['get', 'list', 'create', 'delete', 'bind'];
const resources = [['', 'pods'], ['', 'configmaps'], ['', 'secrets'], ['apps', 'deployments'], ['rbac.authorization.k8s.io', 'clusterroles']] as const;
const requests: AccessRequest[] = [
  ...verbs.flatMap((verb) => resources.flatMap(([group, resource]) => ['shop', 'web', undefined].flatMap((namespace) => [undefined, 'settings'].map((name) => ({ verb, group, resource, ...(namespace ? { namespace } : {}), ...(name && verb !== 'create' ? { name } : {}) }))))),
  { verb: 'get', url: '/metrics' }, { verb: 'get', url: '/logs/x' },
];
const accounts = [['shop', 'default'], ['shop', 'rollout'], ['shop', 'cache'], ['web', 'other']] as const;

/** Every question that is answered with yes, as `account question`. */
function allowed(files: ReadonlyMap<string, string>): Set<string> {
  const rbac = authorizer(graphOfFiles(Object.fromEntries(files)), { defaults: true, minor: 36 });
  return new Set(accounts.flatMap(([namespace, name]) => requests.filter((request) => rbac.allows(accountIdentity({ namespace, name }), request).allowed).map((request) => `${namespace}/${name} ${JSON.stringify(request)}`)));
}

function changed(text: string, rule: string, id: string): { lost: string[]; gained: string[]; kept: string[] } {
  const files = new Map([['rbac.yaml', text]]);
  const workspace = workspaceOf(files, new Map(), rules.filter((one) => one.id === rule));
  const fix = workspace.findings().flatMap((finding) => workspace.fixesOf(finding)).find((one) => one.id === id);
  assert.ok(fix, `no fix ${id}`);
  const before = allowed(files);
  const after = allowed(applyFix(files, fix));
  return { lost: [...before].filter((one) => !after.has(one)), gained: [...after].filter((one) => !before.has(one)), kept: [...before].filter((one) => after.has(one)) };
}

const doc = (...parts: string[]) => parts.join('---\n');
const role = (...lines: string[]) => `apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: one\nrules:\n${lines.map((line) => `  - ${line}\n`).join('')}`;
const binding = (roleName: string, subject: string) => `apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata:\n  name: one\nroleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: ClusterRole\n  name: ${roleName}\nsubjects:\n  - ${subject}\n`;
const workload = (name: string, image: string, account = '') => `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\n  namespace: shop\nspec:\n  template:\n    spec:\n${account && `      serviceAccountName: ${account}\n`}      containers:\n        - name: main\n          image: ${image}\n`;
const rollout = '{ kind: ServiceAccount, name: rollout, namespace: shop }';

describe('subjects', () => {
  test('in place of everyone, the accounts that use the API keep what the others lose', () => {
    const { lost, gained, kept } = changed(doc(binding('edit', '{ kind: Group, name: "system:serviceaccounts:shop" }'), workload('rollout', 'bitnami/kubectl', 'rollout'), workload('cache', 'redis', 'cache')), 'everyone-binding', 'name-accounts');
    assert.deepEqual(gained, []);
    assert.ok(lost.length > 0 && lost.every((one) => !one.startsWith('shop/rollout ')));
    assert.ok(kept.some((one) => one.startsWith('shop/rollout ') && one.includes('secrets')));
  });
  test('an account of its own takes over what `default` loses', () => {
    const { lost, gained } = changed(doc(binding('edit', '{ kind: ServiceAccount, name: default, namespace: shop }'), workload('rollout', 'rollout')), 'default-account-binding', 'own-accounts');
    assert.ok(lost.length > 0 && lost.every((one) => one.startsWith('shop/default ')));
    assert.deepEqual(gained, lost.map((one) => one.replace('shop/default', 'shop/rollout')));
  });
  test('a user name becomes the account that it means, which changes nothing', () => {
    const { lost, gained, kept } = changed(binding('edit', '{ kind: User, name: "system:serviceaccount:shop:rollout" }'), 'unresolvable-subject', 'name-subject');
    assert.deepEqual([lost, gained], [[], []]);
    assert.ok(kept.some((one) => one.startsWith('shop/rollout ')));
  });
});

describe('roles', () => {
  test('without stars give no write, no Secret, no path but those of monitoring, and nothing new', () => {
    const everything = doc(role('{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }'), binding('one', rollout));
    const { lost, gained, kept } = changed(everything, 'wildcard-role', 'spell-out');
    assert.deepEqual(gained, []);
    assert.ok(lost.every((one) => one.startsWith('shop/rollout ')) && kept.some((one) => one.includes('"pods"')));
    assert.ok(kept.filter((one) => one.startsWith('shop/rollout ')).every((one) => !one.includes('secrets') && !/"verb":"(?:create|delete|bind)"/.test(one)));
    const paths = changed(doc(role('{ nonResourceURLs: ["*"], verbs: ["*"] }'), binding('one', rollout)), 'wildcard-role', 'spell-out');
    assert.deepEqual(paths.lost.map((one) => one.includes('/logs/x')), [true]);
  });
  test('say what was meant: only that comes to life', () => {
    const { lost, gained } = changed(doc(role('{ apiGroups: [v1], resources: [pods], verbs: [get] }'), binding('one', rollout)), 'invalid-rbac-rule', 'correct');
    assert.deepEqual(lost, []);
    assert.ok(gained.length > 0 && gained.every((one) => one.startsWith('shop/rollout ') && one.includes('"verb":"get"') && one.includes('"pods"')));
  });
  test('taking out what grants nothing changes nothing', () => {
    const { lost, gained } = changed(doc(role('{ apiGroups: [""], resources: [pods, "secrets/*"], verbs: [get] }'), binding('one', rollout)), 'invalid-rbac-rule', 'take-out');
    assert.deepEqual([lost, gained], [[], []]);
  });
  test('split where names cannot apply grant the creation, and keep the names elsewhere', () => {
    const { lost, gained } = changed(doc(role('{ apiGroups: [""], resources: [configmaps], resourceNames: [settings], verbs: [get, create] }'), binding('one', rollout)), 'ineffective-resource-names', 'split');
    assert.deepEqual(lost, []);
    assert.ok(gained.length > 0 && gained.every((one) => one.includes('"verb":"create"') && one.includes('configmaps')));
  });
  test('without the label, viewers lose what it added', () => {
    const labelled = role('{ apiGroups: [""], resources: [secrets], verbs: [get] }').replace('  name: one\n', '  name: one\n  labels:\n    rbac.authorization.k8s.io/aggregate-to-view: "true"\n');
    const { lost, gained } = changed(doc(labelled, binding('view', rollout)), 'aggregated-escalation', 'take-label-off');
    assert.deepEqual(gained, []);
    assert.ok(lost.length > 0 && lost.every((one) => one.includes('secrets') && one.includes('"verb":"get"')));
  });
});

describe('one fault is one group', () => {
  const groupsOf = (text: string, ...ids: string[]) => {
    const found = workspaceOf(new Map([['rbac.yaml', text]]), new Map(), rules).findings().filter(({ rule }) => ids.includes(rule));
    assert.deepEqual([...new Set(found.map(({ rule }) => rule))].sort(), [...ids].sort());
    return new Set(found.map(({ group }) => group)).size;
  };
  test('everyone with full control', () => {
    assert.equal(groupsOf(binding('cluster-admin', '{ kind: Group, name: "system:authenticated" }'), 'cluster-admin-binding', 'everyone-binding'), 1);
  });
  test('rights for `default`, at the binding and at the workload', () => {
    assert.equal(groupsOf(doc(binding('cluster-admin', '{ kind: ServiceAccount, name: default, namespace: shop }'), workload('rollout', 'rollout')), 'cluster-admin-binding', 'default-account-binding', 'default-service-account'), 1);
  });
  test('stars, at the role and at its binding', () => {
    assert.equal(groupsOf(doc(role('{ apiGroups: [""], resources: ["*"], verbs: [get] }'), binding('one', rollout)), 'wildcard-role', 'broad-cluster-role-binding'), 1);
  });
});
