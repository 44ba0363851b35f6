import type { GuardFact, ObjectRef } from '../kubernetes/edge/fact.ts';
import type { ServiceFact } from '../kubernetes/service.ts';
import type { Graph } from '../identity/graph.ts';
import type { ObjectWith } from '../identity/parts.ts';
import { symbol, type GraphObject } from '../identity/objects.ts';
import { perGraph } from '../identity/per-graph.ts';

/** Objects that ask something of callers, by name and by what they attach themselves to; made once for a graph. */
export interface EdgeIndex {
  readonly guards: ReadonlyMap<string, readonly ObjectWith<GuardFact>[]>;
  /** As Traefik joins them: `kind`, then `namespace-name`. */
  readonly joined: ReadonlyMap<string, readonly ObjectWith<GuardFact>[]>;
  readonly attached: ReadonlyMap<string, readonly ObjectWith<GuardFact>[]>;
  /** By labels or a template's name, to objects of a kind and namespace. */
  readonly perhapsAttached: ReadonlyMap<string, readonly ObjectWith<GuardFact>[]>;
  readonly global: readonly ObjectWith<GuardFact>[];
  readonly services: ReadonlyMap<string, readonly ObjectWith<ServiceFact>[]>;
}

export const edgeIndex: (graph: Graph) => EdgeIndex = perGraph(makeIndex);

function makeIndex(graph: Graph): EdgeIndex {
  const guards = new Map<string, ObjectWith<GuardFact>[]>();
  const joined = new Map<string, ObjectWith<GuardFact>[]>();
  const attached = new Map<string, ObjectWith<GuardFact>[]>();
  const perhapsAttached = new Map<string, ObjectWith<GuardFact>[]>();
  const services = new Map<string, ObjectWith<ServiceFact>[]>();
  const all = graph.all('guard');
  for (const one of all) {
    const { object, fact } = one;
    push(guards, keyOf(kindOf(object), object.namespace, object.name), one);
    push(joined, `${kindOf(object)}\n${object.namespace}-${object.name}`, one);
    for (const { kinds, name, namespace } of fact.targets) {
      const where = namespace.state === 'absent' ? object.namespace : symbol(namespace);
      if (name.state === 'hole') push(perhapsAttached, keyOf(kinds[0]!, where, ''), one);
      else push(attached, keyOf(kinds[0]!, where, symbol(name)), one);
    }
  }
  for (const service of graph.all('service')) push(services, keyOf('', service.object.namespace, service.object.name), service);
  return { guards, joined, attached, perhapsAttached, global: all.filter(({ fact }) => fact.global), services };
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

export function keyOf(kind: string, namespace: string, name: string): string {
  return `${kind}\n${namespace}\n${name}`;
}

export function kindOf({ resource: { header } }: GraphObject): string {
  return `${header.group}/${header.kind}`;
}

/** The guards that a reference of an object means: the nearest. None where they are in no file read. */
export function guardsNamed(graph: Graph, from: GraphObject, ref: ObjectRef): readonly ObjectWith<GuardFact>[] {
  const { guards, joined } = edgeIndex(graph);
  if (ref.form === 'outside') return [];
  const name = symbol(ref.name);
  const namespace = ref.namespace.state === 'absent' ? from.namespace : symbol(ref.namespace);
  const found = ref.kinds.flatMap((kind) => (ref.form === 'joined' ? joined.get(`${kind}\n${name}`) : [...(guards.get(keyOf(kind, namespace, name)) ?? []), ...(namespace === '' ? [] : guards.get(keyOf(kind, '', name)) ?? [])]) ?? []);
  return nearest(graph, from, found);
}

/** Those of some objects that are nearest to an object's file; alternatives are none. */
export function nearest<T extends { readonly object: GraphObject }>(graph: Graph, from: GraphObject, found: readonly T[]): readonly T[] {
  if (found.length === 0) return found;
  const near = new Set(graph.proximity.nearest(from.document.file, found.map(({ object }) => object)));
  return found.filter(({ object }) => near.has(object));
}
