import { matchesCalico } from '../kubernetes/calico-selector.ts';
import type { CalicoEntity, CalicoPolicyFact } from '../kubernetes/calico.ts';
import { known, type Value } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { GraphObject } from '../identity/objects.ts';

/**
 * The networks that the selector of a rule finds in network sets among the files, each at the selector. A namespaced policy
 * means the sets of its own namespace; with `namespaceSelector: global()` those of none; a global one means all (docs.tigera.io, GlobalNetworkSet, NetworkSet).
 * Sets of other namespaces are told by labels of namespaces, and left out.
 */
export function networksOfSets(graph: Graph, policy: GraphObject, { global }: CalicoPolicyFact, { selector, namespaceSelector, accounts }: CalicoEntity): readonly Value<string>[] {
  if (!selector?.expression || accounts) return [];
  const { expression, at } = selector;
  // A selector that asks for no label of its own is about pods first: the sets are beside the point.
  if (expression.op === 'all' || expression.op === 'global') return [];
  const globals = namespaceSelector?.expression?.op === 'global' || (global && !namespaceSelector);
  const isLocal = (namespace: string) => !namespaceSelector && (global || namespace === policy.namespace);
  return graph.all('calicoNetworkSet')
    .filter(({ object, fact }) => (fact.global ? globals : isLocal(object.namespace)) && !graph.proximity.alternatives(policy.document.file, object.document.file))
    .filter(({ object }) => matchesCalico(expression, object.resource.header.labels) === true)
    .flatMap(({ fact }) => fact.nets.map((net): Value<string> => (net.state === 'known' ? { state: 'known', value: known(net)!, at } : { ...net, at })));
}
