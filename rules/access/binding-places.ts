import type { BoundSubject } from '../../engine/identity/rbac-subjects.ts';
import type { ResolvedRole } from '../../engine/identity/rbac-roles.ts';
import type { AccessRule } from '../../engine/identity/rbac-rules.ts';
import { displayName, shownName } from '../../engine/identity/objects.ts';
import type { Related } from '../../engine/lint/rule.ts';

/** More places would bury the finding. */
const mostWorkloads = 5;

/** The places that explain a binding: the rule that decides, the accounts it names, and the workloads that run as these. */
export function bindingPlaces(role: ResolvedRole, rule: AccessRule | undefined, subjects: readonly BoundSubject[]): Related[] {
  const places: Related[] = [];
  if (rule?.source) places.push({ at: { object: rule.source.object, place: rule.source.rule.at }, message: `this rule of "${shownName(rule.source.object.name)}" allows it` });
  else for (const { role: one } of role.variants) if (one.object) places.push({ at: { object: one.object.object, place: one.object.object.resource.header.name.at }, message: `the role "${one.name}"` });
  const accounts = new Set(subjects.flatMap((subject) => subject.accounts));
  for (const account of accounts) for (const { object } of account.objects) places.push({ at: { object, place: object.resource.header.name.at }, message: `account "${displayName(account)}"` });
  const workloads = [...accounts].flatMap((account) => account.workloads.map((workload) => ({ account, workload })));
  for (const { account, workload } of workloads.slice(0, mostWorkloads)) {
    places.push({ at: { object: workload.object, place: workload.accountAt }, message: `${workload.object.resource.header.kind} "${shownName(workload.object.name)}" runs as "${displayName(account)}"` });
  }
  return places;
}
