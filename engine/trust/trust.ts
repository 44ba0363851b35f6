import type { Graph } from '../identity/graph.ts';
import type { FactKind } from '../kubernetes/read.ts';
import { consulLayer } from './consul.ts';
import { istioLayer } from './istio.ts';
import { kumaLayer } from './kuma.ts';
import { linkerdLayer } from './linkerd.ts';
import { isProved, type Admission, type Layer } from './layer.ts';
import { networkLayers } from './network.ts';
import { otherIdentity } from './other.ts';
import type { Target } from './target.ts';

/*
 * The trust model (semantics.md 6.0): for a target, every layer that decides who gets in, and on what evidence. A layer is
 * data; one function a technology makes it from the facts of its policies, and nothing here knows a technology.
 */

/** One line a technology; those of the network are in network.ts, because they add up. */
const layers: readonly ((graph: Graph, target: Target) => Layer)[] = [
  istioLayer,
  linkerdLayer,
  consulLayer,
  kumaLayer,
];

/** The kinds of facts that an answer of the trust model depends on; a rule that asks it declares them. */
export const trustReads: readonly FactKind[] = [
  'workload', 'namespace', 'service', 'route',
  'networkPolicy', 'ciliumPolicy', 'ciliumCidrGroup', 'calicoPolicy', 'calicoTier', 'calicoNetworkSet', 'clusterPolicy', 'account',
  'istioAuthorizationPolicy', 'istioPeerAuthentication', 'istioRequestAuthentication', 'proxyFilter',
  'linkerdServer', 'linkerdAuthorization', 'linkerdMeshTls', 'linkerdNetworks', 'linkerdServerAuthorization', 'linkerdRoute',
  'consulIntentions', 'consulMutualTls', 'consulMesh',
  'kumaPermission', 'kumaTrafficPermission', 'kumaMesh', 'kumaTls', 'kumaIdentity',
];

/** Of those, the policies: a rule about policies is asked about nothing else. */
export const policyKinds: readonly FactKind[] = trustReads.filter((kind) => !['workload', 'namespace', 'service', 'route', 'account'].includes(kind));

/** Everything that decides who gets in to a target. */
export interface Trust {
  readonly target: Target;
  readonly layers: readonly Layer[];
  /** Whether a technology outside the layers asks for an identity: a proxy beside the container, or a flag of its own. */
  readonly elsewhere: boolean;
}

/** Several policies ask about one workload; the answer is a function of the graph, so it is kept as long as that. */
const known = new WeakMap<Graph, Map<string, Trust>>();

/** Who is let in to a target, and on what evidence. */
export function trustIn(graph: Graph, target: Target): Trust {
  if (!target.workload) return judge(graph, target);
  let answers = known.get(graph);
  if (!answers) known.set(graph, (answers = new Map()));
  let trust = answers.get(target.workload.key);
  if (!trust) answers.set(target.workload.key, (trust = judge(graph, target)));
  return trust;
}

function judge(graph: Graph, target: Target): Trust {
  return { target, layers: [...networkLayers(graph, target), ...layers.map((layer) => layer(graph, target))], elsewhere: otherIdentity(target) };
}

/** Whether identity is demanded of everyone on every way in, and where it is not. */
export interface IdentityDemand {
  readonly demanded: boolean | 'unknown';
  /** Ways in without a proved identity through a layer that demands one elsewhere. Health checks are none. */
  readonly gaps: readonly Admission[];
}

/** Whether some layer rejects what shows no identity, on every path (semantics.md 6.0, step 1). */
export function demandsIdentity(trust: Trust): IdentityDemand {
  const answers = trust.layers.map(demandOf);
  if (trust.elsewhere || answers.some(({ demanded }) => demanded === true)) return { demanded: true, gaps: [] };
  const unknown = answers.some(({ demanded }) => demanded === 'unknown');
  return { demanded: unknown ? 'unknown' : false, gaps: answers.flatMap(({ gaps }) => gaps) };
}

function demandOf(layer: Layer): IdentityDemand {
  if (layer.demands.some(({ evidence, extent }) => extent === 'all' && isProved(evidence))) return { demanded: true, gaps: [] };
  const open = layer.admissions.filter(({ evidence, extent }) => !isProved(evidence) && extent !== 'health');
  if (layer.isolates === true && !layer.unsure && open.length === 0) return { demanded: true, gaps: [] };
  // A demand on some traffic may be about the very traffic in question; ways in that cannot be told may all ask for an identity.
  const unknown = layer.unsure || layer.demands.length > 0 || (layer.isolates !== false && open.every(({ evidence }) => evidence === 'unknown'));
  const proves = layer.admissions.some(({ evidence }) => isProved(evidence));
  return { demanded: unknown ? 'unknown' : false, gaps: proves ? open : [] };
}
