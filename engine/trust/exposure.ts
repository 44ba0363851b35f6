import type { RouteFact, ServiceFact } from '../kubernetes/service.ts';
import { selectsAll, type LabelSelector } from '../kubernetes/selector.ts';
import { known } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { ObjectWith } from '../identity/parts.ts';
import { builtTogether } from '../identity/build.ts';
import { isTold } from '../identity/grants.ts';
import { symbol, type GraphObject, type Location } from '../identity/objects.ts';
import { isNear } from './index.ts';
import { areNeighbours, endsByItself, labelOf, sameNamespace, type Target } from './target.ts';
import { perGraph } from '../identity/per-graph.ts';

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
    if (want.state === 'hole' && have?.state === 'hole' && want.expression === have.expression) continue;
    if (want.state === 'hole' || have?.state === 'hole' || (have === undefined && target.labels.open)) unknown = true;
    else if (have === undefined || known(have) !== known(want)) return false;
  }
  return unknown ? 'unknown' : true;
}

/** The Services that lead to the pods of a target for certain. */
export function servicesOf(graph: Graph, target: Target): readonly ObjectWith<ServiceFact>[] {
  const { byLabel } = indexOf(graph);
  const candidates = Object.entries(target.labels.entries).flatMap(([key, value]) => byLabel.get(`${key}=${symbol(value)}`) ?? []);
  return candidates.filter(({ object, fact }) => standsFor(fact, target) === true && sameNamespace(object, target) === true && areTogether(object, target) && !graph.proximity.alternatives(target.file, object.document.file));
}

/** Whether the files show, or leave it open, that a target is called at all: not a job that lists no port and that no Service leads to. */
export function isCalled(graph: Graph, target: Target): boolean {
  if (!target.workload) return false;
  const { containers, containersOpen } = target.workload.fact;
  return !endsByItself(target.workload) || containersOpen || containers.some(({ ports }) => ports.open || ports.listed.length > 0) || servicesOf(graph, target).length > 0;
}

/**
 * Where no namespace is told, two directories may well be applied to two: an object belongs to a target that lies beside,
 * above or below it, that is built with it, or that is of the same chart.
 */
export function areTogether({ namespace, build, document }: GraphObject, { file, workload }: Target): boolean {
  return isTold(namespace) || areNeighbours(document.file, file) || document.dialect === 'template' || builtTogether(build, workload?.object.build);
}

/**
 * Whether an object that selects pods of its namespace by nothing but being there is in a target's namespace. Where no
 * namespace is told, labels that fit speak for two directories; without any, nothing does.
 */
export function sharesNamespace(object: GraphObject, target: Target, selector: LabelSelector | undefined): boolean | 'unknown' {
  const here = sameNamespace(object, target);
  return here === true && (selector === undefined || selectsAll(selector)) && !areTogether(object, target) ? 'unknown' : here;
}

interface Index {
  /** Services by the first label of their selector: whoever they select has it. */
  readonly byLabel: ReadonlyMap<string, readonly ObjectWith<ServiceFact>[]>;
  /** Routes by the name of a Service that they lead to. */
  readonly byService: ReadonlyMap<string, readonly { readonly route: ObjectWith<RouteFact>; readonly backend: RouteFact['backends'][number] }[]>;
}

const indexOf = perGraph((graph): Index => {
  const byLabel = new Map<string, ObjectWith<ServiceFact>[]>();
  for (const service of graph.all('service')) {
    const [first] = Object.entries(service.fact.selector?.entries ?? {});
    if (first) push(byLabel, `${first[0]}=${symbol(first[1])}`, service);
  }
  const byService = new Map<string, { route: ObjectWith<RouteFact>; backend: RouteFact['backends'][number] }[]>();
  for (const route of graph.all('route')) for (const backend of route.fact.backends) push(byService, known(backend.service) ?? '', { route, backend });
  const index = { byLabel, byService };
  return index;
});

function push<T>(index: Map<string, T[]>, key: string, value: T): void {
  const list = index.get(key);
  if (list) list.push(value);
  else index.set(key, [value]);
}

/**
 * Where a target is exposed to callers from outside the cluster: a Service of type LoadBalancer or NodePort, one with
 * external addresses or on a tailnet, a route to one of its Services, or the pods of a gateway. Private networks count. Undefined where nothing among the files says so.
 */
export function exposureOf(graph: Graph, target: Target): Location | undefined {
  const services = servicesOf(graph, target);
  for (const { object, fact } of services) {
    const type = known(fact.type);
    if (type === 'LoadBalancer' || type === 'NodePort') return { object, place: fact.type.at };
    if (fact.externalIPs.length > 0) return { object, place: fact.externalIPs[0]!.at };
    const tailnet = object.resource.header.annotations.entries['tailscale.com/expose'];
    if (tailnet && known(tailnet) === 'true') return { object, place: tailnet.at };
  }
  for (const { object: service } of services) {
    for (const { route: { object }, backend } of indexOf(graph).byService.get(service.name) ?? []) {
      const namespace = backend.namespace.state === 'absent' ? object.namespace : symbol(backend.namespace);
      if (sameNamespace({ ...object, namespace }, target) === true && areTogether({ ...object, namespace }, target) && !graph.proximity.alternatives(target.file, object.document.file)) return { object, place: backend.service.at };
    }
  }
  return undefined;
}

/** Whether the API server calls a target: a webhook or an aggregated API names one of its Services; in its namespace, or in one that only a build or a template tells. */
export function isCalledByApiServer(graph: Graph, target: Target): boolean {
  const names = new Set(servicesOf(graph, target).map(({ object }) => object.name));
  return graph.all('callback').some(({ object, fact }) => fact.services.some(({ name, namespace }) => names.has(symbol(name)) && (symbol(namespace) === target.namespace || (namespace.state !== 'known' && isNear(graph, object, target)))));
}

/**
 * Whether a target is a gateway by its labels and annotations: Istio's charts and the Gateway API name them so, and the
 * injectors of Istio, Consul and Kuma are told so (istio.io/docs, Installing Gateways; consul-k8s
 * control-plane/connect-inject/constants/annotations_and_labels.go; kuma pkg/plugins/runtime/k8s/metadata/annotations.go).
 */
export function isGateway({ labels, annotations }: Target): boolean {
  return labelOf(labels, 'gateway.networking.k8s.io/gateway-name') !== undefined
    || /(?:^|-)(?:ingress|egress)?gateway$/.test(labelOf(labels, 'istio') ?? '')
    || (labelOf(annotations, 'inject.istio.io/templates') ?? '').split(',').some((template) => template.trim() === 'gateway')
    || annotations.entries['consul.hashicorp.com/gateway-kind'] !== undefined
    || /^(?:enabled|true|builtin)$/.test(labelOf(annotations, 'kuma.io/gateway') ?? '');
}
