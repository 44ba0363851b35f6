import type { NetworkPolicyFact, NetworkPort, NetworkRule } from '../kubernetes/network-policy.ts';
import { selectsAll } from '../kubernetes/selector.ts';
import { known, type Place } from '../yaml/cursor.ts';
import { coversFamily, parseNetwork, type Network } from './address.ts';
import type { Graph, ObjectWith } from '../identity/graph.ts';
import { exposureOf, isCalledByApiServer, isGateway } from './exposure.ts';
import { protectedByNetworkPolicy } from './protected.ts';
import type { Target } from './target.ts';
import { demandsIdentity, trustIn } from './trust.ts';

/** Who a rule lets in: no `from` at all, all addresses of a family, or all pods of all namespaces. */
export type Openness = 'anyone' | 'everyAddress' | 'everyPod';

/** A rule of a NetworkPolicy that lets everyone in to something that is meant to be reached by some. */
export interface OpenGrant {
  readonly openness: Openness;
  readonly at: Place;
  readonly rule: Place;
  /** The ports that the rule is about; all where there are none. */
  readonly ports: readonly NetworkPort[];
  /** The targets that it opens; none where no workload that the policy selects is among the files. */
  readonly targets: readonly Target[];
}

/** HBONE, the mutual-TLS tunnel of Istio ambient: to let everyone in there is to leave the decision to identities. */
const hbone = 15008;

/**
 * The rules of a policy that let everyone in. Silent where that is meant or decided elsewhere: an exposed target or a
 * gateway, one that the API server calls, one where a layer demands an identity.
 */
export function openGrants(graph: Graph, policy: ObjectWith<NetworkPolicyFact>): OpenGrant[] {
  const { fact } = policy;
  if (fact.ingress.isolates !== true) return [];
  const rules = fact.ingress.rules.flatMap((rule) => {
    const open = opennessOf(rule);
    return open && !rule.open && !isHboneOnly(rule) ? [{ ...open, rule: rule.at, ports: rule.ports }] : [];
  });
  if (rules.length === 0) return [];
  const inside = (target: Target) => !isGateway(target) && !exposureOf(graph, target) && !isCalledByApiServer(graph, target) && demandsIdentity(trustIn(graph, target)).demanded === false;
  const targets = protectedByNetworkPolicy(graph, policy).filter(inside);
  return targets.length === 0 ? [] : rules.map((rule) => ({ ...rule, targets: targets.filter(({ workload }) => workload) }));
}

function opennessOf(rule: NetworkRule): { openness: Openness; at: Place } | undefined {
  if (rule.anyPeer) return { openness: 'anyone', at: rule.peersAt };
  const ranges = rule.peers.flatMap(({ ipBlock }) => (ipBlock ? [ipBlock.cidr] : []));
  const universal = ranges.find((cidr) => coversFamily(networks([known(cidr)])));
  if (universal) return { openness: 'everyAddress', at: universal.at };
  if (coversFamily(networks(ranges.map(known)))) return { openness: 'everyAddress', at: ranges[0]!.at };
  const everywhere = rule.peers.find(({ namespaceSelector, podSelector }) => namespaceSelector && selectsAll(namespaceSelector) && (!podSelector || selectsAll(podSelector)));
  return everywhere && { openness: 'everyPod', at: everywhere.at };
}

function networks(texts: readonly (string | undefined)[]): Network[] {
  return texts.map((text) => parseNetwork(text ?? '')).filter((network): network is Network => network !== undefined);
}

function isHboneOnly(rule: NetworkRule): boolean {
  return rule.ports.length > 0 && rule.ports.every(({ port }) => port.state === 'known' && port.value === hbone);
}
