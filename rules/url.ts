import type { Rule } from '../engine/lint/rule.ts';
import manifest from '../package.json' with { type: 'json' };

/** Where a rule's documentation can be read. */
export function ruleUrl({ family, id }: Pick<Rule, 'family' | 'id'>): string {
  return `${manifest.homepage.replace(/#.*$/, '')}/blob/main/rules/${family}/${id}/README.md`;
}
