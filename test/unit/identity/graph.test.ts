import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { buildGraph, tokenMount, type Graph } from '../../../engine/identity/graph.ts';
import type { Workload } from '../../../engine/identity/parts.ts';
import { graphOfFiles } from '../../support/graph.ts';

interface Options { namespace?: string; account?: string; automount?: string; owner?: string; kind?: string }

const metadata = (name: string, namespace = 'shop') => `metadata:\n  name: ${name}\n${namespace && `  namespace: ${namespace}\n`}`;
const deployment = (name: string, { namespace, account, automount }: Options = {}) =>
  `apiVersion: apps/v1\nkind: Deployment\n${metadata(name, namespace)}spec:\n  template:\n    spec:\n${account ? `      serviceAccountName: ${account}\n` : ''}${automount ? `      automountServiceAccountToken: ${automount}\n` : ''}      containers: []\n`;
const account = (name: string, { namespace, automount }: Options = {}) => `apiVersion: v1\nkind: ServiceAccount\n${metadata(name, namespace)}${automount ? `automountServiceAccountToken: ${automount}\n` : ''}`;
const binding = (subject: string, { namespace, kind = 'RoleBinding' }: Options = {}) =>
  `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\n${metadata('grant', kind === 'ClusterRoleBinding' ? '' : namespace)}roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\nsubjects:\n- ${subject}\n`;

const graphOf = (...documents: string[]) => graphOfFiles({ 'all.yaml': documents.join('---\n') });
const workload = (graph: Graph, name: string): Workload => graph.workloads.find(({ object }) => object.name === name)!;

describe('The account of a workload', () => {
  test('is `default` where none is named, decided at the spec that does not name one', () => {
    const web = workload(graphOf(deployment('web')), 'web');
    assert.equal(web.accountName, 'default');
    assert.deepEqual(web.accountAt.path, ['spec', 'template', 'spec']);
  });

  test('lies in the workload\'s namespace, and nowhere else', () => {
    const graph = graphOf(deployment('web', { account: 'api' }), account('api', { namespace: 'other' }));
    assert.deepEqual(graph.accountOf(workload(graph, 'web')).objects, []);
  });

  test('of no namespace may be one whose namespace is told, but that is not known', () => {
    const graph = graphOf(deployment('web', { account: 'api', namespace: '' }), account('api', { namespace: 'shop' }));
    const found = graph.accountOf(workload(graph, 'web'));
    assert.deepEqual(found.objects, []);
    assert.deepEqual(found.perhaps.map(({ object }) => object.namespace), ['shop']);
  });

  test('in no file read is one account throughout its namespace', () => {
    const graph = graphOfFiles({ 'a.yaml': deployment('web', { account: 'api' }), 'b.yaml': deployment('job', { account: 'api' }) });
    assert.equal(graph.accountOf(workload(graph, 'web')), graph.accountOf(workload(graph, 'job')));
  });

  test('in no file read and of no namespace is one account only within its file', () => {
    const graph = graphOfFiles({ 'a.yaml': deployment('web', { account: 'api', namespace: '' }), 'b.yaml': deployment('job', { account: 'api', namespace: '' }) });
    assert.notEqual(graph.accountOf(workload(graph, 'web')), graph.accountOf(workload(graph, 'job')));
  });

  test('is that of its own variant: staging never runs as the account of production', () => {
    const graph = graphOfFiles({ 'staging/all.yaml': `${deployment('web', { account: 'api' })}---\n${account('api')}`, 'production/all.yaml': `${deployment('web', { account: 'api' })}---\n${account('api')}` });
    const [one, other] = graph.workloads;
    assert.equal(graph.accountOf(one!).objects[0]!.object.document.file, 'staging/all.yaml');
    assert.equal(graph.accountOf(other!).objects[0]!.object.document.file, 'production/all.yaml');
  });
});

describe('The owner of pods', () => {
  const pod = (name: string, owner: string) => `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n  namespace: shop\n  ownerReferences: [${owner}]\nspec: {containers: []}\n`;
  const controlled = (kind: string, name: string) => `{apiVersion: apps/v1, kind: ${kind}, name: ${name}, controller: true}`;
  const replicaSet = `apiVersion: apps/v1\nkind: ReplicaSet\nmetadata:\n  name: web-1\n  namespace: shop\n  ownerReferences: [${controlled('Deployment', 'web')}]\nspec: {template: {spec: {containers: []}}}\n`;

  test('is the Deployment behind a dump\'s ReplicaSet and Pods, which repeat it', () => {
    const graph = graphOf(pod('web-1-a', controlled('ReplicaSet', 'web-1')), replicaSet, deployment('web'));
    assert.equal(new Set(graph.workloads.map(({ owner }) => owner)).size, 1);
    assert.deepEqual(graph.workloads.map(({ object, repeated }) => [object.name, repeated]), [['web-1-a', true], ['web-1', true], ['web', false]]);
  });

  test('may be in no file read: then the first of its pods stands for it', () => {
    const graph = graphOf(pod('web-1-a', controlled('ReplicaSet', 'web-1')), pod('web-1-b', controlled('ReplicaSet', 'web-1')));
    assert.deepEqual(graph.workloads.map(({ repeated }) => repeated), [false, true]);
  });

  test('is an operator\'s object, whose pods are told in full by what the operator made of it', () => {
    const collector = 'apiVersion: opentelemetry.io/v1beta1\nkind: OpenTelemetryCollector\nmetadata: {name: otel, namespace: shop}\nspec: {mode: deployment}\n';
    const made = deployment('otel-collector', { account: 'otel-collector' }).replace('  namespace: shop', '  namespace: shop\n  ownerReferences: [{apiVersion: opentelemetry.io/v1beta1, kind: OpenTelemetryCollector, name: otel, controller: true}]');
    const repeated = (...documents: string[]) => graphOf(...documents).workloads.map(({ object, repeated: is }) => [object.name, is]);
    assert.deepEqual(repeated(collector), [['otel', false]]);
    assert.deepEqual(repeated(collector, made), [['otel', true], ['otel-collector', false]]);
  });

  test('is one for the variants of an object, none of which repeats another', () => {
    const graph = graphOfFiles({ 'a/web.yaml': deployment('web'), 'b/web.yaml': deployment('web') });
    assert.equal(graph.workloads[0]!.owner, graph.workloads[1]!.owner);
    assert.deepEqual(graph.workloads.map(({ repeated }) => repeated), [false, false]);
  });

  test('follows no circle', () => {
    const circle = (name: string, of: string) => `apiVersion: apps/v1\nkind: ReplicaSet\nmetadata:\n  name: ${name}\n  ownerReferences: [${controlled('ReplicaSet', of)}]\nspec: {template: {spec: {containers: []}}}\n`;
    assert.equal(graphOf(circle('a', 'b'), circle('b', 'a')).workloads.length, 2);
  });
});

describe('The token of a pod', () => {
  // Pod over account over true (k8s.io/kubernetes plugin/pkg/admission/serviceaccount/admission.go, shouldAutomount).
  const table: [pod: string, account: string, mounted: boolean, decidedBy: string, undone: boolean][] = [
    ['', '', true, 'nothing', false],
    ['', 'true', true, 'account', false],
    ['', 'false', false, 'account', false],
    ['true', '', true, 'pod', false],
    ['true', 'true', true, 'pod', false],
    ['true', 'false', true, 'pod', true],
    ['false', '', false, 'pod', false],
    ['false', 'true', false, 'pod', false],
    ['false', 'false', false, 'pod', false],
  ];
  for (const [pod, own, mounted, decidedBy, undone] of table) {
    test(`pod says ${pod || 'nothing'}, account says ${own || 'nothing'}: ${mounted ? 'mounted' : 'not mounted'}`, () => {
      const graph = graphOf(deployment('web', { account: 'api', automount: pod }), account('api', { automount: own }));
      const web = workload(graph, 'web');
      const mount = tokenMount(web, graph.accountOf(web));
      assert.deepEqual([mount.mounted, mount.decidedBy, mount.overrides !== undefined], [mounted, decidedBy, undone]);
    });
  }

  test('is mounted where the account is in no file read, as far as they tell', () => {
    const graph = graphOf(deployment('web', { account: 'api' }));
    const web = workload(graph, 'web');
    assert.equal(tokenMount(web, graph.accountOf(web)).mounted, true);
  });

  test('is unknown where an account that may be meant opts out', () => {
    const graph = graphOf(deployment('web', { account: 'api', namespace: '' }), account('api', { namespace: 'shop', automount: 'false' }));
    const web = workload(graph, 'web');
    assert.equal(tokenMount(web, graph.accountOf(web)).mounted, 'unknown');
  });

  test('is unknown where equally near variants of the account disagree', () => {
    const graph = graphOfFiles({ 'web.yaml': deployment('web', { account: 'api' }), 'a/x.yaml': account('api', { automount: 'false' }), 'b/x.yaml': account('api') });
    const web = workload(graph, 'web');
    assert.equal(tokenMount(web, graph.accountOf(web)).mounted, 'unknown');
  });
});

describe('The bindings of an account', () => {
  const viaOf = (graph: Graph) => graph.grantsOf(graph.accountOf(workload(graph, 'web'))).map(({ via }) => via);
  const perhaps = (graph: Graph) => graph.possibleGrantOf(graph.accountOf(workload(graph, 'web')))?.reason;
  const web = deployment('web', { account: 'api' });

  test('name it, in the binding\'s namespace where the subject tells none', () => {
    assert.deepEqual(viaOf(graphOf(web, binding('{kind: ServiceAccount, name: api}'))), ['account']);
    assert.deepEqual(viaOf(graphOf(web, binding('{kind: ServiceAccount, name: api}', { namespace: 'other' }))), []);
  });

  test('may stand in another namespace', () => {
    assert.deepEqual(viaOf(graphOf(web, binding('{kind: ServiceAccount, name: api, namespace: shop}', { namespace: 'other' }))), ['account']);
  });

  test('may spell it as a user', () => {
    assert.deepEqual(viaOf(graphOf(web, binding('{kind: User, name: "system:serviceaccount:shop:api"}', { kind: 'ClusterRoleBinding' }))), ['user']);
    assert.deepEqual(viaOf(graphOf(web, binding('{kind: User, name: "system:serviceaccount:other:api"}', { kind: 'ClusterRoleBinding' }))), []);
  });

  test('may name a group that every account is in, of the cluster or of its namespace', () => {
    for (const group of ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated']) assert.deepEqual(viaOf(graphOf(web, binding(`{kind: Group, name: "${group}"}`))), ['group']);
    assert.deepEqual(viaOf(graphOf(web, binding('{kind: Group, name: "system:serviceaccounts:other"}'))), []);
  });

  test('match names exactly: there are no patterns in RBAC', () => {
    assert.deepEqual(viaOf(graphOf(web, binding('{kind: ServiceAccount, name: "*", namespace: shop}'))), []);
  });

  test('are in doubt where a namespace is not told', () => {
    const graph = graphOf(deployment('web', { account: 'api', namespace: '' }), binding('{kind: ServiceAccount, name: api, namespace: shop}', { kind: 'ClusterRoleBinding' }));
    assert.deepEqual(viaOf(graph), []);
    assert.equal(perhaps(graph), 'namespace');
  });

  test('are in doubt where a ClusterRoleBinding leaves its subject\'s namespace out, which the API server refuses and Kustomize may fill in', () => {
    assert.equal(perhaps(graphOf(web, binding('{kind: ServiceAccount, name: api}', { kind: 'ClusterRoleBinding' }))), 'namespace');
  });

  test('are in doubt where they stand in a variant of the files', () => {
    const graph = graphOfFiles({ 'base/web.yaml': web, 'full/web.yaml': web, 'full/rbac.yaml': binding('{kind: ServiceAccount, name: api, namespace: shop}') });
    const base = graph.workloads.find(({ object }) => object.document.file === 'base/web.yaml')!;
    const alone = { ...graph.accountOf(base), key: 'base alone', workloads: [base] };
    assert.deepEqual(graph.grantsOf(alone), []);
    assert.equal(graph.possibleGrantOf(alone)?.reason, 'variant');
  });

  test('of another namespace are in no doubt', () => {
    assert.equal(perhaps(graphOf(web, binding('{kind: ServiceAccount, name: api, namespace: other}'))), undefined);
  });
});

describe('Speed', () => {
  test('5,000 workloads and 20,000 bindings are linked and asked about in about a second', () => {
    const files: Record<string, string> = {};
    for (let i = 0; i < 500; i++) {
      files[`teams/t${i % 20}/app${i}.yaml`] = Array.from({ length: 10 }, (_, j) => deployment(`app${i}-${j}`, { namespace: `ns${i % 50}`, account: j % 3 === 0 ? `api${i}` : '' })).join('---\n');
      files[`rbac/r${i % 30}/b${i}.yaml`] = Array.from({ length: 40 }, (_, j) => binding(`{kind: ServiceAccount, name: ${j % 2 ? 'default' : `api${i}`}, namespace: ns${i % 50}}`, { namespace: `ns${i % 50}` }).replace('name: grant', `name: grant${i}-${j}`)).join('---\n');
    }
    const { objects } = graphOfFiles(files);
    const start = performance.now();
    const graph = buildGraph(objects);
    const granted = graph.workloads.filter((one) => graph.grantsOf(graph.accountOf(one)).length > 0).length;
    const took = performance.now() - start;
    assert.equal(granted, 5_000);
    // Well under a second on one core at rest; a quadratic join takes minutes.
    assert.ok(took < 5_000, `${Math.round(took)} ms`);
  });
});
