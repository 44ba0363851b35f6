import type { CalicoPolicyFact } from '../kubernetes/calico.ts';
import { known } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { ObjectWith } from '../identity/parts.ts';
import { withoutDenied, type Denial } from './denial.ts';
import type { Admission } from './layer.ts';

export type CalicoPolicy = ObjectWith<CalicoPolicyFact>;

/** Where the rules of a policy stand among all rules. */
export interface Order {
  readonly tier: string;
  /** Undefined for a tier that is in no file read. */
  readonly tierOrder: number | undefined;
  /** Undefined for what a template hides. */
  readonly order: number | undefined;
  readonly policy: string;
  readonly name: string;
  readonly at: number;
  /** Whether it is what comes after all policies of its tier. */
  readonly end?: true;
}

/** Something that keeps traffic from what is asked after it: from everything (Deny), or from the rest of its tier (Pass). */
export interface Stop {
  readonly action: 'Deny' | 'Pass';
  readonly order: Order;
  /** What it keeps for certain; undefined where some of it may be kept. */
  readonly traffic: Denial | undefined;
}

/** Of tiers that Calico brings (docs.tigera.io, Tier): `default` holds what names no tier. */
const ownTiers: Readonly<Record<string, number>> = { default: 1_000_000, 'kube-admin': 1_000, adminnetworkpolicy: 1_000, 'kube-baseline': 10_000_000, baselineadminnetworkpolicy: 10_000_000 };

/** Where NetworkPolicies stand in the tier `default` (libcalico-go/lib/backend/k8s/conversion/constants.go). */
const kubernetesOrder = 1000;

/** The place of a policy's rule. A policy without an order comes last. */
export function orderOf(graph: Graph, policy: CalicoPolicy, at: number): Order {
  const { object, fact } = policy;
  const { name, order } = tierOf(graph, policy);
  return { tier: name, tierOrder: order, order: fact.order.state === 'absent' ? Infinity : known(fact.order), policy: object.key, name: object.name, at };
}

/** The place of the NetworkPolicies. */
export function orderOfKubernetes(graph: Graph): Order {
  return { tier: 'default', tierOrder: tierByName(graph, 'default').order, order: kubernetesOrder, policy: '', name: '', at: 0 };
}

/** What is left of ways in at a place in the order. Where it cannot be told whether something keeps traffic from them, what they ask for is unknown. */
export function afterStops(stops: readonly Stop[], order: Order, admissions: readonly Admission[]): readonly Admission[] {
  if (admissions.length === 0) return admissions;
  const before = stops.filter((stop) => stop.action === 'Deny' || stop.order.tier === order.tier).flatMap((stop) => {
    const answer = both(precedes(stop.order, order), isReached(stops, stop));
    return answer === false || !stop.traffic ? [] : [{ traffic: stop.traffic, answer }];
  });
  const left = withoutDenied(admissions, before.flatMap(({ traffic, answer }) => (answer === true ? [traffic] : [])));
  const certain = withoutDenied(left, before.flatMap(({ traffic, answer }) => (answer === 'unknown' ? [traffic] : [])));
  return left.map((admission) => (certain.includes(admission) ? admission : { ...admission, evidence: 'unknown', addresses: [] }));
}

/** Whether traffic comes to a Deny at all: what a Pass before it hands on does not. */
function isReached(stops: readonly Stop[], stop: Stop): boolean | 'unknown' {
  if (stop.action === 'Pass') return true;
  const passes = stops.filter(({ action, order }) => action === 'Pass' && order.tier === stop.order.tier).map((pass) => ({ pass, answer: precedes(pass.order, stop.order) })).filter(({ answer }) => answer !== false);
  if (passes.some(({ pass: { traffic }, answer }) => answer === true && traffic?.from === 'everyone' && traffic.ports.length === 0)) return false;
  return passes.length === 0 ? true : 'unknown';
}

/** Whether what stands at one place is asked before what stands at another. */
function precedes(one: Order, other: Order): boolean | 'unknown' {
  if (one.tier !== other.tier) {
    if (one.tierOrder === undefined || other.tierOrder === undefined || one.tierOrder === other.tierOrder) return 'unknown';
    return one.tierOrder < other.tierOrder;
  }
  if (one.end || other.end) return !one.end;
  if (one.policy === other.policy) return one.at < other.at;
  if (one.order === undefined || other.order === undefined) return 'unknown';
  // Policies of the same order are asked by their names.
  return one.order === other.order ? one.name < other.name : one.order < other.order;
}

function both(one: boolean | 'unknown', other: boolean | 'unknown'): boolean | 'unknown' {
  return one === false || other === false ? false : one === 'unknown' || other === 'unknown' ? 'unknown' : true;
}

interface Tier {
  readonly name: string;
  readonly order: number | undefined;
  readonly defaultAction: 'Deny' | 'Pass' | 'unknown';
}

/** The tier of a policy. One that is in no file read denies by default, as tiers do unless they say otherwise. */
export function tierOf(graph: Graph, { fact }: CalicoPolicy): Tier {
  if (fact.tier.state === 'hole') return { name: fact.tier.expression, order: undefined, defaultAction: 'unknown' };
  return tierByName(graph, known(fact.tier) ?? 'default');
}

function tierByName(graph: Graph, name: string): Tier {
  const found = graph.all('calicoTier').filter(({ object }) => object.name === name);
  const orders = new Set(found.map(({ fact }) => (fact.order.state === 'absent' ? Infinity : known(fact.order))));
  const actions = new Set(found.map(({ fact }) => (fact.defaultAction.state === 'absent' ? 'Deny' : known(fact.defaultAction))));
  const [action] = actions.size === 1 ? actions : [found.length === 0 ? (name in ownTiers && name !== 'default' ? 'Pass' : 'Deny') : undefined];
  return { name, order: orders.size === 0 ? ownTiers[name] : orders.size === 1 ? [...orders][0] : undefined, defaultAction: action === 'Deny' || action === 'Pass' ? action : 'unknown' };
}
