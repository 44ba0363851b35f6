import type { PolicyTarget } from '../kubernetes/istio.ts';
import type { FactKind } from '../kubernetes/read.ts';
import type { LabelSelector } from '../kubernetes/selector.ts';
import { known, type Place, type Value } from '../yaml/cursor.ts';
import { isTold } from '../identity/grants.ts';
import type { Graph } from '../identity/graph.ts';
import type { GraphObject } from '../identity/objects.ts';
import { isSlip } from '../identity/slip.ts';
import { allTargets, isNear, targetsIn } from './index.ts';
import { rootNamespace } from './istio-mesh.ts';
import { labelOf, sameNamespace, selects, type Target } from './target.ts';
import { perGraph } from '../identity/per-graph.ts';

/* What a policy of a mesh names and nothing among the files is. A policy that is about nothing protects nothing, and says nothing of it. */

/** Something named that is not there. */
export interface Dangling {
  /** `pods`: no pod carries the labels; `object`: no such Service, Gateway, Server …; `namespace`, `account`: of callers. */
  readonly what: 'pods' | 'object' | 'namespace' | 'account';
  readonly at: Place;
  /** What is named, as it is written. */
  readonly named: string;
  /** What is there under a name one slip away. */
  readonly near: string | undefined;
}

/** Whether a name is one slip away from another. Short words that differ by a letter are names of their own: team-a, team-b; so are names of hardly any letters: ns1, ns-1. */
function isMistyped(want: string, have: string): boolean {
  if (!isSlip(want, have) || want.replace(/[^a-z]/gi, '').length < 3) return false;
  const [left, right] = [want, have].map((name) => name.split(/[-._/]/)) as [string[], string[]];
  return left.length !== right.length || left.every((word, i) => word === right[i] || word.length >= 4 || word.length !== right[i]!.length);
}

/** What a policy is about, as far as a selector says it. */
export interface Selecting {
  readonly object: GraphObject;
  readonly selector: LabelSelector;
  /** Whether it is about every namespace. */
  readonly anywhere: boolean;
}

/**
 * A selector that selects no pod for certain: where all workloads of the namespace are said to be among the files, or
 * where one of them is a single slip away. Who has the labels may be made by an operator, so nothing else tells.
 */
export function danglingSelector(graph: Graph, { object, selector, anywhere }: Selecting, isComplete: boolean): Dangling | undefined {
  const labels = Object.entries(selector.matchLabels.entries);
  if (selector.open || labels.length + selector.matchExpressions.length === 0) return undefined;
  const candidates = candidatesOf(graph, object, anywhere);
  if (candidates.some((target) => selects(selector, target) !== false)) return undefined;
  const slips = selector.matchExpressions.length > 0 ? [] : candidates.flatMap((target) => slipOf(labels, target) ?? []);
  const [slip] = slips;
  if (slip) return { what: 'pods', at: slip.at, named: slip.named, near: slip.near };
  const [first] = labels;
  return isComplete && !anywhere ? { what: 'pods', at: first?.[1].at ?? selector.at, named: written(selector), near: undefined } : undefined;
}

function candidatesOf(graph: Graph, object: GraphObject, anywhere: boolean): Target[] {
  const directory = (file: string) => file.slice(0, file.lastIndexOf('/') + 1);
  return (anywhere ? [...allTargets(graph)] : [...targetsIn(graph, object.namespace), ...(object.namespace === '' ? [] : targetsIn(graph, ''))])
    .filter((target) => isNear(graph, object, target))
    // Namespaces that no file tells are one only within a directory.
    .filter((target) => anywhere || (target.namespace !== '' && target.namespace === object.namespace) || (sameNamespace(object, target) !== false && directory(target.file) === directory(object.document.file)));
}

/** The label that keeps a target from being selected, where it is the only one, and a slip away from what the target has. */
function slipOf(labels: readonly [string, Value<string>][], target: Target): { at: Place; named: string; near: string } | undefined {
  const missing = labels.filter(([key, value]) => labelOf(target.labels, key) !== known(value));
  const [only, ...more] = missing;
  if (!only || more.length > 0) return undefined;
  const [key, value] = only;
  const want = known(value);
  if (want === undefined) return undefined;
  const have = labelOf(target.labels, key);
  if (have !== undefined && isMistyped(want, have)) return { at: value.at, named: `${key}: ${want}`, near: `${key}: ${have}` };
  const other = Object.keys(target.labels.entries).find((name) => isMistyped(key, name) && labelOf(target.labels, name) === want);
  return have === undefined && other !== undefined ? { at: value.at, named: `${key}: ${want}`, near: `${other}: ${want}` } : undefined;
}

function written({ matchLabels, matchExpressions }: LabelSelector): string {
  return [...Object.entries(matchLabels.entries).map(([key, value]) => `${key}: ${known(value) ?? ''}`), ...matchExpressions.map(({ key, operator, values }) => `${key} ${operator} ${values.join(', ')}`.trim())].join(', ');
}

/** An object that is named and is in no file read, where another with a fact of that kind, in its namespace, is one slip away. */
export function danglingName(graph: Graph, from: GraphObject, name: Value<string>, kind: FactKind, namespace = from.namespace): Dangling | undefined {
  const want = known(name);
  if (want === undefined) return undefined;
  const here = objectsIn(graph, kind, namespace).filter((object) => !graph.proximity.alternatives(from.document.file, object.document.file));
  if (here.some((object) => object.name === want || !isTold(object.name))) return undefined;
  const near = here.find((object) => isMistyped(want, object.name))?.name;
  return near === undefined ? undefined : { what: 'object', at: name.at, named: want, near };
}

const byKind = new WeakMap<Graph, Map<FactKind, Map<string, GraphObject[]>>>();

/** The objects of a namespace that have a fact of a kind. */
function objectsIn(graph: Graph, kind: FactKind, namespace: string): readonly GraphObject[] {
  let kinds = byKind.get(graph);
  if (!kinds) byKind.set(graph, (kinds = new Map()));
  let byNamespace = kinds.get(kind);
  if (!byNamespace) {
    kinds.set(kind, (byNamespace = new Map()));
    for (const { object } of graph.all(kind)) {
      const list = byNamespace.get(object.namespace);
      if (list) list.push(object);
      else byNamespace.set(object.namespace, [object]);
    }
  }
  return byNamespace.get(namespace) ?? [];
}

/** What the pods of an Istio policy or the objects it names are not. */
export function danglingTarget(graph: Graph, object: GraphObject, { selector, refs, open }: PolicyTarget, isComplete: boolean): Dangling[] {
  if (open) return [];
  const byName = refs.flatMap((ref) => {
    const kind = known(ref.kind) === 'Service' ? 'service' : known(ref.kind) === 'Gateway' ? 'gatewayPods' : undefined;
    return (kind && danglingName(graph, object, ref.name, kind)) ?? [];
  });
  const bySelector = refs.length === 0 && selector ? danglingSelector(graph, { object, selector, anywhere: object.namespace === rootNamespace }, isComplete) : undefined;
  return bySelector ? [bySelector] : byName;
}

interface Callers {
  readonly namespaces: ReadonlySet<string>;
  /** The accounts of a namespace, by name: those that there are, and those that workloads run as. */
  readonly accounts: ReadonlyMap<string, ReadonlySet<string>>;
}

const callersIn = perGraph((graph): Callers => {
  const namespaces = new Set(graph.all('namespace').map(({ object }) => object.name));
  const accounts = new Map<string, Set<string>>();
  for (const { namespace, name } of [...graph.accounts, ...graph.all('account').map(({ object }) => object)]) {
    namespaces.add(namespace);
    accounts.set(namespace, (accounts.get(namespace) ?? new Set()).add(name));
  }
  const now = { namespaces, accounts };
  return now;
});

/** A caller's namespace and account that no file knows, where one is a slip away. Patterns mean many, and are left alone. */
export function danglingCaller(graph: Graph, { at }: Value<string>, namespace: string, account?: string): Dangling | undefined {
  const { namespaces, accounts } = callersIn(graph);
  if (/[*{]/.test(namespace + (account ?? '')) || namespace === '') return undefined;
  if (!namespaces.has(namespace)) {
    const near = [...namespaces].find((name) => isTold(name) && isMistyped(namespace, name));
    return near === undefined ? undefined : { what: 'namespace', at, named: namespace, near };
  }
  const here = accounts.get(namespace);
  if (account === undefined || !here || here.has(account)) return undefined;
  const near = [...here].find((name) => isTold(name) && isMistyped(account, name));
  return near === undefined ? undefined : { what: 'account', at, named: `${namespace}/${account}`, near: `${namespace}/${near}` };
}
