import type { Graph } from '../../../engine/identity/graph.ts';
import type { Workload } from '../../../engine/identity/parts.ts';
import { displayName, type GraphObject } from '../../../engine/identity/objects.ts';
import { namesIn, selectsNamespaceOf } from '../../../engine/trust/peers.ts';
import { peerPairs, type PeerPair } from '../../../engine/trust/peer-pairs.ts';
import { matches, type LabelSelector } from '../../../engine/kubernetes/selector.ts';
import { defineRule, type Confidence } from '../../../engine/lint/rule.ts';
import { known } from '../../../engine/yaml/cursor.ts';
import homes from './known-homes.json' with { type: 'json' };

const messages = {
  elsewhere: 'Two peers, OR-ed, where one was meant: the pods of this selector live in the namespace of the item above ({pods}), none in this policy\'s own; now every pod of that namespace passes',
  known: 'Two peers, OR-ed, where one seems meant: {pods} usually live in namespace {namespaces}, and nothing in this policy\'s own has these labels; now every pod of that namespace passes',
  above: 'every pod of this namespace passes',
  lives: 'this is what the selector matches',
};

export default defineRule({
  id: 'selector-trap',
  title: 'Namespace and pods in two peers where one was meant',
  family: 'trust',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['nist-csf-2.0:PR.IR-01'],
  unit: 'object',
  on: ['networkPolicy', 'ciliumPolicy'],
  reads: ['networkPolicy', 'ciliumPolicy', 'namespace', 'workload'],
  // The peers of its egress may live in any namespace.
  wide: true,
  messages,
  *check({ unit: { object }, graph }) {
    for (const { pair, messageId, pods, homes: found, confidence } of trapsIn(graph, object)) {
      yield {
        messageId,
        args: { pods, namespaces: namesIn(pair.namespace).join(', ') },
        at: { object, place: pair.below },
        confidence,
        related: [{ at: { object, place: pair.above }, message: messages.above }, ...found.slice(0, 3).map((workload) => ({ at: { object: workload.object, place: workload.object.resource.header.name.at }, message: messages.lives }))],
      };
    }
  },
  fixes({ unit: { object }, graph }, signal) {
    const trap = trapsIn(graph, object).find(({ pair }) => pair.below.path.join('/') === signal.at.place.path.join('/'));
    if (!trap?.pair.merge) return [];
    return [{
      id: 'merge-peers',
      title: 'Make one peer of the two: these pods of that namespace. Every other pod of that namespace loses access, and so do pods with these labels here',
      safe: false,
      steps: trap.pair.merge.map((change) => ({ object, change })),
    }];
  },
});

interface Trap {
  readonly messageId: 'elsewhere' | 'known';
  readonly pair: PeerPair;
  readonly pods: string;
  readonly homes: readonly Workload[];
  readonly confidence: Confidence;
}

/** Neighbouring items of which the first is a namespace alone and the second pods alone, with evidence that both belong together. */
function trapsIn(graph: Graph, object: GraphObject): Trap[] {
  return peerPairs(object).flatMap((pair) => {
    const trap = judge(graph, object, pair.namespace, pair.pods);
    return trap ? [{ ...trap, pair }] : [];
  });
}

/** A policy means its own namespace with the second item unless nothing there has the labels and the other namespace is their home. */
function judge(graph: Graph, object: GraphObject, namespace: LabelSelector, pods: LabelSelector): Pick<Trap, 'messageId' | 'pods' | 'homes' | 'confidence'> | undefined {
  const near = graph.workloads.filter((workload) => !graph.proximity.alternatives(object.document.file, workload.object.document.file));
  const own = near.filter((workload) => workload.namespace === object.namespace);
  if (own.some(({ fact }) => matches(pods, fact.podLabels) !== false)) return undefined;
  const confidence = own.length > 0 ? 'high' : 'medium';
  const there = near.filter((workload) => workload.namespace !== object.namespace && matches(pods, workload.fact.podLabels) === true && selectsNamespaceOf(graph, namespace, workload) === true);
  if (there.length > 0) return { messageId: 'elsewhere', pods: [...new Set(there.map((workload) => displayName(workload.object)))].join(', '), homes: there, confidence };
  const values = Object.values(pods.matchLabels.entries).flatMap((value) => known(value) ?? []);
  const names = namesIn(namespace);
  const value = values.find((one) => names.some((name) => name !== object.namespace && (name === one || homes.homes.some((home) => home.namespace === name && home.pods.includes(one)))));
  return value === undefined ? undefined : { messageId: 'known', pods: value, homes: [], confidence: 'medium' };
}
