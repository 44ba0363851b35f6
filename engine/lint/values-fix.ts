import type { GraphObject } from '../identity/objects.ts';
import { toData } from '../yaml/node.ts';
import type { Answers } from './ask.ts';

/*
 * A value of a chart is changed for everything that uses it, and what a template makes of the new one is told by reading it
 * again. So a fix of a value is offered only where it does what it says.
 */

/** What is found in a chart before and after a change of its values, for one way of installing it. */
export interface Comparison {
  readonly before: Answers;
  readonly after: Answers;
}

/** Whether a rule has less to say of an object than before. */
export function clears({ before, after }: Comparison, rule: string, object: GraphObject): boolean {
  return said(after, rule, object) < said(before, rule, object);
}

/** Whether a rule says something of each object of the kind that comes out otherwise: any other has a use for the value as it is. */
export function changesOnlyFound({ before, after }: Comparison, rule: string, { resource }: GraphObject): boolean {
  const now = new Map(after.graph.objects.map((one) => [identityOf(one), contentOf(one)]));
  return before.graph.objects.filter((one) => one.resource.header.kind === resource.header.kind && one.written && now.get(identityOf(one)) !== contentOf(one)).every((one) => said(before, rule, one) > 0);
}

function said({ said: all }: Answers, rule: string, object: GraphObject): number {
  const identity = identityOf(object);
  return [...all.get(rule)?.values() ?? []].flat().filter(({ signal }) => identityOf(signal.at.object) === identity).length;
}

function identityOf({ document, namespace, name, resource }: GraphObject): string {
  return [document.file, resource.header.kind, namespace, name].join('\n');
}

function contentOf({ written }: GraphObject): string {
  return JSON.stringify(toData(written));
}
