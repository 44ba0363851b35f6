import type { Place } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { GraphObject } from '../identity/objects.ts';
import { openedByConsul } from './consul-protected.ts';
import { exposureOf, isCalledByApiServer, isGateway } from './exposure.ts';
import { openedByKuma } from './kuma-protected.ts';
import { isProved, type Admission, type Layer } from './layer.ts';
import { openedByLinkerd } from './linkerd-protected.ts';
import type { Target } from './target.ts';
import { demandsIdentity, trustIn } from './trust.ts';

/** What a policy of a mesh opens, and all that the mesh lets in there. */
export interface Opened {
  readonly target: Target;
  readonly layer: Layer;
}

/** A way in to a mesh's workloads that asks for no name: of everyone, of everyone in the cluster's networks, or of whoever has any identity. */
export interface MeshOpening {
  readonly openness: 'anyone' | 'cluster' | 'anyIdentity';
  /** Whether it is so on part of the traffic only. */
  readonly part: boolean;
  readonly at: Place;
  readonly admission: Admission;
  readonly targets: readonly Target[];
  /** A way in that demands a name, and that this one goes past. */
  readonly past: Admission | undefined;
}

/** What a policy of Linkerd, Consul or Kuma opens; nothing for any other object. */
const opened: readonly ((graph: Graph, policy: GraphObject) => Opened[])[] = [openedByLinkerd, openedByConsul, openedByKuma];

/**
 * The ways in of a policy that ask for no name. Silent where something else asks for an identity, at gateways, exposed
 * workloads and what the API server calls, which everyone is meant to reach, and for health checks.
 */
export function meshOpenings(graph: Graph, policy: GraphObject): MeshOpening[] {
  const found = opened.flatMap((of) => of(graph, policy)).flatMap((one) => openingsAt(graph, policy, one));
  const byPlace = new Map<string, MeshOpening>();
  for (const one of found) {
    const key = `${one.at.path.join('/')} ${one.openness} ${one.part}`;
    const before = byPlace.get(key);
    byPlace.set(key, before ? { ...before, past: before.past ?? one.past, targets: [...before.targets, ...one.targets.filter((target) => !before.targets.includes(target))] } : one);
  }
  return [...byPlace.values()];
}

function openingsAt(graph: Graph, policy: GraphObject, { target, layer }: Opened): MeshOpening[] {
  const mine = layer.admissions.filter((admission) => admission.policy === policy && admission.extent !== 'health');
  const open = mine.flatMap((admission) => {
    const openness = opennessOf(admission);
    return openness ? [{ admission, openness }] : [];
  });
  if (open.length === 0 || isGateway(target) || exposureOf(graph, target) || isCalledByApiServer(graph, target)) return [];
  const trust = trustIn(graph, target);
  if (demandsIdentity({ ...trust, layers: trust.layers.filter(({ technology }) => technology !== layer.technology) }).demanded !== false) return [];
  const past = layer.admissions.find(({ policy: of, evidence, extent }) => of !== policy && isProved(evidence) && evidence !== 'anyIdentity' && extent !== 'health');
  return open.map(({ admission, openness }) => ({ openness, part: admission.extent !== 'all', at: admission.shared?.at ?? admission.rule, admission, targets: target.workload ? [target] : [], past }));
}

/** Networks that no manifest tells are those of the cluster. */
function opennessOf({ evidence, addresses }: Admission): MeshOpening['openness'] | undefined {
  if (evidence === 'nothing') return 'anyone';
  if (evidence === 'address' && addresses.length === 0) return 'cluster';
  return evidence === 'anyIdentity' ? 'anyIdentity' : undefined;
}
