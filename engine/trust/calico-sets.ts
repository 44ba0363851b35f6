import { matchesCalico } from '../kubernetes/calico-selector.ts';
import type { CalicoEntity, CalicoPolicyFact } from '../kubernetes/calico.ts';
import type { Place, Value } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { GraphObject } from '../identity/objects.ts';

/** A network set that a rule means, and where the rule says so. */
export interface FoundSet {
  readonly nets: readonly Value<string>[];
  readonly shared: { readonly object: GraphObject; readonly at: Place };
}

/**
 * The network sets among the files that the selector of a rule finds. A namespaced policy
 * means the sets of its own namespace; with `namespaceSelector: global()` those of none; a global one means all (docs.tigera.io, GlobalNetworkSet, NetworkSet).
 * Sets of other namespaces are told by labels of namespaces, and left out.
 */
export function setsOf(graph: Graph, policy: GraphObject, { global }: CalicoPolicyFact, { selector, namespaceSelector, accounts }: CalicoEntity): readonly FoundSet[] {
  if (!selector?.expression || accounts) return [];
  const { expression, at } = selector;
  // A selector that asks for no label of its own is about pods first: the sets are beside the point.
  if (expression.op === 'all' || expression.op === 'global') return [];
  const globals = namespaceSelector?.expression?.op === 'global' || (global && !namespaceSelector);
  const isLocal = (namespace: string) => !namespaceSelector && (global || namespace === policy.namespace);
  return graph.all('calicoNetworkSet')
    .filter(({ object, fact }) => (fact.global ? globals : isLocal(object.namespace)) && !graph.proximity.alternatives(policy.document.file, object.document.file))
    .filter(({ object }) => matchesCalico(expression, object.resource.header.labels) === true)
    .map(({ object, fact }) => ({ nets: fact.open ? [] : fact.nets, shared: { object, at } }));
}
