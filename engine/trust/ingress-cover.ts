import type { Graph } from '../identity/graph.ts';
import { calicoSelects } from './calico.ts';
import { ciliumSelects } from './cilium.ts';
import { factsNear } from './index.ts';
import { isolatesIngress } from './network-policy.ts';
import { clusterPolicySelects } from './policy-api.ts';
import type { Target } from './target.ts';
import { trustIn } from './trust.ts';

/**
 * Whether an ingress policy of any kind that is read selects a target, also one of a mesh; `unknown` where one may, because
 * a template writes its selector or no file tells its namespace. Policies of egress alone select nothing here.
 */
export function hasIngressPolicy(graph: Graph, target: Target): boolean | 'unknown' {
  const { layers } = trustIn(graph, target);
  if (layers.some(({ isolates, policies }) => isolates === true || policies.length > 0)) return true;
  const perhaps = factsNear(graph, 'networkPolicy', target).some((policy) => isolatesIngress(policy, target) !== false)
    || factsNear(graph, 'ciliumPolicy', target).some((policy) => isAboutIngress(policy.fact) && ciliumSelects(graph, policy, target) !== false)
    || factsNear(graph, 'calicoPolicy', target).some((policy) => calicoSelects(graph, policy, target) !== false)
    || factsNear(graph, 'clusterPolicy', target).some((policy) => isAboutIngress(policy.fact) && clusterPolicySelects(graph, policy, target) !== false);
  return perhaps || layers.some(({ isolates, unsure }) => isolates === 'unknown' || unsure) ? 'unknown' : false;
}

function isAboutIngress({ ingress, deny = [], isolates = false, open }: { readonly ingress: readonly unknown[]; readonly deny?: readonly unknown[]; readonly isolates?: boolean | 'unknown'; readonly open: boolean }): boolean {
  return isolates !== false || open || ingress.length + deny.length > 0;
}
