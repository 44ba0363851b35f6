import type { NetworkPort } from '../kubernetes/network-policy.ts';
import { known, type Value } from '../yaml/cursor.ts';
import type { Graph, Workload } from '../identity/graph.ts';
import type { Target } from './target.ts';
import { trustIn } from './trust.ts';

/**
 * Whether what the files show of a caller may be about some ports of a target; none are all. A caller that rules name for
 * other ports only (the API, say, where these are for metrics) calls those: nothing shows it here. A port by name and one
 * by number are not taken for the same.
 */
export function mayCallOn(graph: Graph, target: Target, ports: readonly NetworkPort[], caller: Workload): boolean {
  if (ports.length === 0) return true;
  const naming = trustIn(graph, target).layers.flatMap(({ admissions }) => admissions).filter(({ peer }) => peer?.particular && peer.includes(caller) === true);
  return naming.length === 0 || naming.some(({ ports: theirs = [] }) => theirs.length === 0 || theirs.some((one) => ports.some((other) => meet(one, other))));
}

function meet(one: NetworkPort, other: NetworkPort): boolean {
  const [a, b] = [numberOf(one), numberOf(other)];
  if (one.protocol !== other.protocol && one.protocol !== 'ANY' && other.protocol !== 'ANY') return false;
  if (typeof a !== 'number' || typeof b !== 'number') return a !== undefined && a === b;
  return a <= (known(other.end) ?? b) && b <= (known(one.end) ?? a);
}

function numberOf({ port }: NetworkPort): number | string | undefined {
  return known<number | string>(port as Value<number | string>);
}
