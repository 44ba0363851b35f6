import type { AddressList, EdgeEntry, Guard, GuardFact, Login, ObjectRef } from '../kubernetes/edge/fact.ts';
import type { Graph } from '../identity/graph.ts';
import type { ObjectWith } from '../identity/parts.ts';
import { symbol, type GraphObject, type Location } from '../identity/objects.ts';
import { known } from '../yaml/cursor.ts';
import { coversFamily, parseNetworkOrAddress, type Network } from './address.ts';
import { edgeIndex, guardsNamed, keyOf, kindOf, nearest } from './edge-index.ts';
import { areTogether, servicesOf } from './exposure.ts';
import type { Target } from './target.ts';
import { perGraph } from '../identity/per-graph.ts';

/*
 * The edge (semantics.md 6.8, 6.9): for every way in from outside, the lists of addresses that guard it and the logins
 * that it asks for, gathered from the route itself, from what it refers to, from what is attached to it or to its Gateway,
 * from the routes that lead to it and from the Services behind it.
 */

/** A list of addresses with the object that holds it. */
export interface EdgeList {
  readonly object: GraphObject;
  readonly list: AddressList;
  readonly networks: readonly Network[];
}

export interface EdgeLogin {
  readonly object: GraphObject;
  readonly login: Login;
}

/** One way in from outside, and what is asked of callers there. */
export interface Edge {
  /** The route or Service. */
  readonly object: GraphObject;
  readonly entry: EdgeEntry;
  readonly lists: readonly EdgeList[];
  readonly logins: readonly EdgeLogin[];
  /** Whether a login is asked for at the edge; unknown where a part of it is in no file read. What stands behind is another matter. */
  readonly login: boolean | 'unknown';
  /** Where it is said that an address is enough in place of a login. */
  readonly either: Location | undefined;
}

/** The ways in to a target from outside: routes to its Services, and Services with a load balancer. */
export function edgesOf(graph: Graph, target: Target): readonly Edge[] {
  const { byService } = allEdges(graph);
  const services = servicesOf(graph, target);
  return services.flatMap(({ object }) => byService.get(`${object.namespace}\n${object.name}`) ?? []).filter(({ object }) => areTogether(object, target) && !graph.proximity.alternatives(target.file, object.document.file));
}

/** The ways in of a route or a Service. */
export function edgesIn(graph: Graph, object: GraphObject): readonly Edge[] {
  return allEdges(graph).byObject.get(object) ?? [];
}

/** The ways in that a list of an object guards: its own, or those of routes that refer to it or that it is attached to. */
export function edgesUnder(graph: Graph, object: GraphObject): readonly Edge[] {
  return allEdges(graph).byGuard.get(object) ?? [];
}

/** Whether a list lets every address of a family in. */
export function isOpenList({ networks }: EdgeList): boolean {
  return coversFamily(networks);
}

/** The networks of a list, as far as they can be read. */
export function networksOf({ entries }: AddressList): Network[] {
  return entries.map((entry) => parseNetworkOrAddress(known(entry) ?? '')).filter((network): network is Network => network !== undefined);
}

interface Edges {
  readonly byObject: ReadonlyMap<GraphObject, readonly Edge[]>;
  readonly byService: ReadonlyMap<string, readonly Edge[]>;
  readonly byGuard: ReadonlyMap<GraphObject, readonly Edge[]>;
}

const allEdges: (graph: Graph) => Edges = perGraph(gather);

function gather(graph: Graph): Edges {
  const byObject = new Map<GraphObject, Edge[]>();
  const byService = new Map<string, Edge[]>();
  const byGuard = new Map<GraphObject, Edge[]>();
  const delegations = delegationsOf(graph);
  for (const { object, fact } of graph.all('edge')) {
    for (const entry of fact.entries) {
      const edge = judge(graph, object, entry, delegations);
      push(byObject, object, edge);
      for (const one of new Set(edge.lists.map((list) => list.object))) push(byGuard, one, edge);
      for (const name of new Set(entry.backends.map(({ service, namespace }) => `${namespace.state === 'absent' ? object.namespace : symbol(namespace)}\n${symbol(service)}`))) push(byService, name, edge);
    }
  }
  return { byObject, byService, byGuard };
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** The entries that lead on to other routes, by the route's kind, namespace and name. */
type Delegations = ReadonlyMap<string, readonly { readonly object: GraphObject; readonly entry: EdgeEntry }[]>;

function delegationsOf(graph: Graph): Delegations {
  const found = new Map<string, { object: GraphObject; entry: EdgeEntry }[]>();
  for (const { object, fact } of graph.all('edge')) {
    for (const entry of fact.entries) {
      for (const { kinds, name, namespace } of entry.delegates) push(found, keyOf(kinds[0]!, namespace.state === 'absent' ? object.namespace : symbol(namespace), symbol(name)), { object, entry });
    }
  }
  return found;
}

/** All that is found at one way in. */
interface Found {
  readonly lists: EdgeList[];
  readonly logins: EdgeLogin[];
  /** References that lead to no file read. */
  unresolved: boolean;
}

function judge(graph: Graph, object: GraphObject, entry: EdgeEntry, delegations: Delegations): Edge {
  const found: Found = { lists: [], logins: [], unresolved: false };
  const seen = new Set<unknown>();
  collect(graph, object, entry, found, seen);
  if (entry.delegated) collectParents(graph, object, found, seen, delegations);
  for (const guard of attachedTo(graph, object, entry)) collect(graph, guard.object, guard.fact, found, seen);
  for (const guard of guardsBehind(graph, object, entry)) collect(graph, guard.object, guard.fact, found, seen);
  const technologies = new Set(found.lists.map(({ list }) => list.technology));
  for (const guard of edgeIndex(graph).global) if (!entry.exempt && technologies.has(guard.fact.technology) && !graph.proximity.alternatives(object.document.file, guard.object.document.file)) collect(graph, guard.object, guard.fact, found, seen);
  const demands = found.logins.map(({ login }) => login.demanded);
  const login = demands.includes(true) ? true : demands.includes('unknown') || found.unresolved ? 'unknown' : false;
  return { object, entry, lists: found.lists, logins: found.logins, login, either: entry.either && { object, place: entry.either } };
}

/** Puts together what a point asks for with what the objects that it refers to ask for. */
function collect(graph: Graph, object: GraphObject, guard: Guard, found: Found, seen: Set<unknown>): void {
  if (seen.has(guard)) return;
  seen.add(guard);
  found.lists.push(...guard.lists.map((list) => ({ object, list, networks: networksOf(list) })));
  found.logins.push(...guard.logins.map((login) => ({ object, login })));
  for (const ref of guard.refs) {
    const named = guardsNamed(graph, object, ref);
    if (named.length === 0) found.unresolved = true;
    for (const one of named) collect(graph, one.object, one.fact, found, seen);
  }
}

/** The routes that lead to a route stand before it; where none is among the files, what they ask for is not told. */
function collectParents(graph: Graph, object: GraphObject, found: Found, seen: Set<unknown>, delegations: Delegations): void {
  const above = nearest(graph, object, delegations.get(keyOf(kindOf(object), object.namespace, object.name)) ?? []);
  if (above.length === 0) found.unresolved = true;
  for (const parent of above) {
    if (seen.has(parent.entry)) continue;
    collect(graph, parent.object, parent.entry, found, seen);
    if (parent.entry.delegated) collectParents(graph, parent.object, found, seen, delegations);
  }
}

/** Policies that attach themselves to a route, or to its Gateways; a route's own may take the place of theirs. */
function attachedTo(graph: Graph, object: GraphObject, entry: EdgeEntry): ObjectWith<GuardFact>[] {
  const own = attachments(graph, object, kindOf(object), object.namespace, object.name);
  const parents = entry.parents.flatMap((parent) => attachments(graph, object, parent.kinds[0]!, namespaceOf(object, parent), symbol(parent.name)));
  const replaced = new Set(own.filter(({ fact }) => fact.replaces).map(({ object: one }) => kindOf(one)));
  return [...own, ...parents.filter(({ object: one }) => !replaced.has(kindOf(one)))];
}

function namespaceOf(object: GraphObject, { namespace }: ObjectRef): string {
  return namespace.state === 'absent' ? object.namespace : symbol(namespace);
}

function attachments(graph: Graph, from: GraphObject, kind: string, namespace: string, name: string): ObjectWith<GuardFact>[] {
  const { attached, perhapsAttached } = edgeIndex(graph);
  const near = ({ object }: ObjectWith<GuardFact>) => !graph.proximity.alternatives(from.document.file, object.document.file);
  const perhaps = (perhapsAttached.get(keyOf(kind, namespace, '')) ?? []).filter(near).map(({ object, fact }) => ({ object, fact: { ...fact, lists: [], replaces: false, logins: fact.logins.map((login) => ({ ...login, demanded: 'unknown' as const })) } }));
  return [...(attached.get(keyOf(kind, namespace, name)) ?? []).filter(near), ...perhaps];
}

/** What the Services behind a route ask for: those of its own namespace, or of the one that it names. */
function guardsBehind(graph: Graph, object: GraphObject, entry: EdgeEntry): ObjectWith<GuardFact>[] {
  const { guards } = edgeIndex(graph);
  return entry.backends.flatMap(({ service, namespace }) => {
    const where = namespace.state === 'absent' ? object.namespace : symbol(namespace);
    const name = symbol(service);
    return [...nearest(graph, object, guards.get(keyOf('/Service', where, name)) ?? []), ...attachments(graph, object, '/Service', where, name)];
  });
}
