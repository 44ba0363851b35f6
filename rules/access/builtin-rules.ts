import { defaultsOf, type DefaultRule } from '../../engine/kubernetes/default-roles.ts';
import type { GraphObject } from '../../engine/identity/objects.ts';
import type { AccessRule } from '../../engine/identity/rbac-rules.ts';
import { ruleLists } from '../../engine/kubernetes/rbac.ts';

/** Whether a rule stands in the built-in role of the same name, word for word: then it is Kubernetes' and not the file's. */
export function isBuiltinRule(rule: AccessRule, { name, namespace }: GraphObject, cluster: boolean, minor: number): boolean {
  const role = defaultsOf(minor).roles.find((one) => one.name === name && one.namespace === (cluster ? '' : namespace));
  return role?.rules.some((one) => isSameRule(one, rule)) ?? false;
}

/** Whether two rules have the same words in every list. */
export function isSameRule(a: DefaultRule, b: DefaultRule): boolean {
  return ruleLists.every((list) => new Set([...a[list], ...b[list]]).size === new Set(a[list]).size && new Set(a[list]).size === new Set(b[list]).size);
}
