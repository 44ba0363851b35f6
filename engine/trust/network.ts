import type { Graph } from '../identity/graph.ts';
import { calicoLayer } from './calico.ts';
import { ciliumLayer } from './cilium.ts';
import { withoutDenied } from './denial.ts';
import type { Layer } from './layer.ts';
import { networkPolicyLayer } from './network-policy.ts';
import { clusterTiers } from './policy-api.ts';
import type { Target } from './target.ts';

/**
 * What the network lets in to a target. The policies of one plug-in, the NetworkPolicies that it enforces and those of the
 * network policy API add up: they are one layer, called by the plug-in where it has policies of its own. The Admin tier of
 * the API turns away before any of them is asked, and lets in beside them.
 */
export function networkLayers(graph: Graph, target: Target): readonly Layer[] {
  const kubernetes = networkPolicyLayer(graph, target);
  const calico = calicoLayer(graph, target, kubernetes);
  const plugins = [ciliumLayer(graph, target, kubernetes), calico].filter(({ policies, unsure }) => policies.length > 0 || unsure);
  const { layer, denials } = clusterTiers(graph, target, kubernetes.isolates);
  return (plugins.length > 0 ? plugins : [{ ...kubernetes, perhaps: calico.perhaps ?? [] }]).map((one): Layer => ({
    ...one,
    technology: one.policies.length === 0 && layer.policies.length > 0 ? layer.technology : one.technology,
    policies: [...one.policies, ...layer.policies],
    admissions: [...withoutDenied(one.admissions, denials), ...layer.admissions],
    unsure: one.unsure || layer.unsure,
  }));
}

/** Whether a layer is one of the network: what it knows of callers are addresses and labels. */
export function isNetwork({ technology }: Layer): boolean {
  return technology === 'NetworkPolicy' || technology === 'Cilium' || technology === 'Calico' || technology === 'AdminNetworkPolicy';
}
