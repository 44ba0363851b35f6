import { defineRule } from '../../../engine/lint/rule.ts';

export default defineRule({
  id: 'suppression-without-reason',
  title: 'Suppression without a reason',
  family: 'meta',
  severity: 'warning',
  persona: 'regular',
  frameworks: [],
  unit: 'scope',
  reads: [],
  messages: {
    missing: 'This suppression says no reason',
  },
  /** Suppressions are judged when all findings are known, by engine/lint/suppress.ts, which says these messages. */
  *check() {},
});
