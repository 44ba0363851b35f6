import type { NetworkPort } from '../kubernetes/network-policy.ts';
import { known, type Value } from '../yaml/cursor.ts';
import type { Target } from './target.ts';

/* Ports that a policy calls by name: they mean something only where a container has a port of that name. */

/** Kinds whose pods are those of the template that is written: an operator may add containers to others. */
export const ownTemplate = new Set(['', 'apps', 'batch', 'extensions']);
/** Ports of proxies that meshes put beside the containers (istio/istio manifests/charts/istio-control; linkerd/linkerd2 charts/partials). */
const injected = /^(?:http-envoy-prom|linkerd-(?:proxy|admin))$/;

/** Whether all ports of a target's containers are told, with their names. */
export function hasKnownPorts({ workload }: Target): boolean {
  if (!workload) return false;
  const { object, fact } = workload;
  return ownTemplate.has(object.resource.header.group) && !fact.containersOpen && fact.containers.every(({ ports }) => !ports.open && ports.listed.every(({ name }) => name.state !== 'hole'));
}

/** The names of a target's container ports. */
export function portNamesOf({ workload }: Target): string[] {
  return (workload?.fact.containers ?? []).flatMap(({ ports }) => ports.listed.flatMap(({ name }) => known(name) ?? []));
}

/** What a port that a policy opens is called: as the policy has it, or as the container does that listens on its number. */
export function calledPort({ port, end }: NetworkPort, { workload }: Target): string | undefined {
  const said = known<number | string>(port as Value<number | string>);
  if (said === undefined || end.state !== 'absent') return undefined;
  if (typeof said === 'string') return said;
  const listed = (workload?.fact.containers ?? []).flatMap(({ ports }) => ports.listed);
  return listed.flatMap(({ name, number }) => (known(number) === said ? known(name) ?? [] : []))[0];
}

/** The name by which a policy calls a port that none of some names is; undefined for a number, and for a port that a mesh adds. */
export function deadName({ port }: NetworkPort, names: readonly string[]): string | undefined {
  const name = known<number | string>(port as Value<number | string>);
  return typeof name !== 'string' || names.includes(name) || injected.test(name) ? undefined : name;
}

/** Whether a rule about some ports opens none of a target: it calls all of them by names that no container has. */
export function opensNoPort(ports: readonly NetworkPort[], target: Target): boolean {
  if (ports.length === 0 || !hasKnownPorts(target)) return false;
  const names = portNamesOf(target);
  return ports.every((port) => deadName(port, names) !== undefined);
}
