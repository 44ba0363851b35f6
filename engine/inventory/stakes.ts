import { tierOf } from './tier.ts';
import type { Graph } from '../identity/graph.ts';
import type { Workload } from '../identity/parts.ts';
import { shownName, type Location } from '../identity/objects.ts';
import { riskOf } from '../identity/risk.ts';

/** Why a fault at a workload weighs more than at its neighbours. */
export interface Stake {
  readonly at: Location;
  /** As a related place says it. */
  readonly message: string;
}

/** What runs to its end listens to nobody. */
const runs = new Set(['Job', 'CronJob', 'Workflow', 'CronWorkflow']);

/**
 * What is at stake at some workloads: the first that has a risk class says it, else the first that is reached from outside the cluster.
 * Undefined where none does. Riskiest services come first: a rule that names them raises what it says of them.
 */
export function stakeIn(graph: Graph, workloads: readonly Workload[]): Stake | undefined {
  const risky = riskyAmong(workloads);
  if (risky) return risky;
  for (const workload of workloads) {
    const { tier, at } = tierOf(workload, graph);
    if (tier === 'exposed' && !runs.has(workload.object.resource.header.kind)) return { at: at!, message: `this makes ${labelOf(workload)} reachable from outside the cluster` };
  }
  return undefined;
}

/** The first of some workloads that has a risk class: for rules that are about exposure itself. */
export function riskyAmong(workloads: readonly Workload[]): Stake | undefined {
  for (const workload of workloads) {
    const risk = riskOf(workload);
    if (risk) return { at: risk.at, message: `${labelOf(workload)} is of the risk class ${risk.class}: ${risk.because}` };
  }
  return undefined;
}

function labelOf({ object }: Workload): string {
  return `${object.resource.header.kind} "${shownName(object.name)}"`;
}
