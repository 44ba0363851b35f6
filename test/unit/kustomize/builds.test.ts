import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Finding } from '../../../engine/lint/finding.ts';
import { applyEdits } from '../../../engine/lint/fix.ts';
import type { Workspace } from '../../../engine/lint/workspace.ts';
import { namesInCluster } from '../../../engine/identity/build.ts';
import { rules } from '../../../rules/index.ts';
import { findKustomizations } from '../../../sources/kustomizations.ts';
import { plannedWorkspace } from '../../corpus/projects.ts';

/* Each build of a base is judged as it is: with its namespace, its names, its own objects. */

type Texts = Record<string, string>;

const account = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web}\n';
const pod = (token = '') => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
${token}      containers:
        - {name: web, image: "web:1"}
`;
const base: Texts = { 'base/kustomization.yaml': 'resources: [web.yaml, account.yaml]\n', 'base/web.yaml': pod(), 'base/account.yaml': account };
const admin = (subject: string) => `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [${subject}]
`;
const named = '{kind: ServiceAccount, name: web, namespace: production}';
const production: Texts = { 'production/kustomization.yaml': 'namespace: production\nresources: [../base, admin.yaml]\n', 'production/admin.yaml': admin(named) };
const staging: Texts = { 'staging/kustomization.yaml': 'namespace: staging\nresources: [../base]\n' };

const workspaceOf = (...parts: Texts[]): Workspace => plannedWorkspace(new Map(parts.flatMap((part) => Object.entries(part))), rules);
const found = (workspace: Workspace) => workspace.findings().map(({ rule, file }) => `${rule} ${file}`);
const ofRule = (workspace: Workspace, rule: string) => workspace.findings().filter((finding) => finding.rule === rule);
const builtBy = ({ related }: Finding) => related.filter(({ message }) => message.includes('kustomization')).map(({ file }) => file);
const accounts = (workspace: Workspace) => workspace.graphs().flatMap((graph) => graph.accounts.map((one) => `${one.namespace}/${namesInCluster(one.objects[0]!.object).join()}: ${graph.grantsOf(one).length}`)).sort();

describe('builds that put a base into different namespaces', () => {
  test('what one of them gives an account is found beside the other build', () => {
    const alone = found(workspaceOf(base, production));
    assert.ok(alone.includes('workload-takeover base/web.yaml'), alone.join('\n'));
    const both = workspaceOf(base, production, staging);
    assert.deepEqual(alone.filter((one) => !found(both).includes(one)), []);
    assert.deepEqual(builtBy(ofRule(both, 'workload-takeover')[0]!), ['production/kustomization.yaml']);
  });

  test('the other build is not given what it does not have', () => {
    for (const subject of [named, '{kind: ServiceAccount, name: web}']) {
      assert.deepEqual(accounts(workspaceOf(base, staging, production, { 'production/admin.yaml': admin(subject) })), ['production/web: 1', 'staging/web: 0']);
    }
  });

  test('each has the names that it gives', () => {
    assert.deepEqual(accounts(workspaceOf(base, staging, { 'production/kustomization.yaml': 'namespace: production\nnamePrefix: prod-\nresources: [../base]\n' })), ['production/prod-web: 0', 'staging/web: 0']);
  });

  test('what all of them have is one finding, with a fix for all', () => {
    const workspace = workspaceOf(base, staging, { 'production/kustomization.yaml': 'namespace: production\nresources: [../base]\n', 'base/web.yaml': pod('      automountServiceAccountToken: true\n'), 'base/account.yaml': `${account}automountServiceAccountToken: false\n` });
    const [finding, ...others] = ofRule(workspace, 'automounted-token');
    assert.deepEqual(others, []);
    assert.equal(finding!.instances, 2);
    assert.deepEqual(builtBy(finding!), []);
    assert.equal(workspace.fixesOf(finding!)[0]!.choice, false);
  });

  test('a binding of the base gives each account the role once', () => {
    const binding = admin('{kind: ServiceAccount, name: web}');
    const workspace = workspaceOf(base, staging, { 'production/kustomization.yaml': 'namespace: production\nresources: [../base]\n', 'base/kustomization.yaml': 'resources: [web.yaml, account.yaml, binding.yaml]\n', 'base/binding.yaml': binding });
    assert.deepEqual(accounts(workspace), ['production/web: 1', 'staging/web: 1']);
    assert.equal(ofRule(workspace, 'cluster-admin-binding').length, 1);
  });

  test('what is written once is not shared with itself, but for another environment', () => {
    const given = { 'base/account.yaml': `${account.replace('name: web', 'name: web, annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/web"}')}` };
    const in2 = (one: string, other: string) => workspaceOf(base, given, { 'o1/kustomization.yaml': `resources: [../base]\nnamespace: ${one}\n`, 'o2/kustomization.yaml': `resources: [../base]\nnamespace: ${other}\n` });
    assert.deepEqual(ofRule(in2('a', 'b'), 'shared-cloud-identity'), []);
    assert.deepEqual(ofRule(in2('production', 'staging'), 'shared-cloud-identity').map(({ messageId }) => messageId), ['environments']);
  });

  test('a binding that only one of them has clears only that one', () => {
    const optsOut = { 'base/web.yaml': pod('      automountServiceAccountToken: true\n'), 'base/account.yaml': `${account}automountServiceAccountToken: false\n` };
    const binding = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: web}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\nsubjects: [{kind: ServiceAccount, name: web}]\n';
    const workspace = workspaceOf(base, optsOut, { 'o1/kustomization.yaml': 'resources: [../base]\nnamespace: a\n', 'o2/kustomization.yaml': 'resources: [../base, rb.yaml]\nnamespace: b\n', 'o2/rb.yaml': binding });
    assert.deepEqual(ofRule(workspace, 'automounted-token').map(builtBy), [['o1/kustomization.yaml']]);
  });
});

describe('a base that one build has twice', () => {
  const mounting = (field: string) => `resources: [../base]\n${field}\npatches:\n- target: {kind: Deployment}\n  patch: |-\n    - op: add\n      path: /spec/template/spec/automountServiceAccountToken\n      value: true\n`;
  const quiet = { 'base/web.yaml': pod('      automountServiceAccountToken: false\n'), 'base/account.yaml': `${account}automountServiceAccountToken: false\n` };

  for (const [what, one, other] of [['namespace', 'namespace: a', 'namespace: b'], ['name', 'namePrefix: a-', 'namePrefix: b-']] as const) {
    test(`is judged in both ways, where they differ in the ${what}`, () => {
      const workspace = workspaceOf(base, quiet, { 'top/kustomization.yaml': 'resources: [../m1, ../m2]\n', 'm1/kustomization.yaml': `resources: [../base]\n${one}\n`, 'm2/kustomization.yaml': mounting(other) });
      assert.deepEqual(ofRule(workspace, 'automounted-token').map(({ file }) => file), ['m2/kustomization.yaml']);
    });
  }
});

test('a patch names its object as it was called between the namespace and the prefix of the level below', () => {
  const text = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: mid}\nspec: {template: {spec: {automountServiceAccountToken: true}}}\n';
  const workspace = workspaceOf(base, { 'base/account.yaml': `${account}automountServiceAccountToken: false\n`, 'middle/kustomization.yaml': 'resources: [../base]\nnamespace: mid\nnamePrefix: a-\n', 'top/kustomization.yaml': 'resources: [../middle]\npatches: [{path: patch.yaml}]\n', 'top/patch.yaml': text });
  assert.deepEqual(ofRule(workspace, 'automounted-token').map(({ file }) => file), ['top/patch.yaml']);
});

test('a subject stays where it is when a JSON patch moves its account', () => {
  const binding = (namespace: string) => `apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: web, namespace: shop}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\nsubjects: [{kind: ServiceAccount, name: web${namespace}}]\n`;
  const moved = 'resources: [account.yaml, binding.yaml]\npatches:\n- target: {kind: ServiceAccount}\n  patch: |-\n    - {op: replace, path: /metadata/namespace, value: moved}\n';
  for (const namespace of ['', ', namespace: shop']) {
    const texts = { 'top/kustomization.yaml': moved, 'top/account.yaml': account.replace('name: web', 'name: web, namespace: shop'), 'top/binding.yaml': binding(namespace) };
    assert.deepEqual(accounts(workspaceOf(texts)), ['moved/web: 0'], namespace);
  }
});

describe('a fix of what one build has', () => {
  const patch = 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      serviceAccountName: default\n';
  const patched = (token: string) => workspaceOf({ ...base, 'base/web.yaml': pod(token) }, staging, { 'production/kustomization.yaml': 'namespace: production\nresources: [../base]\npatches: [{path: patch.yaml}]\n', 'production/patch.yaml': patch, 'staging/kustomization.yaml': 'namespace: staging\nresources: [../base, rb.yaml]\n', 'staging/rb.yaml': admin('{kind: ServiceAccount, name: web}') });

  for (const [what, token] of [['says nothing', ''], ['says another', '      automountServiceAccountToken: true\n']]) {
    test(`is written into the patch of that build, where the base ${what}`, () => {
      const workspace = patched(token!);
      const finding = ofRule(workspace, 'automounted-token').find((one) => builtBy(one).includes('production/kustomization.yaml'))!;
      const [fix] = workspace.fixesOf(finding);
      assert.deepEqual(fix!.edits.map(({ file }) => file), ['production/patch.yaml']);
      assert.equal(fix!.choice, false);
      assert.equal(applyEdits(patch, fix!.edits), `${patch}      automountServiceAccountToken: false\n`);
    });
  }

  test('is for somebody to choose, where the builds need different changes', () => {
    const report = pod().replaceAll('web', 'report').replace('serviceAccountName: report', 'serviceAccountName: web');
    const binding = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: web}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\nsubjects: [{kind: ServiceAccount, name: web}]\n';
    const workspace = workspaceOf(base, staging, { 'base/kustomization.yaml': 'resources: [web.yaml, report.yaml, account.yaml, binding.yaml]\n', 'base/report.yaml': report, 'base/binding.yaml': binding, 'production/kustomization.yaml': 'namespace: production\nresources: [../base]\npatches: [{path: patch.yaml}]\n', 'production/patch.yaml': patch.replace('name: web', 'name: report') });
    const [finding] = ofRule(workspace, 'automounting-service-account');
    assert.deepEqual(builtBy(finding!), []);
    assert.deepEqual(workspace.fixesOf(finding!).map(({ safe, choice }) => ({ safe, choice })), [{ safe: false, choice: true }]);
  });

  test('is for somebody to choose, where only the base can be changed', () => {
    const workspace = workspaceOf(base, production, staging);
    const finding = ofRule(workspace, 'automounted-token').find((one) => builtBy(one).includes('staging/kustomization.yaml'))!;
    const fixes = workspace.fixesOf(finding);
    assert.ok(fixes.length > 0);
    assert.deepEqual(fixes.filter(({ choice, safe }) => !choice || safe), []);
  });
});

test('ways that double with every level are not followed for ever', () => {
  const texts = new Map<string, string>([['l0/kustomization.yaml', 'resources: [web.yaml]\n'], ['l0/web.yaml', pod()]]);
  for (let level = 1; level <= 24; level++) {
    texts.set(`l${level}/kustomization.yaml`, `resources: [../x${level}, ../y${level}]\n`);
    for (const side of ['x', 'y']) texts.set(`${side}${level}/kustomization.yaml`, `resources: [../l${level - 1}]\nnamePrefix: ${side}${level}-\n`);
  }
  const part = findKustomizations([...texts.keys()], (path) => texts.get(path)).partOf('l0/web.yaml')!;
  assert.ok(part.build!.names.length <= 100, `${part.build!.names.length} names`);
  assert.equal(part.build!.rewrites, true, 'names are not told');
});

describe('builds that are too many to judge each for itself', () => {
  const overlaysOf = (count: number): Texts => Object.fromEntries(Array.from({ length: count }, (_, i) => [`o${i}/kustomization.yaml`, `namespace: n${i}\nresources: [../base]\npatches: [{target: {kind: Deployment}, patch: '[{"op": "add", "path": "/metadata/annotations", "value": {"a": "${i}"}}]'}]\n`]));

  test('are said once, with the first of them', () => {
    const many = Array.from({ length: 139 }, (_, i) => account.replace('web', `a${i}`)).join('---\n');
    // 13,900 objects are linked again for one build that differs, and not for two.
    const apart: Texts = { 'many/kustomization.yaml': 'resources: [objects.yaml]\n', 'many/objects.yaml': many, ...Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`n${i}/kustomization.yaml`, `namespace: n${i}\nresources: [../many]\n`])) };
    const together: Texts = Object.fromEntries(['x', 'y', 'z'].map((one) => [`${one}/kustomization.yaml`, `namespace: n0\nresources: [../base]\npatches: [{target: {kind: Deployment}, patch: '[{"op": "add", "path": "/metadata/annotations", "value": {"a": "${one}"}}]'}]\n`]));
    const skipped = workspaceOf(base, apart, together).skipped();
    assert.deepEqual(skipped.map(({ file, reason }) => ({ file, reason })), [{ file: 'z/kustomization.yaml', reason: 'builds' }]);
    assert.match(skipped[0]!.detail, /^this build is not judged apart from others: \d+ objects are too many to link again for each; give parts of them scopes of their own in kubewho\.yaml$/);
  });

  test('so are documents that they put into different namespaces', () => {
    const objects = Array.from({ length: 41 }, (_, i) => account.replace('web', `a${i}`));
    const list = `apiVersion: v1\nkind: List\nitems:\n${objects.map((one) => `- ${one.trimEnd().replaceAll('\n', '\n  ')}\n`).join('')}`;
    const skipped = workspaceOf(overlaysOf(50), { 'base/kustomization.yaml': 'resources: [list.yaml]\n', 'base/list.yaml': list }).skipped();
    assert.deepEqual(skipped, [{ file: 'base/list.yaml', document: 0, reason: 'builds', detail: 'its objects are given different namespaces or names by too many builds: these are not told; divide the file' }]);
  });

  test('fewer are not spoken of', () => assert.deepEqual(workspaceOf(overlaysOf(5), base).skipped(), []));
});

test('an account of a build that is not all there may be what something elsewhere runs as', () => {
  const orphans = (more: string, texts: Texts = {}) => ofRule(workspaceOf({ 'a/kustomization.yaml': `resources: [account.yaml${more}]\n`, 'a/account.yaml': account, ...texts }), 'orphan-service-account').length;
  assert.deepEqual([orphans(''), orphans(', other.yaml', { 'a/other.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n' })], [1, 1]);
  for (const more of [', "https://github.com/example/base?ref=v1"', ', missing.yaml', ', ../folder', ']\nhelmCharts: [{name: web}', ']\ngenerators: [web.yaml']) assert.equal(orphans(more), 0, more);
  const overlay = (entry: string) => orphans('', { 'top/kustomization.yaml': `resources: [../a, ${entry}]\n`, 'b/kustomization.yaml': 'resources: []\n' });
  assert.deepEqual([overlay('../b'), overlay('github.com/example/base//web')], [1, 0]);
});

test('an account that a workload names may come from a base of its build that is not read', () => {
  const runs = (name: string, accountName: string): string => `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec: {template: {spec: {serviceAccountName: ${accountName}, containers: [{name: a, image: "a:1"}]}}}\n`;
  const missing = (more: string) => ofRule(workspaceOf({ 'a/kustomization.yaml': `resources: [account.yaml, web.yaml, controller.yaml${more}]\n`, 'a/account.yaml': account, 'a/web.yaml': runs('web', 'web'), 'a/controller.yaml': runs('controller', 'controller-manager') }), 'missing-service-account').length;
  assert.deepEqual([missing(''), missing(', "https://github.com/example/base?ref=v1"')], [1, 0]);
});
