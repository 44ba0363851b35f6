import type { Labels } from '../kubernetes/header.ts';
import { matches, type LabelSelector } from '../kubernetes/selector.ts';
import { known } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { Workload } from '../identity/parts.ts';
import { isSymbol } from '../identity/objects.ts';
import { namespacesOf, targetOf, type Target } from './target.ts';

/** The label that the API server sets on every Namespace to its name; it cannot be forged (semantics.md 6.1). */
export const namespaceName = 'kubernetes.io/metadata.name';

/** Whether a namespaceSelector selects the namespace of a workload, by its name and by the labels of its object where that is among the files. */
export function selectsNamespaceOf(graph: Graph, selector: LabelSelector, workload: Workload): boolean | 'unknown' {
  return selectsNamespace(graph, targetOf(workload), (labels) => matches(selector, labels));
}

/** Whether a question about a namespace's labels holds for the namespace of a target; `unknown` where the files do not tell. */
export function selectsNamespace(graph: Graph, target: Target, question: (labels: Labels) => boolean | 'unknown', nameLabels: readonly string[] = [namespaceName]): boolean | 'unknown' {
  const answers = namespaceLabels(graph, target, nameLabels).map(question);
  return answers.includes(true) ? true : answers.includes('unknown') ? 'unknown' : false;
}

/** The labels that the namespace of a target has: those of each of its objects among the files, with those that every namespace gets by its name. */
export function namespaceLabels(graph: Graph, target: Target, nameLabels: readonly string[] = [namespaceName]): readonly Labels[] {
  const { at } = target.labels;
  const told = target.namespace !== '' && !isSymbol(target.namespace);
  const value = told ? { state: 'known' as const, value: target.namespace, at } : { state: 'hole' as const, expression: target.namespace, at };
  const name = Object.fromEntries(nameLabels.map((key) => [key, value]));
  const objects = told ? namespacesOf(graph, target) : [];
  const labels: readonly Labels[] = objects.length === 0 ? [{ entries: {}, open: true, at }] : objects.map(({ resource }) => resource.header.labels);
  return labels.map((one) => ({ ...one, entries: { ...one.entries, ...name } }));
}

/** The namespaces that a selector names: by the label that is their name, or by the `name` label that people give them. */
export function namesIn(selector: LabelSelector): string[] {
  const own = [namespaceName, 'name'].flatMap((key) => known(selector.matchLabels.entries[key] ?? { state: 'absent', at: selector.at }) ?? []);
  return [...own, ...selector.matchExpressions.filter(({ key, operator }) => operator === 'In' && (key === namespaceName || key === 'name')).flatMap(({ values }) => values)];
}
