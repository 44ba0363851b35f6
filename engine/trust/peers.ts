import type { Labels } from '../kubernetes/header.ts';
import { matches, type LabelSelector } from '../kubernetes/selector.ts';
import { known } from '../yaml/cursor.ts';
import type { Graph, Workload } from '../identity/graph.ts';
import { isSymbol } from '../identity/objects.ts';
import { namespacesOf, targetOf } from './target.ts';

/** The label that the API server sets on every Namespace to its name; it cannot be forged (semantics.md 6.1). */
export const namespaceName = 'kubernetes.io/metadata.name';

/** Whether a namespaceSelector selects the namespace of a workload, by its name and by the labels of its object where that is among the files. */
export function selectsNamespaceOf(graph: Graph, selector: LabelSelector, workload: Workload): boolean | 'unknown' {
  if (workload.namespace === '' || isSymbol(workload.namespace)) return 'unknown';
  const name = { [namespaceName]: { state: 'known' as const, value: workload.namespace, at: selector.at } };
  const objects = namespacesOf(graph, targetOf(workload));
  const labels: readonly Labels[] = objects.length === 0 ? [{ entries: {}, open: true, at: selector.at }] : objects.map(({ resource }) => resource.header.labels);
  const answers = labels.map((one) => matches(selector, { ...one, entries: { ...one.entries, ...name } }));
  return answers.includes(true) ? true : answers.includes('unknown') ? 'unknown' : false;
}

/** The namespaces that a selector names: by the label that is their name, or by the `name` label that people give them. */
export function namesIn(selector: LabelSelector): string[] {
  const own = [namespaceName, 'name'].flatMap((key) => known(selector.matchLabels.entries[key] ?? { state: 'absent', at: selector.at }) ?? []);
  return [...own, ...selector.matchExpressions.filter(({ key, operator }) => operator === 'In' && (key === namespaceName || key === 'name')).flatMap(({ values }) => values)];
}
