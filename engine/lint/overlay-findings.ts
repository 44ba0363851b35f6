import type { Graph } from '../identity/graph.ts';
import type { Location } from '../identity/objects.ts';
import { shift, type Span } from '../yaml/text.ts';
import type { Finding } from './finding.ts';

type Related = Finding['related'][number];

/** What a finding was raised from. */
interface Origin {
  readonly signal: { readonly at: Location };
  readonly graph: Graph;
}

/** Findings of one rule at one place, from objects that Kustomize changes, by the graph of the build that they are about and the namespace and name that it gives them. */
interface Place {
  readonly byGraph: Map<Graph, Map<string, Finding[]>>;
  readonly locations: Location[];
}

/** A finding with the builds that say it, by the file of the outermost kustomization; none where it is about what no build changes. */
interface MergedFinding {
  readonly finding: Finding;
  readonly by: ReadonlySet<string>;
  /** What else is said at its place, of each other object that builds make of the same. */
  readonly also: readonly (readonly Finding[])[];
}

/**
 * The findings of a file, each once: what several Kustomize builds say of one place is one finding, the gravest of them.
 * One that not all builds say tells which do; one in a patch tells what the patch is part of.
 * @param textOf the text of a file of the workspace
 */
export function mergeBuilds(findings: readonly Finding[], originOf: (finding: Finding) => Origin, textOf: (path: string) => string | undefined): MergedFinding[] {
  const places = new Map<string, Place>();
  const merged: MergedFinding[] = [];
  const isPlain = (finding: Finding): boolean => originOf(finding).signal.at.object.built === undefined;
  const plain = new Set(findings.filter(isPlain).map(keyOf));
  for (const finding of findings) {
    const { signal: { at }, graph } = originOf(finding);
    if (isPlain(finding)) {
      merged.push({ finding, by: new Set(), also: [] });
      continue;
    }
    const key = keyOf(finding);
    // What kustomize only repeats is no further one.
    if (finding.tier === 'rendered' && plain.has(key)) continue;
    const place: Place = places.get(key) ?? { byGraph: new Map(), locations: [] };
    places.set(key, place);
    place.locations.push(at);
    const copies = place.byGraph.get(graph) ?? new Map<string, Finding[]>();
    place.byGraph.set(graph, copies);
    const { namespace, names } = at.object.build ?? {};
    const copy = JSON.stringify([namespace, names]);
    copies.set(copy, [...(copies.get(copy) ?? []), finding]);
  }
  // Edits change the order in which findings are raised, and nothing else.
  const orderOf = ([copy, [finding]]: readonly [string, readonly Finding[]]): string => `${originOf(finding!).signal.at.object.built!.by[0]!}\n${copy}`;
  for (const { byGraph, locations } of places.values()) {
    const [gravest, ...others] = [...byGraph.values()].flatMap((copies) => [...copies].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1)).map(([, some]) => some)).sort((a, b) => gravity(b) - gravity(a));
    // What kustomize itself has built is read for what it tells, not for how it is written.
    const also = others.filter((some) => some.some(({ tier }) => tier !== 'rendered'));
    const by = new Set(locations.flatMap(({ object }) => object.built!.by));
    for (const finding of onePerPatch(gravest!, originOf)) {
      finding.instances = Math.max(by.size, new Set(locations.map(({ object }) => object)).size);
      addRelated(finding, [...patchedObjects(finding, locations), ...buildsOf(by, locations, textOf)]);
      merged.push({ finding, by, also });
    }
  }
  return merged;
}

function keyOf({ rule, span }: Finding): string {
  return `${rule} ${span.start} ${span.end}`;
}

function gravity(findings: readonly Finding[]): number {
  return Math.max(...findings.map(({ severity }) => ['info', 'warning', 'error'].indexOf(severity)));
}

/** A patch of several objects is one line: it has one finding of each kind. */
function onePerPatch(findings: readonly Finding[], originOf: (finding: Finding) => Origin): Finding[] {
  const seen = new Set<string>();
  return findings.filter((finding) => {
    if (!originOf(finding).signal.at.place.home) return true;
    const isNew = !seen.has(finding.messageId);
    seen.add(finding.messageId);
    return isNew;
  });
}

/** The finding stays the one that was raised: what it was raised from is remembered by it. */
function addRelated(finding: Finding, related: readonly Related[]): void {
  (finding as { related: Finding['related'] }).related = [...finding.related, ...related];
}

/** The objects that a patch is part of, where the finding stands in the patch. */
function patchedObjects({ file }: Finding, locations: readonly Location[]): Related[] {
  const bases = new Map<string, Related>();
  for (const { object, place } of locations) {
    if (!place.home) continue;
    const { at, kind } = object.resource.header;
    if (at.home) continue;
    const span = shift(at.span, object.document.start);
    if (object.document.file !== file) bases.set(`${object.document.file} ${span.start}`, { file: object.document.file, span, message: `part of ${kind} "${object.name}", which Kustomize patches` });
  }
  return [...bases.values()];
}

const shown = 5;

/** The builds that say it, where some of those that reach the object do not. */
function buildsOf(by: ReadonlySet<string>, [first]: readonly Location[], textOf: (path: string) => string | undefined): Related[] {
  const among = new Set(first!.object.built!.among);
  if (by.size >= among.size) return [];
  return [...by].sort().slice(0, shown).map((file) => ({ file, span: firstKey(textOf(file) ?? ''), message: 'as this kustomization builds it' }));
}

function firstKey(text: string): Span {
  const match = /^[A-Za-z]\w*(?=:)/m.exec(text);
  return match ? { start: match.index, end: match.index + match[0].length } : { start: 0, end: 0 };
}
