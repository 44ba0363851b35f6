import type { Graph } from '../identity/graph.ts';
import type { Workload } from '../identity/parts.ts';
import type { GraphObject, Location } from '../identity/objects.ts';
import { known, type Place } from '../yaml/cursor.ts';
import { coversFamily, isBrokenAddress, parseNetworkOrAddress } from './address.ts';
import { callersOf } from './callers.ts';
import type { Caller } from './caller.ts';
import { edgesOf, type Edge } from './edge.ts';
import { evidences, type Admission, type Evidence, type Layer, type Opening } from './layer.ts';
import { inOrder } from './index.ts';
import { accountsNamed, workloadsNamed } from './principals.ts';
import { targetOf } from './target.ts';
import { demandsIdentity, trustIn } from './trust.ts';

/** A rule that lets callers in to a workload, and the callers among the files that come in by it. */
export interface WayIn {
  readonly layer: Layer;
  readonly evidence: Evidence;
  readonly extent: Admission['extent'];
  readonly policy: GraphObject;
  readonly rule: Place;
  /** Whom it lets in where that is everyone of a kind. */
  readonly opening: Opening | undefined;
  /** The addresses or names that it lets in, as they are written. */
  readonly written: readonly string[];
  readonly callers: readonly Workload[];
  /** What is written as an address and is none. */
  readonly broken: readonly string[];
  /** The names that no workload among the files answers to. */
  readonly notRead: readonly string[];
}

/** A workload that the files show to call another, with all that shows it. */
export interface KnownCaller {
  readonly workload: Workload;
  readonly shown: readonly { readonly how: 'named by a policy' | Caller['how']; readonly at: Location }[];
  /** The strongest evidence on which a rule lets this very caller in; undefined where no rule speaks of it. */
  readonly evidence: Evidence | undefined;
}

/** Who is let in to a workload, and on what evidence: from every layer, and from outside. */
export interface TrustReport {
  readonly workload: Workload;
  /** Every layer that was looked at; one without policies says nothing. */
  readonly layers: readonly Layer[];
  readonly ways: readonly WayIn[];
  readonly callers: readonly KnownCaller[];
  /** The routes and Services by which it is reached from outside the cluster. */
  readonly edges: readonly Edge[];
  /** Whether an identity is demanded on every way in, and the ways that go past. */
  readonly identity: { readonly demanded: boolean | 'unknown'; readonly gaps: readonly Admission[] };
  /** Whether something that is no layer asks for an identity: a proxy beside the container, or a flag of its own. */
  readonly elsewhere: boolean;
}

/** Answers the question for one workload. Pure; what is in no file read is said as written, never guessed. */
export function trustReport(graph: Graph, workload: Workload): TrustReport {
  const target = targetOf(workload);
  const trust = trustIn(graph, target);
  const shown = callersOf(graph, target);
  const ways = trust.layers.flatMap((layer) => waysOf(graph, workload, layer, shown));
  return { workload, layers: trust.layers, ways, callers: callersIn(graph, ways, shown), edges: edgesOf(graph, target), identity: demandsIdentity(trust), elsewhere: trust.elsewhere };
}

/** The ways in of a layer: one for each rule and evidence, in the order of the rules. */
function waysOf(graph: Graph, workload: Workload, layer: Layer, shown: readonly Caller[]): WayIn[] {
  const groups = new Map<string, Admission[]>();
  for (const admission of layer.admissions) {
    const key = `${admission.policy.key} ${admission.rule.path.join('/')} ${admission.evidence} ${admission.extent} ${admission.opening?.to ?? ''}`;
    const list = groups.get(key);
    if (list) list.push(admission);
    else groups.set(key, [admission]);
  }
  return [...groups.values()].map((admissions): WayIn => {
    const { evidence, extent, policy, rule, opening } = admissions[0]!;
    const addresses = [...new Set(admissions.flatMap((one) => one.addresses).flatMap((value) => known(value) ?? []))];
    const names = [...new Set(admissions.flatMap(({ named }) => named ?? []).flatMap((value) => known(value) ?? []))];
    const resolved = names.map((name) => ({ name, workloads: workloadsOf(graph, name, evidence, policy, workload) }));
    const selected = evidence === 'label' ? shown.filter((caller) => caller.how === 'selected by a policy' && caller.evidence.object === policy && isWithin(rule, caller.evidence.place)).map((caller) => caller.workload) : [];
    return {
      layer, evidence, extent, policy, rule,
      opening: opening && isOpenedBy(opening, addresses) ? opening : undefined,
      written: [...addresses, ...names],
      broken: addresses.filter(isBrokenAddress),
      callers: [...new Set([...resolved.flatMap(({ workloads }) => workloads ?? []), ...selected])],
      notRead: resolved.filter(({ workloads }) => workloads?.length === 0).map(({ name }) => name),
    };
  });
}

/** Of a rule's peers those that hold every address are what opens it; the others are only what they say. */
function isOpenedBy({ to }: Opening, addresses: readonly string[]): boolean {
  return addresses.length === 0 || (to !== 'everyAddress' && to !== 'outside') || coversFamily(addresses.flatMap((text) => parseNetworkOrAddress(text) ?? []));
}

/** The workloads that a name stands for; undefined for a name that stands for no account. */
function workloadsOf(graph: Graph, name: string, evidence: Evidence, policy: GraphObject, target: Workload): readonly Workload[] | undefined {
  const accounts = accountsNamed(name, policy.namespace, evidence === 'namespace' ? 'namespace' : 'account');
  if (!accounts || accounts.namespace === undefined) return undefined;
  return workloadsNamed(graph, accounts, target.object.document.file).filter((one) => one !== target);
}

function isWithin(outer: Place, inner: Place): boolean {
  return outer.path.every((step, i) => inner.path[i] === step);
}

function callersIn(graph: Graph, ways: readonly WayIn[], shown: readonly Caller[]): KnownCaller[] {
  const found = new Map<Workload, { shown: KnownCaller['shown'][number][]; evidence: Evidence | undefined }>();
  const of = (workload: Workload) => {
    let caller = found.get(workload);
    if (!caller) found.set(workload, (caller = { shown: [], evidence: undefined }));
    return caller;
  };
  for (const { workload, how, evidence } of shown) of(workload).shown.push({ how, at: evidence });
  for (const { evidence, policy, rule, callers } of ways) {
    for (const workload of callers) {
      const caller = of(workload);
      if (evidence !== 'label') caller.shown.push({ how: 'named by a policy', at: { object: policy, place: rule } });
      if (caller.evidence === undefined || evidences.indexOf(evidence) > evidences.indexOf(caller.evidence)) caller.evidence = evidence;
    }
  }
  return inOrder(graph, found.keys()).map((workload) => ({ workload, ...found.get(workload)! }));
}
