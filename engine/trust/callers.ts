import type { Graph } from '../identity/graph.ts';
import type { GraphObject } from '../identity/objects.ts';
import type { Caller } from './caller.ts';
import { addressOf, believedOf } from './caller-addresses.ts';
import { mentionsOf, serviceNames } from './caller-names.ts';
import { inOrder } from './index.ts';
import type { Peer } from './layer.ts';
import type { Target } from './target.ts';
import { trustIn } from './trust.ts';

/** Fixes, listings and hovers ask about one workload; the answer is a function of the graph, so it is kept as long as that. */
const known = new WeakMap<Graph, Map<string, readonly Caller[]>>();

/** The callers of a target for which the files give evidence, each once, in the order of the files. */
export function callersOf(graph: Graph, target: Target): readonly Caller[] {
  if (!target.workload) return findCallers(graph, target);
  let answers = known.get(graph);
  if (!answers) known.set(graph, (answers = new Map()));
  let callers = answers.get(target.workload.key);
  if (!callers) answers.set(target.workload.key, (callers = findCallers(graph, target)));
  return callers;
}

function findCallers(graph: Graph, target: Target): Caller[] {
  const peers = peersOf(graph, target);
  const mentions = mentionsOf(graph, serviceNames(graph, target));
  const believed = believedOf(graph, target);
  // Only a peer or an address may mean any workload of the graph.
  const candidates = peers.length === 0 && !believed.nodes && believed.networks.length === 0 ? inOrder(graph, mentions.keys()) : graph.workloads;
  return candidates.flatMap((workload): Caller[] => {
    if (workload === target.workload) return [];
    const peer = peers.find((one) => one.peer.includes(workload) === true);
    const caller = peer ? { evidence: { object: peer.policy, place: peer.peer.at }, how: 'selected by a policy' as const } : mentions.get(workload) ?? addressOf(graph, believed, workload);
    return caller && !graph.proximity.alternatives(target.file, workload.object.document.file) ? [{ workload, ...caller }] : [];
  });
}

interface PolicyPeer {
  readonly policy: GraphObject;
  readonly peer: Peer;
}

/** What the policies that select a target let in by label. Selecting every namespace, or every pod of one, shows nobody in particular. */
function peersOf(graph: Graph, target: Target): PolicyPeer[] {
  return trustIn(graph, target).layers.flatMap(({ admissions }) => admissions).flatMap(({ policy, peer }) => (peer?.particular ? [{ policy, peer }] : []));
}
