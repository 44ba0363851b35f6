import type { ClusterPeer, ClusterPolicyFact, ClusterRule } from '../kubernetes/policy-api.ts';
import { matches, selectsAll } from '../kubernetes/selector.ts';
import { known } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { ObjectWith, Workload } from '../identity/parts.ts';
import type { GraphObject } from '../identity/objects.ts';
import { withoutDenied, type Denial } from './denial.ts';
import { factsNear } from './index.ts';
import type { Admission, Layer, Opening, Peer } from './layer.ts';
import { isOnPodNetwork } from './network-policy.ts';
import { selectsNamespace } from './peers.ts';
import { allOf, targetOf, type Target } from './target.ts';

/*
 * The network policy API (semantics.md 6.2): the Admin tier decides before NetworkPolicies, the Baseline tier where none of
 * them selects the pod; in a tier the first rule that fits decides, by priority and then as written. No rule isolates: what
 * none fits goes on to the next tier, and in the end is let in.
 */

export type ClusterPolicy = ObjectWith<ClusterPolicyFact>;

/** Whether a policy is about the incoming traffic of a target's pods: it is about none without rules. */
export function clusterPolicySelects(graph: Graph, { fact }: ClusterPolicy, target: Target): boolean | 'unknown' {
  if (!fact.subject) return false;
  const rules = fact.ingress.length > 0 ? true : fact.open ? 'unknown' : false;
  return allOf(rules, isOnPodNetwork(target), includes(graph, fact.subject, target));
}

/** Whether a target's pods are among those of a peer; unknown where it is of a kind that is not known. */
function includes(graph: Graph, { namespaceSelector, podSelector }: ClusterPeer, target: Target): boolean | 'unknown' {
  if (!namespaceSelector) return 'unknown';
  return allOf(selectsNamespace(graph, target, (labels) => matches(namespaceSelector, labels)), podSelector ? matches(podSelector, target.labels) : true);
}

/** What both tiers say of a target. */
export interface ClusterTiers {
  readonly layer: Layer;
  /** What the Admin tier turns away before any NetworkPolicy is asked. */
  readonly denials: readonly Denial[];
}

/** The policies of the network policy API at a target. `isolated`: whether a NetworkPolicy selects it, so that the Baseline tier is not asked. */
export function clusterTiers(graph: Graph, target: Target, isolated: boolean | 'unknown'): ClusterTiers {
  const concerning = factsNear(graph, 'clusterPolicy', target).map((policy) => ({ policy, answer: clusterPolicySelects(graph, policy, target) })).filter(({ answer }) => answer !== false);
  const sure = concerning.filter(({ answer }) => answer === true).map(({ policy }) => policy);
  const admin = tierOf(graph, sure, 'Admin');
  const baseline = isolated === true ? { admissions: [], denials: [] } : tierOf(graph, sure, 'Baseline');
  const unsure = concerning.length > sure.length || sure.some(({ fact }) => fact.open || fact.tier === undefined);
  return {
    denials: admin.denials,
    layer: {
      technology: 'AdminNetworkPolicy',
      policies: sure.filter(({ fact }) => fact.tier !== 'Baseline' || isolated !== true).map(({ object }) => object),
      isolates: false,
      admissions: [...admin.admissions, ...withoutDenied(baseline.admissions, admin.denials)],
      demands: [],
      // Labels are all that these policies know: none of them can demand an identity.
      unsure: unsure && concerning.some(({ policy: { fact } }) => fact.ingress.some(({ action }) => action === undefined)),
    },
  };
}

interface Tier {
  readonly admissions: readonly Admission[];
  readonly denials: readonly Denial[];
}

function tierOf(graph: Graph, policies: readonly ClusterPolicy[], tier: ClusterPolicyFact['tier']): Tier {
  const rules = policies.filter(({ fact }) => fact.tier === tier)
    .map((policy) => ({ policy, priority: known(policy.fact.priority) ?? 0 }))
    .sort((a, b) => a.priority - b.priority)
    .flatMap(({ policy, priority }) => policy.fact.ingress.map((rule) => ({ object: policy.object, rule, priority })));
  const admissions: Admission[] = [];
  let denials: readonly Denial[] = [];
  for (const { object, rule, priority } of rules) {
    // Of policies with the same priority any may be asked first, so one of them denies for certain only what no other decides.
    const contested = rules.some((other) => other.object !== object && other.priority === priority);
    // What hands on all pods leaves nothing to the rules after it.
    if (rule.action === 'Pass' && !rule.open && !contested && rule.anyPort && rule.peers.some(openingOf)) break;
    if (rule.action === 'Accept') admissions.push(...withoutDenied(admissionsOf(graph, object, rule), denials));
    if (rule.action === 'Deny' && !contested && !rule.open) denials = [...denials, ...denialsOf(rule)];
  }
  return { admissions, denials };
}

function admissionsOf(graph: Graph, policy: GraphObject, rule: ClusterRule): Admission[] {
  const way = { extent: rule.anyPort ? ('all' as const) : ('some' as const), policy, rule: rule.at, ports: rule.ports, addresses: [] };
  return rule.peers.map((peer): Admission => {
    const opening = rule.open ? undefined : openingOf(peer);
    return { ...way, evidence: peer.namespaceSelector ? 'label' : 'unknown', peer: peerOf(graph, peer), ...(opening ? { opening } : {}) };
  });
}

function openingOf({ namespaceSelector, podSelector, at }: ClusterPeer): Opening | undefined {
  return namespaceSelector && selectsAll(namespaceSelector) && (!podSelector || selectsAll(podSelector)) ? { to: 'everyPod', at } : undefined;
}

/** A rule that fits every pod of every namespace denies those. */
function denialsOf({ peers, ports }: ClusterRule): Denial[] {
  return peers.some((peer) => openingOf(peer)) ? [{ from: 'pods', ports }] : [];
}

function peerOf(graph: Graph, peer: ClusterPeer): Peer {
  return {
    at: peer.at,
    particular: peer.podSelector !== undefined && (Object.keys(peer.podSelector.matchLabels.entries).length > 0 || peer.podSelector.matchExpressions.length > 0),
    includes: (workload: Workload) => includes(graph, peer, targetOf(workload)),
  };
}
