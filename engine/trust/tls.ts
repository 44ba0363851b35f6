import type { DestinationRuleFact } from '../kubernetes/destination-rule.ts';
import type { PeerAuthenticationFact } from '../kubernetes/istio.ts';
import { known } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { ObjectWith, Workload } from '../identity/parts.ts';
import { isCalledByApiServer, standsFor } from './exposure.ts';
import { allTargets, isNear, targetsIn } from './index.ts';
import { membership, rootNamespace } from './istio-mesh.ts';
import { selects, targetOf, unseenTarget, type Target } from './target.ts';
import { demandsIdentity, trustIn } from './trust.ts';

/** What a PeerAuthentication is about. In the root namespace a selector makes it be ignored (semantics.md 6.5). */
export function scopeOf({ object, fact }: ObjectWith<PeerAuthenticationFact>): 'mesh' | 'namespace' | 'workload' | 'ignored' {
  if (object.namespace !== rootNamespace) return fact.selector ? 'workload' : 'namespace';
  return fact.selector ? 'ignored' : 'mesh';
}

/** The workloads among the files that a PeerAuthentication is about. */
function targetsOf(graph: Graph, { object, fact }: ObjectWith<PeerAuthenticationFact>): readonly Target[] {
  const candidates = object.namespace === rootNamespace ? allTargets(graph) : targetsIn(graph, object.namespace, fact.selector);
  return candidates.filter((target) => selects(fact.selector, target) === true && isNear(graph, object, target));
}

/** Whether all that a PeerAuthentication is about is called by the API server, which is in no mesh: a port of its own has to take it as it comes. */
export function servesApiServer(graph: Graph, policy: ObjectWith<PeerAuthenticationFact>): boolean {
  const targets = targetsOf(graph, policy);
  return targets.length > 0 && targets.every((target) => isCalledByApiServer(graph, target));
}

/** Whether every workload among the files that a PeerAuthentication is about turns callers without an identity away all the same. */
export function guardedByPolicy(graph: Graph, policy: ObjectWith<PeerAuthenticationFact>): boolean {
  const { object, fact } = policy;
  const targets = targetsOf(graph, policy);
  const judged: readonly Target[] = targets.length > 0 ? targets : [unseenTarget(object, fact.selector)];
  return judged.every((target) => demandsIdentity(trustIn(graph, target)).demanded === true);
}

/** The workloads that the host of a DestinationRule leads to; undefined for a host outside the cluster, and for the mesh's own control plane. */
export function workloadsBehind(graph: Graph, { object, fact }: ObjectWith<DestinationRuleFact>): readonly Workload[] | undefined {
  const [name, namespace, ...rest] = (known(fact.host) ?? '').split('.');
  if (name === undefined || name === '') return undefined;
  // Patterns such as `*.local` and `*.bank.svc.cluster.local` are about many hosts of the cluster.
  if (name === '*') return (known(fact.host) ?? '').endsWith('.local') ? [] : undefined;
  // Short names mean the rule's own namespace; others are of the cluster where they go on with `svc`.
  if (namespace !== undefined && rest[0] !== 'svc') return undefined;
  // The control plane answers with TLS of its own, without a sidecar (istio manifests/charts/istio-control/istio-discovery).
  if ((namespace ?? object.namespace) === rootNamespace && /^istiod(?:-|$)/.test(name)) return undefined;
  const services = graph.all('service').filter((service) => service.object.name === name && service.object.namespace === (namespace ?? object.namespace) && !graph.proximity.alternatives(object.document.file, service.object.document.file));
  return graph.workloads.filter((workload) => services.some((service) => service.object.namespace === workload.namespace && standsFor(service.fact, targetOf(workload)) === true));
}

/** Whether all workloads behind a host are outside the mesh, where callers have no identity to show. */
export function isOutsideMesh(graph: Graph, workloads: readonly Workload[]): boolean {
  return workloads.length > 0 && workloads.every((workload) => membership(graph, targetOf(workload)) === 'out');
}
