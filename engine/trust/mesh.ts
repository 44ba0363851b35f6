import type { Graph } from '../identity/graph.ts';
import { consulIsUsed, consulMembership } from './consul.ts';
import { istioIsUsed, membership } from './istio-mesh.ts';
import { kumaIsUsed, kumaMembership } from './kuma-mesh.ts';
import type { Technology } from './layer.ts';
import { inboundDefault, linkerdIsUsed, linkerdMembership } from './linkerd-mesh.ts';
import type { Target } from './target.ts';

/** A service mesh: a technology that gives workloads identities and checks those of their callers. */
export interface Mesh {
  readonly technology: Technology;
  /** The kind of its policies that name callers. */
  readonly policy: string;
  membership(graph: Graph, target: Target): 'in' | 'out' | 'unknown';
  isUsed(graph: Graph, target: Target): boolean;
  /** Whether the files tell what it does with a target that no policy is about; else the installation says. */
  isTold(graph: Graph, target: Target): boolean;
}

/** One line a mesh. */
const meshes: readonly Mesh[] = [
  { technology: 'Istio', policy: 'AuthorizationPolicy', membership, isUsed: istioIsUsed, isTold: () => true },
  { technology: 'Linkerd', policy: 'AuthorizationPolicy', membership: linkerdMembership, isUsed: linkerdIsUsed, isTold: (graph, target) => inboundDefault(graph, target) !== undefined },
  { technology: 'Consul', policy: 'ServiceIntentions', membership: (_, target) => consulMembership(target), isUsed: consulIsUsed, isTold: () => true },
  { technology: 'Kuma', policy: 'MeshTrafficPermission', membership: kumaMembership, isUsed: kumaIsUsed, isTold: () => true },
];

/** The mesh that a target is in, else the one that the files use beside it; undefined where they use none. */
export function meshOf(graph: Graph, target: Target): Mesh | undefined {
  return meshes.find((mesh) => mesh.membership(graph, target) === 'in') ?? meshes.find((mesh) => mesh.isUsed(graph, target));
}
