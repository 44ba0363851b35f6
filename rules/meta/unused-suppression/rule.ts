import { defineRule } from '../../../engine/lint/rule.ts';

export default defineRule({
  id: 'unused-suppression',
  title: 'Suppression that suppresses nothing',
  family: 'meta',
  severity: 'warning',
  persona: 'regular',
  frameworks: [],
  unit: 'scope',
  reads: [],
  messages: {
    unused: 'Nothing here is a finding of "{rule}": this suppression is not needed',
  },
  /** Suppressions are judged when all findings are known, by engine/lint/suppress.ts, which says these messages. */
  *check() {},
});
