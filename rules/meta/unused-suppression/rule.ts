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
    exception: 'Nothing at {target} is a finding of {rule}: this exception can go',
    unused: 'Nothing here is a finding of "{rule}": this suppression is not needed',
  },
  /** Suppressions and exceptions are judged when all findings are known, by engine/lint/suppress.ts and exceptions.ts, which say these messages. */
  *check() {},
});
