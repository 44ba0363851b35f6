import type { ObjectWith } from '../../engine/identity/graph.ts';
import { allPowerfulRule, inEveryVariant, secretsReadRule, wildcardIn } from '../../engine/identity/rbac-questions.ts';
import type { ResolvedRole } from '../../engine/identity/rbac-roles.ts';
import type { BindingFact } from '../../engine/kubernetes/rbac.ts';
import { roleGroup } from './role-group.ts';

/**
 * One id for what several rules find in a binding. Where what is written in a role makes the binding too much, the two
 * are one fault: the group is then that of the role.
 */
export function bindingGroup({ object, fact }: ObjectWith<BindingFact>, role: ResolvedRole): string {
  const rule = inEveryVariant(role, allPowerfulRule)
    ?? (fact.cluster ? inEveryVariant(role, (rules) => wildcardIn(rules)?.rule) ?? inEveryVariant(role, secretsReadRule) : undefined);
  return roleGroup(rule?.source?.object ?? object);
}
