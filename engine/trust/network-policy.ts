import type { NetworkPeer, NetworkPolicyFact, NetworkRule } from '../kubernetes/network-policy.ts';
import { known } from '../yaml/cursor.ts';
import { coversFamily, parseNetwork } from './address.ts';
import type { Graph, ObjectWith } from '../identity/graph.ts';
import { factsNear } from './index.ts';
import { allOf, sameNamespace, selects, type Target } from './target.ts';
import type { Admission, Evidence, Layer } from './layer.ts';

/** Whether a policy isolates a target's incoming traffic. */
export function isolatesIngress({ object, fact }: ObjectWith<NetworkPolicyFact>, target: Target): boolean | 'unknown' {
  // Pods on the host's network are seen as their node: plug-ins leave them out (semantics.md 6.1).
  const onPodNetwork = target.hostNetwork === 'unknown' ? 'unknown' : !target.hostNetwork;
  return allOf(sameNamespace(object, target), fact.ingress.isolates, onPodNetwork, selects(fact.podSelector, target));
}

/** What NetworkPolicies let in to a target. The rules of all policies that select it add up. */
export function networkPolicyLayer(graph: Graph, target: Target): Layer {
  // A policy that may select the target too could only isolate it further: labels prove no identity, so nothing hangs on it.
  const selecting = factsNear(graph, 'networkPolicy', target).filter((policy) => isolatesIngress(policy, target) === true);
  return {
    technology: 'NetworkPolicy',
    policies: selecting.map(({ object }) => object),
    isolates: selecting.length > 0,
    admissions: selecting.flatMap(({ object, fact }) => fact.ingress.rules.flatMap((rule) => admissionsOf(object, rule))),
    demands: [],
    unsure: false,
  };
}

function admissionsOf(policy: Admission['policy'], rule: NetworkRule): Admission[] {
  const way = { extent: rule.anyPort ? ('all' as const) : ('some' as const), policy, rule: rule.at };
  if (rule.anyPeer) return [{ ...way, evidence: 'nothing', addresses: [] }];
  return rule.peers.map((peer) => ({ ...way, evidence: evidenceOf(peer), addresses: peer.ipBlock ? [peer.ipBlock.cidr] : [] }));
}

function evidenceOf(peer: NetworkPeer): Evidence {
  if (!peer.ipBlock) return peer.podSelector || peer.namespaceSelector ? 'label' : 'unknown';
  const network = parseNetwork(known(peer.ipBlock.cidr) ?? '');
  return network && coversFamily([network]) ? 'nothing' : 'address';
}
