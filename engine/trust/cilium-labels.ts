import type { CiliumPolicyFact } from '../kubernetes/cilium.ts';
import { hasHoles, type LabelSelector } from '../kubernetes/selector.ts';
import type { Graph } from '../identity/graph.ts';
import type { ObjectWith } from '../identity/parts.ts';
import { ciliumSources } from './cilium-sources.ts';
import { labelsDecide } from './label-peers.ts';
import { firstLabel, mutableLabel, type LabelTrust } from './mutable-label.ts';
import { protectedByNetwork } from './protected.ts';

/* Labels in Cilium's selectors (cilium pkg/k8s/apis/cilium.io/const.go): of pods, and with a prefix those of their namespace. */
const namespace = 'io.kubernetes.pod.namespace';
const account = 'io.cilium.k8s.policy.serviceaccount';
const ofNamespace = 'io.cilium.k8s.namespace.labels.';

/**
 * The sources of a Cilium policy that trust a label which its bearer can set: a label of namespaces, or labels of pods of
 * whatever namespace. Not where a proof is demanded (`authentication.mode: required`), or the account is asked for.
 */
export function ciliumLabelTrusts(graph: Graph, { object, fact }: ObjectWith<CiliumPolicyFact>): LabelTrust[] {
  if (fact.isolates !== true) return [];
  const found = fact.ingress
    .filter((rule) => !rule.open && rule.authentication.state === 'absent' && !ciliumSources(graph, object, fact, rule).some(({ opening }) => opening))
    .flatMap((rule) => rule.endpoints.flatMap((selector) => trustIn(selector, fact.clusterwide)));
  if (found.length === 0) return [];
  const targets = protectedByNetwork(graph, object).filter((target) => labelsDecide(graph, target, 'namespace'));
  return targets.length === 0 ? [] : found.map((one) => ({ ...one, targets }));
}

function trustIn(selector: LabelSelector, clusterwide: boolean): Omit<LabelTrust, 'targets'>[] {
  const keys = [...Object.keys(selector.matchLabels.entries), ...selector.matchExpressions.map(({ key }) => key)];
  // Labels of other sources (`reserved:host`) are given by Cilium itself.
  if (selector.open || hasHoles(selector) || keys.some((key) => key.includes(':')) || firstLabel(selector, (key) => key === account)) return [];
  const anywhere = selector.matchExpressions.some(({ key, operator }) => key === namespace && operator === 'Exists');
  if (firstLabel(selector, (key) => key === namespace) && !anywhere) return [];
  const peer = { namespaceSelector: part(selector, (key) => key.startsWith(ofNamespace), ofNamespace), podSelector: part(selector, (key) => key !== namespace && !key.startsWith(ofNamespace), ''), at: selector.at };
  if (keys.some((key) => key.startsWith(ofNamespace))) {
    const asked = mutableLabel(peer.namespaceSelector);
    return asked ? [{ bearer: 'namespace', ...asked, peer }] : [];
  }
  // Without a word on namespaces a policy of one namespace means its own; a clusterwide one means all.
  const asked = clusterwide || anywhere ? firstLabel(peer.podSelector, () => true) : undefined;
  return asked ? [{ bearer: 'pod', platforms: false, ...asked, peer }] : [];
}

/** The part of a selector that is about some keys, without their prefix. */
function part(selector: LabelSelector, wanted: (key: string) => boolean, prefix: string): LabelSelector {
  const entries = Object.entries(selector.matchLabels.entries).filter(([key]) => wanted(key)).map(([key, value]) => [key.slice(prefix.length), value] as const);
  return {
    ...selector,
    matchLabels: { ...selector.matchLabels, entries: Object.fromEntries(entries) },
    matchExpressions: selector.matchExpressions.filter(({ key }) => wanted(key)).map((one) => ({ ...one, key: one.key.slice(prefix.length) })),
  };
}
