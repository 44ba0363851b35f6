import type { NetworkPeer, NetworkPolicyFact, NetworkRule } from '../kubernetes/network-policy.ts';
import { matches, selectsAll } from '../kubernetes/selector.ts';
import { known, type Value } from '../yaml/cursor.ts';
import { coversFamily, familiesCovered, networksIn } from './address.ts';
import type { Graph } from '../identity/graph.ts';
import type { ObjectWith, Workload } from '../identity/parts.ts';
import type { GraphObject } from '../identity/objects.ts';
import { sharesNamespace } from './exposure.ts';
import { factsNear } from './index.ts';
import { selectsNamespaceOf } from './peers.ts';
import { allOf, selects, type Target } from './target.ts';
import type { Admission, Evidence, Layer, Opening, Peer } from './layer.ts';

/** Whether a policy isolates a target's incoming traffic. */
export function isolatesIngress({ object, fact }: ObjectWith<NetworkPolicyFact>, target: Target): boolean | 'unknown' {
  return allOf(sharesNamespace(object, target, fact.podSelector), fact.ingress.isolates, isOnPodNetwork(target), selects(fact.podSelector, target));
}

/** Pods on the host's network are seen as their node: plug-ins leave them out of policies (semantics.md 6.1, 6.2). */
export function isOnPodNetwork({ hostNetwork }: Target): boolean | 'unknown' {
  return hostNetwork === 'unknown' ? 'unknown' : !hostNetwork;
}

/** What NetworkPolicies let in to a target. The rules of all policies that select it add up. */
export function networkPolicyLayer(graph: Graph, target: Target): Layer {
  // A policy that may select the target too could only isolate it further: labels prove no identity, so nothing hangs on it.
  const selecting = factsNear(graph, 'networkPolicy', target).filter((policy) => isolatesIngress(policy, target) === true);
  return {
    technology: 'NetworkPolicy',
    policies: selecting.map(({ object }) => object),
    isolates: selecting.length > 0,
    admissions: selecting.flatMap(({ object, fact }) => fact.ingress.rules.flatMap((rule) => admissionsOf(graph, object, rule))),
    demands: [],
    unsure: false,
  };
}

function admissionsOf(graph: Graph, policy: GraphObject, rule: NetworkRule): Admission[] {
  const opening = openingOf(rule);
  const way = { extent: rule.anyPort ? ('all' as const) : ('some' as const), policy, rule: rule.at, ports: rule.ports, ...(opening && !rule.open ? { opening } : {}) };
  if (rule.anyPeer) return [{ ...way, evidence: 'nothing', addresses: [] }];
  return rule.peers.map((peer) => (peer.ipBlock
    ? { ...way, evidence: evidenceOf(known(peer.ipBlock.cidr)), addresses: [peer.ipBlock.cidr] }
    : { ...way, evidence: peer.podSelector || peer.namespaceSelector ? 'label' : 'unknown', addresses: [], peer: peerOf(graph, policy, peer) }));
}

/** An address, or nothing where a range holds all. */
export function evidenceOf(cidr: string | undefined): Evidence {
  return coversFamily(networksIn([cidr])) ? 'nothing' : 'address';
}

/** Whether the peers of a rule together are everyone of a kind. */
function openingOf(rule: NetworkRule): Opening | undefined {
  if (rule.anyPeer) return { to: 'anyone', at: rule.peersAt };
  const ranges = rule.peers.flatMap(({ ipBlock }) => (ipBlock ? [ipBlock.cidr] : []));
  const universal = openingOfRanges(ranges);
  if (universal) return universal;
  const everywhere = rule.peers.find(({ namespaceSelector, podSelector }) => namespaceSelector && selectsAll(namespaceSelector) && (!podSelector || selectsAll(podSelector)));
  return everywhere && { to: 'everyPod', at: everywhere.at };
}

/** Ranges that together hold every address of a family: at the one that does so alone, else at the first. */
export function openingOfRanges(ranges: readonly Value<string>[]): Opening | undefined {
  const [family, other] = familiesCovered(networksIn(ranges.map(known)));
  const whole = ranges.find((range) => coversFamily(networksIn([known(range)])));
  return family && { to: 'everyAddress', ...(other ? {} : { family }), at: (whole ?? ranges[0]!).at };
}

function peerOf(graph: Graph, policy: GraphObject, { podSelector, namespaceSelector, at }: NetworkPeer): Peer {
  return {
    at,
    particular: podSelector !== undefined && (Object.keys(podSelector.matchLabels.entries).length > 0 || podSelector.matchExpressions.length > 0),
    includes(workload: Workload) {
      // Asked of every pair of workloads: what is cheap and mostly says no comes first.
      if (!namespaceSelector && workload.namespace !== policy.namespace) return false;
      const pods = podSelector ? matches(podSelector, workload.fact.podLabels) : true;
      return pods === false || !namespaceSelector ? pods : allOf(pods, selectsNamespaceOf(graph, namespaceSelector, workload));
    },
  };
}
