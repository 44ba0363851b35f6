import type { ConfigHostsFact } from '../kubernetes/config-hosts.ts';
import { hostsIn } from '../kubernetes/hosts.ts';
import { known } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { ObjectWith, Workload } from '../identity/parts.ts';
import { isSymbol, type Location } from '../identity/objects.ts';
import type { Caller } from './caller.ts';
import { servicesOf } from './exposure.ts';
import type { Target } from './target.ts';
import { perGraph } from '../identity/per-graph.ts';

/** A Service by the names that DNS gives it (kubernetes.io/docs, DNS for Services and Pods). */
export interface ServiceName {
  readonly name: string;
  readonly namespace: string;
}

/** The Services that stand for a target, by name. */
export function serviceNames(graph: Graph, target: Target): ServiceName[] {
  return servicesOf(graph, target).filter(({ object }) => object.name !== '' && !isSymbol(object.name)).map(({ object }) => ({ name: object.name, namespace: object.namespace }));
}

/** The workloads that hold the name of one of some Services, themselves or in a ConfigMap that they are given, each with the first place that does. */
export function mentionsOf(graph: Graph, services: readonly ServiceName[]): ReadonlyMap<Workload, Omit<Caller, 'workload'>> {
  const found = services.flatMap((service) => (mentionsIn(graph).get(service.name) ?? []).filter(({ host, caller }) => isName(host, service, caller.workload.namespace)));
  const first = new Map<Workload, Omit<Caller, 'workload'>>();
  for (const { caller: { workload, ...rest } } of found.sort((a, b) => a.order - b.order)) if (!first.has(workload)) first.set(workload, rest);
  return first;
}

/** A host that a workload names, in the order of the files and, within a workload, its own texts before its ConfigMaps. */
interface Mention {
  readonly order: number;
  readonly host: string;
  readonly caller: Caller;
}

/** All hosts that workloads name, by the first label of their names: what is asked of thousands of targets is read once. */
const mentionsIn = perGraph((graph): ReadonlyMap<string, readonly Mention[]> => {
  const byName = new Map<string, Mention[]>();
  let order = 0;
  const add = (host: string, caller: Caller) => {
    const [name] = host.split('.') as [string];
    const list = byName.get(name);
    if (list) list.push({ order: order++, host, caller });
    else byName.set(name, [{ order: order++, host, caller }]);
  };
  for (const workload of graph.workloads) {
    for (const { name, value } of ownTexts(workload)) for (const host of hostsIn(known(value) ?? '', name)) add(host, { workload, evidence: { object: workload.object, place: value.at }, how: 'names the Service' });
    for (const { host, at } of configurationOf(graph, workload)) add(host, { workload, evidence: at, how: 'is configured with the Service' });
  }
  return byName;
});

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

/** ConfigMaps that name hosts, by namespace and name. */
const indexOf = perGraph((graph): ReadonlyMap<string, readonly ObjectWith<ConfigHostsFact>[]> => {
  const found = new Map<string, ObjectWith<ConfigHostsFact>[]>();
  for (const one of graph.all('configHosts')) {
    const key = `${one.object.namespace}/${one.object.name}`;
    found.set(key, [...(found.get(key) ?? []), one]);
  }
  return found;
});
