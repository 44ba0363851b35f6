// `reach`, as a process: what the holder of a token can become, step by step, with reasons and sources.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deployment, folderWith, kubewho } from './support.ts';

const grant = (kind: 'Role' | 'ClusterRole', namespace: string, name: string, account: string, rules: string) => `apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}
metadata: { name: ${name}${namespace && `, namespace: ${namespace}`} }
rules:
  - ${rules}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}Binding
metadata: { name: ${name}${namespace && `, namespace: ${namespace}`} }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ${kind}, name: ${name} }
subjects: [{ kind: ServiceAccount, name: ${account.split('/')[1]}, namespace: ${account.split('/')[0]} }]
`;
const cwd = folderWith({
  'web.yaml': deployment('web', { account: 'web' }),
  'ci.yaml': deployment('runner', { namespace: 'ci', account: 'runner' }),
  'rbac.yaml': [
    grant('Role', 'ci', 'deployer', 'shop/web', '{ apiGroups: [""], resources: [pods], verbs: [create] }'),
    grant('ClusterRole', '', 'all', 'ci/runner', '{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }'),
    grant('Role', 'shop', 'loose', 'shop/loose', '{ apiGroups: [""], resources: [serviceaccounts/token], verbs: [create] }'),
  ].join('---\n'),
});
const reach = (...args: string[]) => kubewho(['reach', ...args], { cwd });

describe('reach', () => {
  test('the shortest way to cluster-admin, each step with its reason, its rule and where that is written', () => {
    const { code, stdout } = reach('shop/web');
    assert.equal(code, 0);
    assert.ok(stdout.startsWith(`account "shop/web", as which Deployment "shop/web" (web.yaml:13:27) runs
  cluster-admin in 3 steps:
    1. any account of namespace "ci": it can start pods that run as any account of namespace "ci"
         RoleBinding "ci/deployer" (rbac.yaml:8:7) names ServiceAccount "shop/web" (rbac.yaml:11:42)
         Role "ci/deployer" (rbac.yaml:2:7) allows create on pods (rbac.yaml:5:7)
    2. account "ci/runner": one of them is "ci/runner"
    3. cluster-admin: it can do everything
         ClusterRoleBinding "all" (rbac.yaml:20:7) names ServiceAccount "ci/runner" (rbac.yaml:23:42)
         ClusterRole "all" (rbac.yaml:14:7) allows * on * of * (rbac.yaml:17:7)
`), stdout);
  });

  test('the same as JSON', () => {
    const { subjects } = JSON.parse(reach('shop/web', '--format', 'json').stdout);
    assert.equal(subjects.length, 1);
    const [{ account, workloads, clusterAdmin, reached }] = subjects;
    assert.deepEqual([account, workloads[0].name, clusterAdmin], [{ namespace: 'shop', name: 'web' }, 'web', true]);
    assert.deepEqual(reached[0].steps.map((step: { primitive: string; by: { rule: { at: { line: number } } }[] }) => [step.primitive, step.by[0]?.rule.at.line ?? null]), [['pods', 5], [null, null], ['all', 17]]);
    // Nearest first.
    const lengths = reached.slice(1).map(({ steps }: { steps: unknown[] }) => steps.length);
    assert.deepEqual(lengths, [...lengths].sort((a: number, b: number) => a - b));
  });

  test('as a table: one line for each', () => {
    const [header, first, ...others] = reach('shop/web', '--format', 'table').stdout.trimEnd().split('\n');
    assert.match(header!, /^ACCOUNT +REACHES +STEPS +BY +SOURCE$/);
    assert.match(first!, /^shop\/web +cluster-admin +3 +do everything +rbac\.yaml:17:7$/);
    assert.ok(others.length > 0);
  });

  test('a workload by its own name; an account that only bindings name; nowhere', () => {
    assert.match(reach('ci/runner').stdout, /cluster-admin in 1 step:\n {4}1\. cluster-admin: it can do everything/);
    assert.match(reach('shop/loose').stdout, /any account of namespace "shop": it can request a token of/);
    const bound = folderWith({ 'rbac.yaml': grant('ClusterRole', '', 'all', 'ci/runner', '{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }') });
    assert.match(kubewho(['reach', 'ci/runner'], { cwd: bound }).stdout, /cluster-admin in 1 step:\n {4}1\. cluster-admin: it can do everything/);
    assert.match(reach('shop/web', '--in', 'web.yaml').stdout, /leads to no other identity, as far as the files tell/);
  });

  test('what is not known is said', () => {
    const { stdout } = kubewho(['reach', 'shop/web'], { cwd: folderWith({ 'a.yaml': `${deployment('web', { account: 'web' })}---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: { name: b, namespace: shop }\nroleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: elsewhere }\nsubjects: [{ kind: ServiceAccount, name: web }]\n` }) });
    assert.match(stdout, /not known: ClusterRole "elsewhere" of RoleBinding "shop\/b" is not among the files read/);
  });

  test('wrong usage, and a name that is not among the files', () => {
    for (const args of [[], ['web'], ['shop/web', 'ci/runner'], ['shop/nobody'], ['shop/web', '--in', 'nowhere']]) {
      const { code, stderr } = reach(...args);
      assert.equal(code, 2, args.join(' '));
      assert.match(stderr, /^kubewho: /);
    }
    assert.match(reach('shop/nobody').stderr, /is among the files read/);
  });

  test('by the name that Kustomize gives', () => {
    const built = folderWith({
      'base/kustomization.yaml': 'resources: [web.yaml, account.yaml]\n',
      'base/web.yaml': deployment('web', { account: 'web' }),
      'base/account.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: web }\n',
      'production/kustomization.yaml': 'namespace: production\nnamePrefix: prod-\nresources: [../base]\n',
      'staging/kustomization.yaml': 'namespace: staging\nresources: [../base]\n',
    });
    for (const name of ['production/prod-web', 'staging/web']) assert.equal(kubewho(['reach', name, '--in', '.'], { cwd: built }).code, 0, name);
    assert.equal(kubewho(['reach', 'staging/prod-web', '--in', '.'], { cwd: built }).code, 2);
    assert.match(kubewho(['reach', 'production/prod-web', '--in', '.'], { cwd: built }).stdout, /^account "production\/prod-web", as which Deployment "production\/prod-web" \(/);
    assert.match(kubewho(['reach', 'production/web', '--in', '.'], { cwd: built }).stderr, /"production\/web" is only written so; Kustomize builds it as "production\/prod-web": ask about that/);
    const identities = JSON.parse(kubewho(['inventory', '.', '--format', 'json'], { cwd: built }).stdout).identities as { account: { name: string }; workload: { name: string }; spiffe: { id: string } }[];
    assert.deepEqual(identities.map(({ account, workload, spiffe }) => [workload.name, account.name, spiffe.id]), [['prod-web', 'prod-web', 'spiffe://cluster.local/ns/production/sa/prod-web'], ['web', 'web', 'spiffe://cluster.local/ns/staging/sa/web']]);
  });
});
