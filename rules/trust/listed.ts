import { displayName } from '../../engine/identity/objects.ts';
import type { Target } from '../../engine/trust/target.ts';
import type { Related } from '../../engine/lint/rule.ts';

/** How many names a message or a list of places holds. */
export const shown = 4;

/** Names as a message lists them. */
export function listed(names: readonly string[]): string {
  return names.length <= shown ? names.join(', ') : `${names.slice(0, shown - 1).join(', ')} and ${names.length - shown + 1} more`;
}

/** The workloads of some targets by kind and name; `otherwise` where none is among the files. */
export function workloadsOf(targets: readonly Target[], otherwise: string): string {
  const names = new Set(targets.flatMap(({ workload }) => (workload ? [`${workload.object.resource.header.kind} ${displayName(workload.object)}`] : [])));
  return names.size === 0 ? otherwise : listed([...names]);
}

/** The workloads of some targets as related places. */
export function placesOf(targets: readonly Target[], message: string): Related[] {
  const objects = [...new Set(targets.flatMap(({ workload }) => (workload ? [workload.object] : [])))];
  return objects.slice(0, shown).map((object) => ({ at: { object, place: object.resource.header.name.at }, message }));
}
