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
    exception: 'This exception ended on {date}: what {rule} says of {target} counts again',
    unreadable: '"{date}" is no date (YYYY-MM-DD): this suppression does not count',
  },
  /** Suppressions and exceptions are judged when all findings are known, by engine/lint/suppress.ts and exceptions.ts, which say these messages. */
  *check() {},
});
