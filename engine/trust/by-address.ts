import type { NetworkPolicyFact } from '../kubernetes/network-policy.ts';
import { known, type Place, type Value } from '../yaml/cursor.ts';
import { contains, coversFamily, kindOf, parseNetwork, parseNetworkOrAddress, type AddressKind, type Network } from './address.ts';
import type { Graph, ObjectWith } from '../identity/graph.ts';
import type { GraphObject } from '../identity/objects.ts';
import probes from './probe-addresses.json' with { type: 'json' };
import { exposureOf, isGateway, servicesOf } from './exposure.ts';
import { istioIsUsed, membership } from './istio-mesh.ts';
import { actionOf, mutualTls, type Authorization } from './istio.ts';
import { isProved, type Admission, type Layer } from './layer.ts';
import { protectedByAuthorization, protectedByNetworkPolicy } from './protected.ts';
import type { Target } from './target.ts';
import { demandsIdentity, trustIn, type Trust } from './trust.ts';

/**
 * Why nothing but the address decides. For a NetworkPolicy: no identity layer is among the files; Istio is, but leaves the
 * target out (`leftOut`), has it outside the mesh, authenticates it without naming callers (`anyIdentity`), asks for
 * identities in some rules only (`partial`), or asks for none (`weak`). For an Istio rule: it stands alone (`alone`), or
 * beside rules that demand an identity, which it goes past (`bypass`).
 */
export type Situation = 'noLayer' | 'leftOut' | 'outside' | 'anyIdentity' | 'partial' | 'weak' | 'alone' | 'bypass';

/** A rule that lets callers in by their address alone, at some of the targets it is about. */
export interface AddressGrant {
  readonly rule: Place;
  /** The addresses that are believed, in written order; never empty. */
  readonly addresses: readonly Value<string>[];
  readonly situation: Situation;
  readonly targets: readonly Target[];
  /** The rule of another policy that explains the situation: the gap, or what is gone past. */
  readonly beside: Admission | undefined;
  readonly confidence: 'high' | 'medium' | 'low';
}

interface Judgement {
  readonly situation: Situation;
  readonly beside?: Admission;
  readonly confidence: AddressGrant['confidence'];
}

/** The rules of a NetworkPolicy that let callers in by address alone (semantics.md 6.0), judged by the other layers of what it protects. */
export function grantsOfNetworkPolicy(graph: Graph, policy: ObjectWith<NetworkPolicyFact>): AddressGrant[] {
  const { object, fact } = policy;
  if (fact.ingress.isolates !== true) return [];
  const judged = protectedByNetworkPolicy(graph, policy).map((target) => {
    const trust = trustIn(graph, target);
    return { target, layer: trust.layers.find(({ technology }) => technology === 'NetworkPolicy')!, judgement: judgeNetwork(graph, trust) };
  });
  return grantsOf(graph, object, judged);
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

function judgeNetwork(graph: Graph, trust: Trust): Judgement | undefined {
  const { demanded, gaps } = demandsIdentity(trust);
  if (demanded !== false) return undefined;
  const { target } = trust;
  const confidence = target.workload ? 'high' : 'low';
  if (gaps[0]) return { situation: 'partial', beside: gaps[0], confidence: target.workload ? 'medium' : 'low' };
  if (!istioIsUsed(graph, target)) return { situation: 'noLayer', confidence: target.workload ? 'medium' : 'low' };
  if (membership(graph, target) === 'out') return { situation: 'outside', confidence };
  const istio = trust.layers.find(({ technology }) => technology === 'Istio')!;
  if (istio.isolates === true) return { situation: 'weak', beside: istio.admissions.find(({ evidence }) => !isProved(evidence)), confidence };
  return { situation: mutualTls(graph, target).mode === 'STRICT' ? 'anyIdentity' : 'leftOut', confidence };
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
}

/** One grant for each rule of a policy that lets addresses in, over all targets where nothing else is asked for. */
function grantsOf(graph: Graph, policy: GraphObject, judged: readonly Judged[]): AddressGrant[] {
  const byRule = new Map<string, RuleAtTarget[]>();
  for (const finding of judged.flatMap((one) => findingsAt(graph, policy, one))) {
    const key = finding.rule.path.join('/');
    byRule.set(key, [...(byRule.get(key) ?? []), finding]);
  }
  return [...byRule.values()].map((findings) => {
    // One rule, one finding: it speaks of the targets where it is surest.
    const lead = findings.reduce((best, one) => (ranks.indexOf(one.confidence) > ranks.indexOf(best.confidence) ? one : best));
    const targets = findings.filter(({ situation }) => situation === lead.situation).map(({ target }) => target);
    return { rule: lead.rule, addresses: lead.addresses, situation: lead.situation, targets, beside: lead.beside, confidence: lead.confidence };
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
    return [{ ...judgement, rule: admissions[0]!.rule, target, addresses: believed.addresses, confidence }];
  });
}

const probeRanges = probes.ranges.map(({ cidr }) => parseNetworkOrAddress(cidr)!);

/**
 * The addresses of a rule's ways in that stand for an identity: not where the rule lets everyone in, not loopback or a
 * platform's probes, and at an exposed target not the public ranges, which contain what is open otherwise.
 */
function believedAddresses(graph: Graph, target: Target, admissions: readonly Admission[]): { addresses: readonly Value<string>[]; confidence: AddressGrant['confidence'] } | undefined {
  if (admissions.some(({ evidence, addresses }) => evidence === 'nothing' && addresses.length === 0)) return undefined;
  // A NetworkPolicy takes networks only; Istio's lists take lone addresses too.
  const parse = isIstio(admissions[0]!.policy) ? parseNetworkOrAddress : parseNetwork;
  const ranges = admissions.filter(({ extent }) => extent !== 'health').flatMap(({ addresses }) => addresses)
    .map((value) => ({ value, network: parse(known(value) ?? '') }))
    .filter((range): range is { value: Value<string>; network: Network } => range.network !== undefined);
  if (admissions.some(({ evidence }) => evidence === 'nothing') || coversFamily(ranges.map(({ network }) => network))) return undefined;
  const meaning = ranges.map(({ value, network }) => ({ value, network, kind: kindOf(network) })).filter(({ network, kind }) => kind !== 'loopback' && !probeRanges.some((probe) => contains(probe, network)));
  const internal = meaning.filter(({ kind }) => kind !== 'public');
  if (isGateway(target) || exposureOf(graph, target)) return internal.length > 0 ? { addresses: values(internal), confidence: 'high' } : undefined;
  if (internal.length > 0) return { addresses: values(meaning), confidence: 'high' };
  // Public callers of what has no known way in from outside: only where its Services say that there is none.
  const inside = servicesOf(graph, target).length > 0;
  return meaning.length > 0 && (inside || isIstio(admissions[0]!.policy)) ? { addresses: values(meaning), confidence: 'low' } : undefined;
}

function isIstio(policy: GraphObject): boolean {
  return policy.resource.header.group === 'security.istio.io';
}

function values(ranges: readonly { value: Value<string>; kind: AddressKind }[]): Value<string>[] {
  return ranges.map(({ value }) => value);
}
