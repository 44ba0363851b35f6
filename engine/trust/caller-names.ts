import type { ConfigHostsFact } from '../kubernetes/config-hosts.ts';
import { hostsIn } from '../kubernetes/hosts.ts';
import { known } from '../yaml/cursor.ts';
import type { Graph, ObjectWith, Workload } from '../identity/graph.ts';
import { isSymbol, type Location } from '../identity/objects.ts';
import type { Caller } from './callers.ts';
import { servicesOf } from './exposure.ts';
import type { Target } from './target.ts';

/** A Service by the names that DNS gives it (kubernetes.io/docs, DNS for Services and Pods). */
export interface ServiceName {
  readonly name: string;
  readonly namespace: string;
}

/** The Services that stand for a target, by name. */
export function serviceNames(graph: Graph, target: Target): ServiceName[] {
  return servicesOf(graph, target).filter(({ object }) => object.name !== '' && !isSymbol(object.name)).map(({ object }) => ({ name: object.name, namespace: object.namespace }));
}

/** Where a workload, or a ConfigMap that it is given, holds the name of one of some Services. */
export function mentionOf(graph: Graph, services: readonly ServiceName[], workload: Workload): Omit<Caller, 'workload'> | undefined {
  if (services.length === 0) return undefined;
  const means = (host: string) => services.some((service) => isName(host, service, workload.namespace));
  const own = ownTexts(workload).find(({ name, value }) => hostsIn(known(value) ?? '', name).some(means));
  if (own) return { evidence: { object: workload.object, place: own.value.at }, how: 'names the Service' };
  const given = configurationOf(graph, workload).find(({ host }) => means(host));
  return given && { evidence: given.at, how: 'is configured with the Service' };
}

function ownTexts({ fact }: Workload) {
  return fact.containers.flatMap(({ env, command, args }) => [...Object.entries(env).map(([name, value]) => ({ name, value })), ...[...command, ...args].map((value) => ({ name: '', value }))]);
}

function isName(host: string, service: ServiceName, from: string): boolean {
  const [name, namespace, ...rest] = host.split('.');
  if (name !== service.name) return false;
  if (namespace === undefined) return from === service.namespace;
  return namespace === service.namespace && (rest.length === 0 || rest[0] === 'svc');
}

interface GivenHost {
  readonly host: string;
  readonly at: Location;
}

/** The hosts that a workload's ConfigMaps name: those that it takes variables from, and those that a container mounts. */
function configurationOf(graph: Graph, { object, fact, namespace }: Workload): GivenHost[] {
  const mounted = new Set(fact.containers.flatMap(({ mounts }) => mounts.flatMap(({ volume }) => known(volume) ?? [])));
  const uses = [
    ...fact.containers.flatMap(({ configMaps }) => configMaps),
    ...fact.volumes.filter(({ name }) => mounted.has(known(name) ?? '')).flatMap(({ configMaps }) => configMaps.map((name) => ({ name, key: undefined }))),
  ];
  return uses.flatMap(({ name, key }) => {
    const found = (indexOf(graph).get(`${namespace}/${known(name) ?? ''}`) ?? []).filter((one) => !graph.proximity.alternatives(object.document.file, one.object.document.file));
    return found.flatMap((one) => one.fact.hosts.filter((host) => key === undefined || host.key === key).map(({ host, at }) => ({ host, at: { object: one.object, place: at } })));
  });
}

const indexes = new WeakMap<Graph, ReadonlyMap<string, readonly ObjectWith<ConfigHostsFact>[]>>();

/** ConfigMaps that name hosts, by namespace and name. */
function indexOf(graph: Graph): ReadonlyMap<string, readonly ObjectWith<ConfigHostsFact>[]> {
  let index = indexes.get(graph);
  if (!index) {
    const found = new Map<string, ObjectWith<ConfigHostsFact>[]>();
    for (const one of graph.all('configHosts')) {
      const key = `${one.object.namespace}/${one.object.name}`;
      found.set(key, [...(found.get(key) ?? []), one]);
    }
    indexes.set(graph, (index = found));
  }
  return index;
}
