import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accountIdentity, authorizer } from '../../../engine/identity/permissions.ts';
import type { AccessRequest } from '../../../engine/identity/rbac-rules.ts';
import { rules } from '../../../rules/index.ts';
import { applyFix, workspaceOf } from '../../support/cases.ts';
import { graphOfFiles } from '../../support/graph.ts';

/* What fixes of bindings take away, asked of the permission engine before and after: that, and nothing else. */

const verbs = ['get', 'list', 'create', 'delete', 'bind'];
const resources = [['', 'pods'], ['', 'secrets'], ['', 'nodes'], ['apps', 'deployments'], ['rbac.authorization.k8s.io', 'clusterroles'], ['rbac.authorization.k8s.io', 'rolebindings']] as const;
const requests: AccessRequest[] = [
  ...verbs.flatMap((verb) => resources.flatMap(([group, resource]) => ['shop', 'billing', 'kube-system', undefined].map((namespace) => ({ verb, group, resource, namespace })))),
  { verb: 'get', url: '/metrics' },
];
const identities = [{ namespace: 'shop', name: 'pipeline' }, { namespace: 'billing', name: 'pipeline' }, { namespace: 'shop', name: 'other' }];

/** Every question that is answered with yes, as `account verb resource namespace`. */
function allowed(files: ReadonlyMap<string, string>): Set<string> {
  const rbac = authorizer(graphOfFiles(Object.fromEntries(files)), { defaults: true, minor: 36 });
  return new Set(identities.flatMap((who) => requests.filter((request) => rbac.allows(accountIdentity(who), request).allowed).map((request) => `${who.namespace}/${who.name} ${JSON.stringify(request)}`)));
}

function fixed(text: string, rule: string, id: string): { before: Set<string>; after: Set<string> } {
  const files = new Map([['rbac.yaml', text]]);
  const workspace = workspaceOf(files, new Map(), rules.filter((one) => one.id === rule));
  const fix = workspace.findings().flatMap((finding) => workspace.fixesOf(finding)).find((one) => one.id === id);
  assert.ok(fix, `no fix ${id}`);
  return { before: allowed(files), after: allowed(applyFix(files, fix)) };
}

const binding = (kind: string, role: string, more = '') => `apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}
metadata:
  name: pipelines${more}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: ${role}
subjects:
  - kind: ServiceAccount
    name: pipeline
    namespace: shop
`;
/** The other account keeps its own right throughout. */
const bystander = `---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: bystander
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
  - kind: ServiceAccount
    name: other
    namespace: shop
`;

function lost({ before, after }: { before: Set<string>; after: Set<string> }): string[] {
  assert.deepEqual([...after].filter((one) => !before.has(one)), [], 'a fix that takes rights away adds none');
  return [...before].filter((one) => !after.has(one));
}

describe('a ClusterRoleBinding made a RoleBinding', () => {
  test('takes every other namespace away and keeps its own', () => {
    const result = fixed(binding('ClusterRoleBinding', 'edit') + bystander, 'broad-cluster-role-binding', 'role-binding');
    const gone = lost(result);
    assert.ok(gone.length > 0 && gone.every((one) => one.startsWith('shop/pipeline ') && !one.includes('"namespace":"shop"')), gone.join('\n'));
    assert.ok([...result.before].filter((one) => one.startsWith('shop/pipeline ') && one.includes('"namespace":"shop"')).every((one) => result.after.has(one)));
  });
  test('keeps each subject bound in its own namespace', () => {
    const two = `${binding('ClusterRoleBinding', 'edit')}  - kind: ServiceAccount\n    name: pipeline\n    namespace: billing\n`;
    const { after } = fixed(two, 'broad-cluster-role-binding', 'role-binding');
    const secrets = (who: string, namespace: string) => after.has(`${who} ${JSON.stringify({ verb: 'get', group: '', resource: 'secrets', namespace })}`);
    assert.deepEqual([secrets('shop/pipeline', 'shop'), secrets('billing/pipeline', 'billing'), secrets('shop/pipeline', 'billing'), secrets('billing/pipeline', 'shop')], [true, true, false, false]);
  });
});

describe('cluster-admin', () => {
  test('in the namespace only: nothing outside, no cluster-scoped objects, no bind', () => {
    const { before, after } = fixed(binding('ClusterRoleBinding', 'cluster-admin') + bystander, 'cluster-admin-binding', 'bind-in-namespace');
    const gone = lost({ before, after });
    assert.ok(gone.every((one) => one.startsWith('shop/pipeline ')));
    assert.ok([...after].every((one) => !one.startsWith('shop/pipeline ') || (one.includes('"namespace":"shop"') && !one.includes('"bind"') && !one.includes('clusterroles'))));
    assert.ok([...after].some((one) => one.startsWith('shop/pipeline ') && one.includes('rolebindings')));
  });
  for (const role of ['admin', 'edit', 'view']) {
    test(`narrowed to ${role} in a RoleBinding: less than before, and reading stays`, () => {
      const result = fixed(binding('RoleBinding', 'cluster-admin', '\n  namespace: shop') + bystander, 'cluster-admin-binding', `bind-${role}`);
      assert.ok(lost(result).every((one) => one.startsWith('shop/pipeline ')));
      assert.ok(result.after.has(`shop/pipeline ${JSON.stringify({ verb: 'list', group: '', resource: 'pods', namespace: 'shop' })}`));
    });
  }
});
