import type { CiliumPolicyFact } from '../kubernetes/cilium.ts';
import type { NetworkPolicyFact } from '../kubernetes/network-policy.ts';
import { selectorData, selectsAll, type LabelSelector } from '../kubernetes/selector.ts';
import { known, type Place } from '../yaml/cursor.ts';
import type { Change } from '../yaml/change.ts';
import type { GraphObject } from '../identity/objects.ts';
import { namespaceName } from './peers.ts';

/** Two neighbouring items of a list of peers: the first a namespace alone, the second pods of the policy's own namespace alone. */
export interface PeerPair {
  readonly above: Place;
  readonly namespace: LabelSelector;
  readonly below: Place;
  readonly pods: LabelSelector;
  /** What makes one item of the two; undefined where a selector cannot be read as a whole. */
  readonly merge: readonly Change[] | undefined;
}

/** The pairs in a policy's rules, of either direction in a NetworkPolicy, of incoming traffic in a CiliumNetworkPolicy. */
export function peerPairs({ resource: { facts } }: GraphObject): PeerPair[] {
  return facts.flatMap((fact) => (fact.fact === 'networkPolicy' ? ofKubernetes(fact) : fact.fact === 'ciliumPolicy' && !fact.clusterwide ? ofCilium(fact) : []));
}

function ofKubernetes(fact: NetworkPolicyFact): PeerPair[] {
  const rules = [fact.ingress, fact.egress].filter(({ isolates }) => isolates === true).flatMap((direction) => direction.rules);
  return rules.flatMap(({ peers }) => peers.flatMap((below, i): PeerPair[] => {
    const above = peers[i - 1];
    if (!above?.namespaceSelector || above.podSelector || !below.podSelector || below.namespaceSelector || selectsAll(above.namespaceSelector) || selectsAll(below.podSelector)) return [];
    const value = selectorData(below.podSelector);
    const merge: readonly Change[] | undefined = value && [{ op: 'set', path: [...above.at.path, 'podSelector'], value }, { op: 'remove', path: below.at.path }];
    return [{ above: above.at, namespace: above.namespaceSelector, below: below.at, pods: below.podSelector, merge }];
  }));
}

/** In Cilium a namespace is a label like any other, so one item holds both. */
function ofCilium({ ingress }: CiliumPolicyFact): PeerPair[] {
  return ingress.flatMap(({ endpoints }) => endpoints.flatMap((below, i): PeerPair[] => {
    const above = endpoints[i - 1];
    const [entry, ...more] = Object.entries(above?.matchLabels.entries ?? {});
    if (!above || !entry || more.length > 0 || entry[0] !== podNamespace || above.open || above.matchExpressions.length > 0) return [];
    if (selectsAll(below) || [...Object.keys(below.matchLabels.entries), ...below.matchExpressions.map(({ key }) => key)].some((key) => key === podNamespace || key.startsWith('io.cilium.k8s.'))) return [];
    const [, value] = entry;
    const namespace = { ...above, matchLabels: { ...above.matchLabels, entries: { [namespaceName]: value } } };
    const name = known(value);
    const merge: readonly Change[] | undefined = name === undefined ? undefined : [{ op: 'set', path: [...below.at.path, 'matchLabels', value.at.path.at(-1)!], value: name }, { op: 'remove', path: above.at.path }];
    return [{ above: above.at, namespace, below: below.at, pods: below, merge }];
  }));
}

const podNamespace = 'io.kubernetes.pod.namespace';
