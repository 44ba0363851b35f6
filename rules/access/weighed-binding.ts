import { authorizer } from '../../engine/identity/permissions.ts';
import type { ResolvedRole } from '../../engine/identity/rbac-roles.ts';
import { boundSubjects, type BoundSubject } from '../../engine/identity/rbac-subjects.ts';
import { weightOf, type RoleWeight, type Weight } from '../../engine/identity/role-weight.ts';
import type { BindingFact } from '../../engine/kubernetes/rbac.ts';
import type { RuleContext, Severity } from '../../engine/lint/rule.ts';

/** A binding, the subjects of it that a rule is about, and what its role is worth to them. */
export interface WeighedBinding {
  readonly binding: { readonly object: RuleContext<'object'>['unit']['object']; readonly fact: BindingFact };
  readonly role: ResolvedRole;
  /** Undefined where the role is in no file read, or a template's. */
  readonly weight: RoleWeight | undefined;
  readonly subjects: readonly BoundSubject[];
}

/** Reads a binding for some of its subjects; undefined for what is no binding, has none of them, or gives nothing. */
export function weighedBinding({ unit: { object }, graph, environment }: RuleContext<'object'>, isMeant: (subject: BoundSubject) => boolean): WeighedBinding | undefined {
  const fact = object.resource.facts.find((one): one is BindingFact => one.fact === 'binding');
  if (!fact) return undefined;
  const binding = { object, fact };
  const minor = environment.kubernetesMinor;
  const subjects = boundSubjects(graph, binding).filter(isMeant);
  if (subjects.length === 0) return undefined;
  const role = authorizer(graph, { defaults: true, minor }).roleOf(binding);
  const weight = weightOf(role, { cluster: fact.cluster, minor });
  return weight?.weight === 'nothing' ? undefined : { binding, role, weight, subjects };
}

/** How grave it is that a role of some weight goes to more than it should. */
export const severityOfWeight: Readonly<Record<Weight, Severity>> = { nothing: 'info', narrow: 'info', reads: 'warning', writes: 'error' };
