import type { Graph } from '../identity/graph.ts';
import type { GraphObject } from '../identity/objects.ts';
import { allTargets, targetsIn } from './index.ts';
import { isSystemNamespace, kumaMembership } from './kuma-mesh.ts';
import { permissionApplies, permissionLayer, trafficPermissionApplies } from './kuma.ts';
import type { Layer } from './layer.ts';
import { unseenTarget, type Target } from './target.ts';

/** What a permission of Kuma opens: its own ways in at each proxy that it is about; unseen, where none is among the files. */
export function openedByKuma(graph: Graph, policy: GraphObject): { target: Target; layer: Layer }[] {
  return policy.resource.facts.flatMap((fact) => {
    if (fact.fact !== 'kumaPermission' && fact.fact !== 'kumaTrafficPermission') return [];
    const applies = (target: Target) => (fact.fact === 'kumaPermission' ? permissionApplies(graph, { object: policy, fact }, target) : trafficPermissionApplies(graph, { object: policy, fact }, target));
    const candidates = fact.fact === 'kumaPermission' && !isSystemNamespace(policy.namespace) ? targetsIn(graph, policy.namespace) : allTargets(graph);
    const about = candidates.filter((target) => kumaMembership(graph, target) === 'in' && applies(target) === true);
    const layer = permissionLayer(policy, fact);
    return (about.length > 0 ? about : [unseenTarget(policy, undefined)]).map((target) => ({ target, layer }));
  });
}
