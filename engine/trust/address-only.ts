import type { LabelSelector } from '../kubernetes/selector.ts';
import type { ServiceFact } from '../kubernetes/service.ts';
import type { Graph } from '../identity/graph.ts';
import { symbol, type GraphObject } from '../identity/objects.ts';
import { known } from '../yaml/cursor.ts';
import { kindOf as kindOfNetwork } from './address.ts';
import controllers from './edge-controllers.json' with { type: 'json' };
import { edgeIndex, keyOf } from './edge-index.ts';
import { edgesUnder, isOpenList, networksOf, type Edge, type EdgeList } from './edge.ts';
import { areTogether, isGateway, standsFor } from './exposure.ts';
import { isNear, targetsIn } from './index.ts';
import { asksForLogin } from './programs.ts';
import type { Target } from './target.ts';
import { demandsIdentity, trustIn } from './trust.ts';
import { perGraph } from '../identity/per-graph.ts';

/**
 * Why nothing but the address decides: no login is asked for (`alone`); an address is enough in place of one (`either`);
 * or a policy guards the way in whose rules are in no file, and no login is asked for (`elsewhere`).
 */
export type EdgeSituation = 'alone' | 'either' | 'elsewhere';

/** A list of an object that is all that guards some ways in. */
export interface AddressOnly {
  readonly list: EdgeList;
  readonly situation: EdgeSituation;
  /** None where a policy attaches itself to what is in no file read. */
  readonly edges: readonly Edge[];
  /** The workloads that the ways in lead to, as far as they are among the files. */
  readonly targets: readonly Target[];
  /** Whether all of the ways in are from private networks only. */
  readonly internal: boolean;
  readonly confidence: 'high' | 'medium' | 'low';
}

/** The lists of an object by which alone callers from outside are let in (semantics.md 6.0, 6.8, 6.9). */
export function addressOnlyOf(graph: Graph, object: GraphObject): AddressOnly[] {
  const under = edgesUnder(graph, object);
  if (under.length === 0) return unseen(graph, object);
  const byList = new Map<EdgeList['list'], AddressOnly[]>();
  for (const edge of under) {
    // Several lists are AND-ed: one finding, at the first that decides anything.
    const list = edge.lists.find(decides);
    if (!list || list.object !== object) continue;
    const found = judge(graph, edge, list);
    if (found) byList.set(list.list, [...(byList.get(list.list) ?? []), found]);
  }
  return [...byList.values()].map(together);
}

/**
 * A policy that attaches itself to what is in no file read guards ways in all the same. Told with low confidence, and not
 * where another policy of the same target asks for a login, or may.
 */
function unseen(graph: Graph, object: GraphObject): AddressOnly[] {
  return object.resource.facts.flatMap((fact): AddressOnly[] => {
    if (fact.fact !== 'guard' || fact.targets.length === 0) return [];
    const list = fact.lists.map((one): EdgeList => ({ object, list: one, networks: networksOf(one) })).find(decides);
    const beside = fact.targets.flatMap((target) => edgeIndex(graph).attached.get(keyOf(target.kinds[0]!, target.namespace.state === 'absent' ? object.namespace : symbol(target.namespace), symbol(target.name))) ?? []);
    if (!list || [fact, ...beside.map((one) => one.fact)].some(({ logins }) => logins.some(({ demanded }) => demanded !== false))) return [];
    return [{ list, situation: list.list.elsewhere ? 'elsewhere' : 'alone', edges: [], targets: [], internal: false, confidence: 'low' }];
  });
}

function together(found: readonly AddressOnly[]): AddressOnly {
  const lead = found.find(({ situation }) => situation !== 'either') ?? found[0]!;
  const same = found.filter(({ situation }) => situation === lead.situation);
  const best = (['high', 'medium', 'low'] as const).find((one) => same.some(({ confidence }) => confidence === one))!;
  const targets = same.flatMap((one) => one.targets);
  return {
    ...lead, confidence: best,
    edges: same.flatMap(({ edges }) => edges),
    targets: targets.filter((target, i) => targets.findIndex((one) => one.workload === target.workload) === i),
    internal: same.every(({ internal }) => internal),
  };
}

/** Whether a list decides anything as it is written: not one that is void, lets everyone in, or cannot be read. */
function decides(one: EdgeList): boolean {
  const { list, networks } = one;
  if (list.flaw) return false;
  if (list.elsewhere) return true;
  return list.entries.every(({ state }) => state === 'known') && networks.some((network) => kindOfNetwork(network) !== 'loopback') && !isOpenList(one);
}

function judge(graph: Graph, edge: Edge, list: EdgeList): AddressOnly | undefined {
  const situation = situationOf(edge, list);
  if (!situation) return undefined;
  const targets = targetsBehind(graph, edge);
  if (asksBehind(graph, edge, targets)) return undefined;
  return { list, situation, edges: [edge], targets, internal: edge.entry.internal, confidence: confidenceOf(graph, edge, targets) };
}

function situationOf(edge: Edge, { list }: EdgeList): EdgeSituation | undefined {
  if (edge.either && edge.login === true) return 'either';
  if (edge.login !== false) return undefined;
  return list.elsewhere ? 'elsewhere' : 'alone';
}

/** The workloads that a way in leads to: those of its Services. */
export function targetsBehind(graph: Graph, edge: Edge): Target[] {
  const targets = servicesBehind(graph, edge).flatMap(({ object, fact }) => targetsIn(graph, object.namespace, labelsOf(fact)).filter((target) => standsFor(fact, target) === true && areTogether(object, target) && areTogether(edge.object, target) && isNear(graph, object, target)));
  return targets.filter((target, i) => targets.indexOf(target) === i);
}

/** The selector of a Service, to find the few pods that can have its labels. */
function labelsOf({ selector }: ServiceFact): LabelSelector | undefined {
  return selector && { matchLabels: selector, matchExpressions: [], open: selector.open, at: selector.at };
}

function servicesBehind(graph: Graph, { object, entry }: Edge) {
  return entry.backends.flatMap(({ service, namespace }) => edgeIndex(graph).services.get(keyOf('', namespace.state === 'absent' ? object.namespace : symbol(namespace), symbol(service))) ?? [])
    .filter((one) => !graph.proximity.alternatives(object.document.file, one.object.document.file));
}

/** Whether what stands behind asks for an identity itself, or may; a controller leaves that to its routes. */
function asksBehind(graph: Graph, edge: Edge, targets: readonly Target[]): boolean {
  if (targets.some((target) => demandsIdentity(trustIn(graph, target)).demanded !== false)) return true;
  return targets.some(isController) || targets.some(asksForLogin) || (edge.object.resource.header.kind === 'Service' && servicesBehind(graph, edge).some(({ object, fact }) => isControllerService(object, fact)));
}

const images = new RegExp(`(?:^|/)(?:${controllers.images.map(({ name }) => name).join('|')})(?:[:@]|$)`);
const labels = new Set(controllers.labels);
const labelKeys = ['app.kubernetes.io/name', 'app', 'k8s-app', 'app.kubernetes.io/component'];

/** Whether a target is the edge itself: an ingress controller or a gateway. */
export function isController(target: Target): boolean {
  if (isGateway(target)) return true;
  if (labelKeys.some((key) => labels.has(known(target.labels.entries[key] ?? nothing) ?? ''))) return true;
  return (target.workload?.fact.containers ?? []).some(({ image }) => images.test(known(image) ?? '') || /ingress-nginx\/controller(?:[:@]|$)/.test(known(image) ?? ''));
}

const nothing = { state: 'absent', at: { path: [], stable: '', span: { start: 0, end: 0 } } } as const;

/** Whether a Service stands before a controller, as its selector or its own name says. */
export function isControllerService(object: GraphObject, { selector }: ServiceFact): boolean {
  const selected = Object.entries(selector?.entries ?? {}).some(([key, value]) => (labelKeys.includes(key) && labels.has(known(value) ?? '')) || key === 'istio' || key.startsWith('gateway.') || key.startsWith('gateway.networking.k8s.io/'));
  return selected || /ingress|gateway|traefik|envoy|proxy/.test(object.name);
}

/** High where other ways in among the files ask for a login and this one does not; low where what it leads to is not told, or speaks for itself. */
function confidenceOf(graph: Graph, edge: Edge, targets: readonly Target[]): AddressOnly['confidence'] {
  if (edge.entry.passthrough || targets.length === 0) return 'low';
  return edge.object.resource.header.kind !== 'Service' && otherLogins(graph) ? 'high' : 'medium';
}

const otherLogins = perGraph((graph): boolean => [...graph.all('edge').flatMap(({ fact }) => fact.entries), ...graph.all('guard').map(({ fact }) => fact)].some((guard) => guard.logins.some(({ demanded }) => demanded === true)));
