import { known } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { GraphObject } from '../identity/objects.ts';
import { consulMembership, consulNames, intentionsLayer, isDestination, type Intentions } from './consul.ts';
import { allTargets, isNear } from './index.ts';
import type { Layer } from './layer.ts';
import { unseenTarget, type Target } from './target.ts';
import { perGraph } from '../identity/per-graph.ts';

/** The workloads among the files that intentions are about by name; unseen, what they would be about where there is none. Those outside the mesh are not. */
export function targetsOfIntentions(graph: Graph, intentions: Intentions): Target[] {
  const name = known(intentions.fact.destination.name);
  const everyone = name === '*';
  const about = (everyone ? allTargets(graph) : targetsByName(graph).get(name ?? '') ?? []).filter((target) => {
    if (!isNear(graph, intentions.object, target)) return false;
    const how = isDestination(intentions, consulNames(graph, target), target);
    return how === 'name' || (how === 'all' && consulMembership(target) === 'in');
  });
  return about.length === 0 && !everyone ? [unseenTarget(intentions.object, undefined)] : about.filter((target) => consulMembership(target) !== 'out');
}

/** Workloads by the names that Consul knows them by. */
const targetsByName = perGraph((graph): ReadonlyMap<string, readonly Target[]> => {
  const named = new Map<string, Target[]>();
  for (const target of allTargets(graph)) for (const name of consulNames(graph, target)) named.set(name, [...(named.get(name) ?? []), target]);
  return named;
});

/** What ServiceIntentions open: their own ways in at each service that they are about. */
export function openedByConsul(graph: Graph, policy: GraphObject): { target: Target; layer: Layer }[] {
  return policy.resource.facts.flatMap((fact) => {
    if (fact.fact !== 'consulIntentions') return [];
    const layer = intentionsLayer([{ object: policy, fact }]);
    const targets = targetsOfIntentions(graph, { object: policy, fact });
    // Intentions for every service are open whether or not a file shows one.
    return (targets.length > 0 ? targets : [unseenTarget(policy, undefined)]).map((target) => ({ target, layer }));
  });
}
