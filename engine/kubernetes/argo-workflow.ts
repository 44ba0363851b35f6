import { known, type Cursor, type Value } from '../yaml/cursor.ts';
import { readLabels, type Header } from './header.ts';
import { walk } from './podspec.ts';
import { isPrivileged, numbered, readContainer, readVolume, type WorkloadFact } from './workload.ts';

/*
 * Argo Workflows make pods of fields of their own: there is no PodSpec. Read in argo-workflows at f016ad89:
 * workflow/controller/workflowpod.go (setupServiceAccount, executorServiceAccountName), artifact_gc.go, operator.go
 * (mergedTemplateDefaultsInto), docs/workflow-rbac.md.
 */

/** Kinds whose account is that of whoever submits them, where they name none themselves. */
const templates = new Set(['WorkflowTemplate', 'ClusterWorkflowTemplate']);

/** Templates of these types only steer others, or wait: they run no pod of their own (workflow_types.go, Template). */
const steering = ['steps', 'dag', 'suspend'];

const containerPaths = ['container', 'script', 'containerSet.containers[]', 'initContainers[]', 'sidecars[]'];

/**
 * The pods of a workflow: those of its templates, one fact for all templates that take account and automount from the
 * same place; those of an executor with an account of its own; those that delete artifacts.
 */
export function readWorkflow(cursor: Cursor, header: Header, path: string): WorkloadFact[] {
  const [spec] = walk(cursor, path);
  if (!spec) return [];
  return numbered([...templatePods(spec, templates.has(header.kind)), ...executors(spec), ...artifactCollectors(spec)]);
}

/** A template's own field wins over `templateDefaults`, and these over the workflow's. */
function inEffect(spec: Cursor, template: Cursor, ...field: string[]): Cursor {
  const own = [template, spec.get('templateDefaults')].map((one) => one.at(...field)).find((one) => one.exists && !one.isNull);
  return own ?? spec.at(...field);
}

function templatePods(spec: Cursor, submitted: boolean): WorkloadFact[] {
  const running = spec.get('templates').items().filter((template) => !steering.some((type) => template.get(type).exists));
  const referenced = spec.get('workflowTemplateRef').isMap;
  // A workflow made of a reference alone has the pods, and the account, of what it refers to (docs/workflow-templates.md).
  const units = running.length > 0 ? running : referenced ? [spec.get('templateDefaults')] : [];
  const groups = new Map<string, { template: Cursor; all: Cursor[]; account: Value<string>; automount: Value<boolean> }>();
  for (const template of units) {
    const account = inEffect(spec, template, 'serviceAccountName').string();
    if (account.state === 'absent' && (referenced || submitted)) continue;
    const automount = automountOf(inEffect(spec, template, 'automountServiceAccountToken').boolean());
    const executor = inEffect(spec, template, 'executor', 'serviceAccountName').string();
    const key = [account.at.stable, automount.at.stable, executor.state].join('\n');
    const group = groups.get(key);
    if (group) group.all.push(template);
    else groups.set(key, { template, all: [template], account, automount });
  }
  return [...groups.values()].map(({ template, all, account, automount }) => {
    const executor = inEffect(spec, template, 'executor', 'serviceAccountName').string();
    const part = groups.size === 1 ? '' : all.length === 1 ? template.place().stable : account.at.stable;
    return {
      ...podsOf(spec, part, account, automount),
      containers: all.flatMap((one) => containerPaths.flatMap((path) => walk(one, path))).map(readContainer),
      privileged: all.some((one) => containerPaths.flatMap((path) => walk(one, path)).some(isPrivileged)),
      volumes: [spec, ...all].flatMap((one) => one.get('volumes').items()).map(readVolume),
      // Inline templates and strings that patch the PodSpec can hold anything.
      containersOpen: referenced || spec.get('podSpecPatch').exists || all.some((one) => one.get('podSpecPatch').exists || one.open),
      // Without an account of its own the executor reports a step's result with the pod's token (docs/workflow-rbac.md).
      apiClient: executor.state === 'absent' ? 'the Argo executor' : undefined,
    };
  });
}

/** Only `false` reaches the pod: a workflow that says `true` leaves the word to the account (setupServiceAccount). */
function automountOf(value: Value<boolean>): Value<boolean> {
  return value.state === 'known' && value.value ? { state: 'absent', at: value.at } : value;
}

/** An executor's account lends its token to the executor's containers, whatever the pod's own account is. */
function executors(spec: Cursor): WorkloadFact[] {
  const named = [spec, spec.get('templateDefaults'), ...spec.get('templates').items()].map((one) => one.at('executor', 'serviceAccountName').string());
  return distinct(named).map((account) => ({ ...podsOf(spec, account.at.stable, account, absent(account)), containersOpen: true, apiClient: 'the Argo executor' }));
}

const artifactLists = ['arguments.artifacts[]', 'templates[].inputs.artifacts[]', 'templates[].outputs.artifacts[]'];

/** Pods that delete artifacts write their report with the token that they always mount (artifact_gc.go). */
function artifactCollectors(spec: Cursor): WorkloadFact[] {
  const own = artifactLists.flatMap((path) => walk(spec, path)).map((artifact) => artifact.at('artifactGC', 'serviceAccountName').string());
  const whole = spec.at('artifactGC', 'serviceAccountName').string();
  return distinct([whole, ...own]).map((account) => ({ ...podsOf(spec, account.at.stable, account, absent(account)), containersOpen: true, apiClient: 'the Argo artifact collector' }));
}

function podsOf(spec: Cursor, part: string, account: Value<string>, automount: Value<boolean>): WorkloadFact {
  return {
    fact: 'workload',
    part,
    serviceAccountName: account,
    serviceAccount: absent(account),
    automount,
    hostNetwork: spec.get('hostNetwork').boolean(),
    privileged: false,
    podLabels: readLabels(spec.at('podMetadata', 'labels')),
    podAnnotations: readLabels(spec.at('podMetadata', 'annotations')),
    imagePullSecrets: spec.get('imagePullSecrets').items().map((item) => item.get('name').string()),
    containers: [],
    containersOpen: false,
    volumes: [],
    spec: spec.keyPlace(),
    open: spec.open,
    fallback: 'default',
    made: false,
    generated: false,
    apiClient: undefined,
  };
}

function absent(value: Value<unknown>): { state: 'absent'; at: Value<unknown>['at'] } {
  return { state: 'absent', at: value.at };
}

function distinct(accounts: readonly Value<string>[]): Value<string>[] {
  const seen = new Set<string>();
  return accounts.filter((account) => {
    if (account.state === 'absent') return false;
    const name = account.state === 'hole' ? `{{${account.expression}}}` : known(account)!;
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}
