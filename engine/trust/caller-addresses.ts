import { known } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { Workload } from '../identity/parts.ts';
import { symbol, type Location } from '../identity/objects.ts';
import { contains, parseNetworkOrAddress, type Network } from './address.ts';
import type { Caller } from './caller.ts';
import { nodeEntities } from './cilium-sources.ts';
import { servicesOf } from './exposure.ts';
import { targetOf, type Target } from './target.ts';
import { trustIn } from './trust.ts';

/** The addresses that a target's policies let in, and the nodes. */
export interface Believed {
  readonly networks: readonly Network[];
  /** What lets nodes in: an entity that stands for them, or a range that holds the address of one among the files. */
  readonly nodes: Location | undefined;
}

/** What the ways in to a target believe of addresses. */
export function believedOf(graph: Graph, target: Target): Believed {
  const ways = trustIn(graph, target).layers.flatMap(({ admissions }) => admissions).filter(({ evidence }) => evidence === 'address');
  const values = ways.flatMap(({ policy, addresses }) => addresses.map((value) => ({ policy, value, network: parseNetworkOrAddress(known(value) ?? '') })));
  const nodes = graph.all('node').flatMap(({ fact }) => fact.addresses).flatMap((address) => parseNetworkOrAddress(known(address) ?? '') ?? []);
  const node = values.find(({ value, network }) => (network ? nodes.some((one) => contains(network, one)) : known(value) === 'remote-node' && nodeEntities.has('remote-node')));
  return { networks: values.flatMap(({ network }) => network ?? []), nodes: node && { object: node.policy, place: node.value.at } };
}

/** What shows that a workload's pods have one of the addresses: a static one, one in the endpoints of its Service, or its node's. */
export function addressOf(graph: Graph, { networks, nodes }: Believed, workload: Workload): Omit<Caller, 'workload'> | undefined {
  const believed = networks.length === 0 ? undefined : writtenAddresses(graph, workload).find(({ address }) => networks.some((network) => contains(network, address)));
  if (believed) return { evidence: believed.at, how: 'has an address that is let in' };
  const { hostNetwork } = workload.fact;
  return nodes && known(hostNetwork) === true ? { evidence: { object: workload.object, place: hostNetwork.at }, how: 'is on the network of a node that is let in' } : undefined;
}

interface WrittenAddress {
  readonly address: Network;
  readonly at: Location;
}

/** Annotations that give pods a fixed address: Calico's and Kube-OVN's (docs.tigera.io, Use a specific IP address with a pod; kubeovn.github.io, Fixed addresses). */
const fixedAddresses = ['cni.projectcalico.org/ipAddrs', 'ovn.kubernetes.io/ip_address', 'ovn.kubernetes.io/ip_pool'];

/** Kept with the workload, which is of one graph: each may be compared with the ranges of thousands. */
const written = new WeakMap<Workload, readonly WrittenAddress[]>();

function writtenAddresses(graph: Graph, workload: Workload): readonly WrittenAddress[] {
  let addresses = written.get(workload);
  if (!addresses) written.set(workload, (addresses = findAddresses(graph, workload)));
  return addresses;
}

function findAddresses(graph: Graph, workload: Workload): WrittenAddress[] {
  const { object, fact } = workload;
  const fixed = fixedAddresses.flatMap((key) => {
    const value = fact.podAnnotations.entries[key];
    return value ? (known(value) ?? '').split(/[\s,;"[\]]+/).flatMap((text) => addressIn(text, { object, place: value.at })) : [];
  });
  return [...fixed, ...behindServices(graph, workload)];
}

/** The addresses behind the Services that lead to a workload's pods. */
function behindServices(graph: Graph, workload: Workload): WrittenAddress[] {
  const endpoints = graph.all('endpoints');
  if (endpoints.length === 0) return [];
  const services = new Set(servicesOf(graph, targetOf(workload)).map(({ object }) => `${object.namespace}/${object.name}`));
  return endpoints.filter(({ object, fact }) => services.has(`${object.namespace}/${symbol(fact.service)}`))
    .flatMap(({ object, fact }) => fact.addresses.flatMap((value) => addressIn(known(value) ?? '', { object, place: value.at })));
}

function addressIn(text: string, at: Location): WrittenAddress[] {
  const address = text.includes('/') ? undefined : parseNetworkOrAddress(text);
  return address ? [{ address, at }] : [];
}
