import type { Graph } from '../../engine/identity/graph.ts';
import type { GraphObject } from '../../engine/identity/objects.ts';
import type { FixProposal } from '../../engine/lint/rule.ts';

/** What a manifest that a fix writes is called. */
interface Written {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/**
 * The proposals that write no object whose kind, namespace and name are taken, by one among the files or by another of the
 * same fix: applied, the later of two takes the place of the first.
 */
export function withFreeNames(graph: Graph, proposals: readonly FixProposal[]): FixProposal[] {
  return proposals.filter(({ steps }) => {
    const added = steps.flatMap((step) => ('add' in step ? step.add.map((one) => ({ after: step.after, id: idOf(one as Written) })) : []));
    return new Set(added.map(({ id }) => id)).size === added.length && !added.some(({ after, id }) => isTaken(graph, after, id));
  });
}

function isTaken(graph: Graph, after: GraphObject, id: string): boolean {
  return graph.objects.some(({ resource, namespace, name, document }) => `${resource.header.kind} ${namespace}/${name}` === id && !graph.proximity.alternatives(after.document.file, document.file));
}

function idOf({ kind, metadata: { name, namespace = '' } }: Written): string {
  return `${kind} ${namespace}/${name}`;
}
