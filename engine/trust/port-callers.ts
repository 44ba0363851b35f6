import type { NetworkPort } from '../kubernetes/network-policy.ts';
import { known, type Value } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import { portsByName, servedPorts } from './bypass-ports.ts';
import type { Caller } from './caller.ts';
import type { Target } from './target.ts';
import { trustIn } from './trust.ts';

/**
 * Whether what the files show of a caller may be about some ports of a target; none are all. A caller that rules name for
 * other ports only (the API, say, where these are for metrics) calls those; one that names a Service which leads to others
 * as well may call only those: nothing shows it here. What no file tells of a port is not taken for the same.
 */
export function mayCallOn(graph: Graph, target: Target, ports: readonly NetworkPort[], { workload, how }: Caller): boolean {
  if (ports.length === 0) return true;
  const naming = trustIn(graph, target).layers.flatMap(({ admissions }) => admissions).filter(({ peer }) => peer?.particular && peer.includes(workload) === true);
  if (naming.length > 0) return naming.some((admission) => portsMeet(admission.ports, ports));
  if (how !== 'names the Service' && how !== 'is configured with the Service') return true;
  const served = servedPorts(graph, target);
  return served.length === 0 || served.every((port) => ports.some((one) => port === undefined || holds(target, one, port)));
}

/** Whether two lists of ports have one in common; none are all. A port by name and one by number are not taken for the same. */
export function portsMeet(some: readonly NetworkPort[] = [], others: readonly NetworkPort[] = []): boolean {
  return some.length === 0 || others.length === 0 || some.some((one) => others.some((other) => meet(one, other)));
}

function meet(one: NetworkPort, other: NetworkPort): boolean {
  const [a, b] = [portOf(one), portOf(other)];
  if (one.protocol !== other.protocol && one.protocol !== 'ANY' && other.protocol !== 'ANY') return false;
  if (typeof a !== 'number' || typeof b !== 'number') return a !== undefined && a === b;
  return a <= (known(other.end) ?? b) && b <= (known(one.end) ?? a);
}

function holds(target: Target, one: NetworkPort, port: number): boolean {
  const said = portOf(one);
  const first = typeof said === 'string' ? portsByName(target).get(said) : said;
  return first !== undefined && first <= port && port <= (known(one.end) ?? first);
}

function portOf({ port }: NetworkPort): number | string | undefined {
  return known<number | string>(port as Value<number | string>);
}
