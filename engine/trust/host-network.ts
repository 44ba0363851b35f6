import type { Graph, Workload } from '../identity/graph.ts';
import type { Location } from '../identity/objects.ts';
import { infrastructureOf } from '../identity/infrastructure.ts';
import { imagePath } from '../identity/token-consumers.ts';
import type { IpBlock, NetworkPolicyFact } from '../kubernetes/network-policy.ts';
import { known, type Value } from '../yaml/cursor.ts';
import { contains, parseNetworkOrAddress, type Network } from './address.ts';
import { grantsOfAuthorization, grantsOfNetwork } from './by-address.ts';

/** What makes up a node and its network, and can run nowhere else: kubeadm's static pods, kube-proxy. */
const nodeParts = /(?:^|\/)(?:kube-proxy(?:-[a-z0-9]+)?|kube-apiserver|kube-controller-manager|kube-scheduler|etcd|kubelet|hyperkube)$/;

/** Whether a workload is a part of the node by what it is: the control plane, the proxy, the network plug-in. */
export function isPartOfNode(workload: Workload): boolean {
  return infrastructureOf(workload) === 'a network plug-in (CNI)' || workload.fact.containers.some(({ image }) => nodeParts.test(imagePath(known(image) ?? '')));
}

const kept = new WeakMap<Graph, readonly Location[]>();

/**
 * The rules that let callers in by an address alone which is that of a Node among the files. Without Nodes nothing is
 * known of their addresses: that a range is private does not make it theirs.
 */
export function nodeTrusts(graph: Graph): readonly Location[] {
  let trusts = kept.get(graph);
  if (!trusts) kept.set(graph, (trusts = findTrusts(graph)));
  return trusts;
}

function findTrusts(graph: Graph): Location[] {
  const nodes = graph.all('node').flatMap(({ fact }) => fact.addresses).flatMap(networkOf);
  if (nodes.length === 0) return [];
  const believes = (value: Value<string>, except: readonly Value<string>[]) => {
    const [range] = networkOf(value);
    const taken = except.flatMap(networkOf);
    return range !== undefined && nodes.some((node) => contains(range, node) && !taken.some((one) => contains(one, node)));
  };
  const byLabel = graph.all('networkPolicy').flatMap((policy) => grantsOfNetwork(graph, policy.object)
    .flatMap(({ addresses }) => addresses.filter((value) => believes(value, blockOf(policy.fact, value)?.except ?? [])))
    .map((value) => ({ object: policy.object, place: value.at })));
  const byMesh = graph.all('istioAuthorizationPolicy').flatMap((policy) => {
    // What a list of other addresses takes away is not followed.
    const narrowed = policy.fact.rules.some(({ sources, conditions }) => sources.some(({ fields }) => fields.notIpBlocks || fields.notRemoteIpBlocks) || conditions.some(({ notValues }) => notValues.length > 0));
    return narrowed ? [] : grantsOfAuthorization(graph, policy).flatMap(({ addresses }) => addresses.filter((value) => believes(value, []))).map((value) => ({ object: policy.object, place: value.at }));
  });
  return [...byLabel, ...byMesh];
}

function blockOf({ ingress }: NetworkPolicyFact, value: Value<string>): IpBlock | undefined {
  return ingress.rules.flatMap(({ peers }) => peers).find(({ ipBlock }) => ipBlock?.cidr === value)?.ipBlock;
}

function networkOf(value: Value<string>): Network[] {
  const network = parseNetworkOrAddress(known(value) ?? '');
  return network ? [network] : [];
}
