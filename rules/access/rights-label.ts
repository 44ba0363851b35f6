import { isTold } from '../../engine/identity/grants.ts';
import type { ObjectWith } from '../../engine/identity/parts.ts';
import type { AccessRule } from '../../engine/identity/rbac-rules.ts';
import { fewInWords, inWords } from '../../engine/identity/rbac-subjects.ts';
import { known } from '../../engine/yaml/cursor.ts';
import type { BindingFact } from '../../engine/kubernetes/rbac.ts';

/** What a rule allows through a binding, in words that go on after "lets them". */
export function rightsLabel(rule: AccessRule | undefined, { object, fact }: ObjectWith<BindingFact>, home?: string): string {
  if (!rule) return 'do something';
  const verbs = rule.verbs.includes('*') ? 'do anything with' : inWords(rule.verbs);
  if (rule.nonResourceURLs.length > 0) return `${verbs} ${fewInWords(rule.nonResourceURLs)}`;
  const resources = rule.resources.includes('*') ? `every resource${groupsLabel(rule)}` : fewInWords(rule.resources);
  const names = rule.resourceNames.length > 0 ? ` ${fewInWords(rule.resourceNames.map((name) => `"${name}"`))}` : '';
  return `${verbs} ${resources}${names}${fact.cluster ? '' : object.namespace === home ? ' in it' : isTold(object.namespace) ? ` in namespace "${object.namespace}"` : ' in its namespace'}`;
}

function groupsLabel({ apiGroups }: AccessRule): string {
  return apiGroups.includes('*') ? '' : ` of ${fewInWords(apiGroups.map((group) => group || 'the core group'))}`;
}

/** A role that is in no file read, in words. */
export function roleLabel({ roleName }: BindingFact): string {
  const name = known(roleName);
  return name === undefined ? 'a role that a template names' : `"${name}", which is not among the files read`;
}
