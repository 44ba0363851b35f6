import { defineRule } from '../../../engine/lint/rule.ts';

export default defineRule({
  id: 'suppression-without-reason',
  title: 'Suppression without a reason, or without an end where it needs one',
  family: 'meta',
  severity: 'warning',
  persona: 'regular',
  frameworks: [],
  unit: 'scope',
  reads: [],
  messages: {
    missing: 'This suppression says no reason',
    endless: 'This suppression has no end: {rule} is accepted for a time only, say until=YYYY-MM-DD',
  },
  /** Suppressions are judged when all findings are known, by engine/lint/suppress.ts, which says these messages. */
  *check() {},
});
