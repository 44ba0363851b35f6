import type { AuthorizationRule } from '../kubernetes/istio.ts';
import type { NetworkPeer, NetworkPolicyFact } from '../kubernetes/network-policy.ts';
import { selectorWords, selectsAll, type LabelSelector } from '../kubernetes/selector.ts';
import { known, type Place, type Value } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { ObjectWith, Workload } from '../identity/parts.ts';
import { evidenceOfRule, namespaceOfPattern } from './istio-evidence.ts';
import { actionOf, extentOf, type Authorization } from './istio.ts';
import { labelPeers } from './label-peers.ts';
import { demandsAtLeast } from './named.ts';
import { namespaceName, selectsNamespaceOf } from './peers.ts';
import { protectedByAuthorization } from './protected.ts';
import type { Target } from './target.ts';
import { trustIn } from './trust.ts';

/** A rule that lets a whole namespace in, whoever runs there. */
export interface NamespaceGrant {
  readonly kind: 'pods' | 'accounts';
  readonly at: Place;
  /** The namespaces that are let in, by their names or by the labels that are asked of them. */
  readonly from: readonly string[];
  /** Whether `from` holds names. */
  readonly named: boolean;
  readonly targets: readonly Target[];
  /** Where callers would be named instead: the peer, the source or rule of Istio, the identity of Linkerd. */
  readonly within: { readonly peer: Place } | { readonly source: Place } | { readonly rule: Place } | { readonly identity: Place };
  /** The selector of the namespaces, where labels decide. */
  readonly selector?: LabelSelector;
  /** Principals that the same list names one by one. */
  readonly besides: readonly string[];
  /** Whether a workload is one of those let in, for certain. */
  lets(workload: Workload): boolean;
}

/**
 * The peers of a NetworkPolicy that are all pods of some namespaces; not where a proved namespace or account is demanded
 * as well. The policy's own namespace by its name says what `podSelector: {}` says, and is no other namespace.
 */
export function podsOfNamespaces(graph: Graph, policy: ObjectWith<NetworkPolicyFact>): NamespaceGrant[] {
  const isWhole = ({ namespaceSelector, podSelector }: NetworkPeer) => {
    const names = namesOf(namespaceSelector!);
    return !selectsAll(namespaceSelector!) && (!podSelector || selectsAll(podSelector)) && !(names?.length === 1 && names[0] === policy.object.namespace);
  };
  return labelPeers(graph, policy, 'namespace', isWhole).map(({ peer, targets }): NamespaceGrant => {
    const selector = peer.namespaceSelector!;
    const names = namesOf(selector);
    return {
      kind: 'pods',
      at: peer.at,
      from: names ?? selectorWords(selector),
      named: names !== undefined,
      targets,
      within: { peer: peer.at },
      selector,
      besides: [],
      lets: (workload) => selectsNamespaceOf(graph, selector, workload) === true,
    };
  });
}

/** The namespaces that a selector asks for by name and by nothing else. */
function namesOf({ matchLabels, matchExpressions }: LabelSelector): readonly string[] | undefined {
  const [first, ...more] = [
    ...Object.entries(matchLabels.entries).map(([key, value]) => ({ key, names: [known(value) ?? ''] })),
    ...matchExpressions.map(({ key, operator, values }) => ({ key: operator === 'In' ? key : '', names: values })),
  ];
  return first && more.length === 0 && first.key === namespaceName ? first.names : undefined;
}

/** The rules of an enforced ALLOW policy that let in every account of some namespaces; not where another layer or rule demands a named one of all. */
export function accountsOfNamespaces(graph: Graph, policy: Authorization): NamespaceGrant[] {
  if (actionOf(policy) !== 'ALLOW' || policy.fact.dryRun !== false) return [];
  const found = policy.fact.rules.filter((rule) => !rule.open && extentOf(rule) !== 'health').flatMap(namespacesIn);
  if (found.length === 0) return [];
  const targets = protectedByAuthorization(graph, policy).filter((target) => demandsAtLeast(trustIn(graph, target), 'identity') === false);
  return targets.length === 0 ? [] : found.map(({ values, within, besides }) => {
    const names = values.map(({ name }) => name);
    return { kind: 'accounts', at: values[0]!.value.at, from: names, named: true, targets, within, besides, lets: ({ namespace }) => names.some((name) => matchesPattern(name, namespace)) };
  });
}

interface NamespaceValue {
  readonly value: Value<string>;
  readonly name: string;
}

/** The namespaces that a rule names without naming accounts, one entry for each of its sources; also by patterns of principals. */
function namespacesIn(rule: AuthorizationRule): (Pick<NamespaceGrant, 'within' | 'besides'> & { values: readonly NamespaceValue[] })[] {
  return evidenceOfRule(rule).flatMap(({ evidence, source }) => {
    if (source?.open) return [];
    if (evidence !== 'namespace') return [];
    const within = source ? { source: source.at } : { rule: rule.at };
    const condition = rule.conditions.find(({ key, values }) => known(key) === 'source.namespace' && values.length > 0);
    const principals = source?.fields.principals ?? [];
    const named = (source?.fields.namespaces ?? condition?.values ?? []).flatMap((value) => (value.state === 'known' ? [{ value, name: value.value }] : []));
    const values = named.length > 0 ? named : principals.flatMap(patternOf);
    const besides = principals.filter((value) => namespaceOfPattern(value) === undefined).flatMap((value) => known(value) ?? []).filter((text) => text !== '*');
    return values.length > 0 ? [{ values, within, besides }] : [];
  });
}

function patternOf(value: Value<string>): NamespaceValue[] {
  const name = namespaceOfPattern(value);
  return name === undefined ? [] : [{ value, name }];
}

/** Exact, `abc*`, `*abc`, `*` (istio pilot/pkg/security/authz/matcher/string.go). */
function matchesPattern(pattern: string, text: string): boolean {
  if (pattern.endsWith('*')) return text.startsWith(pattern.slice(0, -1));
  return pattern.startsWith('*') ? text.endsWith(pattern.slice(1)) : pattern === text;
}
