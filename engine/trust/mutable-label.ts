import type { NetworkPeer, NetworkPolicyFact } from '../kubernetes/network-policy.ts';
import { matches, selectsAll, type LabelSelector } from '../kubernetes/selector.ts';
import { known, type Place } from '../yaml/cursor.ts';
import type { Graph, ObjectWith, Workload } from '../identity/graph.ts';
import { isSymbol, type GraphObject } from '../identity/objects.ts';
import { labelPeers } from './label-peers.ts';
import { namespaceName } from './peers.ts';
import type { Target } from './target.ts';

/** Trust that hangs on a label: of a namespace, for whoever may edit one; of a pod in any namespace, for whoever may create pods somewhere. */
export interface LabelTrust {
  readonly bearer: 'namespace' | 'pod';
  /** As `key=value`, `key`, or `key in (a, b)`. */
  readonly label: string;
  readonly at: Place;
  readonly peer: NetworkPeer;
  readonly targets: readonly Target[];
}

/** The peers of a NetworkPolicy that trust a label which its bearer can set. Labels in the policy's own namespace are no such thing: whoever creates pods there may read its Secrets too. */
export function labelTrusts(graph: Graph, policy: ObjectWith<NetworkPolicyFact>): LabelTrust[] {
  return labelPeers(graph, policy, 'namespace').flatMap(({ peer, targets }): LabelTrust[] => {
    const selector = peer.namespaceSelector!;
    const bearer = selectsAll(selector) ? 'pod' : 'namespace';
    const asked = bearer === 'namespace' ? mutableLabel(selector) : peer.podSelector && !peer.podSelector.open ? firstLabel(peer.podSelector, () => true) : undefined;
    return asked ? [{ bearer, ...asked, peer, targets }] : [];
  });
}

/**
 * The label of a namespaceSelector that anyone who may edit a Namespace can set; undefined where the name is asked for too,
 * or where labels only take namespaces away. The control plane sets the name's label, immutable
 * (kubernetes.io/docs, Namespaces, automatic labelling); tree labels are managed by the controller of hierarchical
 * namespaces (kubernetes-sigs/hierarchical-namespaces docs/user-guide/concepts.md).
 */
function mutableLabel(selector: LabelSelector): { label: string; at: Place } | undefined {
  if (firstLabel(selector, (key) => key === namespaceName || key.endsWith('.tree.hnc.x-k8s.io/depth'))) return undefined;
  return firstLabel(selector, () => true);
}

/** The first label that a selector asks to be there. */
function firstLabel(selector: LabelSelector, wanted: (key: string) => boolean): { label: string; at: Place } | undefined {
  for (const [key, value] of Object.entries(selector.matchLabels.entries)) if (wanted(key)) return { label: `${key}=${known(value) ?? ''}`, at: value.at };
  const one = selector.matchExpressions.find(({ key, operator }) => (operator === 'In' || operator === 'Exists') && wanted(key));
  return one && { label: one.operator === 'Exists' ? one.key : one.values.length === 1 ? `${one.key}=${one.values[0]}` : `${one.key} in (${one.values.join(', ')})`, at: selector.at };
}

/** The Namespaces among the files that a peer means, each name once with its objects; undefined where one may or may not be meant. */
export function namespacesMeant(graph: Graph, policy: GraphObject, { bearer, peer }: LabelTrust): ReadonlyMap<string, readonly GraphObject[]> | undefined {
  const near = (object: GraphObject) => !graph.proximity.alternatives(policy.document.file, object.document.file);
  if (bearer === 'pod') return byName(graph.workloads.filter(({ object }) => near(object)).map((workload) => ({ name: workload.namespace, object: workload.object, answer: answerOf(peer, workload) })));
  const namespaces = graph.all('namespace').map(({ object }) => object).filter(near);
  return byName(namespaces.map((object) => ({ name: object.name, object, answer: matches(peer.namespaceSelector!, object.resource.header.labels) })));
}

function answerOf({ podSelector }: NetworkPeer, { fact }: Workload): boolean | 'unknown' {
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
