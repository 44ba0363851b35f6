import type { Cursor, Value } from '../yaml/cursor.ts';

/** An account that an object of another kind names: to run pods as, to act as, or to get tokens of (semantics.md 1.2). */
export interface AccountUseFact {
  readonly fact: 'accountUse';
  readonly name: Value<string>;
  /** Absent where the object's own namespace is meant. */
  readonly namespace: Value<string>;
}

/** Kinds that name accounts and carry no pods that are read; sources: semantics.md 1.2, prometheus-operator and external-secrets API references. */
export const accountUsers: readonly string[] = [
  ...['PipelineRun', 'TaskRun', 'CustomRun'].map((kind) => `tekton.dev/${kind}`),
  ...['EventListener', 'Trigger', 'TriggerTemplate'].map((kind) => `triggers.tekton.dev/${kind}`),
  ...['Prometheus', 'PrometheusAgent', 'Alertmanager', 'ThanosRuler'].map((kind) => `monitoring.coreos.com/${kind}`),
  ...['SecretStore', 'ClusterSecretStore'].map((kind) => `external-secrets.io/${kind}`),
  ...['ECRAuthorizationToken', 'GCRAccessToken', 'ACRAccessToken', 'VaultDynamicSecret', 'STSSessionToken'].map((kind) => `generators.external-secrets.io/${kind}`),
  ...['EventSource', 'Sensor', 'EventBus', 'AnalysisTemplate', 'ClusterAnalysisTemplate', 'Experiment'].map((kind) => `argoproj.io/${kind}`),
  ...['TriggerAuthentication', 'ClusterTriggerAuthentication', 'ScaledJob'].map((kind) => `keda.sh/${kind}`),
  'kustomize.toolkit.fluxcd.io/Kustomization',
  'helm.toolkit.fluxcd.io/HelmRelease',
  ...['ApiServerSource', 'ContainerSource', 'IntegrationSource'].map((kind) => `sources.knative.dev/${kind}`),
  ...['Runner', 'RunnerDeployment', 'RunnerReplicaSet', 'RunnerSet'].map((kind) => `actions.summerwind.dev/${kind}`),
  ...['BuildConfig', 'Build'].map((kind) => `build.openshift.io/${kind}`),
  'apps.openshift.io/DeploymentConfig',
];

/** The keys under which an account is named, at any depth: a string, or an object with its name. */
const keys = new Set(['serviceAccountName', 'serviceAccount', 'serviceAccountRef', 'taskServiceAccountName']);

/** Reads the accounts that an object names, wherever it does. The parser bounds the depth. */
export function readAccountUses(cursor: Cursor): AccountUseFact[] {
  if (cursor.isSeq) return cursor.items().flatMap(readAccountUses);
  return cursor.fields().flatMap(({ key, value }): AccountUseFact[] => {
    if (!keys.has(key)) return readAccountUses(value);
    return [{ fact: 'accountUse', name: value.isMap ? value.get('name').string() : value.string(), namespace: value.get('namespace').string() }];
  });
}
