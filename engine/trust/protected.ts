import { labelsAsked } from '../kubernetes/calico-selector.ts';
import type { CalicoPolicyFact } from '../kubernetes/calico.ts';
import type { CiliumPolicyFact } from '../kubernetes/cilium.ts';
import type { NetworkPolicyFact } from '../kubernetes/network-policy.ts';
import type { ClusterPolicyFact } from '../kubernetes/policy-api.ts';
import type { Fact } from '../kubernetes/read.ts';
import { known, type Value } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { ObjectWith } from '../identity/parts.ts';
import type { GraphObject } from '../identity/objects.ts';
import { calicoSelects } from './calico.ts';
import { ciliumSelects } from './cilium.ts';
import { allTargets, isNear, selectorOf, targetsIn } from './index.ts';
import { membership, rootNamespace } from './istio-mesh.ts';
import { appliesTo, type Authorization } from './istio.ts';
import { isolatesIngress } from './network-policy.ts';
import { namespaceName } from './peers.ts';
import { clusterPolicySelects } from './policy-api.ts';
import { unseenTarget, type Target } from './target.ts';

/** Which pods a policy of the network is about: among whom to look, who of them it selects, and the pods of no file read that it would. */
interface Scope {
  readonly candidates: readonly Target[];
  readonly selects: (target: Target) => boolean | 'unknown';
  readonly unseen: Target;
}

/** Several rules ask about one policy; the answer is a function of the graph. */
const kept = new WeakMap<Graph, Map<string, Target[]>>();

/**
 * What a policy of the network protects: the workloads that it selects; where none is among the files, the pods that it
 * would select, unseen. Nothing where it selects only pods on the host's network, which plug-ins leave out.
 */
export function protectedByNetwork(graph: Graph, object: GraphObject): readonly Target[] {
  let answers = kept.get(graph);
  if (!answers) kept.set(graph, (answers = new Map()));
  let targets = answers.get(object.key);
  if (!targets) answers.set(object.key, (targets = findProtected(graph, object)));
  return targets;
}

function findProtected(graph: Graph, object: GraphObject): Target[] {
  const found = new Map<string, Target>();
  for (const scope of object.resource.facts.flatMap((fact) => scopeOf(graph, object, fact) ?? [])) {
    for (const target of inScope(graph, object, scope)) found.set(target.workload?.key ?? `unseen ${found.size}`, target);
  }
  const targets = [...found.values()];
  const seen = targets.filter(({ workload }) => workload);
  return seen.length > 0 ? seen : targets;
}

/** What a NetworkPolicy protects. */
export function protectedByNetworkPolicy(graph: Graph, { object, fact }: ObjectWith<NetworkPolicyFact>): Target[] {
  return inScope(graph, object, ofNetworkPolicy(graph, object, fact));
}

function inScope(graph: Graph, object: GraphObject, { candidates, selects, unseen }: Scope): Target[] {
  const targets = targetsWhere(graph, object, candidates, selects);
  if (targets.length > 0) return targets;
  const onHost = targetsWhere(graph, object, candidates, (target) => target.hostNetwork === true && selects({ ...target, hostNetwork: false }));
  // Whom a template's expression selects, no file tells.
  const untold = Object.values(unseen.labels.entries).some(({ state }) => state === 'hole');
  return onHost.length > 0 || untold ? [] : [unseen];
}

function scopeOf(graph: Graph, object: GraphObject, fact: Fact): Scope | undefined {
  switch (fact.fact) {
    case 'networkPolicy': return ofNetworkPolicy(graph, object, fact);
    case 'ciliumPolicy': return fact.endpointSelector && ofCilium(graph, object, fact);
    case 'calicoPolicy': return ofCalico(graph, object, fact);
    case 'clusterPolicy': return ofClusterPolicy(graph, object, fact);
    default: return undefined;
  }
}

function ofNetworkPolicy(graph: Graph, object: GraphObject, fact: NetworkPolicyFact): Scope {
  return { candidates: targetsIn(graph, object.namespace, fact.podSelector), selects: (target) => isolatesIngress({ object, fact }, target), unseen: unseenTarget(object, fact.podSelector) };
}

function ofCilium(graph: Graph, object: GraphObject, fact: CiliumPolicyFact): Scope {
  const unseen = unseenTarget(object, fact.endpointSelector);
  const asked = unseen.labels.entries['io.kubernetes.pod.namespace'];
  return {
    candidates: fact.clusterwide ? allTargets(graph, selectorOf(fact)) : targetsIn(graph, object.namespace, selectorOf(fact)),
    selects: (target) => ciliumSelects(graph, { object, fact }, target),
    unseen: fact.clusterwide && asked ? { ...unseen, namespace: known(asked) ?? '' } : unseen,
  };
}

function ofCalico(graph: Graph, object: GraphObject, fact: CalicoPolicyFact): Scope {
  const unseen = unseenTarget(object, undefined);
  const asked = fact.selector?.expression ? labelsAsked(fact.selector.expression) : {};
  const entries = Object.fromEntries(Object.entries(asked).map(([key, value]): [string, Value<string>] => [key, { state: 'known', value, at: fact.selector!.at }]));
  return {
    candidates: fact.global ? allTargets(graph, selectorOf(fact)) : targetsIn(graph, object.namespace, selectorOf(fact)),
    selects: (target) => calicoSelects(graph, { object, fact }, target),
    unseen: { ...unseen, labels: { ...unseen.labels, entries }, namespace: fact.global ? asked['projectcalico.org/namespace'] ?? '' : unseen.namespace },
  };
}

function ofClusterPolicy(graph: Graph, object: GraphObject, fact: ClusterPolicyFact): Scope {
  const unseen = unseenTarget(object, fact.subject?.podSelector);
  const asked = fact.subject?.namespaceSelector?.matchLabels.entries[namespaceName];
  return {
    candidates: allTargets(graph),
    selects: (target) => clusterPolicySelects(graph, { object, fact }, target),
    unseen: { ...unseen, namespace: (asked && known(asked)) ?? '' },
  };
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
