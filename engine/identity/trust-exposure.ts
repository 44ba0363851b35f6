import type { ServiceFact } from '../kubernetes/service.ts';
import { known } from '../yaml/cursor.ts';
import type { Graph, ObjectWith } from './graph.ts';
import { symbol, type Location } from './objects.ts';
import { labelOf, sameNamespace, type Target } from './trust-target.ts';

/** The Services of a target's namespace that belong with it. */
export function servicesNear(graph: Graph, target: Target): readonly ObjectWith<ServiceFact>[] {
  return graph.all('service').filter(({ object }) => sameNamespace(object, target) === true && !graph.proximity.alternatives(target.file, object.document.file));
}

/** Whether a Service leads to the pods of a target. Without a selector it stands for none. */
export function standsFor({ selector }: ServiceFact, target: Target): boolean | 'unknown' {
  if (!selector || (selector.open && Object.keys(selector.entries).length === 0)) return selector ? 'unknown' : false;
  let unknown = selector.open;
  for (const [key, want] of Object.entries(selector.entries)) {
    const have = target.labels.entries[key];
    if (want.state === 'hole' || have?.state === 'hole' || (have === undefined && target.labels.open)) unknown = true;
    else if (have === undefined || known(have) !== known(want)) return false;
  }
  return unknown ? 'unknown' : true;
}

/**
 * Where a target is exposed to callers from outside the cluster: a Service of type LoadBalancer or NodePort, one with
 * external addresses, a route to one of its Services, or the pods of a gateway. Undefined where nothing among the files says so.
 */
export function exposureOf(graph: Graph, target: Target): Location | undefined {
  const services = servicesNear(graph, target).filter(({ fact }) => standsFor(fact, target) === true);
  for (const { object, fact } of services) {
    const type = known(fact.type);
    if (type === 'LoadBalancer' || type === 'NodePort') return { object, place: fact.type.at };
    if (fact.externalIPs.length > 0) return { object, place: fact.externalIPs[0]!.at };
  }
  const names = new Set(services.map(({ object }) => object.name));
  for (const { object, fact } of graph.all('route')) {
    const backend = fact.backends.find(({ service, namespace }) => names.has(known(service) ?? '') && sameNamespace({ ...object, namespace: namespace.state === 'absent' ? object.namespace : symbol(namespace) }, target) === true);
    if (backend && !graph.proximity.alternatives(target.file, object.document.file)) return { object, place: backend.service.at };
  }
  return undefined;
}

/** Whether the API server calls a target: a webhook or an aggregated API names one of its Services. */
export function isCalledByApiServer(graph: Graph, target: Target): boolean {
  const names = new Set(servicesNear(graph, target).filter(({ fact }) => standsFor(fact, target) === true).map(({ object }) => object.name));
  return graph.all('callback').some(({ fact }) => fact.services.some(({ name, namespace }) => names.has(symbol(name)) && symbol(namespace) === target.namespace));
}

/** Whether a target is a gateway by its labels: Istio's own charts and the Gateway API name them so. */
export function isGateway(target: Target): boolean {
  return labelOf(target.labels, 'gateway.networking.k8s.io/gateway-name') !== undefined || /(?:^|-)(?:ingress|egress)?gateway$/.test(labelOf(target.labels, 'istio') ?? '');
}
