import type { Graph } from '../../engine/identity/graph.ts';
import { displayName, isSymbol } from '../../engine/identity/objects.ts';
import { tellingLabels } from '../../engine/identity/telling-labels.ts';
import { callersOf } from '../../engine/trust/callers.ts';
import type { Caller } from '../../engine/trust/caller.ts';
import { namespaceName } from '../../engine/trust/peers.ts';
import { targetOf, type Target } from '../../engine/trust/target.ts';

/** A caller as a NetworkPolicy names it. */
export interface NamedPeer {
  readonly caller: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly peer: object;
}

/**
 * The callers of all targets as peers of a policy in a namespace, each once; undefined where a target has none, or one
 * cannot be told by labels, because it has none of its own or is on the host's network. `among` narrows who is asked about.
 */
export function namePeers(graph: Graph, namespace: string, targets: readonly Target[], among: (caller: Caller, target: Target) => boolean = () => true): NamedPeer[] | undefined {
  const callers = targets.map((target) => callersOf(graph, target).filter((caller) => among(caller, target)).map(({ workload }) => workload));
  if (callers.length === 0 || callers.some((found) => found.length === 0)) return undefined;
  const peers: NamedPeer[] = [];
  for (const workload of new Set(callers.flat())) {
    const labels = tellingLabels(graph, workload);
    // To policies a caller on its node's network is that node, whatever its labels.
    if (!labels || targetOf(workload).hostNetwork !== false || isSymbol(workload.namespace) || (workload.namespace === '' && namespace !== '')) return undefined;
    const elsewhere = workload.namespace !== namespace;
    peers.push({ caller: displayName(workload.object), labels, peer: { ...(elsewhere ? { namespaceSelector: { matchLabels: { [namespaceName]: workload.namespace } } } : {}), podSelector: { matchLabels: labels } } });
  }
  return peers;
}
