import type { CiliumCidr, CiliumPolicyFact, CiliumRule } from '../kubernetes/cilium.ts';
import { matches, selectsAll, type LabelSelector } from '../kubernetes/selector.ts';
import { known, type Place, type Value } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import { symbol, type GraphObject } from '../identity/objects.ts';
import { coversFamily, parseNetworkOrAddress, type Network } from './address.ts';
import type { Denial } from './denial.ts';
import type { Admission, Evidence, Opening } from './layer.ts';

/** One source of a rule: what it is believed by, whom it opens to, and what it turns away where the rule denies. */
export interface CiliumSource {
  readonly evidence: Evidence;
  readonly addresses: readonly Value<string>[];
  readonly shared: Admission['shared'];
  readonly opening: Opening | undefined;
  readonly selector: LabelSelector | undefined;
  readonly denies: Denial['from'] | undefined;
}

const nobody: CiliumSource = { evidence: 'label', addresses: [], shared: undefined, opening: undefined, selector: undefined, denies: undefined };

/** The sources of a rule (cilium pkg/policy/api/ingress.go): a rule without any is about everyone where it names ports or ICMP types, else about nobody. */
export function ciliumSources(graph: Graph, policy: GraphObject, fact: CiliumPolicyFact, rule: CiliumRule): CiliumSource[] {
  if (rule.sourceless) {
    const aboutTraffic = rule.ports.length > 0 || !rule.anyPort || rule.icmp;
    return aboutTraffic ? [{ ...nobody, evidence: 'nothing', opening: { to: 'anyone', at: rule.peersAt }, denies: 'everyone' }] : [];
  }
  return [
    ...rule.endpoints.map((selector) => sourceOfPods(fact, selector)),
    ...rule.entities.flatMap(sourceOfEntity),
    ...sourceOfCidrs(graph, policy, rule.cidrs),
    // Nodes by label, and groups of a cloud provider, are addresses in the end; which, the files do not tell.
    ...rule.nodes.map((): CiliumSource => ({ ...nobody, evidence: 'address' })),
    ...rule.groups.map((): CiliumSource => ({ ...nobody, evidence: 'address' })),
  ];
}

/** An empty selector is every pod of the cluster only where the policy is clusterwide, or where it asks for any namespace. */
function sourceOfPods({ clusterwide }: CiliumPolicyFact, selector: LabelSelector): CiliumSource {
  const [only, ...more] = selector.matchExpressions;
  const anyNamespace = !selector.open && Object.keys(selector.matchLabels.entries).length === 0 && only?.key === 'io.kubernetes.pod.namespace' && only.operator === 'Exists' && more.length === 0;
  const every = anyNamespace || (clusterwide && selectsAll(selector));
  return { ...nobody, selector, opening: every ? { to: 'everyPod', at: selector.at } : undefined, denies: every ? 'pods' : undefined };
}

/**
 * Entities (entity.go). `host`, `health`, `ingress` and `kube-apiserver` are parts of the cluster that Cilium tells by
 * itself, and the own node may always connect; `remote-node` and `unmanaged` are whatever runs there.
 */
function sourceOfEntity(entity: Value<string>): CiliumSource[] {
  const at: Place = entity.at;
  switch (known(entity)) {
    case 'all': return [{ ...nobody, evidence: 'nothing', opening: { to: 'entityAll', at }, denies: 'everyone' }];
    case 'world': return [{ ...nobody, evidence: 'nothing', opening: { to: 'outside', at }, denies: 'outside' }];
    case 'world-ipv4': case 'world-ipv6': return [{ ...nobody, evidence: 'nothing', opening: { to: 'outside', at } }];
    case 'cluster': case 'cluster-mesh': return [{ ...nobody, evidence: 'address', opening: { to: 'cluster', at }, denies: 'pods' }];
    case 'remote-node': case 'unmanaged': return [{ ...nobody, evidence: 'address', addresses: [entity] }];
    case 'none': return [];
    case undefined: return [{ ...nobody, evidence: 'unknown' }];
    default: return [nobody];
  }
}

/** Networks of a rule, each for itself, and what they are together. */
function sourceOfCidrs(graph: Graph, policy: GraphObject, cidrs: readonly CiliumCidr[]): CiliumSource[] {
  const found = cidrs.flatMap((item) => listsOf(graph, policy, item).map((list) => ({ ...list, item, own: networksOf(list.addresses) })));
  const all = coversFamily(found.flatMap(({ own }) => own));
  return found.map(({ item, addresses, shared, own }): CiliumSource => ({
    ...nobody,
    evidence: coversFamily(own) ? 'nothing' : 'address',
    addresses,
    shared,
    opening: all ? { to: 'outside', at: shared?.at ?? addresses[0]?.at ?? item.at } : undefined,
    denies: item.except.length === 0 && own.length > 0 && own.length === addresses.length ? own : undefined,
  }));
}

function networksOf(addresses: readonly Value<string>[]): Network[] {
  return addresses.flatMap((address) => parseNetworkOrAddress(known(address) ?? '') ?? []);
}

/** The networks of an item: its own, or those of each group that it names. Which they are is not told where a group is in no file read. */
function listsOf(graph: Graph, policy: GraphObject, { cidr, group, groupSelector, at }: CiliumCidr): Pick<CiliumSource, 'addresses' | 'shared'>[] {
  if (cidr.state !== 'absent') return [{ addresses: [cidr], shared: undefined }];
  const groups = graph.all('ciliumCidrGroup').filter(({ object }) => !graph.proximity.alternatives(policy.document.file, object.document.file)
    && (group.state === 'absent' ? groupSelector !== undefined && matches(groupSelector, object.resource.header.labels) === true : object.name === symbol(group)));
  const named = group.state === 'absent' ? groupSelector?.at ?? at : group.at;
  return groups.length === 0 ? [{ addresses: [], shared: undefined }] : groups.map(({ object, fact }) => ({ addresses: fact.open ? [] : fact.cidrs, shared: { object, at: named } }));
}

/** Entities that stand for nodes and for what runs beside Cilium: wherever they are, by address. */
export const nodeEntities: ReadonlySet<string> = new Set(['remote-node', 'unmanaged']);
