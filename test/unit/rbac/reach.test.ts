import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, test } from 'node:test';
import { authorizer } from '../../../engine/identity/permissions.ts';
import { reachIn, type Reached } from '../../../engine/identity/reach.ts';
import { graphOfFiles } from '../../support/graph.ts';

const pod = (namespace: string, name: string) => `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name}, namespace: ${namespace} }\nspec: { serviceAccountName: ${name}, containers: [{ name: c, image: i }] }\n`;
const grant = (kind: 'Role' | 'ClusterRole', where: string, to: string, rules: string, suffix = '') => {
  const id = `${where}-${to}${suffix}`.replace('/', '-');
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
    assert.deepEqual(admin, ['run commands in the pods of namespace "a"', 'Pod "w" runs as "a/w"', 'do everything']);
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

describe('what else leads to another identity', () => {
  const secret = (namespace: string, name: string, account: string) => `apiVersion: v1\nkind: Secret\ntype: kubernetes.io/service-account-token\nmetadata: { name: ${name}, namespace: ${namespace}, annotations: { kubernetes.io/service-account.name: ${account} } }\n`;
  const reads = (names: string) => `[{ apiGroups: [""], resources: [secrets], verbs: [get]${names && `, resourceNames: [${names}]`} }]`;

  test('reading Secrets, where the files have a token Secret: its account', () => {
    const estate = [pod('a', 'x'), pod('a', 'w'), pod('a', 'z'), secret('a', 'w-token', 'w')];
    const any = reach('a/x', ...estate, inNamespace('a', 'a/x', reads('')));
    assert.deepEqual(any.names, ['a/w']);
    assert.equal(any.reached[0]!.path[0]!.at!.object.name, 'w-token');
    assert.deepEqual(reach('a/x', ...estate, inNamespace('a', 'a/x', reads('w-token'))).names, ['a/w']);
    assert.deepEqual(reach('a/x', ...estate, inNamespace('a', 'a/x', reads('tls'))).names, []);
    assert.deepEqual(reach('a/x', ...estate, inNamespace('b', 'a/x', reads(''))).names, []);
  });

  test('exec limited to a pod by name: the account of that pod', () => {
    const set = 'apiVersion: apps/v1\nkind: StatefulSet\nmetadata: { name: db, namespace: a }\nspec: { template: { spec: { serviceAccountName: db, containers: [{ name: c, image: i }] } } }\n';
    const exec = (name: string, verb = 'create') => inNamespace('a', 'a/x', `[{ apiGroups: [""], resources: [pods/exec], verbs: [${verb}], resourceNames: [${name}] }]`);
    assert.deepEqual(reach('a/x', pod('a', 'x'), pod('a', 'w'), set, exec('w')).names, ['a/w']);
    assert.deepEqual(reach('a/x', pod('a', 'x'), pod('a', 'w'), set, exec('db-0')).names, ['a/db']);
    assert.deepEqual(reach('a/x', pod('a', 'x'), pod('a', 'w'), set, exec('db')).names, []);
  });

  test('exec into pods that mount no token: nobody', () => {
    const bare = pod('a', 'w').replace('serviceAccountName', 'automountServiceAccountToken: false, serviceAccountName');
    assert.deepEqual(reach('a/x', pod('a', 'x'), bare, inNamespace('a', 'a/x', '[{ apiGroups: [""], resources: [pods/exec], verbs: [create] }]')).names, []);
    assert.deepEqual(reach('a/x', pod('a', 'x'), bare, inNamespace('a', 'a/x', '[{ apiGroups: [""], resources: [pods], verbs: [create] }]')).names, ['a/w']);
  });

  test('get on exec, until 1.34', () => {
    const graph = graphOfFiles({ 'all.yaml': [pod('a', 'x'), pod('a', 'w'), inNamespace('a', 'a/x', '[{ apiGroups: [""], resources: [pods/exec], verbs: [get] }]')].join('---\n') });
    const count = (minor: number) => reachIn(graph, authorizer(graph, { defaults: true, minor })).from(graph.accounts.find(({ name }) => name === 'x')!).length;
    assert.ok(count(34) > 0);
    assert.equal(count(35), 0);
  });

  test('what a GitOps controller applies: the account of the controller, where its objects count', () => {
    const controller = (namespace: string, name: string, image: string) => pod(namespace, name).replace('image: i', `image: ${image}`);
    const argo = [pod('a', 'x'), controller('argocd', 'app', 'quay.io/argoproj/argocd:v2')];
    const writes = '[{ apiGroups: [argoproj.io], resources: [applications], verbs: [create] }]';
    assert.deepEqual(reach('a/x', ...argo, inNamespace('argocd', 'a/x', writes)).names, ['argocd/app']);
    assert.deepEqual(reach('a/x', ...argo, inNamespace('a', 'a/x', writes)).names, []);
    assert.deepEqual(reach('a/x', pod('a', 'x'), controller('flux', 'k', 'ghcr.io/fluxcd/kustomize-controller:v1'), inNamespace('a', 'a/x', '[{ apiGroups: [kustomize.toolkit.fluxcd.io], resources: [kustomizations], verbs: [patch] }]')).names, ['flux/k']);
  });

  test('binding a role that is named: what that role may do', () => {
    const role = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: starter }\nrules: [{ apiGroups: [""], resources: [pods], verbs: [create] }]\n';
    const bind = (name: string) => inNamespace('a', 'a/x', `[{ apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [bind], resourceNames: [${name}] }, { apiGroups: [rbac.authorization.k8s.io], resources: [rolebindings], verbs: [create] }]`);
    assert.deepEqual(reach('a/x', pod('a', 'x'), pod('a', 'w'), pod('b', 'z'), role, bind('starter')).names, ['a/w']);
    assert.deepEqual(reach('a/x', pod('a', 'x'), pod('a', 'w'), role, bind('view')).names, []);
  });

  test('kubelet certificates, users, aws-auth, Pod Security that is lifted', () => {
    const signer = '[{ apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests], verbs: [create] }, { apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/approval], verbs: [update] }, { apiGroups: [certificates.k8s.io], resources: [signers], resourceNames: [kubernetes.io/kube-apiserver-client-kubelet], verbs: [approve] }]';
    const { names, admin } = reach('a/x', pod('a', 'x'), pod('b', 'w'), everywhere('a/x', signer));
    assert.deepEqual([names, admin], [['b/w'], undefined]);
    assert.equal(reach('a/x', pod('a', 'x'), everywhere('a/x', '[{ apiGroups: [""], resources: [users], verbs: [impersonate] }]')).admin?.length, 2);
    assert.equal(reach('a/x', pod('a', 'x'), inNamespace('kube-system', 'a/x', '[{ apiGroups: [""], resources: [configmaps], resourceNames: [aws-auth], verbs: [update] }]')).admin?.length, 1);
    assert.equal(reach('a/x', pod('a', 'x'), inNamespace('a', 'a/x', '[{ apiGroups: [""], resources: [configmaps], resourceNames: [aws-auth], verbs: [update] }]')).admin, undefined);
    assert.deepEqual(reach('a/x', pod('a', 'x'), pod('b', 'w'), inNamespace('a', 'a/x', '[{ apiGroups: [""], resources: [namespaces], verbs: [patch] }, { apiGroups: [apps], resources: [deployments], verbs: [patch] }]')).names, ['b/w']);
  });

  test('by a mutating policy and its binding, from 1.36: everything', () => {
    const half = (resource: string) => `{ apiGroups: [admissionregistration.k8s.io], resources: [${resource}], verbs: [create] }`;
    const both = everywhere('a/x', `[${half('mutatingadmissionpolicies')}, ${half('mutatingadmissionpolicybindings')}]`);
    assert.deepEqual(reach('a/x', pod('a', 'x'), both).admin, ['rewrite objects on their way into the cluster, by a MutatingAdmissionPolicy']);
    assert.equal(reach('a/x', pod('a', 'x'), everywhere('a/x', `[${half('mutatingadmissionpolicies')}]`)).admin, undefined);
    const graph = graphOfFiles({ 'all.yaml': [pod('a', 'x'), both].join('---\n') });
    assert.equal(reachIn(graph, authorizer(graph, { defaults: true, minor: 35 })).toClusterAdmin(graph.accounts[0]!), undefined);
  });

  test('by starting pods that a constraint of OpenShift lets have the node: whatever runs there', () => {
    const use = (name: string) => inNamespace('a', 'a/x', `[{ apiGroups: [security.openshift.io], resources: [securitycontextconstraints], resourceNames: [${name}], verbs: [use] }, { apiGroups: [apps], resources: [deployments], verbs: [create] }]`);
    assert.deepEqual(reach('a/x', pod('a', 'x'), pod('b', 'w'), use('privileged')).names, ['b/w']);
    assert.deepEqual(reach('a/x', pod('a', 'x'), pod('b', 'w'), use('anyuid')).names, []);
    assert.deepEqual(reach('a/x', pod('a', 'x'), pod('b', 'w'), inNamespace('a', 'a/x', '[{ apiGroups: [security.openshift.io], resources: [securitycontextconstraints], resourceNames: [privileged], verbs: [use] }]')).names, []);
  });

  test('an account that bindings name and no file has: by making it and starting pods', () => {
    const waiting = grant('Role', 'a', 'a/ghost', '[{ apiGroups: [""], resources: [secrets], verbs: [create, get] }]');
    const may = (rules: string) => inNamespace('a', 'a/x', `[${rules}]`);
    const accounts = '{ apiGroups: [""], resources: [serviceaccounts], verbs: [create] }';
    const pods = '{ apiGroups: [""], resources: [pods], verbs: [create] }';
    assert.deepEqual(reach('a/x', pod('a', 'x'), waiting, may(`${accounts}, ${pods}`)).names, ['a/ghost']);
    assert.deepEqual(reach('a/x', pod('a', 'x'), waiting, may(accounts)).names, []);
    assert.deepEqual(reach('a/x', pod('a', 'x'), waiting, may(pods)).names, []);
    assert.deepEqual(reach('a/x', pod('a', 'x'), grant('Role', 'b', 'b/ghost', '[{ apiGroups: [""], resources: [pods], verbs: [get] }]'), may(`${accounts}, ${pods}`)).names, []);
  });

  test('in a namespace that no file tells: what lies beside the grant', () => {
    const bare = (name: string) => pod('', name).replace(', namespace: ', '');
    const graph = graphOfFiles({
      'one/all.yaml': [bare('x'), bare('w'), 'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: { name: r }\nrules: [{ apiGroups: [""], resources: [pods], verbs: [create] }]\n', 'apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: { name: r }\nroleRef: { kind: Role, name: r }\nsubjects: [{ kind: ServiceAccount, name: x }]\n'].join('---\n'),
      'two/all.yaml': bare('z'),
    });
    const reached = reachIn(graph, authorizer(graph, { defaults: true, minor: 36 })).from(graph.accounts.find(({ name }) => name === 'x')!);
    assert.deepEqual(reached.flatMap(({ power }) => (power.kind === 'account' ? [power.account.name] : [])), ['w']);
  });
});

test('the shortest way to cluster-admin is found for all accounts at once as for each alone', () => {
  const primitives = ['[{ apiGroups: [""], resources: [pods/exec], verbs: [create] }]', '[{ apiGroups: [""], resources: [pods], verbs: [create] }]', '[{ apiGroups: [""], resources: [serviceaccounts/token], verbs: [create], resourceNames: [s1] }]', '[{ apiGroups: [""], resources: [configmaps], verbs: [get] }]', '[{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }]'];
  fc.assert(fc.property(fc.array(fc.record({ account: fc.nat(7), namespace: fc.nat(3), rules: fc.nat(4), cluster: fc.boolean() }), { maxLength: 10 }), (grants) => {
    const estate = Array.from({ length: 8 }, (_, i) => pod(`n${i % 3}`, `s${i}`));
    const granted = grants.map(({ account, namespace, rules, cluster }, i) => {
      const to = `n${account % 3}/s${account}`;
      return cluster && rules > 1 ? grant('ClusterRole', '', to, primitives[rules]!, `-${i}`) : grant('Role', namespace === 3 ? 'kube-system' : `n${namespace}`, to, primitives[rules]!, `-${i}`);
    });
    const graph = graphOfFiles({ 'all.yaml': [...estate, ...granted].join('---\n') });
    const all = reachIn(graph, authorizer(graph, { defaults: true, minor: 36 }));
    for (const account of graph.accounts) {
      const alone = all.from(account).find(({ power }) => power.kind === 'cluster-admin');
      assert.equal(all.toClusterAdmin(account)?.path.length, alone?.path.length);
    }
  }), { numRuns: 60 });
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
