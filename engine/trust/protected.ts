import type { NetworkPolicyFact } from '../kubernetes/network-policy.ts';
import { known } from '../yaml/cursor.ts';
import type { Graph, ObjectWith } from '../identity/graph.ts';
import type { GraphObject } from '../identity/objects.ts';
import { allTargets, isNear, targetsIn } from './index.ts';
import { membership, rootNamespace } from './istio-mesh.ts';
import { appliesTo, type Authorization } from './istio.ts';
import { isolatesIngress } from './network-policy.ts';
import { unseenTarget, type Target } from './target.ts';

/**
 * What a NetworkPolicy protects: the workloads that it selects; where none is among the files, the pods that it would
 * select, unseen. Nothing where it selects only pods on the host's network, which plug-ins leave out.
 */
export function protectedByNetworkPolicy(graph: Graph, policy: ObjectWith<NetworkPolicyFact>): Target[] {
  const { object, fact } = policy;
  const targets = targetsWhere(graph, object, targetsIn(graph, object.namespace, fact.podSelector), (target) => isolatesIngress(policy, target));
  if (targets.length > 0) return targets;
  const onHost = targetsWhere(graph, object, targetsIn(graph, object.namespace, fact.podSelector), (target) => target.hostNetwork === true && isolatesIngress(policy, { ...target, hostNetwork: false }));
  return onHost.length > 0 ? [] : [unseenTarget(object, fact.podSelector)];
}

/** What an AuthorizationPolicy protects, likewise. Nothing where all that it selects is outside the mesh. */
export function protectedByAuthorization(graph: Graph, policy: Authorization): Target[] {
  const targets = targetsWhere(graph, policy.object, policy.object.namespace === rootNamespace ? allTargets(graph) : targetsIn(graph, policy.object.namespace, policy.fact.target.refs.length > 0 ? undefined : policy.fact.target.selector), (target) => appliesTo(graph, policy, target));
  return targets.length === 0 ? [unseenOf(policy)] : targets.filter((target) => membership(graph, target) !== 'out');
}

/** The targets that an answer is yes for, among those of the same files: those of other variants have nothing to do with an object. */
function targetsWhere(graph: Graph, object: GraphObject, targets: readonly Target[], answer: (target: Target) => boolean | 'unknown'): Target[] {
  return targets.filter((target) => answer(target) === true && isNear(graph, object, target));
}

function unseenOf({ object, fact }: Authorization): Target {
  const target = unseenTarget(object, fact.target.selector);
  const gateway = fact.target.refs.find(({ kind }) => known(kind) === 'Gateway');
  if (!gateway) return target;
  return { ...target, labels: { ...target.labels, entries: { ...target.labels.entries, 'gateway.networking.k8s.io/gateway-name': gateway.name } } };
}
