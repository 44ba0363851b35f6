import type { Rule } from '../engine/lint/rule.ts';
import { homepage } from '../package.json';

/** Where a rule's documentation can be read. */
export function ruleUrl({ family, id }: Pick<Rule, 'family' | 'id'>): string {
  return `${homepage.replace(/#.*$/, '')}/blob/main/rules/${family}/${id}/README.md`;
}
