import { matches } from '../kubernetes/selector.ts';
import { known } from '../yaml/cursor.ts';
import type { Graph } from './graph.ts';
import type { Workload } from './parts.ts';

/** Label keys by which workloads are usually told apart, the recommended ones first. */
const usual = [['app.kubernetes.io/name'], ['app.kubernetes.io/name', 'app.kubernetes.io/instance'], ['app.kubernetes.io/name', 'app.kubernetes.io/component'], ['app'], ['app', 'component'], ['k8s-app'], ['name']];

/** The fewest usual labels that select a workload's pods and those of no other of its namespace among the files; undefined where none do. */
export function tellingLabels(graph: Graph, workload: Workload): Record<string, string> | undefined {
  const { podLabels } = workload.fact;
  const file = workload.object.document.file;
  const others = graph.workloads.filter((other) => other !== workload && other.namespace === workload.namespace && !graph.proximity.alternatives(file, other.object.document.file));
  for (const keys of usual) {
    const values = keys.map((key) => podLabels.entries[key]);
    if (!values.every((value) => value !== undefined && known(value) !== undefined)) continue;
    const entries = Object.fromEntries(keys.map((key, i) => [key, values[i]!]));
    const selector = { matchLabels: { entries, open: false, at: podLabels.at }, matchExpressions: [], open: false, at: podLabels.at };
    if (others.every((other) => matches(selector, other.fact.podLabels) === false)) return Object.fromEntries(keys.map((key, i) => [key, known(values[i]!)!]));
  }
  return undefined;
}
