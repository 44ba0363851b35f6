import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { accountLabel, tokenMount } from '../../../engine/identity/graph.ts';
import { isRead, readResources, type Fact } from '../../../engine/kubernetes/read.ts';
import type { AccountUseFact } from '../../../engine/kubernetes/account-use.ts';
import { podCarrier, type PodCarrier } from '../../../engine/kubernetes/podspec.ts';
import table from '../../../engine/kubernetes/podspec-paths.json' with { type: 'json' };
import type { WorkloadFact } from '../../../engine/kubernetes/workload.ts';
import { known } from '../../../engine/yaml/cursor.ts';
import { parseYaml } from '../../../engine/yaml/parse.ts';
import type { Path } from '../../../engine/yaml/node.ts';
import { corpusAbsent } from '../../support/absent.ts';
import { graphOfFiles } from '../../support/graph.ts';

const carriers = table.kinds as unknown as PodCarrier[];

/** Versions that have fields of their own; a table row is met in one of them. */
const versions = ['v1', 'v1beta1'];

interface Read { readonly workloads: WorkloadFact[]; readonly uses: AccountUseFact[] }

function read(object: object): Read {
  const facts: Fact[] = readResources(parseYaml(JSON.stringify(object), 'kubernetes').root).flatMap((resource) => resource.facts);
  return { workloads: facts.filter((fact) => fact.fact === 'workload'), uses: facts.filter((fact) => fact.fact === 'accountUse') };
}

/** What stands at a path of the table, with one item in every list and one key in every mapping: the value, and the path that the reader must give. */
function stand(path: string, value: unknown): { object: object; at: Path } {
  const at: (string | number)[] = path.split('.').flatMap((part): (string | number)[] => (part === '*' ? ['Worker'] : part.endsWith('[]') ? [part.slice(0, -2), 0] : [part]));
  return { object: at.reduceRight<unknown>((inner, step) => (step === 0 ? [inner] : { [step]: inner }), value) as object, at };
}

function objectsOf({ group, kind }: PodCarrier, more: object): object[] {
  return versions.map((version) => ({ apiVersion: group === '' ? version : `${group}/${version}`, kind, ...more }));
}

/** PodSpecs that are merged into pods of something else, or run in another namespace. */
const without = new Set(['ServingRuntime spec', 'ServingRuntime spec.workerSpec', 'ClusterServingRuntime spec', 'ClusterServingRuntime spec.workerSpec', 'AutoscalingRunnerSet spec.listenerTemplate.spec']);
/** Kinds whose operator writes the account over that of the template: it is read elsewhere. */
const overwritten = new Set(['FlinkDeployment', 'FlinkBlueGreenDeployment', 'Pooler', 'RabbitmqCluster', 'IntegrationSource', 'AutoscalingListener']);

const podSpec = { serviceAccountName: 'payments', automountServiceAccountToken: false, containers: [{ name: 'main', image: 'registry.example/api:1' }] };

describe('Every PodSpec of every kind', () => {
  for (const carrier of carriers) {
    for (const path of [...carrier.podSpec, ...carrier.podSpecInline]) {
      test(`${carrier.group || 'core'} ${carrier.kind}: ${path}`, () => {
        const { object, at } = stand(path, podSpec);
        // An IntegrationSource has pods of its own account only for AWS.
        const aws = carrier.kind === 'IntegrationSource' ? { aws: { auth: { serviceAccountName: 'payments' } } } : {};
        const found = objectsOf(carrier, { ...object, ...('spec' in object ? { spec: { ...aws, ...(object.spec as object) } } : {}) }).map(read).flatMap(({ workloads }) => workloads);
        if (without.has(`${carrier.kind} ${path}`)) return assert.deepEqual(found, []);
        const fact = found.find(({ containers }) => containers.some(({ image }) => known(image) === 'registry.example/api:1'));
        assert.ok(fact, 'its containers are read');
        assert.deepEqual(fact.containers[0]!.at.path, [...at, 'containers', 0]);
        if (overwritten.has(carrier.kind)) return assert.notDeepEqual(fact.serviceAccountName.at.path, [...at, 'serviceAccountName']);
        assert.deepEqual(fact.spec.path, at);
        assert.equal(known(fact.serviceAccountName), 'payments');
        assert.deepEqual(fact.serviceAccountName.at.path, [...at, 'serviceAccountName']);
        assert.equal(known(fact.automount), false);
        assert.deepEqual(fact.automount.at.path, [...at, 'automountServiceAccountToken']);
      });
    }
  }
});

describe('Every account that a kind names', () => {
  for (const carrier of carriers) {
    for (const path of carrier.serviceAccountString) {
      test(`${carrier.group} ${carrier.kind}: ${path}`, () => {
        const { object, at } = stand(path, 'payments');
        for (const { uses } of objectsOf(carrier, object).map(read)) {
          const use = uses.find(({ name }) => name.at.path.join('.') === at.join('.'));
          assert.equal(use && known(use.name), 'payments');
        }
      });
    }
  }
});

/** The accounts of pods, by the kinds that name them outside a PodSpec. The others are used otherwise. */
const podAccounts: readonly (readonly [apiVersion: string, kind: string, ...paths: string[]])[] = [
  ['argoproj.io/v1alpha1', 'Sensor', 'spec.template.serviceAccountName'],
  ['argoproj.io/v1alpha1', 'EventSource', 'spec.template.serviceAccountName'],
  ['argoproj.io/v1alpha1', 'EventBus', 'spec.nats.native.serviceAccountName', 'spec.jetstream.serviceAccountName'],
  ['tekton.dev/v1', 'PipelineRun', 'spec.taskRunTemplate.serviceAccountName', 'spec.taskRunSpecs[].serviceAccountName'],
  ['tekton.dev/v1beta1', 'PipelineRun', 'spec.serviceAccountName', 'spec.taskRunSpecs[].taskServiceAccountName'],
  ['tekton.dev/v1', 'TaskRun', 'spec.serviceAccountName'],
  ['triggers.tekton.dev/v1beta1', 'EventListener', 'spec.serviceAccountName'],
  ['sources.knative.dev/v1', 'ApiServerSource', 'spec.serviceAccountName'],
  ['sources.knative.dev/v1alpha1', 'IntegrationSource', 'spec.aws.auth.serviceAccountName'],
  ['sinks.knative.dev/v1alpha1', 'IntegrationSink', 'spec.aws.auth.serviceAccountName'],
  ['build.openshift.io/v1', 'BuildConfig', 'spec.serviceAccount'],
  ['infra.contrib.fluxcd.io/v1alpha2', 'Terraform', 'spec.serviceAccountName'],
  ['sparkoperator.k8s.io/v1beta2', 'SparkApplication', 'spec.driver.serviceAccount', 'spec.executor.serviceAccount'],
  ['sparkoperator.k8s.io/v1beta2', 'ScheduledSparkApplication', 'spec.template.driver.serviceAccount', 'spec.template.executor.serviceAccount'],
  ['flink.apache.org/v1beta1', 'FlinkDeployment', 'spec.serviceAccount'],
  ['serving.kserve.io/v1alpha1', 'InferenceGraph', 'spec.serviceAccountName'],
  ...['Prometheus', 'PrometheusAgent', 'Alertmanager', 'ThanosRuler'].map((kind) => ['monitoring.coreos.com/v1', kind, 'spec.serviceAccountName'] as const),
  ...['VMCluster', 'VMSingle', 'VMAgent', 'VMAlert', 'VMAlertmanager', 'VMAuth', 'VMAnomaly', 'VLSingle', 'VLAgent', 'VLCluster', 'VTSingle', 'VTCluster'].map((kind) => ['operator.victoriametrics.com/v1', kind, 'spec.serviceAccountName'] as const),
  ['opentelemetry.io/v1beta1', 'OpenTelemetryCollector', 'spec.serviceAccount'],
  ['opentelemetry.io/v1alpha1', 'TargetAllocator', 'spec.serviceAccount'],
  ['opentelemetry.io/v1alpha1', 'OpAMPBridge', 'spec.serviceAccount'],
  ['pkg.crossplane.io/v1beta1', 'DeploymentRuntimeConfig', 'spec.serviceAccountTemplate.metadata.name'],
  ['pkg.crossplane.io/v1alpha1', 'ControllerConfig', 'spec.serviceAccountName'],
  ['kubevirt.io/v1', 'VirtualMachine', 'spec.template.spec.serviceAccountName', 'spec.template.spec.volumes[].serviceAccount.serviceAccountName'],
  ['kubevirt.io/v1', 'VirtualMachineInstance', 'spec.serviceAccountName', 'spec.volumes[].serviceAccount.serviceAccountName'],
  ['postgresql.cnpg.io/v1', 'Cluster', 'spec.serviceAccountName', 'spec.serviceAccountTemplate.metadata.name'],
  ['postgresql.cnpg.io/v1', 'Pooler', 'spec.serviceAccountName'],
  ['kpack.io/v1alpha2', 'Image', 'spec.serviceAccountName', 'spec.serviceAccount'],
  ['kpack.io/v1alpha2', 'Build', 'spec.serviceAccountName', 'spec.serviceAccount'],
  ['pulumi.com/v1', 'Stack', 'spec.serviceAccountName', 'spec.workspaceTemplate.spec.serviceAccountName'],
  ['auto.pulumi.com/v1alpha1', 'Workspace', 'spec.serviceAccountName'],
];

describe('The account of pods that an operator writes', () => {
  for (const [apiVersion, kind, ...paths] of podAccounts) {
    for (const path of paths) {
      test(`${apiVersion} ${kind}: ${path}`, () => {
        const { object, at } = stand(path, 'payments');
        const fact = read({ apiVersion, kind, ...object }).workloads.find(({ serviceAccountName }) => known(serviceAccountName) === 'payments');
        assert.deepEqual(fact?.serviceAccountName.at.path, at);
        assert.equal(fact?.generated, true);
      });
    }
  }

  for (const [kind, path] of [
    ['kustomize.toolkit.fluxcd.io/v1 Kustomization', 'spec.serviceAccountName'], ['helm.toolkit.fluxcd.io/v2 HelmRelease', 'spec.serviceAccountName'], ['kappctrl.k14s.io/v1alpha1 App', 'spec.serviceAccountName'],
    ['keda.sh/v1alpha1 TriggerAuthentication', 'spec.boundServiceAccountToken[].serviceAccountName'], ['external-secrets.io/v1 SecretStore', 'spec.provider.aws.auth.jwt.serviceAccountRef.name'],
    ['secrets.hashicorp.com/v1beta1 VaultAuth', 'spec.kubernetes.serviceAccount'], ['operators.coreos.com/v1 OperatorGroup', 'spec.serviceAccountName'],
  ] as const) {
    test(`is not one that is impersonated or asked for a token: ${kind}`, () => {
      const [apiVersion, name] = kind.split(' ');
      assert.deepEqual(read({ apiVersion, kind: name, ...stand(path, 'payments').object }).workloads, []);
    });
  }

  test('of Elasticsearch is that of its pods, not the one whose rights are checked', () => {
    const nodes = { name: 'hot', podTemplate: { spec: { serviceAccountName: 'elastic' } } };
    const { workloads, uses } = read({ apiVersion: 'elasticsearch.k8s.elastic.co/v1', kind: 'Elasticsearch', spec: { serviceAccountName: 'associations', nodeSets: [nodes] } });
    assert.deepEqual(workloads.map((fact) => known(fact.serviceAccountName)), ['elastic']);
    assert.ok(uses.some(({ name }) => known(name) === 'associations'));
  });

  test('of Spark executors is the driver\'s where they name none', () => {
    const { workloads } = read({ apiVersion: 'sparkoperator.k8s.io/v1beta2', kind: 'SparkApplication', spec: { driver: { serviceAccount: 'spark' }, executor: { instances: 2 } } });
    assert.deepEqual(workloads.map((fact) => known(fact.serviceAccountName)), ['spark', 'spark']);
  });

  test('of a RunnerSet depends on its container mode', () => {
    const spec = { serviceAccountName: 'jobs', template: { spec: { serviceAccountName: 'runner' } } };
    const accountIn = (mode: object) => read({ apiVersion: 'actions.summerwind.dev/v1alpha1', kind: 'RunnerSet', spec: { ...spec, ...mode } }).workloads.map((fact) => known(fact.serviceAccountName));
    assert.deepEqual(accountIn({}), ['runner']);
    assert.deepEqual(accountIn({ containerMode: 'kubernetes' }), ['jobs']);
  });

  test('of a collector\'s target allocator counts where there is one', () => {
    const collector = (targetAllocator: object) => read({ apiVersion: 'opentelemetry.io/v1beta1', kind: 'OpenTelemetryCollector', metadata: { name: 'otel' }, spec: { serviceAccount: 'otel', targetAllocator } }).workloads.map((fact) => known(fact.serviceAccountName) ?? fact.fallback);
    assert.deepEqual(collector({ serviceAccount: 'targets' }), ['otel']);
    assert.deepEqual(collector({ enabled: true, serviceAccount: 'targets' }), ['otel', 'targets']);
    assert.deepEqual(collector({ enabled: true }), ['otel', 'otel-targetallocator']);
  });

  test('of one task of a PipelineRun stands beside that of the run', () => {
    const { workloads } = read({ apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', spec: { taskRunTemplate: { serviceAccountName: 'build' }, taskRunSpecs: [{ pipelineTaskName: 'push', serviceAccountName: 'registry' }, { pipelineTaskName: 'test' }] } });
    assert.deepEqual(workloads.map((fact) => known(fact.serviceAccountName)), ['build', 'registry']);
  });
});

/** Whom pods run as that name no account, and whether their token is mounted: `apiVersion kind`, spec, account, mounted. */
const unnamed: readonly (readonly [kind: string, spec: object, account: string | undefined, mounted: boolean | 'unknown'])[] = [
  ['monitoring.coreos.com/v1 Prometheus', { replicas: 1 }, 'default', true],
  ['monitoring.coreos.com/v1 Alertmanager', { replicas: 1 }, 'default', true],
  ['argoproj.io/v1alpha1 EventSource', { webhook: {} }, 'default', true],
  ['elasticsearch.k8s.elastic.co/v1 Elasticsearch', { nodeSets: [{ name: 'hot' }] }, 'default', false],
  ['logstash.k8s.elastic.co/v1alpha1 Logstash', { count: 1 }, 'default', false],
  ['extensions.agents.x-k8s.io/v1beta1 SandboxTemplate', { podTemplate: { spec: podSpecWithout() } }, 'default', false],
  ['agents.x-k8s.io/v1beta1 Sandbox', { podTemplate: { spec: podSpecWithout() } }, 'default', true],
  ['serving.kserve.io/v1beta1 InferenceService', { predictor: { model: {} } }, 'default', 'unknown'],
  ['serving.kserve.io/v1alpha1 InferenceGraph', { nodes: {} }, 'default', false],
  ['opentelemetry.io/v1beta1 OpenTelemetryCollector', { mode: 'deployment' }, 'shop-collector', true],
  ['grafana.integreatly.org/v1beta1 Grafana', { version: '12' }, 'shop-sa', 'unknown'],
  ['rabbitmq.com/v1beta1 RabbitmqCluster', { replicas: 3 }, 'shop-server', true],
  ['postgresql.cnpg.io/v1 Cluster', { instances: 3 }, 'shop', 'unknown'],
  ['infra.contrib.fluxcd.io/v1alpha2 Terraform', { path: './' }, 'tf-runner', 'unknown'],
  ['build.openshift.io/v1 BuildConfig', { strategy: {} }, 'builder', 'unknown'],
  ['ray.io/v1 RayCluster', { headGroupSpec: { template: { spec: podSpecWithout() } } }, undefined, true],
  ['operator.victoriametrics.com/v1beta1 VMAgent', { replicaCount: 1 }, undefined, 'unknown'],
  ['operator.victoriametrics.com/v1beta1 VMAgent', { disableAutomountServiceAccountToken: true }, undefined, false],
  ['flink.apache.org/v1beta1 FlinkDeployment', { image: 'flink' }, undefined, 'unknown'],
  ['tekton.dev/v1 TaskRun', { taskRef: { name: 'build' } }, undefined, 'unknown'],
  ['tekton.dev/v1 PipelineRun', { pipelineRef: { name: 'build' } }, undefined, 'unknown'],
  ['tekton.dev/v1beta1 PipelineRun', { pipelineRef: { name: 'build' } }, undefined, 'unknown'],
  ['kubeflow.org/v1 MPIJob', { mpiReplicaSpecs: { Launcher: { template: { spec: podSpecWithout() } } } }, undefined, true],
];

function podSpecWithout(): object {
  return { containers: podSpec.containers };
}

describe('Pods that name no account', () => {
  for (const [kind, spec, expected, mounted] of unnamed) {
    test(`${kind} ${JSON.stringify(spec)} run as ${expected ?? 'what the files do not tell'}`, () => {
      const [apiVersion, name] = kind.split(' ');
      const graph = graphOfFiles({ 'all.json': JSON.stringify({ apiVersion, kind: name, metadata: { name: 'shop', namespace: 'prod' }, spec }) });
      const workload = graph.workloads[0]!;
      assert.equal(accountLabel(graph.accountOf(workload)), expected === undefined ? `the account of ${name} prod/shop` : `prod/${expected}`);
      assert.equal(tokenMount(workload, graph.accountOf(workload)).mounted, mounted);
    });
  }

  for (const [kind, spec] of [
    ['opentelemetry.io/v1beta1 OpenTelemetryCollector', { mode: 'sidecar' }],
    ['grafana.integreatly.org/v1beta1 Grafana', { external: { url: 'https://grafana.example' } }],
    ['kubevirt.io/v1 VirtualMachine', { template: { spec: { domain: {} } } }],
    ['trainer.kubeflow.org/v1alpha1 TrainingRuntime', { template: { spec: { replicatedJobs: [{ template: { spec: { template: { spec: podSpecWithout() } } } }] } } }],
  ] as const) {
    test(`are not read where there may be none: ${kind} ${JSON.stringify(spec)}`, () => {
      const [apiVersion, name] = kind.split(' ');
      assert.deepEqual(read({ apiVersion, kind: name, metadata: { name: 'shop' }, spec }).workloads, []);
    });
  }

  const run = (name: string) => `apiVersion: tekton.dev/v1\nkind: TaskRun\nmetadata: {name: ${name}, namespace: ci}\nspec: {taskRef: {name: build}}\n`;
  const defaults = (data: string, namespace = 'tekton-pipelines') => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: config-defaults, namespace: ${namespace}}\ndata: {${data}}\n`;
  const accountOf = (...documents: string[]) => {
    const graph = graphOfFiles({ 'all.yaml': documents.join('---\n') });
    return accountLabel(graph.accountOf(graph.workloads[0]!));
  };

  test('of Tekton run as its configuration says, where that is among the files', () => {
    assert.equal(accountOf(run('a'), defaults('default-service-account: pipeline')), 'ci/pipeline');
    assert.equal(accountOf(run('a'), defaults('_example: "default-timeout-minutes: 60"')), 'ci/default', 'as it is shipped');
    assert.equal(accountOf(run('a'), 'apiVersion: operator.tekton.dev/v1alpha1\nkind: TektonConfig\nmetadata: {name: config}\nspec: {pipeline: {default-service-account: builder}}\n'), 'ci/builder');
  });

  test('of Tekton run as nobody knows where it is not, where two differ, or where the ConfigMap is Knative\'s', () => {
    const untold = 'the account of TaskRun ci/a';
    assert.equal(accountOf(run('a')), untold);
    assert.equal(accountOf(run('a'), defaults('default-timeout-minutes: "60"')), untold, 'a patch of what is shipped');
    assert.equal(accountOf(run('a'), defaults('default-service-account: pipeline'), defaults('default-service-account: default')), untold);
    assert.equal(accountOf(run('a'), defaults('revision-timeout-seconds: "300"', 'knative-serving')), untold);
  });

  test('of an event listener run as the configuration of Tekton\'s triggers says', () => {
    const listener = 'apiVersion: triggers.tekton.dev/v1beta1\nkind: EventListener\nmetadata: {name: hooks, namespace: ci}\nspec: {triggers: []}\n';
    assert.equal(accountOf(listener, defaults('default-service-account: pipeline')), 'the account of EventListener ci/hooks');
    assert.equal(accountOf(listener, defaults('default-service-account: hooks').replace('config-defaults', 'config-defaults-triggers')), 'ci/hooks');
    assert.equal(accountOf(listener, 'apiVersion: operator.tekton.dev/v1alpha1\nkind: TektonConfig\nmetadata: {name: config}\nspec: {trigger: {default-service-account: pipeline}}\n'), 'ci/pipeline');
  });

  test('of two objects do not share what is not told', () => {
    const graph = graphOfFiles({ 'all.yaml': `${run('a')}---\n${run('b')}` });
    assert.equal(new Set(graph.workloads.map((workload) => graph.accountOf(workload))).size, 2);
  });
});

describe('The namespace of an account that is used otherwise', () => {
  const useOf = (object: object) => read(object).uses.map(({ name, namespace }) => [known(name), namespace.state === 'hole' ? 'elsewhere' : known(namespace)]);

  test('is the object\'s own, unless its kind says otherwise', () => {
    const spec = { provider: { vault: { auth: { kubernetes: { serviceAccountRef: { name: 'vault', namespace: 'platform' } } } } } };
    assert.deepEqual(useOf({ apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', spec }), [['vault', undefined]]);
    assert.deepEqual(useOf({ apiVersion: 'external-secrets.io/v1', kind: 'ClusterSecretStore', spec }), [['vault', 'platform']]);
    assert.deepEqual(useOf({ apiVersion: 'olm.operatorframework.io/v1', kind: 'ClusterExtension', spec: { namespace: 'argocd', serviceAccount: { name: 'installer' } } }), [['installer', 'argocd']]);
    assert.deepEqual(useOf({ apiVersion: 'secrets.hashicorp.com/v1beta1', kind: 'VaultAuth', spec: { kubernetes: { serviceAccount: 'vault' } } }), [['vault', 'elsewhere']]);
  });

  test('may stand before the name, in a project of Argo CD', () => {
    const project = (defaultServiceAccount: string) => ({ apiVersion: 'argoproj.io/v1alpha1', kind: 'AppProject', spec: { destinationServiceAccounts: [{ defaultServiceAccount }] } });
    assert.deepEqual(useOf(project('delivery:deployer')), [['deployer', 'delivery']]);
    assert.deepEqual(useOf(project('deployer')), [['deployer', 'elsewhere']]);
  });
});

describe('The table', () => {
  test('says of every kind where it was read', () => {
    for (const { group, kind, source } of carriers) assert.ok(source.length > 10, `${group}/${kind}`);
  });

  test('is read by group and kind alone; ConfigMaps only where they are named', () => {
    assert.equal(isRead('monitoring.coreos.com', 'Prometheus', ''), true);
    assert.equal(isRead('tekton.dev', 'Task', ''), false, 'has no account');
    assert.equal(isRead('', 'ConfigMap', 'name: settings'), false);
    assert.equal(isRead('', 'ConfigMap', 'name: config-defaults'), true);
    assert.equal(podCarrier('example.com', 'Prometheus'), undefined);
  });

  const knowledge = new URL('../../../../shared/knowledge/podspec-paths.json', import.meta.url);
  if (!existsSync(knowledge)) corpusAbsent(1);
  else {
    test('holds every path that is known', () => {
      const pathsOf = ({ group, kind, podSpec: specs, podSpecInline, serviceAccountString, automount }: PodCarrier) => [`${group}/${kind}`, { specs, podSpecInline, serviceAccountString, automount }] as const;
      const here = Object.fromEntries(carriers.map(pathsOf));
      for (const [kind, paths] of (JSON.parse(readFileSync(knowledge, 'utf8')) as { kinds: PodCarrier[] }).kinds.map(pathsOf)) assert.deepEqual(here[kind], paths, kind);
    });
  }
});
