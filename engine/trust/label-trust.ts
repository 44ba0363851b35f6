import type { NetworkPeer, NetworkPolicyFact } from '../kubernetes/network-policy.ts';
import { hasHoles, matches, selectsAll } from '../kubernetes/selector.ts';
import type { Graph } from '../identity/graph.ts';
import type { ObjectWith, Workload } from '../identity/parts.ts';
import { isSymbol, type GraphObject } from '../identity/objects.ts';
import { ciliumLabelTrusts } from './cilium-labels.ts';
import { labelPeers } from './label-peers.ts';
import { firstLabel, mutableLabel, type LabelTrust } from './mutable-label.ts';

/** What a policy of the network trusts that its bearer can set. */
export function labelTrustsOf(graph: Graph, object: GraphObject): LabelTrust[] {
  return object.resource.facts.flatMap((fact) => {
    if (fact.fact === 'networkPolicy') return labelTrusts(graph, { object, fact });
    return fact.fact === 'ciliumPolicy' ? ciliumLabelTrusts(graph, { object, fact }) : [];
  });
}

/** The peers of a NetworkPolicy that trust a label which its bearer can set. Labels in the policy's own namespace are no such thing: whoever creates pods there may read its Secrets too. */
function labelTrusts(graph: Graph, policy: ObjectWith<NetworkPolicyFact>): LabelTrust[] {
  return labelPeers(graph, policy, 'namespace', (peer) => believed(peer) !== undefined).map(({ peer, targets }) => ({ ...believed(peer)!, peer, targets }));
}

function believed({ namespaceSelector, podSelector }: NetworkPeer): Pick<LabelTrust, 'bearer' | 'label' | 'at' | 'platforms'> | undefined {
  const ofNamespace = selectsAll(namespaceSelector!) ? undefined : mutableLabel(namespaceSelector!);
  if (ofNamespace) return { bearer: 'namespace', ...ofNamespace };
  const ofPod = selectsAll(namespaceSelector!) && podSelector && !podSelector.open && !hasHoles(podSelector) ? firstLabel(podSelector, () => true) : undefined;
  return ofPod && { bearer: 'pod', platforms: false, ...ofPod };
}

/** The Namespaces among the files that a peer means, each name once with its objects; undefined where one may or may not be meant. */
export function namespacesMeant(graph: Graph, policy: GraphObject, { bearer, peer }: LabelTrust): ReadonlyMap<string, readonly GraphObject[]> | undefined {
  const near = (object: GraphObject) => !graph.proximity.alternatives(policy.document.file, object.document.file);
  if (bearer === 'pod') return byName(graph.workloads.filter(({ object }) => near(object)).map((workload) => ({ name: workload.namespace, object: workload.object, answer: answerOf(peer, workload) })));
  const namespaces = graph.all('namespace').map(({ object }) => object).filter(near);
  return byName(namespaces.map((object) => ({ name: object.name, object, answer: matches(peer.namespaceSelector!, object.resource.header.labels) })));
}

function answerOf({ podSelector }: LabelTrust['peer'], { fact }: Workload): boolean | 'unknown' {
  return matches(podSelector!, fact.podLabels);
}

function byName(answers: readonly { readonly name: string; readonly object: GraphObject; readonly answer: boolean | 'unknown' }[]): Map<string, GraphObject[]> | undefined {
  const found = new Map<string, GraphObject[]>();
  for (const { name, object, answer } of answers) {
    if (answer === false) continue;
    if (answer === 'unknown' || name === '' || isSymbol(name)) return undefined;
    found.set(name, [...(found.get(name) ?? []), object]);
  }
  return found;
}
