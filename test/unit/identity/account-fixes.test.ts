import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accountIdentity, authorizer } from '../../../engine/identity/permissions.ts';
import type { AccessRequest } from '../../../engine/identity/rbac-rules.ts';
import { rules } from '../../../rules/index.ts';
import { applyFix, workspaceOf } from '../../support/cases.ts';
import { graphOfFiles } from '../../support/graph.ts';

/* What fixes of accounts and tokens change in rights, asked of the permission engine before and after. */

const requests: AccessRequest[] = ['get', 'list', 'create', 'delete'].flatMap((verb) => ['pods', 'secrets', 'configmaps'].flatMap((resource) => ['shop', 'billing'].map((namespace) => ({ verb, group: '', resource, namespace }))));

/** Every question that an account's name is answered with yes. */
function rightsOf(files: ReadonlyMap<string, string>, namespace: string, name: string): string[] {
  const rbac = authorizer(graphOfFiles(Object.fromEntries(files)), { defaults: true, minor: 36 });
  return requests.filter((request) => rbac.allows(accountIdentity({ namespace, name }), request).allowed).map((request) => JSON.stringify(request));
}

/** Files before and after one fix of one rule. */
function fixed(text: string, rule: string, id: string): { before: Map<string, string>; after: Map<string, string>; title: string } {
  const before = new Map([['case.yaml', text]]);
  const workspace = workspaceOf(before, new Map(), rules.filter((one) => one.id === rule));
  const fix = workspace.findings().flatMap((finding) => workspace.fixesOf(finding)).find((one) => one.id === id);
  assert.ok(fix, `no fix ${id}`);
  return { before, after: applyFix(before, fix), title: fix.title };
}

const reader = `apiVersion: v1
kind: Pod
metadata: {name: reader, namespace: shop}
spec:
  containers: [{name: main, image: registry.example/reader:1}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: default-view, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects:
  - {kind: ServiceAccount, name: default, namespace: shop}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: other, namespace: billing}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
subjects:
  - {kind: ServiceAccount, name: other, namespace: billing}
`;

describe('an account of its own in place of default', () => {
  const { before, after } = fixed(reader, 'default-service-account', 'own-account');
  test('has what default had, and no more', () => {
    assert.deepEqual(rightsOf(before, 'shop', 'reader'), []);
    assert.ok(rightsOf(before, 'shop', 'default').length > 0);
    assert.deepEqual(rightsOf(after, 'shop', 'reader'), rightsOf(before, 'shop', 'default'));
  });
  test('leaves every other answer as it was', () => {
    for (const [namespace, name] of [['shop', 'default'], ['billing', 'other'], ['billing', 'reader']] as const) assert.deepEqual(rightsOf(after, namespace, name), rightsOf(before, namespace, name));
  });
});

describe('what hangs on the old account and stays with it', () => {
  const outside = `---
apiVersion: eks.services.k8s.aws/v1alpha1
kind: PodIdentityAssociation
metadata: {name: reader, namespace: ack-system}
spec: {namespace: shop, serviceAccount: default, roleARN: "arn:aws:iam::111122223333:role/reader"}
---
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: {name: vault, namespace: shop}
spec: {provider: {vault: {auth: {kubernetes: {role: reader, serviceAccountRef: {name: default}}}}}}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: reader, namespace: billing}
spec: {rules: [{from: [{source: {principals: [cluster.local/ns/shop/sa/default]}}]}]}
`;
  const text = reader.replace('namespace: shop}\nspec:', 'namespace: shop, annotations: {vault.hashicorp.com/role: reader}}\nspec:') + outside;
  const { after, title } = fixed(text, 'default-service-account', 'own-account');
  const written = after.get('case.yaml')!;
  test('the cloud\'s role is not copied, and the fix says that it is lost', () => {
    assert.match(title, /it loses EKS Pod Identity: the cloud trusts the old account by name/);
    assert.equal(written.match(/role\/reader/g)?.length, 1);
  });
  test('a secret store and a Vault role are named', () => {
    assert.match(title, /SecretStore "vault" goes on as the old account/);
    assert.match(title, /log in with Vault role "reader"/);
  });
  test('a mesh policy that names the old one names the new one, too', () => {
    assert.match(written, /principals: \[cluster\.local\/ns\/shop\/sa\/default, cluster\.local\/ns\/shop\/sa\/reader\]/);
  });
});

describe('an account removed that nothing runs as', () => {
  const { before, after } = fixed(`apiVersion: v1
kind: ServiceAccount
metadata: {name: old, namespace: shop}
---
${reader.replace('name: default, namespace: shop}', 'name: default, namespace: shop}\n  - {kind: ServiceAccount, name: old, namespace: shop}')}`, 'orphan-service-account', 'remove');
  test('loses its rights', () => {
    assert.ok(rightsOf(before, 'shop', 'old').length > 0);
    assert.deepEqual(rightsOf(after, 'shop', 'old'), []);
  });
  test('leaves every other answer as it was', () => {
    for (const [namespace, name] of [['shop', 'default'], ['billing', 'other']] as const) assert.deepEqual(rightsOf(after, namespace, name), rightsOf(before, namespace, name));
  });
});

describe('fixes that take no rights and give none', () => {
  const credentials = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default, namespace: shop}\nimagePullSecrets: [{name: registry}]\n---\n';
  const alias = reader.replace('spec:\n', 'spec:\n  serviceAccount: default\n');
  for (const [rule, id, text] of [['shared-image-pull-secret', 'move-to-pods', credentials + reader], ['automounting-service-account', 'opt-out', credentials + reader], ['deprecated-service-account-field', 'rename', alias]] as const) {
    test(`${rule}: ${id}`, () => {
      const { before, after } = fixed(text, rule, id);
      assert.notDeepEqual(after, before);
      for (const [namespace, name] of [['shop', 'default'], ['billing', 'other']] as const) assert.deepEqual(rightsOf(after, namespace, name), rightsOf(before, namespace, name));
    });
  }
});

test('a fix that has pods ask for the token says which', () => {
  const { title, after } = fixed(`apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default, namespace: shop}\n---\n${reader}`, 'automounting-service-account', 'opt-out');
  assert.match(title, /^Mount the token only where a pod asks for it, as Pod "reader" does from now on \(check first which other pods /);
  assert.match(after.get('case.yaml')!, /automountServiceAccountToken: true/);
});
