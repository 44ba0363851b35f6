import { known } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { Workload } from '../identity/parts.ts';
import { isMeshComponent } from './bypass.ts';
import { isCalledByApiServer, isGateway, servicesOf } from './exposure.ts';
import { membership } from './istio-mesh.ts';
import { mutualTls } from './istio.ts';
import { inboundDefault, linkerdMembership } from './linkerd-mesh.ts';
import type { Target } from './target.ts';
import { demandsIdentity, trustIn } from './trust.ts';

/**
 * The meshes that let everyone call what no policy is about, whatever their installation says: Istio always (semantics.md
 * 6.5), Linkerd by its own default. With Consul the ACL default decides, with Kuma the version; neither is in a manifest.
 */
export type OpenMesh = 'Istio' | 'Linkerd';

/**
 * The mesh that a target is in for certain and that no policy of any mesh is about. None for gateways and for what the API
 * server calls, whose callers are in no mesh; for what only calls; for what a mesh is made of; and where something else
 * asks for an identity.
 */
export function isUnauthorized(graph: Graph, target: Target): OpenMesh | undefined {
  const { workload } = target;
  if (!workload || isGateway(target) || isCalledByApiServer(graph, target)) return undefined;
  // What holds no image is a patch of a workload.
  if (isMeshComponent(target) || workload.fact.containers.every(({ image }) => image.state === 'absent') || !isCallable(graph, workload, target)) return undefined;
  const mesh: OpenMesh | undefined = membership(graph, target) === 'in' ? 'Istio' : linkerdMembership(graph, target) === 'in' ? 'Linkerd' : undefined;
  if (!mesh) return undefined;
  const trust = trustIn(graph, target);
  const silent = trust.layers.filter(({ technology }) => identityLayers.has(technology)).every(({ policies, isolates, demands, unsure }) => policies.length === 0 && isolates === false && demands.length === 0 && !unsure);
  return silent && demandsIdentity(trust).demanded === false ? mesh : undefined;
}

/** The meshes' own containers, where they are written into the pods; their ports are no program's. */
const proxies = new Set(['istio-proxy', 'linkerd-proxy']);

/** Whether somebody can be meant to call a workload: a Service leads to it, or it says that it listens. */
function isCallable(graph: Graph, { fact }: Workload, target: Target): boolean {
  const own = fact.containers.filter(({ name }) => !proxies.has(known(name) ?? ''));
  return own.some(({ ports }) => ports.listed.length > 0 || ports.open) || servicesOf(graph, target).length > 0;
}

const identityLayers: ReadonlySet<string> = new Set(['Istio', 'Linkerd', 'Consul', 'Kuma']);

/** Who may call what no policy is about, by message: anyone, or whoever has any identity. */
export function callableBy(graph: Graph, target: Target, mesh: OpenMesh): { readonly messageId: 'anyIdentity' | 'anyone' | 'linkerd' | 'linkerdUntold'; readonly policy?: string } {
  if (mesh === 'Istio') return { messageId: mutualTls(graph, target).mode === 'STRICT' ? 'anyIdentity' : 'anyone' };
  const said = inboundDefault(graph, target);
  const policy = said && known(said.value);
  return policy === undefined ? { messageId: 'linkerdUntold' } : { messageId: 'linkerd', policy };
}
