import type { NetworkPolicyFact, NetworkPort, PolicyDirection } from '../kubernetes/network-policy.ts';
import { hasHoles, matches, selectorWords, selectsAll, type LabelSelector } from '../kubernetes/selector.ts';
import { known, type Place, type Value } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { ObjectWith } from '../identity/parts.ts';
import { isSlipOfWords } from '../identity/slip.ts';
import { servicesOf } from './exposure.ts';
import { allTargets, factsNear, isNear, targetsIn } from './index.ts';
import { isolatesIngress } from './network-policy.ts';
import { deadName, hasKnownPorts, ownTemplate, portNamesOf } from './port-names.ts';
import type { Target } from './target.ts';
import { perGraph } from '../identity/per-graph.ts';

type Policy = ObjectWith<NetworkPolicyFact>;

/** One way in which a NetworkPolicy does not do what it says. */
export type Ineffect =
  /** Rules of a direction that `policyTypes` leaves out. */
  | { readonly kind: 'deadRules'; readonly direction: 'ingress' | 'egress'; readonly at: Place }
  /** `egress: []` without `policyTypes`: an empty list does not make the policy one of egress. */
  | { readonly kind: 'emptyEgress'; readonly at: Place }
  /** Egress rules alone, without `policyTypes`: all incoming traffic is turned away too. */
  | { readonly kind: 'closesIngress'; readonly at: Place; readonly targets: readonly Target[] }
  /** `endPort` without a number before it, or below it: the API server refuses the policy. */
  | { readonly kind: 'endPort'; readonly at: Place }
  /** A port by a name that no container of what the policy selects has; `others` are the names that they have and the rule does not say, `besides` whether the rule has a port that is there. */
  | { readonly kind: 'portName'; readonly at: Place; readonly name: string; readonly others: readonly string[]; readonly besides: boolean; readonly targets: readonly Target[] }
  /** All that it selects runs on the host's network. */
  | { readonly kind: 'hostNetwork'; readonly at: Place; readonly targets: readonly Target[] }
  /** It selects nothing, though all workloads are known, or one is a slip of the pen away. */
  | { readonly kind: 'selectsNothing'; readonly at: Place; readonly label: string; readonly near: NearLabel | undefined };

/** A label of a workload that was probably meant. */
export interface NearLabel {
  readonly at: Place;
  readonly value: string;
  readonly target: Target;
}

/** Everything in a NetworkPolicy that has no effect, or another one than it seems; `complete` where all workloads of its namespace are among the files. */
export function ineffectsOf(graph: Graph, policy: Policy, complete: boolean): Ineffect[] {
  const { surely, perhaps } = selectedBy(graph, policy);
  const selected = perhaps.length === 0 ? surely : undefined;
  // A selector with labels of its own is not meant for pods of which an operator writes every label.
  const all = perhaps.every(isOperated) ? surely : [];
  return [...directions(graph, policy, selected), ...endPorts(policy), ...onHost(policy, all, complete), ...(selected ? [...portNames(policy, selected, complete), ...nothingSelected(graph, policy, selected, complete)] : [])];
}

/** The workloads that a policy selects, on whichever network, and those that it may or may not. */
function selectedBy(graph: Graph, { object, fact }: Policy): { readonly surely: readonly Target[]; readonly perhaps: readonly Target[] } {
  const candidates = new Set([...targetsIn(graph, object.namespace, fact.podSelector), ...indexOf(graph).unsure.get(object.namespace) ?? []]);
  const surely: Target[] = [];
  const perhaps: Target[] = [];
  for (const target of candidates) {
    const answer = matches(fact.podSelector, target.labels);
    if (answer === false || !isNear(graph, object, target)) continue;
    (answer === true && target.hostNetwork !== 'unknown' ? surely : perhaps).push(target);
  }
  return { surely, perhaps };
}

interface Index {
  /** By namespace, the workloads whose labels cannot all be read: a selector may be about them though none of them is known to fit. */
  readonly unsure: ReadonlyMap<string, readonly Target[]>;
  /** Every label of every workload, as `key=value`. */
  readonly labels: ReadonlySet<string>;
}

/** Made once for a graph: policies are many, and each is about a few workloads. */
const indexOf = perGraph((graph): Index => {
  const unsure = new Map<string, Target[]>();
  const labels = new Set<string>();
  for (const target of allTargets(graph)) {
    const values = Object.entries(target.labels.entries);
    for (const [key, value] of values) labels.add(`${key}=${known(value) ?? ''}`);
    if (!target.labels.open && values.every(([, { state }]) => state !== 'hole')) continue;
    const list = unsure.get(target.namespace);
    if (list) list.push(target);
    else unsure.set(target.namespace, [target]);
  }
  const index = { unsure, labels };
  return index;
});

function isOperated({ workload, labels }: Target): boolean {
  return !ownTemplate.has(workload!.object.resource.header.group) && labels.open && Object.keys(labels.entries).length === 0;
}

function directions(graph: Graph, policy: Policy, selected: readonly Target[] | undefined): Ineffect[] {
  const { ingress, egress, types } = policy.fact;
  const untyped = types.values.length === 0 && !types.open;
  const dead = ([['ingress', ingress], ['egress', egress]] as const).filter(([, one]) => one.isolates === false && one.rules.length > 0).map(([direction, { at }]) => ({ kind: 'deadRules' as const, direction, at }));
  if (!untyped || egress.open) return dead;
  if (egress.written && egress.rules.length === 0) return [{ kind: 'emptyEgress', at: egress.at }];
  if (egress.rules.length === 0 || ingress.written || !selected) return [];
  const closed = selected.filter((target) => closesIngress(graph, policy, target));
  return selected.length > 0 && closed.length === 0 ? [] : [{ kind: 'closesIngress', at: egress.at, targets: closed }];
}

/** Whether a policy turns away callers of a target that is there to be called, and no other policy says who may come in. */
function closesIngress(graph: Graph, policy: Policy, target: Target): boolean {
  return target.hostNetwork === false && servicesOf(graph, target).length > 0
    && !factsNear(graph, 'networkPolicy', target).some((other) => other.object !== policy.object && isolatesIngress(other, target) !== false);
}

function portsOf({ rules }: PolicyDirection): NetworkPort[] {
  return rules.flatMap(({ ports }) => ports);
}

/** ValidateNetworkPolicyPort (k8s.io/kubernetes pkg/apis/networking/validation): a range needs a number, and ends at it or above. */
function endPorts({ fact }: Policy): Ineffect[] {
  return [...portsOf(fact.ingress), ...portsOf(fact.egress)].filter(({ port, end }) => end.state === 'known' && port.state !== 'hole' && !(typeof known<number | string>(port) === 'number' && (known<number | string>(port) as number) <= end.value)).map(({ end }) => ({ kind: 'endPort', at: end.at }));
}

function portNames({ fact }: Policy, selected: readonly Target[], complete: boolean): Ineffect[] {
  if (fact.ingress.isolates !== true || selected.length === 0 || (selectsAll(fact.podSelector) && !complete) || !selected.every(hasKnownPorts)) return [];
  const names = [...new Set(selected.flatMap(portNamesOf))];
  return fact.ingress.rules.flatMap(({ ports }) => {
    const said = ports.flatMap(({ port }) => known<number | string>(port as Value<number | string>) ?? []);
    const others = names.filter((name) => !said.includes(name));
    return ports.flatMap((port): Ineffect[] => {
      const name = deadName(port, names);
      return name === undefined ? [] : [{ kind: 'portName', at: port.port.at, name, others, besides: ports.some((one) => deadName(one, names) === undefined), targets: selected }];
    });
  });
}

/** Most plug-ins enforce nothing on pods that share their node's network (kubernetes.io/docs, Network Policies, hostNetwork pods). */
function onHost({ fact }: Policy, selected: readonly Target[], complete: boolean): Ineffect[] {
  const all = selected.length > 0 && selected.every(({ hostNetwork }) => hostNetwork === true) && (complete || !selectsAll(fact.podSelector));
  return all ? [{ kind: 'hostNetwork', at: fact.podSelector.at, targets: selected }] : [];
}

function nothingSelected(graph: Graph, { object, fact }: Policy, selected: readonly Target[], complete: boolean): Ineffect[] {
  const { podSelector } = fact;
  if (selected.length > 0 || podSelector.open || hasHoles(podSelector) || selectsAll(podSelector)) return [];
  const others = targetsIn(graph, object.namespace).filter((target) => isNear(graph, object, target));
  const near = nearLabel(graph, podSelector, others);
  if (!near && !(complete && others.length > 0)) return [];
  return [{ kind: 'selectsNothing', at: near?.at ?? podSelector.at, label: selectorWords(podSelector).join(', '), near }];
}

/** The one label that, spelt as a workload has it, makes the selector match; never one that some workload does have. */
function nearLabel(graph: Graph, selector: LabelSelector, others: readonly Target[]): NearLabel | undefined {
  for (const [key, value] of Object.entries(selector.matchLabels.entries)) {
    const written = known(value);
    if (written === undefined || indexOf(graph).labels.has(`${key}=${written}`)) continue;
    const rest: LabelSelector = { ...selector, matchLabels: { ...selector.matchLabels, entries: Object.fromEntries(Object.entries(selector.matchLabels.entries).filter(([one]) => one !== key)) } };
    const found = others.filter((target) => matches(rest, target.labels) === true).flatMap((target) => {
      const have = known(target.labels.entries[key] ?? absent(value));
      return have !== undefined && isSlipOfWords(written, have) ? [{ at: value.at, value: have, target }] : [];
    });
    if (new Set(found.map((one) => one.value)).size === 1) return found[0];
  }
  return undefined;
}

function absent({ at }: Value<string>): Value<string> {
  return { state: 'absent', at };
}
