import { identityOf, type GraphObject } from '../../engine/identity/objects.ts';
import type { MisplacedFact } from '../../engine/kubernetes/misplaced.ts';

/** Whether a field that has no effect was meant to keep the token out of pods. */
export function isOptOut({ field, value }: MisplacedFact): boolean {
  return field === 'automountServiceAccountToken' && String(value).toLowerCase() === 'false';
}

/** The group of what an opt-out without effect causes: that it has none, and the tokens that are mounted all the same. */
export function optOutGroup(object: GraphObject): string | undefined {
  const isMeant = object.resource.facts.some((fact) => fact.fact === 'misplaced' && isOptOut(fact));
  return isMeant ? `opt-out of ${identityOf(object)} in ${object.document.file}` : undefined;
}
