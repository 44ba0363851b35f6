import type { Configuration } from '../engine/lint/config.ts';
import type { Environment } from '../engine/lint/rule.ts';
import { pathMatcher } from './patterns.ts';

/** What a configuration says of the world around the files, as rules ask for it. */
export function environmentOf({ scopes, kubernetesMinor }: Configuration): Environment {
  const isInCompleteScope = pathMatcher(scopes.filter((scope) => scope.complete).flatMap((scope) => scope.paths));
  return { isComplete: (object) => isInCompleteScope(object.document.file), kubernetesMinor };
}
