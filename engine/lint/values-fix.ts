import { shownName, type GraphObject } from '../identity/objects.ts';
import { toData } from '../yaml/node.ts';
import type { Answers } from './ask.ts';
import type { FileEdit, Fix } from './fix.ts';
import type { Said } from './made.ts';
import type { FixProposal, Signal } from './rule.ts';

/*
 * A value of a chart is changed for everything that uses it, and lines of a template for every object that they write: each
 * turn of a loop, each alias of a subchart. What comes of it is told by reading the chart again, so such a fix is offered
 * only where it does what it says, and nothing to what has a use for things as they are.
 */

/** What is found in a chart before and after a fix, for one way of installing it. */
export interface Comparison {
  readonly before: Answers;
  readonly after: Answers;
}

/** Whether a rule has less to say of an object than before. */
export function clears({ before, after }: Comparison, rule: string, object: GraphObject): boolean {
  return said(after, rule, object) < said(before, rule, object);
}

/** Whether lines that are edited write more than one object. */
export function writesSeveral({ graph }: Answers, edits: readonly FileEdit[]): boolean {
  const edited = new Set(edits.map(({ file }) => file));
  const documents = graph.objects.flatMap(({ document: { file, index }, written }) => (written && edited.has(file) ? [`${index} ${file}`] : []));
  return new Set(documents).size < documents.length;
}

/** What a rule says of some objects, with the unit that it was asked about. */
export function raisedOn(objects: ReadonlySet<GraphObject>, said: ReadonlyMap<string, readonly Said[]> | undefined): { readonly unitKey: string; readonly signal: Signal }[] {
  return [...said ?? []].flatMap(([unitKey, answer]) => answer.flatMap(({ signal }) => (objects.has(signal.at.object) ? [{ unitKey, signal }] : [])));
}

/**
 * A fix with what else it changes in its title; undefined where it changes something of which nothing is found that asks for
 * the same change.
 * @param ways the chart before and after, for each way of installing it; `isOwn` the one that the finding is about
 * @param alike what findings about some objects propose that is the same change
 */
export function asOffered(fix: Fix, proposal: FixProposal, ways: readonly (Comparison & { readonly isOwn: boolean })[], alike: (answers: Answers, objects: ReadonlySet<GraphObject>) => readonly FixProposal[]): Fix | undefined {
  const own = new Set(meantBy(proposal));
  const others = new Map<string, GraphObject>();
  for (const way of ways) {
    const changed = changedBy(way, proposal);
    if (!changed) return undefined;
    const asked = new Set([...(way.isOwn ? own : []), ...alike(way.before, new Set(changed)).flatMap(meantBy)]);
    if (!changed.every((one) => asked.has(identityOf(one)))) return undefined;
    for (const one of changed) if (!own.has(identityOf(one))) others.set(identityOf(one), one);
  }
  return { ...fix, title: naming(fix.title, [...others.values()]) };
}

/** The objects of a chart that a fix changes; undefined where it adds others than it says. */
function changedBy({ before, after }: Comparison, { steps }: FixProposal): GraphObject[] | undefined {
  const [was, now] = [before.graph.objects, after.graph.objects];
  const identities = new Set(was.map(identityOf));
  const added = now.filter((one) => !identities.has(identityOf(one))).length;
  if (added > steps.reduce((sum, step) => sum + ('add' in step ? step.add.length : 0), 0)) return undefined;
  const contents = new Set(now.map(contentOf));
  return was.filter((one) => one.written && !contents.has(contentOf(one)));
}

/** The objects that a fix is made to change. */
function meantBy({ steps }: FixProposal): string[] {
  return steps.flatMap((step) => ('object' in step ? [identityOf(step.object)] : 'remove' in step ? [identityOf(step.remove)] : []));
}

function naming(title: string, [first, ...more]: readonly GraphObject[]): string {
  return first ? `${title} (changes ${first.resource.header.kind} "${shownName(first.name)}"${more.length > 0 ? ` and ${more.length} more` : ''} as well)` : title;
}

function said({ said: all }: Answers, rule: string, object: GraphObject): number {
  const identity = identityOf(object);
  return [...all.get(rule)?.values() ?? []].flat().filter(({ signal }) => identityOf(signal.at.object) === identity).length;
}

function identityOf({ document, namespace, name, resource }: GraphObject): string {
  return [document.file, resource.header.kind, namespace, name].join('\n');
}

function contentOf(object: GraphObject): string {
  return `${identityOf(object)}\n${JSON.stringify(toData(object.written))}`;
}
