import { known, type Cursor, type Place, type Value } from '../yaml/cursor.ts';
import type { NetworkPort } from './network-policy.ts';
import { readSelector, type LabelSelector } from './selector.ts';

/* Readers of cilium.io/v2 (cilium pkg/policy/api; semantics.md 6.3). Kept as written: what follows from it is engine/trust/cilium.ts. */

/** One specification of a CiliumNetworkPolicy or CiliumClusterwideNetworkPolicy: an object may hold several (`specs`). */
export interface CiliumPolicyFact {
  readonly fact: 'ciliumPolicy';
  /** Whether it is about the pods of every namespace. */
  readonly clusterwide: boolean;
  /** Undefined for what selects no pod: a host policy (`nodeSelector`), and one about Cilium's own endpoints (`reserved:health`). */
  readonly endpointSelector: LabelSelector | undefined;
  /** Whether what no rule lets in is turned away; by default where there are rules of this direction (rule_validation.go, Sanitize). */
  readonly isolates: boolean | 'unknown';
  readonly ingress: readonly CiliumRule[];
  readonly deny: readonly CiliumRule[];
  /** Whether a template may add rules that cannot be seen. */
  readonly open: boolean;
}

/** A rule: one kind of source (the API server refuses two), on some ports. */
export interface CiliumRule {
  /** No source is written: everyone where ports or ICMP types are, nobody else (documented as the default-deny rule `- {}`). */
  readonly sourceless: boolean;
  readonly endpoints: readonly LabelSelector[];
  readonly entities: readonly Value<string>[];
  readonly cidrs: readonly CiliumCidr[];
  readonly nodes: readonly LabelSelector[];
  /** Groups of a cloud provider, which become addresses (`fromGroups`). */
  readonly groups: readonly Place[];
  readonly ports: readonly NetworkPort[];
  readonly anyPort: boolean;
  /** Whether its ports say all that it asks of the traffic: no layer 7, no TLS. */
  readonly plain: boolean;
  readonly icmp: boolean;
  /** What the rule asks of HTTP requests; undefined where some of its traffic is not looked into. */
  readonly http: readonly CiliumHttp[] | undefined;
  readonly authentication: Value<string>;
  readonly open: boolean;
  readonly at: Place;
  /** The key of the source, or the rule where none is written. */
  readonly peersAt: Place;
}

/** A network, by itself or by the name or labels of a CiliumCIDRGroup. */
export interface CiliumCidr {
  readonly cidr: Value<string>;
  readonly except: readonly Value<string>[];
  readonly group: Value<string>;
  readonly groupSelector: LabelSelector | undefined;
  readonly at: Place;
}

export interface CiliumHttp {
  readonly path: Value<string>;
  /** Whether it asks for headers: what they prove is outside the files. */
  readonly headers: boolean;
}

/** Networks under one name. */
export interface CiliumCidrGroupFact {
  readonly fact: 'ciliumCidrGroup';
  readonly cidrs: readonly Value<string>[];
  readonly open: boolean;
}

/** Reads both kinds of Cilium policies: `spec`, and each of `specs`. */
export function readCiliumPolicy(cursor: Cursor, { kind }: { readonly kind: string }): CiliumPolicyFact[] {
  const specs = [cursor.get('spec'), ...cursor.get('specs').items()].filter((spec) => spec.isMap || spec.open);
  return specs.map((spec) => readSpec(spec, kind === 'CiliumClusterwideNetworkPolicy'));
}

function readSpec(spec: Cursor, clusterwide: boolean): CiliumPolicyFact {
  const selector = spec.get('endpointSelector');
  const [ingress, deny] = [spec.get('ingress'), spec.get('ingressDeny')];
  const said = spec.at('enableDefaultDeny', 'ingress').boolean();
  const rules = ingress.items().length + deny.items().length > 0;
  return {
    fact: 'ciliumPolicy',
    clusterwide,
    endpointSelector: selector.isMap || selector.open ? ofPods(readCiliumSelector(selector)) : undefined,
    isolates: said.state === 'known' ? said.value : said.state === 'hole' || (!rules && (ingress.open || deny.open)) ? 'unknown' : rules,
    ingress: ingress.items().map(readRule),
    deny: deny.items().map(readRule),
    open: spec.open || ingress.open || deny.open,
  };
}

function ofPods(selector: LabelSelector): LabelSelector | undefined {
  const keys = [...Object.keys(selector.matchLabels.entries), ...selector.matchExpressions.map(({ key }) => key)];
  return keys.some((key) => key.startsWith('reserved:')) ? undefined : selector;
}

const sources = ['fromEndpoints', 'fromEntities', 'fromCIDR', 'fromCIDRSet', 'fromNodes', 'fromGroups', 'fromRequires'];

function readRule(rule: Cursor): CiliumRule {
  const written = sources.map((key) => rule.get(key)).filter((source) => source.exists && !source.isNull);
  const toPorts = rule.get('toPorts');
  const ports = toPorts.items().map((item) => item.get('ports').items());
  const all = ports.flat().map(readPort);
  return {
    sourceless: written.length === 0 && !rule.open,
    endpoints: rule.get('fromEndpoints').items().map(readCiliumSelector),
    entities: rule.get('fromEntities').strings(),
    cidrs: [...rule.get('fromCIDR').items().map((cidr) => ({ cidr: cidr.string(), except: [], group: absent(cidr), groupSelector: undefined, at: cidr.place() })), ...rule.get('fromCIDRSet').items().map(readCidr)],
    nodes: rule.get('fromNodes').items().map(readCiliumSelector),
    groups: rule.get('fromGroups').items().map((group) => group.place()),
    ports: all,
    // Port 0 is every port (PortProtocol, rule.go).
    anyPort: (ports.length === 0 && !toPorts.open) || ports.some((list) => list.length === 0) || all.some(({ port }) => known<number | string>(port) === 0),
    plain: rule.get('icmps').items().length === 0 && toPorts.items().every((item) => item.fields().every(({ key }) => key === 'ports')),
    icmp: rule.get('icmps').items().length > 0,
    http: readHttp(toPorts),
    authentication: rule.at('authentication', 'mode').string(),
    open: rule.open || toPorts.open || written.some((source) => source.open),
    at: rule.place(),
    peersAt: written[0]?.keyPlace() ?? rule.place(),
  };
}

function absent(cursor: Cursor): Value<string> {
  return { state: 'absent', at: cursor.place() };
}

function readCidr(item: Cursor): CiliumCidr {
  const selector = item.get('cidrGroupSelector');
  return {
    cidr: item.get('cidr').string(),
    except: item.get('except').strings(),
    group: item.get('cidrGroupRef').string(),
    groupSelector: selector.isMap || selector.open ? readSelector(selector) : undefined,
    at: item.place(),
  };
}

/** Ports are strings: numbers, or the names of container ports. */
function readPort(port: Cursor): NetworkPort {
  const text = port.get('port').string();
  const number = text.state === 'known' && /^\d{1,5}$/.test(text.value) ? { state: 'known' as const, value: Number(text.value), at: text.at } : port.get('port').number();
  return { port: number.state === 'known' ? number : text, end: port.get('endPort').number(), protocol: known(port.get('protocol').string()) ?? 'ANY', at: port.place() };
}

/** Every port has to be looked into for the HTTP rules to be about all the traffic. */
function readHttp(toPorts: Cursor): CiliumHttp[] | undefined {
  const lists = toPorts.items().map((item) => item.at('rules', 'http').items());
  if (lists.length === 0 || lists.some((list) => list.length === 0)) return undefined;
  return lists.flat().map((rule) => ({ path: rule.get('path').string(), headers: rule.get('headers').items().length > 0 || rule.get('headerMatches').items().length > 0 }));
}

/**
 * Reads a selector of labels with sources: `k8s:app` and `any:app` are the label `app` of a pod; other sources (`reserved:`,
 * `cidr:`) are no labels of pods and stay as they are. The namespace and account of a pod are labels too
 * (`io.kubernetes.pod.namespace`, `io.cilium.k8s.policy.serviceaccount`; cilium pkg/k8s/apis/cilium.io/const.go).
 */
export function readCiliumSelector(cursor: Cursor): LabelSelector {
  const { matchLabels, matchExpressions, open, at } = readSelector(cursor);
  const entries: Record<string, Value<string>> = Object.create(null);
  let twice = false;
  for (const [key, value] of Object.entries(matchLabels.entries)) {
    const name = withoutSource(key);
    twice ||= name in entries;
    entries[name] = value;
  }
  return { matchLabels: { ...matchLabels, entries }, matchExpressions: matchExpressions.map((one) => ({ ...one, key: withoutSource(one.key) })), open: open || twice, at };
}

function withoutSource(key: string): string {
  return key.replace(/^(?:k8s|any):/, '');
}

/** Reads a CiliumCIDRGroup. */
export function readCiliumCidrGroup(cursor: Cursor): CiliumCidrGroupFact[] {
  const list = cursor.at('spec', 'externalCIDRs');
  return [{ fact: 'ciliumCidrGroup', cidrs: list.strings(), open: list.open }];
}
