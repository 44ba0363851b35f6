import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accountIdentity, authorizer } from '../../../engine/identity/permissions.ts';
import type { AccessRequest } from '../../../engine/identity/rbac-rules.ts';
import { rules } from '../../../rules/index.ts';
import { applyFix, workspaceOf } from '../../support/cases.ts';
import { graphOfFiles } from '../../support/graph.ts';

/* What fixes of roles take away, asked of the permission engine before and after: that, and nothing else. */

const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection', 'escalate', 'bind', 'impersonate', 'approve', 'use'];
const resources = [
  '/secrets', '/configmaps', '/pods', '/pods/exec', '/pods/log', '/services', '/serviceaccounts', '/serviceaccounts/token', '/users', '/groups', '/nodes', '/nodes/proxy', '/nodes/metrics', '/events', '/namespaces',
  'apps/deployments', 'rbac.authorization.k8s.io/roles', 'rbac.authorization.k8s.io/rolebindings', 'rbac.authorization.k8s.io/clusterroles', 'admissionregistration.k8s.io/mutatingwebhookconfigurations',
  'certificates.k8s.io/certificatesigningrequests/approval', 'security.istio.io/authorizationpolicies', 'argoproj.io/applications',
];
const requests: AccessRequest[] = resources.flatMap((path) => {
  const [group, resource, subresource] = path.split('/') as [string, string, string?];
  return verbs.flatMap((verb) => ['shop', 'billing', undefined].flatMap((namespace) => [undefined, 'own'].map((name) => ({ verb, group, resource, ...(subresource ? { subresource } : {}), ...(namespace ? { namespace } : {}), ...(name ? { name } : {}) }))));
});
const identities = [{ namespace: 'shop', name: 'app' }, { namespace: 'shop', name: 'other' }];

/** Every question that is answered with yes, as `account verb resource namespace name`. */
function allowed(files: ReadonlyMap<string, string>): Set<string> {
  const rbac = authorizer(graphOfFiles(Object.fromEntries(files)), { defaults: true, minor: 36 });
  return new Set(identities.flatMap((who) => requests.filter((request) => rbac.allows(accountIdentity(who), request).allowed).map((request) => `${who.namespace}/${who.name} ${label(request)}`)));
}

function label(request: AccessRequest): string {
  if ('url' in request) return `${request.verb} ${request.url}`;
  return `${request.verb} ${[request.group, request.resource, request.subresource].filter(Boolean).join('/')} ${request.namespace ?? '-'} ${request.name ?? '-'}`;
}

const item = (groups: string, words: string, what: string) => `  - apiGroups: [${groups}]\n    resources: [${words}]\n    verbs: [${what}]\n`;
/** The role of the account in question; the other account has what it had throughout. */
const estate = (items: string, workload = '') => `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: app
rules:
${items}---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: app }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: app }
subjects: [{ kind: ServiceAccount, name: app, namespace: shop }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: other }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit }
subjects: [{ kind: ServiceAccount, name: other, namespace: shop }]
${workload}`;

/** What is gone after a fix; fails where anything is new. */
function lost(text: string, rule: string, id: string): string[] {
  const files = new Map([['rbac.yaml', text]]);
  const workspace = workspaceOf(files, new Map(), rules.filter((one) => one.id === rule));
  const fix = workspace.findings().flatMap((finding) => workspace.fixesOf(finding)).find((one) => one.id === id);
  assert.ok(fix && !fix.safe, `an unsafe fix ${id}`);
  const [before, after] = [allowed(files), allowed(applyFix(files, fix))];
  assert.deepEqual([...after].filter((one) => !before.has(one)), [], 'a fix that takes rights away adds none');
  return [...before].filter((one) => !after.has(one)).sort();
}

/** The same right in every namespace and over all, of one name and of any. */
const everywhere = (...rights: string[]) => rights.flatMap((right) => ['shop', 'billing', '-'].flatMap((namespace) => ['-', 'own'].map((name) => `shop/app ${right} ${namespace} ${name}`))).sort();

describe('taking a right away', () => {
  const cases: readonly [rule: string, what: string, items: string, gone: readonly string[]][] = [
    ['secret-access', 'the word, where other resources share the rule', item('""', 'secrets, configmaps', 'get, list, delete'), ['get secrets', 'list secrets']],
    ['secret-access', 'a star becomes the verbs that are left', item('""', 'secrets, configmaps', '"*"'), ['get secrets', 'list secrets', 'watch secrets', 'create secrets', 'update secrets', 'patch secrets', ...['escalate', 'bind', 'impersonate', 'approve', 'use'].map((verb) => `${verb} secrets`)]],
    ['grants-rbac-escalation', 'the verb, on roles alone', item('rbac.authorization.k8s.io', 'clusterroles, rolebindings', 'get, create, bind'), ['bind rbac.authorization.k8s.io/clusterroles']],
    ['grants-impersonation', 'the verb, where others stay', item('""', 'users, groups', 'get, impersonate'), ['impersonate users', 'impersonate groups']],
    ['grants-credential-issuing', 'the whole rule, where nothing is left', item('""', 'serviceaccounts/token', 'create') + item('""', 'pods', 'get'), ['create serviceaccounts/token']],
    ['grants-workload-control', 'what starts pods, and not what enters them', item('""', 'pods, pods/exec, services', 'get, create'), ['create pods']],
    ['grants-node-access', 'the subresource, and not its neighbours', item('""', 'nodes, nodes/proxy, nodes/metrics', 'get'), ['get nodes/proxy']],
    ['grants-admission-control', 'writing, and not reading', item('admissionregistration.k8s.io', 'mutatingwebhookconfigurations', 'get, list, create, patch'), ['create admissionregistration.k8s.io/mutatingwebhookconfigurations', 'patch admissionregistration.k8s.io/mutatingwebhookconfigurations']],
    ['grants-trust-control', 'writing of policies', item('security.istio.io', 'authorizationpolicies', 'get, update, delete'), ['update security.istio.io/authorizationpolicies', 'delete security.istio.io/authorizationpolicies']],
    ['grants-delivery-control', 'writing of applications', item('argoproj.io', 'applications', 'get, delete, patch'), ['patch argoproj.io/applications']],
    ['grants-evidence-tampering', 'deleting of events', item('""', 'events, pods', 'list, delete'), ['delete events']],
  ];
  for (const [rule, what, items, gone] of cases) {
    test(`${rule}: ${what}`, () => assert.deepEqual(lost(estate(items), rule, 'take-away'), everywhere(...gone)));
  }
});

describe('limiting a right to names', () => {
  const pod = (container: string) => `---\napiVersion: v1\nkind: Pod\nmetadata: { name: app, namespace: shop }\nspec: { serviceAccountName: app, containers: [{ name: c, image: i, ${container} }] }\n`;
  test('keeps the Secrets that the workload names, and all other resources', () => {
    const gone = lost(estate(item('""', 'secrets, configmaps', 'get, list, create, delete'), pod('envFrom: [{ secretRef: { name: own } }]')), 'secret-access', 'resource-names');
    assert.deepEqual(gone, [...everywhere('list secrets', 'create secrets'), 'shop/app get secrets shop -', 'shop/app get secrets billing -', 'shop/app get secrets - -'].sort());
  });
  test('keeps the account that the workload is told of', () => {
    const gone = lost(estate(item('""', 'serviceaccounts/token', 'create'), pod('args: [--service-account, own]')), 'grants-credential-issuing', 'resource-names');
    assert.deepEqual(gone, ['-', 'billing', 'shop'].map((namespace) => `shop/app create serviceaccounts/token ${namespace} -`));
  });
  test('is no fix where a template or nobody names any', () => {
    for (const workload of ['', pod('command: [run]')]) {
      const files = new Map([['rbac.yaml', estate(item('""', 'secrets', 'get'), workload)]]);
      const workspace = workspaceOf(files, new Map(), rules.filter((one) => one.id === 'secret-access'));
      assert.deepEqual(workspace.findings().flatMap((finding) => workspace.fixesOf(finding)).map(({ id, choice }) => [id, choice]), [['take-away', true]]);
    }
  });
});

test('there is no fix for a star that stands for resources', () => {
  const files = new Map([['rbac.yaml', estate(item('""', '"*"', 'get, list'))]]);
  const workspace = workspaceOf(files, new Map(), rules.filter((one) => one.id === 'secret-access'));
  assert.deepEqual(workspace.findings().map((finding) => [finding.messageId, workspace.fixesOf(finding).length]), [['read', 0]]);
});
