import { labelsAsked, type CalicoExpression } from '../kubernetes/calico-selector.ts';
import type { Labels } from '../kubernetes/header.ts';
import type { Fact, FactKind } from '../kubernetes/read.ts';
import type { LabelSelector } from '../kubernetes/selector.ts';
import type { Place, Value } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { ObjectWith, Workload } from '../identity/parts.ts';
import { isFixed, symbol, type GraphObject } from '../identity/objects.ts';
import { targetOf, type Target } from './target.ts';
import { perGraph } from '../identity/per-graph.ts';

/*
 * Policies and workloads by namespace and by label: made once for a graph, so that a question looks at the few that may
 * have to do with each other. The callers still decide; the index only leaves out what cannot be.
 */

type Of<K extends FactKind> = ObjectWith<Extract<Fact, { fact: K }>>;
/** Facts of one namespace, by the label that their selector asks for first; under "" those that ask for none, or that cannot be read. */
type ByLabel<K extends FactKind> = ReadonlyMap<string, readonly Of<K>[]>;

interface Index {
  readonly targets: ReadonlyMap<string, readonly Target[]>;
  /** By label, of the namespaces that were asked about. */
  readonly labelled: Map<string, ReadonlyMap<string, readonly Target[]>>;
  readonly facts: Map<FactKind, ReadonlyMap<string, ByLabel<FactKind>>>;
}

const indexOf = perGraph((graph): Index => ({ targets: group(graph.workloads.map(targetOf), (target) => target.namespace), labelled: new Map(), facts: new Map() }));

function labelledIn({ targets, labelled }: Index, namespace: string, label: string): readonly Target[] {
  let byLabel = labelled.get(namespace);
  if (!byLabel) {
    const made = new Map<string, Target[]>();
    for (const target of targets.get(namespace) ?? []) for (const one of labelsOf(target)) push(made, one, target);
    labelled.set(namespace, (byLabel = made));
  }
  return byLabel.get(label) ?? [];
}

function group<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) push(groups, keyOf(one), one);
  return groups;
}

function push<T>(groups: Map<string, T[]>, key: string, value: T): void {
  const list = groups.get(key);
  if (list) list.push(value);
  else groups.set(key, [value]);
}

function labelsOf(target: Target): string[] {
  return Object.entries(target.labels.entries).map(([key, value]) => `${key}=${symbol(value)}`);
}

/** A label that everything selected has; undefined where a selector asks for none by name, or is not wholly readable. */
function askedLabel(selector: LabelSelector | undefined): string | undefined {
  if (!selector || selector.open) return undefined;
  // What a template's expression gives may be any label.
  const first = Object.entries(selector.matchLabels.entries).find(([, value]) => value.state !== 'hole');
  return first && `${first[0]}=${symbol(first[1])}`;
}

const orders = new WeakMap<Graph, ReadonlyMap<Workload, number>>();

/** Some workloads in the order of the files. */
export function inOrder(graph: Graph, workloads: Iterable<Workload>): Workload[] {
  let order = orders.get(graph);
  if (!order) orders.set(graph, (order = new Map(graph.workloads.map((workload, i) => [workload, i]))));
  return [...workloads].sort((a, b) => order.get(a)! - order.get(b)!);
}

/** All workloads, as targets; those that a selector can select for certain. */
export function allTargets(graph: Graph, selector?: LabelSelector): readonly Target[] {
  const index = indexOf(graph);
  const label = askedLabel(selector);
  return [...index.targets].flatMap(([namespace, all]) => (label === undefined ? all : labelledIn(index, namespace, label)));
}

/** The workloads of a namespace that a selector can select for certain. */
export function targetsIn(graph: Graph, namespace: string, selector?: LabelSelector): readonly Target[] {
  const index = indexOf(graph);
  const label = askedLabel(selector);
  return label === undefined ? index.targets.get(namespace) ?? [] : labelledIn(index, namespace, label);
}

/** The facts of a kind that may be about a target: of its namespace, of further ones, and of those that no file tells by name. */
export function factsNear<K extends FactKind>(graph: Graph, kind: K, target: Target, ...further: readonly string[]): readonly Of<K>[] {
  const groups = factsByNamespace(graph, kind);
  if (groups.size === 0) return [];
  const untold = !isFixed(target.namespace);
  const labels = target.labels.open || Object.values(target.labels.entries).some(({ state }) => state === 'hole') ? undefined : ['', ...labelsOf(target)];
  const found: Of<K>[] = [];
  for (const [namespace, byLabel] of groups) {
    if (!(untold || namespace === target.namespace || !isFixed(namespace) || further.includes(namespace))) continue;
    for (const facts of labels ? labels.flatMap((label) => [byLabel.get(label) ?? []]) : byLabel.values()) found.push(...facts.filter(({ object }) => isNear(graph, object, target)));
  }
  return found;
}

function factsByNamespace<K extends FactKind>(graph: Graph, kind: K): ReadonlyMap<string, ByLabel<K>> {
  const all = graph.all(kind) as readonly Of<FactKind>[];
  if (all.length === 0) return new Map();
  const { facts } = indexOf(graph);
  let groups = facts.get(kind);
  if (!groups) {
    groups = new Map([...group(all, ({ object }) => object.namespace)].map(([namespace, list]) => [namespace, group(list, ({ fact }) => askedLabel(selectorOf(fact)) ?? '')]));
    facts.set(kind, groups);
  }
  return groups as unknown as ReadonlyMap<string, ByLabel<K>>;
}

/** The selector of a policy by which it is found; a kind that is not listed is looked at for every target. */
export function selectorOf(fact: Fact): LabelSelector | undefined {
  if (fact.fact === 'networkPolicy') return fact.podSelector;
  if (fact.fact === 'ciliumPolicy') return fact.endpointSelector && withLabels(fact.endpointSelector, fact.endpointSelector.matchLabels.entries);
  if (fact.fact === 'calicoPolicy') return fact.selector?.expression && labelsOfCalico(fact.selector.expression, fact.selector.at);
  if (fact.fact === 'istioAuthorizationPolicy') return fact.target.refs.length > 0 ? undefined : fact.target.selector;
  if (fact.fact === 'linkerdServer') return fact.podSelector;
  return fact.fact === 'istioPeerAuthentication' ? fact.selector : undefined;
}

/** Labels that a network plug-in gives to pods, by their namespaces and accounts: no pod is found by them here. */
const given = /^(?:io\.kubernetes\.pod\.|io\.cilium\.|projectcalico\.org\/)/;

/** A selector of labels that pods carry themselves. */
function withLabels(selector: LabelSelector, entries: Labels['entries']): LabelSelector {
  return { ...selector, matchLabels: { ...selector.matchLabels, entries: Object.fromEntries(Object.entries(entries).filter(([key]) => !given.test(key))) } };
}

function labelsOfCalico(expression: CalicoExpression, at: Place): LabelSelector {
  const entries = Object.fromEntries(Object.entries(labelsAsked(expression)).map(([key, value]): [string, Value<string>] => [key, { state: 'known', value, at }]));
  return withLabels({ matchLabels: { entries, open: false, at }, matchExpressions: [], open: false, at }, entries);
}

/** Whether an object is not of another variant than a target. */
export function isNear(graph: Graph, object: GraphObject, target: Target): boolean {
  return !graph.proximity.alternatives(target.file, object.document.file);
}
