import type { Graph } from '../identity/graph.ts';
import { factsNear } from './index.ts';
import { isolatesIngress } from './network-policy.ts';
import type { Target } from './target.ts';
import { trustIn } from './trust.ts';

/** Whether an ingress policy of any kind that is read selects a target; `unknown` where one may. Pods on the host's network are selected by none (semantics.md 6.1). */
export function hasIngressPolicy(graph: Graph, target: Target): boolean | 'unknown' {
  const { layers } = trustIn(graph, target);
  if (layers.some(({ isolates, policies }) => isolates === true || policies.length > 0)) return true;
  // What a NetworkPolicy of some template selects, or one of a namespace that no file tells.
  const perhaps = factsNear(graph, 'networkPolicy', target).some((policy) => isolatesIngress(policy, target) !== false);
  return perhaps || layers.some(({ isolates, unsure }) => isolates === 'unknown' || unsure) ? 'unknown' : false;
}
