import { known } from '../yaml/cursor.ts';
import { isTold } from '../identity/grants.ts';
import type { Graph } from '../identity/graph.ts';
import { identityOf, type GraphObject } from '../identity/objects.ts';
import { perGraph } from '../identity/per-graph.ts';
import { rootNamespace } from '../trust/istio-mesh.ts';
import type { NetworkPolicyFact } from '../kubernetes/network-policy.ts';
import type { FactKind } from '../kubernetes/read.ts';
import type { Said } from './made.ts';
import type { Rule, RuleContext, Unit, Units } from './rule.ts';

/** What all rules said about one scope, kept by rule and unit so that an edit asks again only what it touches. Units of which nothing is said are left out. */
export interface Answers {
  readonly graph: Graph;
  readonly said: ReadonlyMap<string, ReadonlyMap<string, readonly Said[]>>;
}

/** The objects that an edit took away and put in. */
export interface Edit {
  readonly removed: readonly GraphObject[];
  readonly added: readonly GraphObject[];
}

/** The units of one kind. */
interface UnitList {
  readonly all: readonly Units[Unit][];
  readonly byKey: ReadonlyMap<string, Units[Unit]>;
  /** Those about an object with a fact of a kind. */
  readonly byFact: ReadonlyMap<FactKind, readonly Units[Unit][]>;
}

/** Namespaces that an object can have to do with; `all` where that cannot be narrowed. */
type Touched = ReadonlySet<string> | 'all';

/**
 * Asks the rules about every unit of a graph. With the answers from before and the edit that led here, a rule is asked
 * again only when the edit touches a kind of fact that it reads, and only for units in the namespaces touched.
 */
export function askRules(rules: readonly Rule[], graph: Graph, about: (rule: Rule) => Pick<RuleContext<Unit>, 'options' | 'environment'>, before?: { readonly answers: Answers; readonly edit: Edit }, isMeant: (unit: Units[Unit]) => boolean = () => true): { answers: Answers; asked: number } {
  const touched = before && touchedBy(before.edit);
  const said = new Map<string, ReadonlyMap<string, readonly Said[]>>();
  const changes = new Map<Unit, UnitChange>();
  let asked = 0;
  for (const rule of rules) {
    const old = before?.answers.said.get(rule.id);
    const { all, fresh, gone, near } = remembered(changes, rule.unit, () => changeOf(rule.unit, graph, before?.answers.graph, touched?.namespaces));
    const concerned = touched !== undefined && rule.reads.some((kind) => touched.kinds.has(kind));
    const again = unitsFor(rule, !old || (concerned && rule.wide) ? all : concerned ? near : fresh);
    if (old && again.length === 0 && !gone.some((key) => old.has(key))) {
      said.set(rule.id, old);
      continue;
    }
    const { options, environment } = about(rule);
    const now = new Map(old);
    for (const key of gone) now.delete(key);
    for (const unit of again) {
      if (!isMeant(unit)) continue;
      asked++;
      const answer: Said[] = [];
      for (const signal of rule.check({ unit, graph, options, environment })) if (!signal.at.object.context && !signal.at.object.unfinished) answer.push({ signal, made: undefined });
      if (answer.length > 0) now.set(unit.key, answer);
      else now.delete(unit.key);
    }
    said.set(rule.id, now);
  }
  return { answers: { graph, said }, asked };
}

/** The units of one kind after an edit: all, those that are new, those new or in the namespaces touched, and the keys of those gone. */
interface UnitChange {
  readonly all: UnitList;
  readonly fresh: UnitList;
  readonly near: UnitList;
  readonly gone: readonly string[];
}

function changeOf(unit: Unit, graph: Graph, before: Graph | undefined, touched: Touched | undefined): UnitChange {
  const all = unitsOf(graph, unit);
  if (!before) return { all, fresh: all, near: all, gone: [] };
  const old = unitsOf(before, unit).byKey;
  const isNear = touched && nearTo(touched);
  const isFresh = ({ key }: Units[Unit]) => !old.has(key);
  return {
    all,
    fresh: listOf(all.all.filter(isFresh)),
    near: isNear ? listOf(all.all.filter((one) => isFresh(one) || isNear(one))) : all,
    gone: [...old.keys()].filter((key) => !all.byKey.has(key)),
  };
}

/** The units of a list that a rule may say something of. An object keeps its facts as long as its key. */
function unitsFor({ on }: Rule, { all, byFact }: UnitList): readonly Units[Unit][] {
  if (!on) return all;
  const lists = on.flatMap((kind) => [byFact.get(kind) ?? []]);
  return lists.length === 1 ? lists[0]! : [...new Set(lists.flat())];
}

function remembered<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  const old = known.get(key);
  if (old !== undefined) return old;
  const made = make();
  known.set(key, made);
  return made;
}

/** Every unit of a kind that a graph holds. */
export function unitsOf(graph: Graph, unit: Unit): UnitList {
  return remembered(unitsIn(graph), unit, () => listOf(findUnits(graph, unit)));
}

const unitsIn = perGraph((): Map<Unit, UnitList> => new Map());

function findUnits(graph: Graph, unit: Unit): readonly Units[Unit][] {
  switch (unit) {
    case 'workload': return graph.workloads;
    case 'account': return graph.accounts;
    case 'object': return graph.objects.filter((object) => !object.context).map((object) => ({ key: object.key, object, namespace: object.namespace }));
    case 'namespace': return namespaceUnits(graph);
    case 'scope': return [{ key: '', namespace: '' }];
  }
}

function listOf(all: readonly Units[Unit][]): UnitList {
  const byFact = new Map<FactKind, Units[Unit][]>();
  for (const unit of all) {
    if (!('object' in unit)) break;
    for (const { fact } of unit.object.resource.facts) {
      const list = remembered(byFact, fact, () => []);
      // An object may have several facts of one kind.
      if (list.at(-1) !== unit) list.push(unit);
    }
  }
  return { all, byKey: new Map(all.map((unit) => [unit.key, unit])), byFact };
}

function namespaceUnits(graph: Graph): Units['namespace'][] {
  const byName = new Map<string, GraphObject[]>();
  for (const object of graph.objects) {
    const list = byName.get(object.namespace);
    if (list) list.push(object);
    else byName.set(object.namespace, [object]);
  }
  return [...byName].map(([namespace, objects]) => ({ key: namespace, namespace, objects }));
}

function touchedBy({ removed, added }: Edit): { kinds: ReadonlySet<FactKind>; namespaces: Touched } {
  const changed = [...removed, ...added];
  const kinds = new Set(changed.flatMap((object) => object.resource.facts.map((fact) => fact.fact)));
  // A new or vanished name can turn two directories into alternatives: then anything may be joined differently.
  // So can what an operator gives to pods that name no account.
  if (identities(removed) !== identities(added) || kinds.has('accountDefault')) return { kinds: allKinds, namespaces: 'all' };
  return { kinds, namespaces: changed.map(reachOf).reduce<Touched>(union, new Set()) };
}

/** Answers "yes" to every kind: a change of names concerns every rule. */
const allKinds: ReadonlySet<FactKind> = { has: () => true } as unknown as ReadonlySet<FactKind>;

function identities(objects: readonly GraphObject[]): string {
  return objects.map((object) => `${object.document.file}\n${identityOf(object)}\n${JSON.stringify(object.build ?? '')}`).sort().join('\n');
}

/** Whether a unit lies in the namespaces touched. One that is not told may be any: objects of one and of the other may be meant for each other. */
function nearTo(touched: Touched): (unit: Units[Unit]) => boolean {
  if (touched === 'all' || [...touched].some((one) => !isTold(one))) return () => true;
  const isTouched = (namespace: string) => touched.has(namespace) || !isTold(namespace);
  return (unit) => {
    if (!('object' in unit) || 'fact' in unit) return isTouched(unit.namespace);
    const reach = reachOf(unit.object);
    return reach === 'all' || [...reach].some(isTouched);
  };
}

/** Facts that matter in their own namespace only. */
const local: ReadonlySet<FactKind> = new Set<FactKind>(['workload', 'account', 'service', 'secret', 'misplaced']);
/** Policies that matter in their own namespace, unless that is the root namespace of the mesh. */
const meshPolicies: ReadonlySet<FactKind> = new Set<FactKind>(['istioAuthorizationPolicy', 'istioPeerAuthentication', 'istioRequestAuthentication']);

/** Kept with the object, which outlives the graphs of edits elsewhere. */
const reaches = new WeakMap<GraphObject, Touched>();

/** The namespaces that an object's facts can have to do with. */
function reachOf(object: GraphObject): Touched {
  let reach = reaches.get(object);
  if (!reach) reaches.set(object, (reach = findReach(object)));
  return reach;
}

function findReach(object: GraphObject): Touched {
  let namespaces: Set<string> | undefined;
  for (const fact of object.resource.facts) {
    // Subjects follow the accounts of their build, wherever it puts these.
    if (object.build && (fact.fact === 'account' || fact.fact === 'binding')) return 'all';
    if (local.has(fact.fact) || (meshPolicies.has(fact.fact) && object.namespace !== rootNamespace)) continue;
    if (fact.fact === 'networkPolicy' && !namesNamespaces(fact)) continue;
    if (fact.fact !== 'binding' || fact.cluster) return 'all';
    namespaces ??= new Set([object.namespace]);
    for (const subject of fact.subjects) {
      if (subject.kind.state !== 'known' || subject.kind.value !== 'ServiceAccount') return 'all';
      namespaces.add(known(subject.namespace) ?? object.namespace);
    }
  }
  return namespaces ?? new Set([object.namespace]);
}

/** Whether a policy lets pods of other namespaces in. Whom it lets its own pods call decides nothing about who is let in: a rule that looks there is `wide`. */
function namesNamespaces({ ingress }: NetworkPolicyFact): boolean {
  return ingress.rules.some((rule) => rule.peers.some((peer) => peer.namespaceSelector));
}

function union(a: Touched, b: Touched): Touched {
  return a === 'all' || b === 'all' ? 'all' : new Set([...a, ...b]);
}
