import type { ResolvedRole } from '../../engine/identity/rbac-roles.ts';
import type { AccessRule } from '../../engine/identity/rbac-rules.ts';

/**
 * Whether one role gives all that another gives: each rule of every variant has one rule that gives it whole, in every
 * variant. A sufficient test, so a role that does it with several rules together is left out; nothing hidden counts, and
 * a role that a file aggregates is there for others to add to.
 */
export function roleCovers(wide: ResolvedRole, narrow: ResolvedRole): boolean {
  const grows = narrow.variants.some(({ role }) => role.object?.fact.aggregation !== undefined);
  const hidden = grows || narrow.unknown || narrow.open || narrow.rules.some(({ open }) => open.length > 0);
  if (wide.unknown || hidden || narrow.rules.length === 0) return false;
  return wide.variants.every(({ rules }) => narrow.rules.every((rule) => rules.some((one) => ruleCovers(one, rule))));
}

/** Whether a rule allows every request that another allows (semantics.md 4.2); as text, so only what is spelled alike counts. */
function ruleCovers(wide: AccessRule, narrow: AccessRule): boolean {
  if (wide.open.length > 0 || !covers(wide.verbs, narrow.verbs)) return false;
  if (narrow.nonResourceURLs.length > 0) return covers(wide.nonResourceURLs, narrow.nonResourceURLs);
  if (wide.nonResourceURLs.length > 0) return false;
  const named = wide.resourceNames.length === 0 || (narrow.resourceNames.length > 0 && narrow.resourceNames.every((name) => wide.resourceNames.includes(name)));
  return named && covers(wide.apiGroups, narrow.apiGroups) && covers(wide.resources, narrow.resources);
}

function covers(wide: readonly string[], narrow: readonly string[]): boolean {
  return wide.includes('*') || (narrow.length > 0 && narrow.every((word) => wide.includes(word)));
}
