import type { GraphObject } from '../identity/objects.ts';
import type { Admission, Layer } from './layer.ts';
import { isNetwork } from './network.ts';
import type { Trust } from './trust.ts';

/** The ways in through a policy's own rules, and the layer that they are of. */
export interface OwnWays {
  readonly layer: Layer;
  readonly admissions: readonly Admission[];
}

const kept = new WeakMap<Trust, Map<GraphObject, OwnWays>>();

/** What a policy of the network lets in to a target; undefined where that is nothing. A clusterwide policy is asked about every target, so each answer is sorted once. */
export function waysThrough(trust: Trust, policy: GraphObject): OwnWays | undefined {
  let sorted = kept.get(trust);
  if (!sorted) kept.set(trust, (sorted = sort(trust)));
  return sorted.get(policy);
}

function sort({ layers }: Trust): Map<GraphObject, OwnWays> {
  const sorted = new Map<GraphObject, { layer: Layer; admissions: Admission[] }>();
  for (const layer of layers.filter(isNetwork)) {
    for (const admission of layer.admissions) {
      const ways = sorted.get(admission.policy);
      if (!ways) sorted.set(admission.policy, { layer, admissions: [admission] });
      else if (ways.layer === layer) ways.admissions.push(admission);
    }
  }
  return sorted;
}
