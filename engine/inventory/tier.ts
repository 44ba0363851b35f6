import { known } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { Workload } from '../identity/parts.ts';
import type { Location } from '../identity/objects.ts';
import { exposureOf } from '../trust/exposure.ts';
import { targetOf } from '../trust/target.ts';

/** What makes a workload easier to take over, or worth more, than its neighbours. */
export interface Tier {
  readonly tier: 'exposed' | 'privileged' | 'internal';
  /** What says so; absent for internal ones. */
  readonly at?: Location;
}

const tiers = new WeakMap<Workload, Tier>();

/**
 * The trust tier of a workload, as far as the files tell: reachable from outside the cluster, with the powers of the
 * node, or neither. Kept with the workload, which is of one graph: each of thousands may be compared with all others.
 */
export function tierOf(workload: Workload, graph: Graph): Tier {
  let tier = tiers.get(workload);
  if (!tier) tiers.set(workload, (tier = findTier(workload, graph)));
  return tier;
}

function findTier(workload: Workload, graph: Graph): Tier {
  const { fact, object } = workload;
  const exposed = exposureOf(graph, targetOf(workload)) ?? knativeRoute(workload);
  if (exposed) return { tier: 'exposed', at: exposed };
  // With these a container is the node, for whom the tokens of its other pods are files (semantics.md 2.13).
  if (fact.privileged) return { tier: 'privileged', at: { object, place: fact.spec } };
  if (known(fact.hostNetwork) === true) return { tier: 'privileged', at: { object, place: fact.hostNetwork.at } };
  return { tier: 'internal' };
}

/** A Knative Service gets a public address unless it says otherwise (knative.dev/docs/serving/services/private-services). */
function knativeRoute({ object }: Workload): Location | undefined {
  const { group, kind, labels, at } = object.resource.header;
  if (group !== 'serving.knative.dev' || kind !== 'Service' || labels.open) return undefined;
  const visibility = labels.entries['networking.knative.dev/visibility'];
  return visibility && known(visibility) !== undefined ? undefined : { object, place: at };
}
