import { matchesCalico } from '../kubernetes/calico-selector.ts';
import type { CalicoEntity, CalicoPolicyFact, CalicoRule, CalicoSelector } from '../kubernetes/calico.ts';
import type { Labels } from '../kubernetes/header.ts';
import { known, type Value } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import { isSymbol, type GraphObject } from '../identity/objects.ts';
import { coversFamily, networksIn } from './address.ts';
import { afterStops, orderOf, orderOfKubernetes, tierOf, type CalicoPolicy, type Order, type Stop } from './calico-order.ts';
import { setsOf } from './calico-sets.ts';
import type { Denial } from './denial.ts';
import { factsNear } from './index.ts';
import type { Admission, Evidence, Layer, Opening, Peer } from './layer.ts';
import { isOnPodNetwork, openingOfRanges } from './network-policy.ts';
import { namespaceName, selectsNamespace } from './peers.ts';
import { allOf, sameNamespace, targetOf, type Target } from './target.ts';

/*
 * Calico (semantics.md 6.4): tiers in order, in each its policies in order, and the first rule that fits decides; Pass hands
 * on to the next tier. NetworkPolicies are policies of order 1000 in the tier `default` (docs.tigera.io, Tier, and
 * libcalico-go/lib/backend/k8s/conversion), so they and Calico's own are one union.
 */

/** Labels that Calico gives to pods, namespaces and accounts by their names (libcalico-go/lib/apis, libcalico-go/lib/backend/k8s/conversion). */
const podNamespace = 'projectcalico.org/namespace';
const podAccount = 'projectcalico.org/serviceaccount';
const ownName = 'projectcalico.org/name';

/** Whether a policy is about the incoming traffic of a target's pods. */
export function calicoSelects(graph: Graph, { object, fact }: CalicoPolicy, target: Target): boolean | 'unknown' {
  const here = fact.global ? true : sameNamespace(object, target);
  if (here === false) return false;
  const onPods = fact.hostOnly === 'unknown' ? 'unknown' : !fact.hostOnly;
  return allOf(here, fact.isolates, onPods, isOnPodNetwork(target), holds(fact.selector, calicoLabels(target)), inNamespaces(graph, fact.namespaceSelector, target), ofAccount(graph, fact.serviceAccountSelector, target));
}

/** An absent selector selects everything; one that cannot be read may select anything. */
function holds(selector: CalicoSelector | undefined, labels: Labels): boolean | 'unknown' {
  if (!selector) return true;
  return selector.expression ? matchesCalico(selector.expression, labels) : 'unknown';
}

function calicoLabels({ labels, namespace, workload }: Target): Labels {
  const told = (text: string | undefined): Value<string> => (text === undefined || text === '' || isSymbol(text) ? { state: 'hole', expression: text ?? '', at: labels.at } : { state: 'known', value: text, at: labels.at });
  return { ...labels, entries: { ...labels.entries, [podNamespace]: told(namespace), [podAccount]: told(workload?.accountName), 'projectcalico.org/orchestrator': told('k8s') } };
}

/** `global()` is what belongs to no namespace: no pod does. */
function inNamespaces(graph: Graph, selector: CalicoSelector | undefined, target: Target): boolean | 'unknown' {
  if (selector?.expression?.op === 'global') return false;
  return selector === undefined || selectsNamespace(graph, target, (labels) => holds(selector, labels), [namespaceName, ownName]);
}

function ofAccount(graph: Graph, selector: CalicoSelector | undefined, { workload, labels: { at } }: Target): boolean | 'unknown' {
  if (!selector) return true;
  const account = workload && graph.accountOf(workload);
  const name = { [ownName]: account ? { state: 'known' as const, value: account.name, at } : { state: 'hole' as const, expression: '', at } };
  const labels: readonly Labels[] = account && account.objects.length > 0 ? account.objects.map(({ object }) => object.resource.header.labels) : [{ entries: {}, open: true, at }];
  const answers = labels.map((one) => holds(selector, { ...one, entries: { ...one.entries, ...name } }));
  return answers.includes(true) ? true : answers.includes('unknown') ? 'unknown' : false;
}

/** A rule in the order in which rules are asked. */
interface Asked {
  readonly policy: CalicoPolicy;
  readonly rule: CalicoRule;
  readonly order: Order;
}

/** What Calico lets in to a target, `kubernetes` being what NetworkPolicies do. Without a policy of Calico's own it says nothing. */
export function calicoLayer(graph: Graph, target: Target, kubernetes: Layer): Layer {
  const concerning = factsNear(graph, 'calicoPolicy', target).map((policy) => ({ policy, answer: calicoSelects(graph, policy, target) })).filter(({ answer }) => answer !== false);
  const sure = concerning.filter(({ answer }) => answer === true).map(({ policy }) => policy);
  const asked = sure.flatMap((policy) => policy.fact.ingress.map((rule, at): Asked => ({ policy, rule, order: orderOf(graph, policy, at) })));
  const stops = [...asked.flatMap(stopsOf), ...sure.flatMap((policy) => endOfTier(graph, policy))];
  return {
    technology: 'Calico',
    policies: sure.length > 0 ? [...new Set([...sure.map(({ object }) => object), ...kubernetes.policies])] : [],
    // What the policies of a tier leave undecided is denied, unless the tier says to pass it on.
    isolates: kubernetes.isolates === true || sure.some((policy) => tierOf(graph, policy).defaultAction === 'Deny') ? true : sure.length > 0 ? 'unknown' : false,
    admissions: [
      ...asked.filter(({ rule }) => known(rule.action) === 'Allow').flatMap((one) => afterStops(stops, one.order, admissionsOf(graph, one))),
      ...afterStops(stops, orderOfKubernetes(graph), kubernetes.admissions),
    ],
    demands: [],
    perhaps: concerning.filter(({ answer }) => answer === 'unknown').map(({ policy: { object } }) => object),
    unsure: sure.some(({ fact }) => fact.open) || concerning.some(({ policy: { fact }, answer }) => answer === 'unknown' && (fact.open || fact.ingress.some(({ action }) => known(action) !== 'Allow'))),
  };
}

/** A rule that lets nobody in and keeps traffic from what comes after it: Deny from everything, Pass from the rest of its tier. */
function stopsOf({ rule, order }: Asked): Stop[] {
  const action = known(rule.action);
  return action === 'Deny' || action === 'Pass' ? [{ action, order, traffic: trafficOf(rule) }] : [];
}

/** What the policies of a tier leave undecided is turned away, so that it comes to no later tier. */
function endOfTier(graph: Graph, policy: CalicoPolicy): Stop[] {
  if (tierOf(graph, policy).defaultAction === 'Pass') return [];
  return [{ action: 'Deny', order: { ...orderOf(graph, policy, Infinity), order: Infinity, end: true }, traffic: { from: 'everyone', ports: [] } }];
}

/** The traffic that a rule is about for certain; undefined where that is hard to tell, or where it fits only some of what its parts do. */
function trafficOf(rule: CalicoRule): Denial | undefined {
  const { source, destination, protocol } = rule;
  if (rule.open || source.open || destination.open || rule.http || rule.icmp || source.ports.length > 0 || source.notPorts) return undefined;
  if (isNarrowed(destination) || destination.notPorts || source.notNets.length > 0 || source.notSelector) return undefined;
  const ports = destination.ports.map((port) => ({ ...port, protocol: known(protocol) ?? '' }));
  // A protocol without ports leaves other protocols.
  if (isByLabel(source) || (protocol.state !== 'absent' && ports.length === 0)) return undefined;
  const networks = networksIn(source.nets.map(known));
  return source.nets.length === 0 ? { from: 'everyone', ports } : networks.length === source.nets.length ? { from: networks, ports } : undefined;
}

/** Whether an end of the traffic is told by more than its ports. */
function isNarrowed({ nets, notNets, selector, notSelector, namespaceSelector, accounts, service }: CalicoEntity): boolean {
  return nets.length > 0 || notNets.length > 0 || service || [selector, notSelector, namespaceSelector, accounts].some((one) => one !== undefined);
}

function admissionsOf(graph: Graph, { policy: { object, fact }, rule }: Asked): Admission[] {
  const { source, destination } = rule;
  const ports = destination.ports.map((port) => ({ ...port, protocol: known(rule.protocol) ?? '' }));
  const some = ports.length > 0 || destination.notPorts || isNarrowed(destination) || rule.http || rule.protocol.state !== 'absent';
  const way = { extent: rule.icmp ? ('health' as const) : some ? ('some' as const) : ('all' as const), policy: object, rule: rule.at, ports };
  // HTTP rules are for the layer-7 part of Calico, which may ask for more than can be seen.
  const opening = rule.open || source.open || rule.http ? undefined : openingOf(fact, source, rule);
  const evidence = evidenceOf(source);
  const byLabel = isByLabel(source);
  return [
    { ...way, evidence, addresses: byLabel ? [] : source.nets, ...(opening ? { opening } : {}), ...(byLabel ? { peer: peerOf(graph, object, fact, source) } : {}) },
    // Networks beside a selector have to fit too: they then only take away from what a set has.
    ...(source.nets.length > 0 ? [] : setsOf(graph, object, fact, source)).map(({ nets, shared }): Admission => ({ ...way, evidence: evidenceOfNets(nets), addresses: nets, shared })),
  ];
}

function isByLabel({ selector, namespaceSelector, accounts, service }: CalicoEntity): boolean {
  return service || selector !== undefined || namespaceSelector !== undefined || accounts !== undefined;
}

/** Everything that a source says has to fit, so a selector beside networks is the stronger; the `not` fields only take away. */
function evidenceOf(source: CalicoEntity): Evidence {
  if (source.open || !isRead(source)) return 'unknown';
  if (isByLabel(source)) return 'label';
  return source.nets.length === 0 ? 'nothing' : evidenceOfNets(source.nets);
}

/** Whether Calico's own parser would read what a source selects by. */
function isRead({ selector, namespaceSelector, notSelector, accounts }: CalicoEntity): boolean {
  return [selector, namespaceSelector, notSelector, accounts?.selector].every((one) => one === undefined || one.expression !== undefined);
}

function evidenceOfNets(nets: readonly Value<string>[]): Evidence {
  return coversFamily(networksIn(nets.map(known))) ? 'nothing' : 'address';
}

function openingOf({ global }: CalicoPolicyFact, source: CalicoEntity, rule: CalicoRule): Opening | undefined {
  const { nets, notNets, selector, notSelector, namespaceSelector, accounts, service } = source;
  if (notNets.length > 0 || notSelector || accounts || service || source.ports.length > 0 || source.notPorts) return undefined;
  if (isByLabel(source)) {
    const everything = (one: CalicoSelector | undefined) => one === undefined || one.expression?.op === 'all';
    const anywhere = global ? everything(namespaceSelector) : namespaceSelector?.expression?.op === 'all';
    return nets.length === 0 && anywhere && everything(selector) ? { to: 'everyPod', at: (selector ?? namespaceSelector)!.at } : undefined;
  }
  if (nets.length === 0) return { to: 'anyone', at: rule.at };
  return openingOfRanges(nets);
}

function peerOf(graph: Graph, policy: GraphObject, { global }: CalicoPolicyFact, source: CalicoEntity): Peer {
  const { selector, namespaceSelector, notSelector, accounts } = source;
  return {
    at: (selector ?? namespaceSelector ?? accounts?.selector)?.at ?? source.at,
    particular: (selector !== undefined && selector.expression?.op !== 'all' && selector.expression?.op !== 'global') || accounts !== undefined,
    includes: (workload) => {
      const caller = targetOf(workload);
      if (source.service) return 'unknown';
      const here = namespaceSelector ? inNamespaces(graph, namespaceSelector, caller) : global || workload.namespace === policy.namespace;
      const left = notSelector ? negate(holds(notSelector, calicoLabels(caller))) : true;
      const named = accounts === undefined || accounts.names.length === 0 || accounts.names.some((name) => known(name) === workload.accountName);
      return here === false ? false : allOf(here, holds(selector, calicoLabels(caller)), left, named, ofAccount(graph, accounts?.selector, caller));
    },
  };
}

function negate(answer: boolean | 'unknown'): boolean | 'unknown' {
  return answer === 'unknown' ? answer : !answer;
}
