import type { Rule } from '../engine/lint/rule.ts';
import automountedToken from './tokens/automounted-token/rule.ts';

/** Every rule, in the order of rules.md: the shells hand this list to the engine. */
export const rules: readonly Rule[] = [automountedToken];
