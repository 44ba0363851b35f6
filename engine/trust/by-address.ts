import { known, type Place, type Value } from '../yaml/cursor.ts';
import { contains, coversFamily, kindOf, parseNetwork, parseNetworkOrAddress, type AddressKind, type Network } from './address.ts';
import type { Graph } from '../identity/graph.ts';
import type { GraphObject } from '../identity/objects.ts';
import probes from './probe-addresses.json' with { type: 'json' };
import { authenticatesWithCilium } from './cilium.ts';
import { nodeEntities } from './cilium-sources.ts';
import { exposureOf, isCalledByApiServer, isGateway, servicesOf } from './exposure.ts';
import { actionOf, mutualTls, type Authorization } from './istio.ts';
import { isProved, type Admission, type Layer } from './layer.ts';
import { openedByLinkerd } from './linkerd-protected.ts';
import { meshOf, type Mesh } from './mesh.ts';
import { isNetwork } from './network.ts';
import { portsMeet } from './port-callers.ts';
import { protectedByAuthorization, protectedByNetwork } from './protected.ts';
import type { Target } from './target.ts';
import { demandsIdentity, trustIn, type Trust } from './trust.ts';
import { waysThrough } from './ways.ts';

/**
 * Why nothing but the address decides. For a policy of the network: no identity layer is among the files; a mesh is, but
 * leaves the target out (`leftOut`), has it outside the mesh, authenticates it without naming callers (`anyIdentity`), asks
 * for identities in some rules only (`partial`), or asks for none (`weak`); Cilium authenticates elsewhere (`unauthenticated`).
 * For a rule of a mesh: it stands alone (`alone`). For either: beside rules of its own kind that demand an identity, which it
 * goes past (`bypass`).
 */
export type Situation = 'noLayer' | 'unauthenticated' | 'leftOut' | 'outside' | 'anyIdentity' | 'partial' | 'weak' | 'alone' | 'bypass';

/** A rule that lets callers in by their address alone, at some of the targets it is about. */
export interface AddressGrant {
  readonly rule: Place;
  /** The addresses that are believed, in written order; never empty. */
  readonly addresses: readonly Value<string>[];
  readonly situation: Situation;
  readonly targets: readonly Target[];
  /** The rule of another policy that explains the situation: the gap, or what is gone past. */
  readonly beside: Admission | undefined;
  /** The mesh that the files use at the targets. */
  readonly mesh: Mesh | undefined;
  /** Where the addresses stand in an object of their own: that object, and where the policy names it. */
  readonly shared: Admission['shared'];
  readonly confidence: 'high' | 'medium' | 'low';
}

interface Judgement {
  readonly situation: Situation;
  readonly mesh?: Mesh | undefined;
  readonly beside?: Admission;
  readonly confidence: AddressGrant['confidence'];
}

/** The rules of a policy that let callers in by address alone, whatever technology it is of. */
export function addressGrants(graph: Graph, policy: GraphObject): AddressGrant[] {
  const ofMesh = policy.resource.facts.flatMap((fact) => (fact.fact === 'istioAuthorizationPolicy' ? grantsOfAuthorization(graph, { object: policy, fact }) : []));
  return [...grantsOfNetwork(graph, policy), ...ofMesh, ...grantsOfLinkerd(graph, policy)];
}

/** An authorization of Linkerd that asks for networks alone, judged on the port of each Server that it is for. */
function grantsOfLinkerd(graph: Graph, policy: GraphObject): AddressGrant[] {
  const judged = openedByLinkerd(graph, policy).map(({ target, layer }): Judged => {
    const trust = trustIn(graph, target);
    const others = { ...trust, layers: trust.layers.filter(({ technology }) => technology !== 'Linkerd') };
    return { target, layer, judgement: demandsIdentity(others).demanded === false ? judgeMesh(trust, layer) : undefined };
  });
  return grantsOf(graph, policy, judged);
}

/** The rules of a policy of the network that let callers in by address alone (semantics.md 6.0), judged by the other layers of what it protects. */
function grantsOfNetwork(graph: Graph, policy: GraphObject): AddressGrant[] {
  const judged = protectedByNetwork(graph, policy).flatMap((target): Judged[] => {
    const trust = trustIn(graph, target);
    const ways = waysThrough(trust, policy);
    return ways?.admissions.some(({ addresses }) => addresses.length > 0) ? [{ target, layer: ways.layer, judgement: judgeNetwork(graph, trust, ways.layer) }] : [];
  });
  return grantsOf(graph, policy, judged);
}

/** The rules of an AuthorizationPolicy that let callers in by address alone. DENY, CUSTOM and AUDIT let nobody in. */
export function grantsOfAuthorization(graph: Graph, policy: Authorization): AddressGrant[] {
  const { object, fact } = policy;
  if (actionOf(policy) !== 'ALLOW' || fact.dryRun !== false) return [];
  const judged = protectedByAuthorization(graph, policy).map((target) => {
    const trust = trustIn(graph, target);
    const layer = trust.layers.find(({ technology }) => technology === 'Istio')!;
    return { target, layer: layer.policies.includes(object) ? layer : undefined, judgement: judgeMesh(trust, layer) };
  });
  return grantsOf(graph, object, judged);
}

function judgeNetwork(graph: Graph, trust: Trust, layer: Layer): Judgement | undefined {
  // Where nobody is turned away, no address decides anything.
  if (layer.isolates === false) return undefined;
  const { demanded, gaps } = demandsIdentity(trust);
  if (demanded !== false) return undefined;
  const { target } = trust;
  const confidence = target.workload ? 'high' : 'low';
  // Only a proof that the network itself asks for is gone past: what another layer leaves open is its gap.
  const wall = layer.admissions.find(({ evidence }) => isProved(evidence));
  if (wall) return { situation: 'bypass', beside: wall, confidence };
  if (gaps[0]) return { situation: 'partial', beside: gaps[0], confidence: target.workload ? 'medium' : 'low' };
  const mesh = meshOf(graph, target);
  if (!mesh && authenticatesWithCilium(graph, target)) return { situation: 'unauthenticated', confidence };
  if (!mesh) return { situation: 'noLayer', confidence: target.workload ? 'medium' : 'low' };
  if (mesh.membership(graph, target) === 'out') return { situation: 'outside', mesh, confidence };
  const own = trust.layers.find(({ technology }) => technology === mesh.technology)!;
  if (own.isolates === true) return { situation: 'weak', mesh, beside: own.admissions.find(({ evidence }) => !isProved(evidence)), confidence };
  if (mesh.technology === 'Istio' && mutualTls(graph, target).mode === 'STRICT') return { situation: 'anyIdentity', mesh, confidence };
  return { situation: 'leftOut', mesh, confidence: confidence === 'high' && !mesh.isTold(graph, target) ? 'medium' : confidence };
}

function judgeMesh({ target, elsewhere }: Trust, layer: Layer): Judgement | undefined {
  if (elsewhere !== false || layer.demands.length > 0) return undefined;
  // Everyone is let in by another rule: an address then decides nothing.
  if (layer.admissions.some(({ evidence, extent }) => evidence === 'nothing' && extent === 'all')) return undefined;
  const proved = layer.admissions.find(({ evidence, extent }) => isProved(evidence) && extent !== 'health');
  const confidence = !target.workload || isGateway(target) || layer.unsure ? 'low' : 'high';
  return proved ? { situation: 'bypass', beside: proved, confidence } : { situation: 'alone', confidence };
}

interface Judged {
  readonly target: Target;
  readonly layer: Layer | undefined;
  readonly judgement: Judgement | undefined;
}

const ranks = ['low', 'medium', 'high'] as const;

/** A rule as it stands at one target. */
interface RuleAtTarget extends Judgement {
  readonly rule: Place;
  readonly target: Target;
  readonly addresses: readonly Value<string>[];
  readonly shared: Admission['shared'];
}

/** One grant for each rule of a policy that lets addresses in, over all targets where nothing else is asked for. */
function grantsOf(graph: Graph, policy: GraphObject, judged: readonly Judged[]): AddressGrant[] {
  const byRule = new Map<string, RuleAtTarget[]>();
  for (const finding of judged.flatMap((one) => findingsAt(graph, policy, one))) {
    const key = `${finding.rule.path.join('/')} ${finding.shared?.object.key ?? ''}`;
    byRule.set(key, [...(byRule.get(key) ?? []), finding]);
  }
  return [...byRule.values()].map((findings) => {
    // One rule, one finding: it speaks of the targets where it is surest.
    const lead = findings.reduce((best, one) => (ranks.indexOf(one.confidence) > ranks.indexOf(best.confidence) ? one : best));
    const targets = findings.filter(({ situation }) => situation === lead.situation).map(({ target }) => target);
    return { rule: lead.rule, addresses: lead.addresses, situation: lead.situation, targets, beside: lead.beside, mesh: lead.mesh, shared: lead.shared, confidence: lead.confidence };
  });
}

function findingsAt(graph: Graph, policy: GraphObject, { target, layer, judgement }: Judged): RuleAtTarget[] {
  if (!judgement || !layer) return [];
  const rules = new Map<string, Admission[]>();
  for (const admission of layer.admissions) {
    const key = admission.rule.path.join('/');
    if (admission.policy === policy) rules.set(key, [...(rules.get(key) ?? []), admission]);
  }
  return [...rules.values()].flatMap((admissions) => {
    const believed = believedAddresses(graph, target, admissions);
    if (!believed) return [];
    const confidence = ranks[Math.min(ranks.indexOf(judgement.confidence), ranks.indexOf(believed.confidence))]!;
    const here = onPorts(judgement, layer, admissions);
    return byObject(admissions, believed.addresses).map(({ addresses, shared }) => ({ ...here, rule: admissions[0]!.rule, target, addresses, shared, confidence }));
  });
}

/** A rule of the network goes past a proof only on ports for which that is asked. */
function onPorts(judgement: Judgement, layer: Layer, admissions: readonly Admission[]): Judgement {
  if (judgement.situation !== 'bypass' || !isNetwork(layer)) return judgement;
  const wall = layer.admissions.find((one) => isProved(one.evidence) && admissions.some(({ ports }) => portsMeet(ports, one.ports)));
  return wall ? { ...judgement, beside: wall } : { situation: 'unauthenticated', confidence: judgement.confidence };
}

/** Addresses by the object that they stand in: the policy, or one that it names. */
function byObject(admissions: readonly Admission[], believed: readonly Value<string>[]): Pick<RuleAtTarget, 'addresses' | 'shared'>[] {
  const groups = new Map<string, { addresses: Value<string>[]; shared: Admission['shared'] }>();
  for (const { addresses, shared } of admissions) {
    const own = addresses.filter((value) => believed.includes(value));
    const group = groups.get(shared?.object.key ?? '');
    if (group) group.addresses.push(...own);
    else if (own.length > 0) groups.set(shared?.object.key ?? '', { addresses: own, shared });
  }
  return [...groups.values()];
}

const probeRanges = probes.ranges.map(({ cidr }) => parseNetworkOrAddress(cidr)!);

/**
 * The addresses of a rule's ways in that stand for an identity: not where the rule lets everyone in, not loopback or a
 * platform's probes, and at an exposed target not the public ranges, which contain what is open otherwise.
 */
function believedAddresses(graph: Graph, target: Target, admissions: readonly Admission[]): { addresses: readonly Value<string>[]; confidence: AddressGrant['confidence'] } | undefined {
  if (admissions.some(({ evidence, addresses }) => evidence === 'nothing' && addresses.length === 0)) return undefined;
  // A NetworkPolicy takes networks only; other lists take lone addresses too.
  const parse = isKubernetes(admissions[0]!.policy) ? parseNetwork : parseNetworkOrAddress;
  const ranges = admissions.filter(({ extent }) => extent !== 'health').flatMap(({ addresses }) => addresses).flatMap((value): Range[] => {
    // The API server calls webhooks from its node.
    if (nodeEntities.has(known(value) ?? '')) return isCalledByApiServer(graph, target) ? [] : [{ value, network: undefined, kind: 'node' }];
    const network = parse(known(value) ?? '');
    return network ? [{ value, network, kind: kindOf(network) }] : [];
  });
  if (admissions.some(({ evidence }) => evidence === 'nothing') || coversFamily(ranges.flatMap(({ network }) => network ?? []))) return undefined;
  const meaning = ranges.filter(({ network, kind }) => kind !== 'loopback' && !(network && probeRanges.some((probe) => contains(probe, network))));
  const internal = meaning.filter(({ kind }) => kind !== 'public');
  // Before there was an entity for it, the API server was let in as the nodes that it runs on (cilium issue 14724).
  if (internal.length > 0 && internal.every(({ kind }) => kind === 'node')) return { addresses: values(internal), confidence: 'low' };
  if (isGateway(target) || exposureOf(graph, target)) return internal.length > 0 ? { addresses: values(internal), confidence: 'high' } : undefined;
  if (internal.length > 0) return { addresses: values(meaning), confidence: 'high' };
  // Public callers of what has no known way in from outside: only where its Services say that there is none.
  const inside = servicesOf(graph, target).length > 0;
  return meaning.length > 0 && (inside || isOfMesh(admissions[0]!.policy)) ? { addresses: values(meaning), confidence: 'low' } : undefined;
}

function isOfMesh({ resource: { header: { group } } }: GraphObject): boolean {
  return group === 'security.istio.io' || group === 'policy.linkerd.io';
}

function isKubernetes(policy: GraphObject): boolean {
  return policy.resource.header.group === 'networking.k8s.io';
}

/** An address that is believed: a network, or nodes by the name that Cilium has for them. */
interface Range {
  readonly value: Value<string>;
  readonly network: Network | undefined;
  readonly kind: AddressKind | 'node';
}

function values(ranges: readonly Range[]): Value<string>[] {
  return ranges.map(({ value }) => value);
}
