import { defineRule } from '../../../engine/lint/rule.ts';

export default defineRule({
  id: 'unknown-rule',
  title: 'Suppression of a rule that does not exist',
  family: 'meta',
  severity: 'warning',
  persona: 'regular',
  frameworks: [],
  unit: 'scope',
  reads: [],
  messages: {
    unknown: 'There is no rule "{rule}"{hint}',
    none: 'This suppression names no rule: write ignore[rule-id]',
  },
  /** Suppressions are judged when all findings are known, by engine/lint/suppress.ts, which says these messages. */
  *check() {},
});
