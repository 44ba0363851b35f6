import type { AccessRule } from '../../../engine/identity/rbac-rules.ts';
import { grantedBy } from '../../../engine/identity/rights.ts';
import type { Change } from '../../../engine/yaml/change.ts';
import type { Fault } from './faults.ts';

/** The changes that make a rule say what was meant; undefined where that cannot be told. */
export function correct(rule: AccessRule, { messageId, word, meant }: Fault): { readonly title: string; readonly changes: Change[] } | undefined {
  const { path } = rule.source!.rule.at;
  const append = (value: object): Change => ({ op: 'append', path: path.slice(0, -1), value });
  if (messageId === 'pathsBesideResources') {
    return { title: 'Give the paths a rule of their own', changes: [{ op: 'remove', path: [...path, 'nonResourceURLs'] }, append({ nonResourceURLs: rule.nonResourceURLs, verbs: rule.verbs })] };
  }
  if (meant === undefined) return undefined;
  if (!word) return { title: `Say that they are in ${groupLabel(meant)}`, changes: [{ op: 'set', path: [...path, 'apiGroups'], value: [meant] }] };
  const { list, index } = word;
  const { at } = rule.source!.rule[list][index]!;
  if (messageId === 'wrongGroup') {
    const resource = rule.resources[index]!;
    const title = `Allow ${resource} of ${groupLabel(meant)}`;
    if (rule.resources.length === 1) return { title, changes: [{ op: 'set', path: [...path, 'apiGroups'], value: [meant] }] };
    const names = rule.resourceNames.length > 0 ? { resourceNames: rule.resourceNames } : {};
    return { title, changes: [{ op: 'remove', path: at.path }, append({ apiGroups: [meant], resources: [resource], ...names, verbs: rule.verbs })] };
  }
  if (rule[list].includes(meant)) return { title: `Leave it at ${list === 'apiGroups' ? groupLabel(meant) : `"${meant}"`}`, changes: [{ op: 'remove', path: at.path }] };
  return { title: `Write ${list === 'apiGroups' ? groupLabel(meant) : `"${meant}"`}`, changes: [{ op: 'set', path: at.path, value: meant }] };
}

/** Whether what was meant is one of the rights that rules warn of: nobody is given that unasked. */
export function givesRight(rule: AccessRule, { messageId, word, meant }: Fault): boolean {
  if (meant === undefined) return false;
  // A rule that nobody has written: what is known of the written one is not known of it.
  const { source: _, ...said } = rule;
  const inGroup = { ...said, apiGroups: [meant], ...(word ? { resources: [rule.resources[word.index]!] } : {}) };
  const corrected = !word || messageId === 'wrongGroup' ? inGroup : { ...said, [word.list]: rule[word.list].map((one, i) => (i === word.index ? meant : one)) };
  const had = new Set(grantedBy(rule).map(({ right }) => right.id));
  return grantedBy(corrected).some(({ right }) => !had.has(right.id));
}

function groupLabel(group: string): string {
  return group === '' ? 'the core group, ""' : `"${group}"`;
}

/** The changes that take out what grants nothing, and the whole rule where nothing else is in it. */
export function takeOut(rule: AccessRule, { word }: Fault): Change[] | undefined {
  const { path } = rule.source!.rule.at;
  if (!word) return rule.open.length > 0 ? undefined : [{ op: 'remove', path }];
  const { list, index } = word;
  if (rule.open.includes(list)) return undefined;
  return [{ op: 'remove', path: rule[list].length === 1 ? path : rule.source!.rule[list][index]!.at.path }];
}
