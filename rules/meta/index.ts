import type { Rule } from '../../engine/lint/rule.ts';
import expiredSuppression from './expired-suppression/rule.ts';
import suppressionWithoutReason from './suppression-without-reason/rule.ts';
import unknownRule from './unknown-rule/rule.ts';
import unusedSuppression from './unused-suppression/rule.ts';

/** The rules about suppressions themselves: always on. */
export const metaRules: readonly Rule[] = [unusedSuppression, expiredSuppression, unknownRule, suppressionWithoutReason];
