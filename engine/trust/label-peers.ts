import type { NetworkPeer, NetworkPolicyFact, NetworkRule } from '../kubernetes/network-policy.ts';
import { hasHoles, selectsAll } from '../kubernetes/selector.ts';
import { known } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { ObjectWith } from '../identity/parts.ts';
import { coversFamily, parseNetwork } from './address.ts';
import type { Evidence } from './layer.ts';
import { demandsAtLeast } from './named.ts';
import { isNetwork } from './network.ts';
import { protectedByNetworkPolicy } from './protected.ts';
import type { Target } from './target.ts';
import { trustIn } from './trust.ts';

/** A peer of an ingress rule that lets pods of other namespaces in by their labels, where labels decide. */
export interface LabelPeer {
  readonly peer: NetworkPeer;
  readonly rule: NetworkRule;
  /** What it lets them in to, as far as nothing else asks for a proof there. */
  readonly targets: readonly Target[];
}

/**
 * The peers with a namespaceSelector of a NetworkPolicy, at the targets where they decide: no layer demands a proof that
 * is at least as strong as `least`, and no rule lets everyone in anyway. Only those that are `wanted` are judged.
 */
export function labelPeers(graph: Graph, policy: ObjectWith<NetworkPolicyFact>, least: Evidence, wanted: (peer: NetworkPeer) => boolean): LabelPeer[] {
  const { ingress } = policy.fact;
  if (ingress.isolates !== true) return [];
  const found = ingress.rules.filter((rule) => !rule.open && !isOpen(rule)).flatMap((rule) => rule.peers.filter(({ namespaceSelector }) => namespaceSelector && !namespaceSelector.open && !hasHoles(namespaceSelector)).filter(wanted).map((peer) => ({ peer, rule })));
  if (found.length === 0) return [];
  const targets = protectedByNetworkPolicy(graph, policy).filter((target) => labelsDecide(graph, target, least));
  return targets.length === 0 ? [] : found.map((one) => ({ ...one, targets }));
}

/** Whether labels decide who reaches a target: nothing demands a proof at least as strong, and no rule lets everyone in anyway. */
export function labelsDecide(graph: Graph, target: Target, least: Evidence): boolean {
  const trust = trustIn(graph, target);
  return demandsAtLeast(trust, least) === false && !trust.layers.some((layer) => isNetwork(layer) && layer.admissions.some(({ extent, opening }) => extent === 'all' && (opening?.to === 'anyone' || opening?.to === 'entityAll')));
}

/** Whether a rule lets in everyone, or every pod of every namespace: its other peers then decide nothing. */
function isOpen({ anyPeer, peers }: NetworkRule): boolean {
  return anyPeer || peers.some(({ ipBlock, namespaceSelector, podSelector }) => {
    if (namespaceSelector) return selectsAll(namespaceSelector) && (!podSelector || selectsAll(podSelector));
    const network = ipBlock && parseNetwork(known(ipBlock.cidr) ?? '');
    return network !== undefined && coversFamily([network]);
  });
}
