import type { AccessRule } from '../../engine/identity/rbac-rules.ts';
import { inWords } from '../../engine/identity/rbac-subjects.ts';

/** What a rule allows, in words that go on after "lets them". */
export function rightsLabel(rule: AccessRule | undefined, cluster: boolean): string {
  if (!rule) return 'do something';
  const verbs = rule.verbs.includes('*') ? 'do anything with' : listed(rule.verbs);
  if (rule.nonResourceURLs.length > 0) return `${verbs} ${listed(rule.nonResourceURLs)}`;
  const resources = rule.resources.includes('*') ? `every resource${groupsLabel(rule)}` : listed(rule.resources);
  const names = rule.resourceNames.length > 0 ? ` ${listed(rule.resourceNames.map((name) => `"${name}"`))}` : '';
  return `${verbs} ${resources}${names}${cluster ? '' : ' in its namespace'}`;
}

function groupsLabel({ apiGroups }: AccessRule): string {
  return apiGroups.includes('*') ? '' : ` of ${listed(apiGroups.map((group) => group || 'the core group'))}`;
}

/** At most four words by name. */
function listed(words: readonly string[]): string {
  return words.length > 4 ? `${words.slice(0, 4).join(', ')} …` : inWords(words);
}
