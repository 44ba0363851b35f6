import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readResources } from '../../../engine/kubernetes/read.ts';
import table from '../../../engine/kubernetes/podspec-paths.json' with { type: 'json' };
import type { WorkloadFact } from '../../../engine/kubernetes/workload.ts';
import { parseYaml } from '../../../engine/yaml/parse.ts';
import { known } from '../../../engine/yaml/cursor.ts';

/** The workload facts of one object, given as plain data. */
function workloads(object: object): WorkloadFact[] {
  const facts = readResources(parseYaml(JSON.stringify(object), 'kubernetes').root).flatMap((resource) => resource.facts);
  return facts.filter((fact): fact is WorkloadFact => fact.fact === 'workload');
}

const account = (fact: WorkloadFact) => known(fact.serviceAccountName);
const images = (fact: WorkloadFact) => fact.containers.map((container) => known(container.image));

/** The groups of Kubernetes itself; podspec-paths.test.ts walks all kinds. */
const builtIn = new Set(['', 'apps', 'batch', 'extensions']);

/** An object that is `value` at a dotted path. */
function nested(path: string, value: unknown): Record<string, unknown> {
  return path.split('.').reverse().reduce<unknown>((inner, key) => ({ [key]: inner }), value) as Record<string, unknown>;
}

const podSpec = { serviceAccountName: 'payments', automountServiceAccountToken: false, containers: [{ name: 'main', image: 'registry.example/api:1' }] };

describe('Kinds that hold a whole PodSpec', () => {
  for (const { group, kind, podSpec: paths } of table.kinds.filter((one) => builtIn.has(one.group))) {
    for (const path of paths) {
      test(`${group || 'core'} ${kind}: ${path}`, () => {
        const metadata = path.includes('.') ? nested(`${path.slice(0, path.lastIndexOf('.'))}.metadata`, { labels: { app: 'api' } }) : { metadata: { labels: { app: 'api' } } };
        const found = workloads(merge({ apiVersion: group === '' ? 'v1' : `${group}/v1`, kind, metadata: { name: 'api' } }, nested(path, podSpec), metadata));
        assert.equal(found.length, 1);
        const [fact] = found;
        assert.equal(account(fact!), 'payments');
        assert.equal(known(fact!.automount), false);
        assert.deepEqual(images(fact!), ['registry.example/api:1']);
        assert.equal(known(fact!.podLabels.entries['app']!), 'api');
        assert.deepEqual(fact!.spec.path, path.split('.'));
        assert.equal(fact!.part, '', 'the only pods of an object need no name');
      });
    }
  }

  test('the API group tells kinds of one name apart', () => {
    assert.equal(workloads({ apiVersion: 'v1', kind: 'Service', spec: { template: { spec: podSpec } } }).length, 0);
    assert.equal(workloads({ apiVersion: 'serving.knative.dev/v1', kind: 'Service', spec: { template: { spec: podSpec } } }).length, 1);
  });

  test('objects in lists are read each for itself', () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: podSpec };
    const facts = workloads({ apiVersion: 'v1', kind: 'List', items: [pod, { ...pod, metadata: { name: 'b' } }] });
    assert.deepEqual(facts.map((fact) => fact.spec.path), [['items', 0, 'spec'], ['items', 1, 'spec']]);
  });
});

describe('A container', () => {
  test('is read in all three lists, with what its probes and hooks run', () => {
    const [fact] = workloads({
      apiVersion: 'v1', kind: 'Pod',
      spec: {
        containers: [{ name: 'main', lifecycle: { preStop: { exec: { command: ['kubectl', 'drain'] } } } }],
        initContainers: [{ name: 'wait', readinessProbe: { exec: { command: ['true'] } } }],
        ephemeralContainers: [{ name: 'debug' }],
      },
    });
    assert.deepEqual(fact!.containers.map((container) => known(container.name)), ['main', 'wait', 'debug']);
    assert.deepEqual(fact!.containers.map((container) => container.hooks.map(known)), [['kubectl', 'drain'], ['true'], []]);
  });
});

describe('Argo Rollout', () => {
  test('with a workloadRef has no pods of its own: they are the referenced object\'s', () => {
    const workloadRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api' };
    assert.deepEqual(workloads({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', spec: { workloadRef, template: { spec: podSpec } } }), []);
  });
});

describe('Argo workflows', () => {
  const run = (name: string, more: object = {}) => ({ name, container: { image: `registry.example/${name}` }, ...more });
  const workflow = (spec: object, kind = 'Workflow') => workloads({ apiVersion: 'argoproj.io/v1alpha1', kind, metadata: { name: 'build' }, spec });

  for (const [kind, wrap] of [['Workflow', (spec: object) => spec], ['WorkflowTemplate', (spec: object) => spec], ['ClusterWorkflowTemplate', (spec: object) => spec], ['CronWorkflow', (spec: object) => ({ workflowSpec: spec })]] as const) {
    test(`${kind}: the account of the workflow is that of its templates' pods`, () => {
      const [fact, ...others] = workflow(wrap({ serviceAccountName: 'builder', templates: [run('compile'), run('test')] }), kind);
      assert.deepEqual(others, []);
      assert.equal(account(fact!), 'builder');
      assert.deepEqual(images(fact!), ['registry.example/compile', 'registry.example/test']);
      assert.equal(fact!.apiClient, 'the Argo executor');
    });
  }

  test('a template\'s own account wins over the defaults, and these over the workflow\'s', () => {
    const facts = workflow({
      serviceAccountName: 'workflow',
      templateDefaults: { serviceAccountName: 'defaults' },
      templates: [run('plain'), run('special', { serviceAccountName: 'own' })],
    });
    assert.deepEqual(facts.map((fact) => [account(fact), images(fact)]), [['defaults', ['registry.example/plain']], ['own', ['registry.example/special']]]);
    assert.equal(new Set(facts.map((fact) => fact.part)).size, 2);
  });

  test('templates that only steer run no pods', () => {
    const facts = workflow({ templates: [{ name: 'main', serviceAccountName: 'nobody', steps: [[{ name: 'a', template: 'compile' }]] }, { name: 'graph', dag: { tasks: [] } }, run('compile')] });
    assert.deepEqual(facts.map((fact) => [account(fact), images(fact)]), [[undefined, ['registry.example/compile']]]);
  });

  test('scripts, container sets, init containers and sidecars are containers too', () => {
    const image = (name: string) => ({ image: name });
    const [fact] = workflow({ templates: [{ name: 'a', script: image('script'), initContainers: [image('init')], sidecars: [image('sidecar')] }, { name: 'b', containerSet: { containers: [image('set')] } }] });
    assert.deepEqual(images(fact!), ['script', 'init', 'sidecar', 'set']);
  });

  test('an executor with its own account carries the token, so that the pods need none', () => {
    const facts = workflow({ serviceAccountName: 'builder', automountServiceAccountToken: false, executor: { serviceAccountName: 'executor' }, templates: [run('compile')] });
    assert.deepEqual(facts.map((fact) => [account(fact), known(fact.automount), fact.apiClient]), [['builder', false, undefined], ['executor', undefined, 'the Argo executor']]);
  });

  test('`true` does not reach the pod: the account still decides', () => {
    const [fact] = workflow({ automountServiceAccountToken: true, templates: [run('compile')] });
    assert.equal(fact!.automount.state, 'absent');
  });

  test('pods that delete artifacts have an account each, once for each name', () => {
    const artifact = (name: string) => ({ name: 'a', artifactGC: { serviceAccountName: name } });
    const facts = workflow({ artifactGC: { serviceAccountName: 'gc' }, templates: [run('compile', { outputs: { artifacts: [artifact('gc'), artifact('own-gc')] } })] });
    assert.deepEqual(facts.map(account), [undefined, 'gc', 'own-gc']);
  });

  test('a workflow made of a reference runs as what it refers to, unless it names an account', () => {
    const workflowTemplateRef = { name: 'shared' };
    assert.deepEqual(workflow({ workflowTemplateRef }), []);
    const [fact] = workflow({ workflowTemplateRef, serviceAccountName: 'builder' });
    assert.equal(account(fact!), 'builder');
    assert.equal(fact!.containersOpen, true);
  });

  test('a template without an account runs as whoever submits it: nothing is claimed', () => {
    assert.deepEqual(workflow({ templates: [run('compile')] }, 'WorkflowTemplate'), []);
    assert.deepEqual(workflow({ templates: [run('compile')] }, 'ClusterWorkflowTemplate'), []);
  });

  test('a patch of the PodSpec may add any container', () => {
    assert.equal(workflow({ podSpecPatch: 'containers: []', templates: [run('compile')] })[0]!.containersOpen, true);
  });
});

describe('An owner reference', () => {
  test('of the controller says whose pods these are', () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'api-1', ownerReferences: [{ kind: 'Node', name: 'n' }, { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'api', controller: true }] }, spec: podSpec };
    const [resource] = readResources(parseYaml(JSON.stringify(pod), 'kubernetes').root);
    assert.deepEqual(resource!.header.owner, { group: 'apps', kind: 'ReplicaSet', name: 'api' });
  });
});

function merge(...parts: object[]): object {
  return parts.reduce<Record<string, unknown>>((into, part) => {
    for (const [key, value] of Object.entries(part)) {
      const old = into[key];
      into[key] = isObject(old) && isObject(value) ? merge(old, value) : value;
    }
    return into;
  }, {});
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

