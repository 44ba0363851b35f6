import { defineRule } from '../../../engine/lint/rule.ts';

export default defineRule({
  id: 'expired-suppression',
  title: 'Suppression past its date',
  family: 'meta',
  severity: 'warning',
  persona: 'regular',
  frameworks: [],
  unit: 'scope',
  reads: [],
  messages: {
    expired: 'This suppression ended on {date}',
    unreadable: '"{date}" is no date (YYYY-MM-DD): this suppression does not count',
  },
  /** Suppressions are judged when all findings are known, by engine/lint/suppress.ts, which says these messages. */
  *check() {},
});
