import type { Labels } from '../kubernetes/header.ts';
import { matches, type LabelSelector } from '../kubernetes/selector.ts';
import { known, type Value } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { Workload } from '../identity/parts.ts';
import { isFixed, isSymbol, type GraphObject } from '../identity/objects.ts';
import { perGraph } from '../identity/per-graph.ts';

/** What policies protect: pods with labels in a namespace, of a workload among the files or of one that is not. */
export interface Target {
  readonly workload: Workload | undefined;
  readonly namespace: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly hostNetwork: boolean | 'unknown';
  /** From where it is seen: variants of other directories have nothing to do with it. */
  readonly file: string;
}

/** The pods of a workload. */
export function targetOf(workload: Workload): Target {
  const { fact, object, namespace } = workload;
  return {
    workload,
    namespace,
    labels: fact.podLabels,
    annotations: fact.podAnnotations,
    hostNetwork: fact.hostNetwork.state === 'hole' ? 'unknown' : known(fact.hostNetwork) === true,
    file: object.document.file,
  };
}

/** The pods that a selector is about where none is among the files: they carry its labels, and who knows what others. */
export function unseenTarget(policy: GraphObject, selector: LabelSelector | undefined): Target {
  const entries: Record<string, Value<string>> = { ...selector?.matchLabels.entries };
  for (const { key, operator, values } of selector?.matchExpressions ?? []) {
    if (operator === 'In' && values.length === 1) entries[key] = { state: 'known', value: values[0]!, at: selector!.at };
  }
  const at = selector?.at ?? policy.resource.header.at;
  return {
    workload: undefined,
    namespace: policy.namespace,
    labels: { entries, open: true, at },
    annotations: { entries: {}, open: false, at },
    hostNetwork: false,
    file: policy.document.file,
  };
}

/**
 * Whether an object is in a target's namespace. Unknown where a template tells it, or where one of two neighbours (the
 * same directory, or below it) names a namespace and the other none: they may be applied with `-n`.
 */
export function sameNamespace(object: { readonly namespace: string; readonly document: { readonly file: string } }, target: Target): boolean | 'unknown' {
  if (object.namespace === target.namespace) return true;
  if (isFixed(object.namespace) && isFixed(target.namespace)) return false;
  if (isSymbol(object.namespace) || isSymbol(target.namespace)) return 'unknown';
  return (object.namespace === '' || target.namespace === '') && areNeighbours(object.document.file, target.file) ? 'unknown' : false;
}

/** Whether one of two files lies in the folder of the other, or below it. */
export function areNeighbours(a: string, b: string): boolean {
  const [left, right] = [a, b].map((file) => file.slice(0, file.lastIndexOf('/') + 1)) as [string, string];
  return left.startsWith(right) || right.startsWith(left);
}

/** Whether a selector that may be absent (which is everything) matches a target. */
export function selects(selector: LabelSelector | undefined, target: Target): boolean | 'unknown' {
  return selector === undefined ? true : matches(selector, target.labels);
}

/** AND of three-valued answers. */
export function allOf(...answers: readonly (boolean | 'unknown')[]): boolean | 'unknown' {
  if (answers.includes(false)) return false;
  return answers.includes('unknown') ? 'unknown' : true;
}

/** The Namespace objects that a target's namespace means: the nearest of that name. */
export function namespacesOf(graph: Graph, target: Target): readonly GraphObject[] {
  if (target.namespace === '') return [];
  const named = namespaceIndex(graph).get(target.namespace);
  return named ? graph.proximity.nearest(target.file, named) : [];
}

const namespaceIndex = perGraph((graph): ReadonlyMap<string, readonly GraphObject[]> => {
  const named = new Map<string, GraphObject[]>();
  for (const { object } of graph.all('namespace')) named.set(object.name, [...(named.get(object.name) ?? []), object]);
  return named;
});

/** A label as it is known; undefined where it is absent, open, or a template's. */
export function labelOf(labels: Labels, key: string): string | undefined {
  const value = labels.entries[key];
  return value === undefined ? undefined : known(value);
}

/** Kinds whose pods do their work and end. */
const ending = new Set(['Job', 'CronJob', 'Workflow', 'CronWorkflow', 'WorkflowTemplate', 'ClusterWorkflowTemplate', 'TaskRun', 'PipelineRun']);

/** Whether a workload's pods do their work and end, rather than serve. Helm waits until a pod that is a hook, a test say, has ended (helm.sh/docs, Chart Hooks). */
export function endsByItself({ object }: Workload): boolean {
  const { kind, annotations } = object.resource.header;
  return ending.has(kind) || (kind === 'Pod' && annotations.entries['helm.sh/hook'] !== undefined);
}
