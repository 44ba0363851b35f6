import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { authorizer } from '../../../engine/identity/permissions.ts';
import { rules } from '../../../rules/index.ts';
import { plannedWorkspace } from '../../corpus/projects.ts';

type Texts = Readonly<Record<string, string>>;

const workspaceOf = (texts: Texts) => plannedWorkspace(new Map(Object.entries(texts)), rules);

/** `file rule/message` of the findings of some rules. */
function findings(texts: Texts, ...ids: string[]): string[] {
  return workspaceOf(texts).findings().filter(({ rule }) => ids.includes(rule)).map(({ file, rule, messageId }) => `${file} ${rule}/${messageId}`);
}

/** The accounts that have rights of their own, as `namespace/name`, in the order of the files. */
function granted(texts: Texts): string[] {
  const graph = workspaceOf(texts).graphOf(Object.keys(texts).find((path) => !path.endsWith('kustomization.yaml'))!)!;
  return graph.accounts.filter((account) => graph.grantsOf(account).some(({ via }) => via !== 'group')).map(({ namespace, name }) => `${namespace}/${name}`);
}

const at = (namespace?: string) => (namespace === undefined ? '' : `, namespace: ${namespace}`);
const account = (name: string, namespace?: string) => `apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: ${name}${at(namespace)}}\n`;
const deployment = (name: string, { as, namespace }: { as?: string; namespace?: string } = {}) =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}${at(namespace)}}\nspec:\n  selector: {matchLabels: {app: ${name}}}\n  template:\n    metadata: {labels: {app: ${name}}}\n    spec:\n${as ? `      serviceAccountName: ${as}\n` : ''}      containers:\n        - {name: ${name}, image: ${name}}\n`;
const binding = (subject: string, { namespace, cluster }: { namespace?: string; cluster?: boolean } = {}) =>
  `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${cluster ? 'Cluster' : ''}RoleBinding\nmetadata: {name: b${at(namespace)}}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}\nsubjects:\n  - {kind: ServiceAccount, ${subject}}\n`;
const files = (...texts: string[]) => texts.join('---\n');

describe('a kustomization with a namespace', () => {
  const build = 'namespace: prow\nresources: [d.yaml]\n';

  test('takes its objects out of the namespace that is written in them', () => {
    const texts = {
      'a/kustomization.yaml': build,
      'a/d.yaml': deployment('web', { namespace: 'default' }),
      'b/d.yaml': files(deployment('job', { namespace: 'default' }), deployment('other', { namespace: 'default' }), binding('name: default, namespace: default', { namespace: 'default' })),
    };
    assert.deepEqual(findings(texts, 'default-service-account', 'shared-service-account').filter((one) => one.startsWith('a/')), ['a/d.yaml default-service-account/unnamed']);
    assert.deepEqual(findings({ ...texts, 'a/kustomization.yaml': '{}' }, 'default-service-account').filter((one) => one.startsWith('a/')), ['a/d.yaml default-service-account/bound']);
  });

  // Each row as semantics.md 10.2 has it: what `kubectl kustomize` makes of a subject.
  const rows: [string, { account?: string; binding: string; expected: string[] }][] = [
    ['a subject without namespace follows its account', { account: account('app', 'old'), binding: binding('name: app', { namespace: 'elsewhere' }), expected: ['prow/app'] }],
    ['a subject with the original namespace of its account follows it', { account: account('app', 'old'), binding: binding('name: app, namespace: old'), expected: ['prow/app'] }],
    ['no namespace written counts as default', { account: account('app'), binding: binding('name: app, namespace: default'), expected: ['prow/app'] }],
    ['the new namespace is right as well', { account: account('app', 'old'), binding: binding('name: app, namespace: prow'), expected: ['prow/app'] }],
    ['a subject with another namespace stays, though the account moved', { account: account('app', 'old'), binding: binding('name: app, namespace: other'), expected: [] }],
    ['the subject of a ClusterRoleBinding gets the namespace that it lacks', { account: account('app'), binding: binding('name: app', { cluster: true }), expected: ['prow/app'] }],
    ['a subject "default" always gets the new namespace', { account: deployment('web'), binding: binding('name: default, namespace: anywhere'), expected: ['prow/default'] }],
    ['and so it does in a ClusterRoleBinding', { account: deployment('web'), binding: binding('name: default, namespace: anywhere', { cluster: true }), expected: ['prow/default'] }],
    ['an account outside the build is the new namespace\'s, where the binding moved', { account: deployment('web', { as: 'ext' }), binding: binding('name: ext', { namespace: 'old' }), expected: ['prow/ext'] }],
  ];
  for (const [title, { account: first, binding: second, expected }] of rows)
    test(title, () => assert.deepEqual(granted({ 'a/d.yaml': files(first!, second), 'a/kustomization.yaml': build }), expected));

  test('lets the permissions follow, too', () => {
    const texts = { 'a/kustomization.yaml': build, 'a/d.yaml': files(account('app'), binding('name: app, namespace: default', { cluster: true }).replace('edit', 'cluster-admin')) };
    const [finding] = workspaceOf(texts).findings().filter(({ rule }) => rule === 'cluster-admin-binding');
    assert.match(finding!.message, /"prow\/app"/);
  });

  test('leaves subjects of other builds alone', () => {
    assert.deepEqual(granted({ 'a/d.yaml': account('app'), 'a/kustomization.yaml': build, 'b/b.yaml': binding('name: app, namespace: default', { cluster: true }), 'b/kustomization.yaml': 'resources: [b.yaml]\nnamespace: prow\n' }), []);
  });

  test('an edit of the account alone lets the subject follow', () => {
    const texts = { 'a/kustomization.yaml': 'namespace: prow\nresources: [d.yaml, b.yaml]\n', 'a/d.yaml': files(account('app', 'one'), deployment('web', { as: 'app' })), 'a/b.yaml': binding('name: app, namespace: two') };
    const workspace = workspaceOf(texts);
    const tokens = () => workspace.findings().filter(({ rule }) => rule === 'automounted-token').length;
    assert.equal(tokens(), 1);
    workspace.set({ path: 'a/d.yaml', text: texts['a/d.yaml'].replace('namespace: one', 'namespace: two'), dialect: 'kustomization', scope: '', role: 'manifest', namespace: 'prow', build: { roots: ['a'], namespace: 'prow', names: [{ prefix: '', suffix: '' }] } });
    assert.equal(tokens(), 0);
  });
});

test('builds that set different namespaces leave it untold, also what is written', () => {
  const texts = {
    'base/d.yaml': deployment('web', { namespace: 'default' }), 'base/kustomization.yaml': 'resources: [d.yaml]',
    'dev/kustomization.yaml': 'resources: [../base]\nnamespace: dev', 'prod/kustomization.yaml': 'resources: [../base]\nnamespace: prod',
    'b.yaml': binding('name: default, namespace: default', { namespace: 'default' }),
  };
  assert.deepEqual(granted(texts), []);
});

describe('a kustomization that renames', () => {
  const base = { 'base/d.yaml': files(account('app'), deployment('web', { as: 'app' })), 'base/kustomization.yaml': 'resources: [d.yaml]' };
  const shop = { ...base, 'prod/kustomization.yaml': 'resources: [../base]\nnamespace: shop\nnameSuffix: -prod' };
  const both = { ...shop, 'test/kustomization.yaml': 'resources: [../base]\nnamespace: shop\nnameSuffix: -test' };
  const outside = (name: string) => ({ 'rbac.yaml': binding(`name: ${name}`, { namespace: 'shop' }) });
  const tokens = (texts: Texts) => findings(texts, 'automounted-token');
  const unneeded = ['base/d.yaml automounted-token/unneeded'];

  test('is known outside by the names that come out', () => {
    assert.deepEqual(tokens(shop), unneeded);
    assert.deepEqual(granted({ ...shop, ...outside('app-prod') }), ['shop/app']);
    assert.deepEqual(tokens({ ...shop, ...outside('app-prod') }), []);
  });

  test('is not known outside by the names that went in', () => {
    assert.deepEqual(granted({ ...shop, ...outside('app') }), []);
    assert.deepEqual(tokens({ ...shop, ...outside('app') }), unneeded);
  });

  test('is meant by the name of its build, where builds give several: what one has, the other has not', () => {
    for (const name of ['app-prod', 'app-test']) {
      assert.deepEqual(granted({ ...both, ...outside(name) }), ['shop/app']);
      assert.deepEqual(tokens({ ...both, ...outside(name) }), unneeded);
    }
    assert.deepEqual(tokens({ ...both, ...outside('app-dev') }), unneeded);
  });

  test('resolves its own names as they are written', () => {
    for (const [overlays, accounts] of [[shop, ['shop/app']], [both, ['shop/app', 'shop/app']]] as const) assert.deepEqual(granted({ ...overlays, 'base/d.yaml': files(overlays['base/d.yaml'], binding('name: app')) }), accounts);
    const overlay = { ...shop, 'prod/b.yaml': binding('name: app'), 'prod/kustomization.yaml': 'resources: [../base, b.yaml]\nnamespace: shop\nnameSuffix: -prod' };
    assert.deepEqual(granted(overlay), ['shop/app']);
  });

  test('grants an account of the same bare name outside nothing by a binding that follows its own', () => {
    const texts = { ...shop, 'base/d.yaml': files(shop['base/d.yaml'], binding('name: app')), 'other.yaml': files(account('app', 'shop'), deployment('other', { as: 'app', namespace: 'shop' })) };
    const graph = workspaceOf(texts).graphOf('other.yaml')!;
    const own = graph.accounts.filter((one) => one.objects.some(({ object }) => object.document.file === 'other.yaml'));
    assert.deepEqual(own.map((one) => graph.grantsOf(one).length), [0]);
  });

  test('has the permissions of the bindings that mean its accounts, no others', () => {
    const rolesOf = (texts: Texts) => {
      const graph = workspaceOf(texts).graphOf('base/d.yaml')!;
      const rbac = authorizer(graph, { defaults: false, minor: 35 });
      return graph.accounts.filter(({ name }) => name === 'app').map((one) => rbac.doubtsOfAccount(one).map(({ binding: { name } }) => name));
    };
    assert.deepEqual(rolesOf({ ...shop, ...outside('app-prod') }), [['b']]);
    assert.deepEqual(rolesOf({ ...shop, ...outside('app') }), [[]]);
    assert.deepEqual(rolesOf({ ...shop, 'base/d.yaml': files(shop['base/d.yaml'], binding('name: app')) }), [['b']]);
  });

  test('has its roles known outside by the names that come out', () => {
    const role = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: reader}\nrules: [{apiGroups: [""], resources: [pods], verbs: [get]}]\n';
    const isKnown = (path: string, name: string) => {
      const texts = { ...shop, 'base/d.yaml': role, [path]: path === 'base/d.yaml' ? files(role, binding('name: app').replace('edit', name)) : binding('name: app', { namespace: 'shop' }).replace('edit', name) };
      const graph = workspaceOf(texts).graphOf(path)!;
      return !authorizer(graph, { defaults: false, minor: 35 }).roleOf(graph.all('binding')[0]!).unknown;
    };
    assert.ok(isKnown('base/d.yaml', 'reader'));
    assert.ok(isKnown('rbac.yaml', 'reader-prod'));
    assert.ok(!isKnown('rbac.yaml', 'reader'));
  });

  test('workloads outside run as its accounts by the names that come out, and a bare name tells nothing', () => {
    const texts = (as: string) => ({ ...shop, 'other.yaml': files(account('else', 'shop'), deployment('other', { as, namespace: 'shop' }), deployment('one', { as: 'else', namespace: 'shop' })) });
    const runs = (as: string) => workspaceOf(texts(as)).graphOf('other.yaml')!.accounts.find(({ name, objects }) => name === 'app' && objects.length > 0)!.workloads.map(({ object }) => object.name).sort();
    assert.deepEqual(runs('app-prod'), ['other', 'web']);
    assert.deepEqual(runs('app'), ['web']);
    for (const as of ['app-prod', 'app']) assert.deepEqual(findings(texts(as), 'missing-service-account'), []);
    assert.equal(findings(texts('app-dev'), 'missing-service-account').length, 1);
  });
});
