import { displayName, type GraphObject } from '../../engine/identity/objects.ts';

/** One id for each role: whoever has it has all of it, so what several rules of the family find in it is one fault. */
export function roleGroup(object: GraphObject): string {
  return `${object.resource.header.kind} ${displayName(object)} in ${object.document.file}`;
}
