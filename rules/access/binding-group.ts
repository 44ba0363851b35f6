import type { ObjectWith } from '../../engine/identity/parts.ts';
import { allPowerfulRule, inEveryVariant, secretsReadRule, wildcardIn } from '../../engine/identity/rbac-questions.ts';
import type { ResolvedRole } from '../../engine/identity/rbac-roles.ts';
import type { BoundSubject } from '../../engine/identity/rbac-subjects.ts';
import type { BindingFact } from '../../engine/kubernetes/rbac.ts';
import { accountGroup } from '../accounts/account-group.ts';
import { roleGroup } from './role-group.ts';

/**
 * One id for what several rules find in a binding. Where what is written in a role makes the binding too much, the two
 * are one fault: the group is then that of the role. Where it binds an account named default that something runs as, that
 * is the fault which the workloads show, too: the group is the account's.
 */
export function bindingGroup({ object, fact }: ObjectWith<BindingFact>, role: ResolvedRole, subjects: readonly BoundSubject[]): string {
  const account = subjects.find(({ name }) => name?.kind === 'ServiceAccount' && name.name === 'default')?.accounts[0];
  if (account) return accountGroup(account);
  const rule = inEveryVariant(role, allPowerfulRule)
    ?? (fact.cluster ? inEveryVariant(role, (rules) => wildcardIn(rules)?.rule) ?? inEveryVariant(role, secretsReadRule) : undefined);
  return roleGroup(rule?.source?.object ?? object);
}
