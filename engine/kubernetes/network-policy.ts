import { known, type Cursor, type Place, type Value } from '../yaml/cursor.ts';
import { readSelector, type LabelSelector } from './selector.ts';

/** A networking.k8s.io NetworkPolicy, with the defaults of the API server applied (semantics.md 6.1). */
export interface NetworkPolicyFact {
  readonly fact: 'networkPolicy';
  /** Missing and `{}` alike select every pod of the namespace. */
  readonly podSelector: LabelSelector;
  readonly ingress: PolicyDirection;
  readonly egress: PolicyDirection;
  readonly types: PolicyTypes;
}

/** `policyTypes`, as written: the directions that a policy is about. */
export interface PolicyTypes {
  /** None where it is missing or `[]`: the API server then fills it in. */
  readonly values: readonly Value<string>[];
  /** Whether a template may add types that cannot be seen. */
  readonly open: boolean;
  readonly at: Place;
}

/** One direction of a policy: whether it isolates the selected pods there, and what it lets through all the same. */
export interface PolicyDirection {
  readonly isolates: boolean | 'unknown';
  /** Whether its list is written, be it empty. */
  readonly written: boolean;
  /** Nothing is let through where there are none. */
  readonly rules: readonly NetworkRule[];
  /** Whether a template may add rules that cannot be seen. */
  readonly open: boolean;
  /** The key of the list; where it would stand, the policy's `spec`. */
  readonly at: Place;
}

/** One rule: any of the peers on any of the ports. */
export interface NetworkRule {
  /** `from` or `to` is missing or `[]`: any peer. */
  readonly anyPeer: boolean;
  readonly peers: readonly NetworkPeer[];
  /** `ports` is missing or `[]`: any port. */
  readonly anyPort: boolean;
  readonly ports: readonly NetworkPort[];
  /** Whether a template may add peers or ports that cannot be seen. */
  readonly open: boolean;
  readonly at: Place;
  /** The key `from` or `to`, or the rule where it is missing. */
  readonly peersAt: Place;
}

/** An address range, or pods: of the own namespace (podSelector alone), of whole namespaces, or of both selectors together (AND). */
export interface NetworkPeer {
  readonly ipBlock: IpBlock | undefined;
  readonly podSelector: LabelSelector | undefined;
  readonly namespaceSelector: LabelSelector | undefined;
  readonly at: Place;
}

export interface IpBlock {
  readonly cidr: Value<string>;
  readonly except: readonly Value<string>[];
}

/** A port by number, or by the name it has on the pod; `end` closes a range. */
export interface NetworkPort {
  readonly port: Value<number> | Value<string>;
  readonly end: Value<number>;
  /** TCP where it is not said. */
  readonly protocol: string;
  readonly at: Place;
}

/** Reads a NetworkPolicy. */
export function readNetworkPolicy(cursor: Cursor): NetworkPolicyFact[] {
  const spec = cursor.get('spec');
  const types = spec.get('policyTypes');
  const egress = spec.get('egress');
  // SetDefaults_NetworkPolicy: without types Ingress, and Egress only where there are egress rules.
  const untyped = types.items().length === 0 && !types.open;
  const said = types.strings().map(known);
  const unsure = types.open || said.includes(undefined);
  const isolates = (type: string, byDefault: boolean) => (untyped ? byDefault : said.includes(type) ? true : unsure ? 'unknown' : false);
  return [{
    fact: 'networkPolicy',
    podSelector: readSelector(spec.get('podSelector')),
    ingress: readDirection(spec.get('ingress'), 'from', isolates('Ingress', true)),
    egress: readDirection(egress, 'to', egress.open && untyped ? 'unknown' : isolates('Egress', egress.items().length > 0)),
    types: { values: types.strings(), open: types.open, at: types.place() },
  }];
}

function readDirection(cursor: Cursor, peers: 'from' | 'to', isolates: boolean | 'unknown'): PolicyDirection {
  return { isolates, written: cursor.isSeq || cursor.open, rules: cursor.items().map((rule) => readRule(rule, rule.get(peers))), open: cursor.open, at: cursor.keyPlace() };
}

function readRule(rule: Cursor, peers: Cursor): NetworkRule {
  const ports = rule.get('ports');
  return {
    anyPeer: peers.items().length === 0 && !peers.open,
    peers: peers.items().map(readPeer),
    anyPort: ports.items().length === 0 && !ports.open,
    ports: ports.items().map(readPort),
    open: rule.open || peers.open || ports.open,
    at: rule.place(),
    peersAt: peers.exists ? peers.keyPlace() : rule.place(),
  };
}

function readPeer(peer: Cursor): NetworkPeer {
  const block = peer.get('ipBlock');
  return {
    ipBlock: block.isMap ? { cidr: block.get('cidr').string(), except: block.get('except').strings() } : undefined,
    podSelector: selectorIn(peer.get('podSelector')),
    namespaceSelector: selectorIn(peer.get('namespaceSelector')),
    at: peer.place(),
  };
}

/** Absent and null are no selector; `{}` is one that selects everything. */
function selectorIn(cursor: Cursor): LabelSelector | undefined {
  return (cursor.exists && !cursor.isNull) || cursor.open ? readSelector(cursor) : undefined;
}

function readPort(port: Cursor): NetworkPort {
  const number = port.get('port').number();
  return { port: number.state === 'known' ? number : port.get('port').string(), end: port.get('endPort').number(), protocol: known(port.get('protocol').string()) ?? 'TCP', at: port.place() };
}
