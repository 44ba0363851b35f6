import type { CiliumPolicyFact, CiliumRule } from '../kubernetes/cilium.ts';
import type { Labels } from '../kubernetes/header.ts';
import { matches, type LabelSelector } from '../kubernetes/selector.ts';
import { known, type Value } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { ObjectWith } from '../identity/parts.ts';
import { isSymbol, type GraphObject } from '../identity/objects.ts';
import { ciliumSources, type CiliumSource } from './cilium-sources.ts';
import { withoutDenied, type Denial } from './denial.ts';
import { isHealthPath } from './health.ts';
import { factsNear, isNear } from './index.ts';
import type { Admission, Evidence, Extent, Layer, Peer } from './layer.ts';
import { isOnPodNetwork } from './network-policy.ts';
import { namespaceLabels } from './peers.ts';
import { allOf, sameNamespace, targetOf, type Target } from './target.ts';

/*
 * Cilium (semantics.md 6.3): its policies and the NetworkPolicies that select a pod are one union of ways in, and what a
 * deny rule names is turned away whatever lets it in (docs.cilium.io, Deny Policies).
 */

export type CiliumPolicy = ObjectWith<CiliumPolicyFact>;

/** Labels that Cilium gives to pods (cilium pkg/k8s/apis/cilium.io/const.go). */
const namespaceLabel = 'io.kubernetes.pod.namespace';
const accountLabel = 'io.cilium.k8s.policy.serviceaccount';
/** The name of the cluster, which no manifest tells. */
const clusterLabel = 'io.cilium.k8s.policy.cluster';
const namespaceLabelsPrefix = 'io.cilium.k8s.namespace.labels.';

/** Whether a policy is about the pods of a target. A host policy is about none. */
export function ciliumSelects(graph: Graph, { object, fact }: CiliumPolicy, target: Target): boolean | 'unknown' {
  const selector = fact.endpointSelector;
  if (!selector) return false;
  const here = fact.clusterwide ? true : sameNamespace(object, target);
  // A policy of one namespace is about that one, whatever its selector says of namespaces (utils.go, ParseToCiliumRule).
  return here === false ? false : allOf(here, isOnPodNetwork(target), matchesPods(graph, fact.clusterwide ? selector : withoutKey(selector, namespaceLabel), target));
}

function withoutKey(selector: LabelSelector, key: string): LabelSelector {
  const { [key]: _, ...entries } = selector.matchLabels.entries;
  return { ...selector, matchLabels: { ...selector.matchLabels, entries } };
}

function matchesPods(graph: Graph, selector: LabelSelector, target: Target): boolean | 'unknown' {
  const answers = ciliumLabels(graph, selector, target).map((labels) => matches(selector, labels));
  return answers.includes(true) ? true : answers.includes('unknown') ? 'unknown' : false;
}

/** The labels of a target's pods as Cilium sees them: their own, their namespace and account, and those of the namespace where they are asked for. */
function ciliumLabels(graph: Graph, selector: LabelSelector, target: Target): Labels[] {
  const { at, open, entries } = target.labels;
  const told = (text: string | undefined): Value<string> => (text === undefined || text === '' || isSymbol(text) ? { state: 'hole', expression: text ?? '', at } : { state: 'known', value: text, at });
  const own = { ...entries, [namespaceLabel]: told(target.namespace), [accountLabel]: told(target.workload?.accountName), [clusterLabel]: told(undefined) };
  const keys = [...Object.keys(selector.matchLabels.entries), ...selector.matchExpressions.map(({ key }) => key)];
  if (!keys.some((key) => key.startsWith(namespaceLabelsPrefix))) return [{ at, open, entries: own }];
  return namespaceLabels(graph, target).map((labels) => {
    const prefixed = Object.entries(labels.entries).map(([key, value]) => [`${namespaceLabelsPrefix}${key}`, value] as const);
    return { at, open: open || labels.open, entries: { ...own, ...Object.fromEntries(prefixed) } };
  });
}

/** What Cilium lets in to a target, `kubernetes` being what NetworkPolicies do. Without a policy of Cilium's own it says nothing. */
export function ciliumLayer(graph: Graph, target: Target, kubernetes: Layer): Layer {
  const concerning = factsNear(graph, 'ciliumPolicy', target).map((policy) => ({ policy, answer: ciliumSelects(graph, policy, target) })).filter(({ answer }) => answer !== false);
  const sure = concerning.filter(({ answer }) => answer === true).map(({ policy }) => policy);
  const about = sure.filter(({ fact }) => fact.isolates !== false || fact.ingress.length + fact.deny.length > 0);
  const denials = sure.flatMap(({ object, fact }) => fact.deny.flatMap((rule) => denialsOf(ciliumSources(graph, object, fact, rule), rule)));
  const own = sure.flatMap((policy) => policy.fact.ingress.flatMap((rule) => admissionsOf(graph, policy, rule)));
  const isolates = [kubernetes.isolates, ...sure.map(({ fact }) => fact.isolates)];
  return {
    technology: 'Cilium',
    policies: about.length > 0 ? [...new Set([...about.map(({ object }) => object), ...kubernetes.policies])] : [],
    isolates: isolates.includes(true) ? true : isolates.includes('unknown') ? 'unknown' : false,
    admissions: withoutDenied([...own, ...kubernetes.admissions.map(outsideOnly)], denials),
    demands: [],
    // One that may select could deny, or demand a proof; ways in by label or address that it may add change nothing.
    unsure: sure.some(({ fact }) => fact.open) || concerning.some(({ policy: { fact }, answer }) => answer === 'unknown' && (fact.deny.length > 0 || fact.open || fact.ingress.some(({ authentication }) => authentication.state !== 'absent'))),
  };
}

const authenticating = new WeakMap<Graph, readonly GraphObject[]>();

/** Whether policies of Cilium among the files that belong with a target demand proofs somewhere. */
export function authenticatesWithCilium(graph: Graph, target: Target): boolean {
  let policies = authenticating.get(graph);
  if (!policies) authenticating.set(graph, (policies = graph.all('ciliumPolicy').filter(({ fact }) => fact.ingress.some(({ authentication }) => known(authentication) === 'required')).map(({ object }) => object)));
  return policies.some((object) => isNear(graph, object, target));
}

/** To Cilium addresses are what is outside: pods are known by their labels, not by theirs (docs.cilium.io, Layer 3 policies, IP/CIDR based). */
function outsideOnly(admission: Admission): Admission {
  return admission.opening?.to === 'everyAddress' ? { ...admission, opening: { ...admission.opening, to: 'outside' } } : admission;
}

function admissionsOf(graph: Graph, { object, fact }: CiliumPolicy, rule: CiliumRule): Admission[] {
  // A mode for tests, which lets nobody in (rule.go, Authentication).
  if (known(rule.authentication) === 'test-always-fail') return [];
  const way = { extent: extentOf(rule), policy: object, rule: rule.at, ports: rule.anyPort ? [] : rule.ports };
  return ciliumSources(graph, object, fact, rule).map((source): Admission => {
    const evidence = evidenceOf(source, rule);
    const { opening, shared } = source;
    return {
      ...way,
      evidence,
      addresses: evidence === 'address' || evidence === 'nothing' ? source.addresses : [],
      ...(shared ? { shared } : {}),
      ...(opening && !rule.open && (evidence === source.evidence) ? { opening } : {}),
      ...(source.selector ? { peer: peerOf(graph, object, fact, source.selector) } : {}),
    };
  });
}

/**
 * What a source has to show. `authentication.mode: required` is a proof, mutual TLS with SPIFFE identities, up to Cilium
 * 1.20, which deprecates it (semantics.md 6.3); `disabled` asks for none. What headers prove is outside the files.
 */
function evidenceOf({ evidence }: CiliumSource, rule: CiliumRule): Evidence {
  const mode = rule.authentication;
  if (mode.state === 'hole') return 'unknown';
  if (known(mode) === 'required') return evidence === 'label' ? 'identity' : 'anyIdentity';
  return rule.open || (rule.http !== undefined && rule.http.length > 0 && rule.http.every(({ headers }) => headers)) ? 'unknown' : evidence;
}

/** ICMP tells whether something is there, like a health check. */
function extentOf({ anyPort, ports, icmp, http }: CiliumRule): Extent {
  if (icmp && ports.length === 0) return 'health';
  if (http && http.every(({ path }) => isHealthPath(known(path) ?? ''))) return 'health';
  return anyPort ? 'all' : 'some';
}

function peerOf(graph: Graph, policy: GraphObject, { clusterwide }: CiliumPolicyFact, selector: LabelSelector): Peer {
  const keys = [...Object.keys(selector.matchLabels.entries), ...selector.matchExpressions.map(({ key }) => key)];
  const aboutNamespaces = (key: string) => key === namespaceLabel || key.startsWith(namespaceLabelsPrefix);
  // Without a word on namespaces a policy of one namespace means its own (utils.go, getEndpointSelector).
  const own = !clusterwide && !keys.some(aboutNamespaces);
  return {
    at: selector.at,
    particular: keys.some((key) => !aboutNamespaces(key)),
    includes: (workload) => (own && workload.namespace !== policy.namespace ? false : matchesPods(graph, selector, targetOf(workload))),
  };
}

function denialsOf(sources: readonly CiliumSource[], rule: CiliumRule): Denial[] {
  if (rule.open) return [];
  const ports = rule.anyPort ? [] : rule.ports;
  return sources.flatMap(({ denies }) => (denies ? [{ from: denies, ports }] : []));
}
