import { known, type Cursor, type Place, type Value } from '../yaml/cursor.ts';
import type { NetworkPort } from './network-policy.ts';
import { readSelector, type LabelSelector } from './selector.ts';

/* Readers of policy.networking.k8s.io (kubernetes-sigs/network-policy-api apis/v1alpha1, v1alpha2; semantics.md 6.2): one fact for the three kinds. */

/** An AdminNetworkPolicy, a BaselineAdminNetworkPolicy or a ClusterNetworkPolicy. */
export interface ClusterPolicyFact {
  readonly fact: 'clusterPolicy';
  /** Before all NetworkPolicies, or only for pods that none selects. Undefined where a template or a slip hides it. */
  readonly tier: 'Admin' | 'Baseline' | undefined;
  /** Lower is earlier. A BaselineAdminNetworkPolicy has none: there is one. */
  readonly priority: Value<number>;
  /** The pods it is about; undefined where it says none. */
  readonly subject: ClusterPeer | undefined;
  /** First match decides. Nothing is isolated by there being rules. */
  readonly ingress: readonly ClusterRule[];
  /** Whether a template may add rules that cannot be seen. */
  readonly open: boolean;
}

export interface ClusterRule {
  /** `Allow` of v1alpha1 is `Accept` of v1alpha2. */
  readonly action: 'Accept' | 'Deny' | 'Pass' | undefined;
  /** Must not be empty: a rule without peers matches nothing. */
  readonly peers: readonly ClusterPeer[];
  readonly anyPort: boolean;
  readonly ports: readonly NetworkPort[];
  readonly open: boolean;
  readonly at: Place;
}

/** Pods of namespaces; without a podSelector all of them. Undefined selectors where the peer is of a kind that is not known. */
export interface ClusterPeer {
  readonly namespaceSelector: LabelSelector | undefined;
  readonly podSelector: LabelSelector | undefined;
  readonly at: Place;
}

/** Reads the three kinds of the network policy API. */
export function readClusterPolicy(cursor: Cursor, { kind }: { readonly kind: string }): ClusterPolicyFact[] {
  const spec = cursor.get('spec');
  const ingress = spec.get('ingress');
  const subject = spec.get('subject');
  return [{
    fact: 'clusterPolicy',
    tier: kind === 'AdminNetworkPolicy' ? 'Admin' : kind === 'BaselineAdminNetworkPolicy' ? 'Baseline' : tierOf(known(spec.get('tier').string())),
    priority: spec.get('priority').number(),
    subject: subject.isMap || subject.open ? readPeer(subject) : undefined,
    ingress: ingress.items().map(readRule),
    open: spec.open || ingress.open,
  }];
}

function tierOf(tier: string | undefined): ClusterPolicyFact['tier'] {
  return tier === 'Admin' || tier === 'Baseline' ? tier : undefined;
}

function readRule(rule: Cursor): ClusterRule {
  const action = known(rule.get('action').string());
  const from = rule.get('from');
  const lists = [rule.get('ports'), rule.get('protocols')];
  const ports = [...lists[0]!.items().map(readPort), ...lists[1]!.items().map(readProtocol)];
  return {
    action: action === 'Allow' ? 'Accept' : action === 'Accept' || action === 'Deny' || action === 'Pass' ? action : undefined,
    peers: from.items().map(readPeer),
    anyPort: ports.length === 0 && lists.every((list) => !list.open),
    ports,
    open: rule.open || from.open || lists.some((list) => list.open),
    at: rule.place(),
  };
}

/** `namespaces` or `pods`. The first releases of v1alpha1 had one more level under `namespaces`, with selectors by the same labels beside it. */
function readPeer(peer: Cursor): ClusterPeer {
  const pods = peer.get('pods');
  const namespaces = pods.isMap ? pods.get('namespaceSelector') : peer.get('namespaces');
  const early = namespaces.get('namespaceSelector');
  const selector = early.exists ? early : namespaces;
  const written = (selector.exists && !selector.isNull) || selector.open;
  // `sameLabels` and the like of that time are in no selector that can be read.
  const unknown = ['sameLabels', 'notSameLabels'].some((key) => namespaces.get(key).exists);
  return {
    namespaceSelector: written && !unknown ? readSelector(selector) : undefined,
    podSelector: pods.isMap || pods.open ? readSelector(pods.get('podSelector')) : undefined,
    at: peer.place(),
  };
}

/** v1alpha1: `portNumber`, `portRange` or `namedPort`. */
function readPort(port: Cursor): NetworkPort {
  const range = port.get('portRange');
  const number = range.isMap ? range.get('start').number() : port.at('portNumber', 'port').number();
  return { port: number.state === 'known' ? number : port.get('namedPort').string(), end: range.get('end').number(), protocol: known((range.isMap ? range : port.get('portNumber')).get('protocol').string()) ?? 'TCP', at: port.place() };
}

/** v1alpha2: a port or a range of one protocol, or a named port. */
function readProtocol(protocol: Cursor): NetworkPort {
  const field = protocol.fields().find(({ key }) => key === 'tcp' || key === 'udp' || key === 'sctp');
  const port = (field?.value ?? protocol).get('destinationPort');
  const range = port.get('range');
  const number = range.isMap ? range.get('start').number() : port.get('number').number();
  return { port: number.state === 'known' ? number : protocol.get('destinationNamedPort').string(), end: range.get('end').number(), protocol: field?.key.toUpperCase() ?? '', at: protocol.place() };
}
