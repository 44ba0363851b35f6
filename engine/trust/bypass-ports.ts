import { known, type Value } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { Workload } from '../identity/parts.ts';
import { contains, coversFamily, kindOf, parseNetworkOrAddress, type Network } from './address.ts';
import { exposureOf, isCalledByApiServer, isGateway, servicesOf } from './exposure.ts';
import { targetOf, type Target } from './target.ts';

/* What is usually let past a proxy on purpose, and what is not: judged one list item at a time. */

/** One item of a list of ports or ranges, as it is written and as it is read; undefined for what is neither. */
export interface ListItem {
  readonly text: string;
  readonly ports: { readonly first: number; readonly last: number } | undefined;
  readonly network: Network | undefined;
}

/** The items of an annotation's list: ports, ranges of ports (`a-b`), addresses and networks. */
export function itemsOf(value: Value<string>): ListItem[] {
  return (known(value) ?? '').split(',').map((part) => part.trim()).filter((part) => part !== '').map((text) => {
    const [, first, last] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
    return { text, ports: first === undefined ? undefined : { first: Number(first), last: Number(last ?? first) }, network: parseNetworkOrAddress(text) };
  });
}

/**
 * Names by which ports of metrics, probes and profiles go, and the proxies' own ports (istio.io/docs, ports used by
 * Istio; linkerd2 charts/partials/templates/_proxy.tpl; consul-k8s envoy admin): who calls them has no identity as a rule.
 */
export const sideName = /metric|prom|monitor|telemetry|health|probe|liven|readi|status|admin|debug|pprof|jmx|exporter/i;
const proxyPorts = [[15000, 15090], [4140, 4191], [19000, 19001], [20200, 20200]] as const;

/** Whether an incoming port is one that is let past a proxy without a second thought: of metrics and probes, or called by the API server, which is in no mesh. */
export function isSidePort(graph: Graph, workload: Workload, { ports }: ListItem): boolean {
  if (!ports) return false;
  const { first, last } = ports;
  const named = workload.fact.containers.flatMap((container) => container.ports.listed).filter(({ number }) => known(number) !== undefined && known(number)! >= first && known(number)! <= last);
  const scraped = workload.fact.podAnnotations.entries['prometheus.io/port'];
  return proxyPorts.some(([from, to]) => first >= from && last <= to)
    || (named.length > 0 && named.every(({ name }) => sideName.test(known(name) ?? '')))
    || (first === last && scraped !== undefined && known(scraped) === String(first))
    || isCalledByApiServer(graph, targetOf(workload));
}

/** Whether a Service inside the cluster leads to an incoming port: somebody is meant to call it. Where a target is exposed, its callers come without an identity anyway. */
export function isServed(graph: Graph, workload: Workload, { ports }: ListItem): boolean {
  const target = targetOf(workload);
  if (!ports || isGateway(target) || exposureOf(graph, target)) return false;
  return servedPorts(graph, target).some((port) => port !== undefined && port >= ports.first && port <= ports.last);
}

/** The ports of a target's pods to which Services inside the cluster lead; undefined for one that the files do not tell. */
export function servedPorts(graph: Graph, target: Target): (number | undefined)[] {
  const names = portsByName(target);
  return servicesOf(graph, target).flatMap(({ fact }) => fact.ports).map(({ port, targetPort }) => {
    const said = known<number | string>(targetPort as Value<number | string>);
    return typeof said === 'string' ? names.get(said) : said ?? known(port);
  });
}

/** The numbers of a target's container ports by their names. */
export function portsByName({ workload }: Target): ReadonlyMap<string, number | undefined> {
  return new Map((workload?.fact.containers ?? []).flatMap((container) => container.ports.listed).map(({ name, number }) => [known(name) ?? '', known(number)]));
}

/** DNS; its answers are believed whoever asks. */
const dns = 53;
const linkLocal = parseNetworkOrAddress('169.254.0.0/16')!;

/** Whether an outgoing port or range leads to nobody who could ask for an identity: DNS, the node's metadata. */
export function isBesideTheMesh({ ports, network }: ListItem): boolean {
  return ports ? ports.first === dns && ports.last === dns : network !== undefined && (contains(linkLocal, network) || kindOf(network) === 'loopback');
}

/** Whether ranges leave nothing to a proxy. */
export function areEverywhere(items: readonly ListItem[]): boolean {
  return coversFamily(items.flatMap(({ network }) => network ?? []));
}
