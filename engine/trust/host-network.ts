import type { Graph } from '../identity/graph.ts';
import type { Workload } from '../identity/parts.ts';
import type { GraphObject, Location } from '../identity/objects.ts';
import { infrastructureOf } from '../identity/infrastructure.ts';
import { imagePath } from '../identity/token-consumers.ts';
import type { Fact, FactKind } from '../kubernetes/read.ts';
import { known, type Value } from '../yaml/cursor.ts';
import { contains, parseNetworkOrAddress, type Network } from './address.ts';
import { addressGrants } from './by-address.ts';
import { perGraph } from '../identity/per-graph.ts';

/** What makes up a node and its network, and can run nowhere else: kubeadm's static pods, kube-proxy. */
const nodeParts = /(?:^|\/)(?:kube-proxy(?:-[a-z0-9]+)?|kube-apiserver|kube-controller-manager|kube-scheduler|etcd|kubelet|hyperkube)$/;

/** Whether a workload is a part of the node by what it is: the control plane, the proxy, the network plug-in. */
export function isPartOfNode(workload: Workload): boolean {
  return infrastructureOf(workload) === 'a network plug-in (CNI)' || workload.fact.containers.some(({ image }) => nodeParts.test(imagePath(known(image) ?? '')));
}

/**
 * What gives a cluster its network from the nodes' own, and is no plug-in: what installs one runs before pods have addresses
 * (docs.tigera.io, operator), a speaker answers for addresses on the node's links (metallb.universe.tf/concepts, kube-vip.io),
 * the DNS cache listens on an address of the node (kubernetes.io, NodeLocal DNSCache), and nodes are not ready before the
 * cloud's controller has seen them (kubernetes.io, Cloud Controller Manager Administration).
 */
const networkPrograms = /(?:^|\/)(?:tigera\/operator|(?:ose-)?cluster-network-operator|metallb[\/-]speaker|kube-vip|kube-vip-iptables|k8s-dns-node-cache|(?:[a-z]+-)*cloud-controller-manager)$/;

/** Whether a workload brings the cluster's network about: off the host's network it would not do what it is for. */
export function bringsNetwork({ fact }: Workload): boolean {
  return fact.containers.some(({ image }) => networkPrograms.test(imagePath(known(image) ?? '')));
}

/** The kinds of policies that let callers in by address. */
const policyKinds = ['networkPolicy', 'ciliumPolicy', 'calicoPolicy', 'istioAuthorizationPolicy', 'linkerdAuthorization', 'linkerdServerAuthorization'] as const satisfies readonly FactKind[];

/** Cilium's name for all nodes but the callee's own, and for what runs on their networks (cilium pkg/policy/api/entity.go). */
const remoteNodes = 'remote-node';

/**
 * The rules that let nodes in and ask for nothing else: by Cilium's name for them, or by a range that holds the address of
 * a Node among the files. Without Nodes nothing is known of their addresses: that a range is private does not make it theirs.
 */
export const nodeTrusts: (graph: Graph) => readonly Location[] = perGraph(findTrusts);

function findTrusts(graph: Graph): Location[] {
  // Cilium knows nodes as such: ranges do not match them unless it is installed to (docs.cilium.io, Layer 3 policies, policy-cidr-match-mode).
  const byRange = graph.all('ciliumPolicy').length === 0;
  const nodes = byRange ? graph.all('node').flatMap(({ fact }) => fact.addresses).flatMap(networkOf) : [];
  if (nodes.length === 0 && byRange) return [];
  const policies = new Set<GraphObject>(policyKinds.flatMap((kind) => graph.all(kind).map(({ object }) => object)));
  return [...policies].flatMap((policy) => addressGrants(graph, policy).flatMap(({ addresses, shared }) => {
    const taken = [policy, ...(shared ? [shared.object] : [])].flatMap(({ resource }) => resource.facts).flatMap(exceptionsIn).flatMap(networkOf);
    const left = nodes.filter((node) => !taken.some((one) => contains(one, node)));
    const believed = addresses.filter((value) => known(value) === remoteNodes || networkOf(value).some((range) => left.some((node) => contains(range, node))));
    return believed.map((value) => ({ object: shared?.object ?? policy, place: value.at }));
  }));
}

/** The addresses that anything in a policy takes out of what it lets in: which range each belongs to is not followed. */
function exceptionsIn(fact: Fact): readonly Value<string>[] {
  switch (fact.fact) {
    case 'networkPolicy': return fact.ingress.rules.flatMap(({ peers }) => peers).flatMap(({ ipBlock }) => ipBlock?.except ?? []);
    case 'calicoPolicy': return fact.ingress.flatMap(({ source }) => source.notNets);
    case 'linkerdNetworks': case 'linkerdServerAuthorization': return fact.networks.flatMap(({ except }) => except);
    case 'istioAuthorizationPolicy': return fact.rules.flatMap(({ sources, conditions }) => [...sources.flatMap(({ fields }) => [...(fields.notIpBlocks ?? []), ...(fields.notRemoteIpBlocks ?? [])]), ...conditions.flatMap(({ notValues }) => notValues)]);
    default: return [];
  }
}

function networkOf(value: Value<string>): Network[] {
  const network = parseNetworkOrAddress(known(value) ?? '');
  return network ? [network] : [];
}
