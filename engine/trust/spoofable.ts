import type { AddressSourceFact } from '../kubernetes/edge/source.ts';
import type { EdgeTechnology, ListFlaw } from '../kubernetes/edge/fact.ts';
import type { WorkloadFact } from '../kubernetes/workload.ts';
import type { Graph } from '../identity/graph.ts';
import type { GraphObject } from '../identity/objects.ts';
import { known, type Place, type Value } from '../yaml/cursor.ts';
import { isControllerService } from './address-only.ts';
import { coversFamily, kindOf, parseNetworkOrAddress, type Network } from './address.ts';
import { edgesIn, isOpenList, type Edge, type EdgeList } from './edge.ts';

/**
 * Why the address that a list is compared with is not the caller's, or not compared at all: a header that anyone may send
 * (`forwarded`, `header`), a header in place of an address (`identity`), the address of a node (`hidden`), or a list that
 * is not applied as it is written.
 */
export type SpoofSituation = 'forwarded' | 'header' | 'identity' | 'hidden' | ListFlaw['reason'];

/** A setting of an object by which lists of addresses say less than they seem to. */
export interface Spoofable {
  readonly situation: SpoofSituation;
  readonly at: Place;
  readonly technology: EdgeTechnology;
  /** The header that is believed; empty for the others. */
  readonly header: string;
  /** The lists that depend on it. */
  readonly lists: readonly EdgeList[];
}

/** The settings of an object that make lists of addresses among the files spoofable or void (semantics.md 6.8, 6.9). */
export function spoofableIn(graph: Graph, object: GraphObject): Spoofable[] {
  return object.resource.facts.flatMap((fact): Spoofable[] => {
    switch (fact.fact) {
      case 'addressSource': return ofSource(graph, object, fact);
      case 'workload': return ofWorkload(graph, object, fact);
      case 'service': return isControllerService(object, fact) ? ofService(graph, object, fact.type, fact.externalTrafficPolicy) : [];
      case 'edge': return fact.entries.flatMap(({ lists }) => lists).flatMap((list) => flawOf({ object, list, networks: [] }));
      case 'guard': return [
        ...fact.lists.flatMap((list) => flawOf({ object, list, networks: [] })),
        ...fact.headers.map((at): Spoofable => ({ situation: 'identity', at, technology: fact.technology, header: '', lists: [] })),
      ];
      default: return [];
    }
  });
}

function flawOf(one: EdgeList): Spoofable[] {
  const { list } = one;
  const found = (situation: ListFlaw['reason'], at: Place): Spoofable[] => [{ situation, at, technology: list.technology, header: '', lists: [one] }];
  if (list.flaw) return found(list.flaw.reason, list.at);
  // pkg/annotations/ingress/accessControl.go: on an invalid address the controller logs an error and makes no rule.
  const broken = list.technology === 'HAProxy Kubernetes Ingress Controller' && list.entries.some((entry) => entry.state === 'known' && !entry.value.startsWith('patterns/') && !parseNetworkOrAddress(entry.value));
  return broken ? found('invalid', list.at) : [];
}

function ofSource(graph: Graph, object: GraphObject, source: AddressSourceFact): Spoofable[] {
  const { technology, header, trusted, at, own, proxied } = source;
  if (proxied || !isBelievedOfEveryone(trusted)) return [];
  const lists = own ? edgesIn(graph, object).filter(matters).flatMap((edge) => edge.lists) : listsOf(graph, object, technology);
  return lists.length === 0 ? [] : [{ situation: own ? 'header' : 'forwarded', at, technology, header, lists }];
}

/** Nobody named is everyone, and so are ranges that hold every address. A template's range is not guessed. */
function isBelievedOfEveryone(trusted: readonly Value<string>[]): boolean {
  if (trusted.some(({ state }) => state === 'hole')) return false;
  return trusted.length === 0 || coversFamily(trusted.flatMap((value) => (known(value) ?? '').split(/[\s,]+/)).map(parseNetworkOrAddress).filter((network): network is Network => network !== undefined));
}

/** Arguments and environment of Traefik and Kong themselves. */
function ofWorkload(graph: Graph, object: GraphObject, { containers }: WorkloadFact): Spoofable[] {
  if (allLists(graph).length === 0) return [];
  return containers.flatMap(({ command, args, env }): Spoofable[] => {
    const insecure = [...command, ...args].find((arg) => /^--entry-?points\.[^.]+\.forwardedheaders\.insecure(?:=true)?$/i.test(known(arg) ?? ''));
    if (insecure) return believed(graph, object, insecure.at, 'Traefik', 'X-Forwarded-For', ({ list }) => list.byHeader !== undefined);
    const ips = env['KONG_TRUSTED_IPS'];
    return ips?.state === 'known' && isBelievedOfEveryone([ips]) ? believed(graph, object, ips.at, 'Kong', known(env['KONG_REAL_IP_HEADER'] ?? ips) === ips.value ? 'X-Real-IP' : known(env['KONG_REAL_IP_HEADER']!)!, () => true) : [];
  });
}

function believed(graph: Graph, object: GraphObject, at: Place, technology: EdgeTechnology, header: string, wanted: (list: EdgeList) => boolean): Spoofable[] {
  const lists = listsOf(graph, object, technology).filter(wanted);
  return lists.length === 0 ? [] : [{ situation: 'forwarded', at, technology, header, lists }];
}

/**
 * A Service before an ingress controller whose nodes put their own address in place of the caller's: then a list of private
 * ranges may let everyone in. Not where a proxy tells the address (PROXY protocol, a header).
 */
function ofService(graph: Graph, object: GraphObject, type: Value<string>, policy: Value<string>): Spoofable[] {
  if (!['LoadBalancer', 'NodePort'].includes(known(type) ?? '') || (policy.state !== 'absent' && known(policy) !== 'Cluster')) return [];
  const { annotations } = object.resource.header;
  if (annotations.open || Object.keys(annotations.entries).some((key) => /proxy-protocol|nlb-target-type/.test(key)) || graph.all('addressSource').length > 0) return [];
  const lists = allLists(graph).filter((one) => controlled.has(one.list.technology) && isNear(graph, object, one) && one.networks.some((network) => kindOf(network) === 'private'));
  return lists.length === 0 ? [] : [{ situation: 'hidden', at: policy.state === 'absent' ? type.at : policy.at, technology: lists[0]!.list.technology, header: '', lists }];
}

/** Those whose controllers stand behind a Service of the cluster. */
const controlled: ReadonlySet<EdgeTechnology> = new Set(['ingress-nginx', 'NGINX Ingress Controller', 'HAProxy Kubernetes Ingress Controller', 'HAProxy Ingress', 'Traefik', 'Kong', 'Contour', 'APISIX']);

function isNear(graph: Graph, object: GraphObject, list: EdgeList): boolean {
  return !graph.proximity.alternatives(object.document.file, list.object.document.file);
}

/** A login beside a list makes the address a mere fence. */
function matters(edge: Edge): boolean {
  return edge.login !== true || edge.either !== undefined;
}

const lists = new WeakMap<Graph, readonly EdgeList[]>();

/** All lists that decide something at a way in where no login does. */
function allLists(graph: Graph): readonly EdgeList[] {
  let all = lists.get(graph);
  if (!all) {
    const found = graph.all('edge').flatMap(({ object }) => edgesIn(graph, object)).filter(matters).flatMap((edge) => edge.lists).filter((one) => one.networks.length > 0 && !one.list.flaw && !isOpenList(one));
    lists.set(graph, (all = [...new Map(found.map((one) => [one.list, one])).values()]));
  }
  return all;
}

function listsOf(graph: Graph, object: GraphObject, technology: EdgeTechnology): EdgeList[] {
  return allLists(graph).filter((one) => one.list.technology === technology && isNear(graph, object, one));
}
