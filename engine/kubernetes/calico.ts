import { known, type Cursor, type Place, type Value } from '../yaml/cursor.ts';
import { parseCalicoSelector, type CalicoExpression } from './calico-selector.ts';
import type { NetworkPort } from './network-policy.ts';

/* Readers of projectcalico.org/v3 and of crd.projectcalico.org/v1, where it is stored (projectcalico/api pkg/apis/projectcalico/v3; semantics.md 6.4). */

/** A NetworkPolicy or GlobalNetworkPolicy of Calico. */
export interface CalicoPolicyFact {
  readonly fact: 'calicoPolicy';
  readonly global: boolean;
  /** `default` where it is not said. */
  readonly tier: Value<string>;
  /** Lower is earlier; without one a policy comes last. */
  readonly order: Value<number>;
  /** Absent selects everything. */
  readonly selector: CalicoSelector | undefined;
  readonly namespaceSelector: CalicoSelector | undefined;
  readonly serviceAccountSelector: CalicoSelector | undefined;
  /** Whether it is about incoming traffic: the default of `types` applied. */
  readonly isolates: boolean | 'unknown';
  readonly ingress: readonly CalicoRule[];
  /** Untracked, before translation or forwarded traffic: enforced at hosts, never at pods. */
  readonly hostOnly: boolean | 'unknown';
  /** Whether a template may add rules that cannot be seen. */
  readonly open: boolean;
}

/** A selector as it is written; without an expression where it is a template's or Calico would refuse it. */
export interface CalicoSelector {
  readonly expression: CalicoExpression | undefined;
  readonly at: Place;
}

/** A rule: an action for the traffic that fits all that it says. */
export interface CalicoRule {
  readonly action: Value<string>;
  readonly source: CalicoEntity;
  readonly destination: CalicoEntity;
  /** Whether it is about ICMP only. */
  readonly icmp: boolean;
  readonly protocol: Value<string>;
  readonly http: boolean;
  readonly open: boolean;
  readonly at: Place;
}

/** One end of the traffic; everything that is said has to fit. */
export interface CalicoEntity {
  readonly nets: readonly Value<string>[];
  readonly notNets: readonly Value<string>[];
  readonly selector: CalicoSelector | undefined;
  readonly notSelector: CalicoSelector | undefined;
  readonly namespaceSelector: CalicoSelector | undefined;
  readonly accounts: { readonly names: readonly Value<string>[]; readonly selector: CalicoSelector | undefined } | undefined;
  /** Whether it is the pods behind a Service. */
  readonly service: boolean;
  readonly ports: readonly NetworkPort[];
  readonly notPorts: boolean;
  readonly open: boolean;
  readonly at: Place;
}

/** A tier of policies: tiers are asked in order, and what a tier's policies leave undecided is its default action's. */
export interface CalicoTierFact {
  readonly fact: 'calicoTier';
  readonly order: Value<number>;
  /** Deny where it is not said. */
  readonly defaultAction: Value<string>;
}

/** Networks that selectors of rules find by labels. */
export interface CalicoNetworkSetFact {
  readonly fact: 'calicoNetworkSet';
  readonly global: boolean;
  readonly nets: readonly Value<string>[];
  readonly open: boolean;
}

/** Reads both kinds of Calico policies. */
export function readCalicoPolicy(cursor: Cursor, { kind }: { readonly kind: string }): CalicoPolicyFact[] {
  const spec = cursor.get('spec');
  const [ingress, egress, types] = [spec.get('ingress'), spec.get('egress'), spec.get('types')];
  const host = ['doNotTrack', 'preDNAT', 'applyOnForward'].map((key) => spec.get(key).boolean());
  return [{
    fact: 'calicoPolicy',
    global: kind === 'GlobalNetworkPolicy',
    tier: spec.get('tier').string(),
    order: spec.get('order').number(),
    selector: readCalicoSelector(spec.get('selector')),
    namespaceSelector: readCalicoSelector(spec.get('namespaceSelector')),
    serviceAccountSelector: readCalicoSelector(spec.get('serviceAccountSelector')),
    isolates: isolatesIngress(types, ingress, egress),
    ingress: ingress.items().map(readRule),
    hostOnly: host.some((value) => known(value) === true) ? true : host.some(({ state }) => state === 'hole') ? 'unknown' : false,
    open: spec.open || ingress.open,
  }];
}

/** The default of `types`: Ingress, unless there are egress rules only (networkpolicy.go, Types). */
function isolatesIngress(types: Cursor, ingress: Cursor, egress: Cursor): boolean | 'unknown' {
  if (types.open || types.strings().some(({ state }) => state === 'hole')) return 'unknown';
  if (types.items().length > 0) return types.strings().some((type) => known(type) === 'Ingress');
  if (ingress.items().length > 0 || egress.items().length === 0) return egress.open && !ingress.open && ingress.items().length === 0 ? 'unknown' : true;
  return ingress.open ? 'unknown' : false;
}

function readRule(rule: Cursor): CalicoRule {
  const protocol = rule.get('protocol').string();
  return {
    action: rule.get('action').string(),
    source: readEntity(rule.get('source')),
    destination: readEntity(rule.get('destination')),
    icmp: rule.get('icmp').isMap || /^ICMP(?:v6)?$/i.test(known(protocol) ?? ''),
    protocol,
    http: rule.get('http').isMap,
    open: rule.open,
    at: rule.place(),
  };
}

function readEntity(entity: Cursor): CalicoEntity {
  const accounts = entity.get('serviceAccounts');
  return {
    nets: entity.get('nets').strings(),
    notNets: entity.get('notNets').strings(),
    selector: readCalicoSelector(entity.get('selector')),
    notSelector: readCalicoSelector(entity.get('notSelector')),
    namespaceSelector: readCalicoSelector(entity.get('namespaceSelector')),
    accounts: accounts.isMap ? { names: accounts.get('names').strings(), selector: readCalicoSelector(accounts.get('selector')) } : undefined,
    service: entity.get('services').isMap,
    ports: entity.get('ports').items().map(readPort),
    notPorts: entity.get('notPorts').items().length > 0,
    open: entity.open || ['nets', 'selector', 'namespaceSelector', 'serviceAccounts', 'ports'].some((key) => entity.get(key).open),
    at: entity.place(),
  };
}

/** Absent and empty alike are no selector. */
function readCalicoSelector(cursor: Cursor): CalicoSelector | undefined {
  const text = cursor.string();
  if (text.state === 'absent') return undefined;
  return { expression: text.state === 'known' ? parseCalicoSelector(text.value) : undefined, at: text.at };
}

/** A number, a range `first:last`, or the name of a port. */
function readPort(port: Cursor): NetworkPort {
  const number = port.number();
  const none = { state: 'absent' as const, at: port.place() };
  const text = port.string();
  const range = /^(\d{1,5}):(\d{1,5})$/.exec(known(text) ?? '');
  if (number.state === 'known') return { port: number, end: none, protocol: '', at: port.place() };
  if (!range) return { port: text, end: none, protocol: '', at: port.place() };
  return { port: { state: 'known', value: Number(range[1]), at: text.at }, end: { state: 'known', value: Number(range[2]), at: text.at }, protocol: '', at: port.place() };
}

/** Reads a Tier. */
export function readCalicoTier(cursor: Cursor): CalicoTierFact[] {
  const spec = cursor.get('spec');
  return [{ fact: 'calicoTier', order: spec.get('order').number(), defaultAction: spec.get('defaultAction').string() }];
}

/** Reads a NetworkSet or GlobalNetworkSet. */
export function readCalicoNetworkSet(cursor: Cursor, { kind }: { readonly kind: string }): CalicoNetworkSetFact[] {
  const nets = cursor.at('spec', 'nets');
  return [{ fact: 'calicoNetworkSet', global: kind === 'GlobalNetworkSet', nets: nets.strings(), open: nets.open }];
}
