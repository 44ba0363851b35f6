import { peekKind } from '../kubernetes/peek.ts';
import { readResources } from '../kubernetes/read.ts';
import { splitStream } from '../yaml/split.ts';
import type { BranchMark } from '../yaml/mask.ts';
import type { Span } from '../yaml/text.ts';
import { parseUnfinished as parseUnfinishedYaml } from '../yaml/unfinished.ts';
import type { ParsedTemplate } from './ast.ts';
import { carryBack, indexAt } from './carry.ts';
import { assemble, isNotes, isPartial } from './chart.ts';
import type { ChartFile, Release, ReleaseTemplate } from './release.ts';
import type { ReleaseSettings } from './environment.ts';
import type { Change } from './changes.ts';
import { signatureOfHelper } from './helper-text.ts';
import { mayChange } from './evaluate.ts';
import { expand, holesIn, type Expanded, type Segment } from './expand.ts';
import { parseUnfinished } from './parse.ts';
import type { Asides, ChartReading, TemplateDocument, TemplateReading, Written, WrittenObject, WrittenPlace } from './reading.ts';
import { unmarked } from './value.ts';

/**
 * Reads the templates of a chart with its values. What did not change since the reading before is kept: after an edit of
 * one template only that is expanded again, after one of values or helpers all are, and objects that come out the same stay.
 * @param files the chart's files, paths from the chart's folder
 * @param profile further values, in order
 * @param held the files of `.Files`, those of subcharts among them; undefined where nobody has looked for them
 */
export function readChart<D extends TemplateDocument>(files: readonly (ChartFile & { readonly documents: readonly D[] })[], profile: readonly ChartFile[], settings: ReleaseSettings, before?: ChartReading<D>, held?: Release['files']): ChartReading<D> {
  const parses = new Map<string, { text: string; parsed: ParsedTemplate | undefined }>();
  for (const { path, text } of files) {
    if (!isTemplate(path)) continue;
    const old = before?.parses.get(path);
    parses.set(path, old?.text === text ? old : { text, parsed: parseUnfinished(text) });
  }
  const plain = files.filter(({ path }) => isPlain(path, parses.get(path)?.parsed));
  const shared = [JSON.stringify(settings), ...plain.map(({ path }) => path), ...[...files.filter((file) => !plain.includes(file)), ...profile].flatMap(({ path, text, part }) => [path, text, JSON.stringify(part ?? null)]), ...(held ? [...held].flatMap(([path, text]) => [path, text ?? null]) : [])];
  const same = before !== undefined && shared.length === before.shared.length && shared.every((one, i) => one === before.shared[i]);
  const changed = !same || plain.some(({ path, text }) => before.templates.get(path)?.text !== text);
  if (!changed) return before;
  const assembled = assemble(files, profile, ({ path }) => parses.get(path)?.parsed, same ? before.release : undefined);
  const release = assembled && (held ? { ...assembled, files: held } : assembled);
  const stays = new Map(same ? files.flatMap(({ path, text }): [string, TemplateReading<D>][] => { const old = before.templates.get(path); return old?.text === text ? [[path, old]] : []; }) : []);
  const first = release ? expandAll(release, settings, stays) : new Map<string, Expansion[]>();
  // Where a template changes values, or did, what comes after it may be another.
  const isDisturbed = [...first].some(([path, list]) => [...list.map(({ changes }) => changes), ...before?.templates.get(path)?.changes.values() ?? []].some(({ length }) => length > 0));
  const expansions = release && isDisturbed && stays.size > 0 ? expandAll(release, settings, new Map()) : first;
  const templates = new Map(files.filter(({ path }) => isWritten(path)).map((file): [string, TemplateReading<D>] => {
    const anew = expansions.get(file.path);
    return [file.path, (anew ? undefined : stays.get(file.path)) ?? { text: file.text, ...readTemplate(release ? anew ?? [] : undefined, file, before?.templates.get(file.path)?.written) }];
  }));
  return { shared, release, settings, parses, templates };
}

/** A template as one of the charts of a release has it, written out; undefined where it cannot be told. */
interface Expansion {
  readonly template: ReleaseTemplate;
  readonly expanded: Expanded | undefined;
  readonly changes: readonly Change[];
}

/** Stands for changes that cannot be told. */
const untold: readonly Change[] = [{ dict: new Map(), key: '', has: false, value: undefined, origin: undefined }];

/**
 * Expands the templates of a release but those that stay, in the order in which Helm does: what one changes of the values,
 * the later ones see.
 */
function expandAll(release: Release, settings: ReleaseSettings, stays: ReadonlyMap<string, Pick<TemplateReading<TemplateDocument>, 'changes'>>): Map<string, Expansion[]> {
  const expansions = new Map<string, Expansion[]>();
  const before: Change[] = [];
  let isLost = false;
  for (const template of release.order) {
    const { path, name, instance } = template;
    if (!isWritten(path)) continue;
    const old = stays.get(path);
    const expanded = old || isLost ? undefined : expand(release, path, instance, settings, before);
    const changes = old?.changes.get(name) ?? expanded?.changes ?? (mayChange(release.templates.get(path) ?? []) ? untold : []);
    if (changes === untold) isLost = true;
    before.push(...changes);
    if (!old) expansions.set(path, [...expansions.get(path) ?? [], { template, expanded, changes }]);
  }
  return expansions;
}

/** What the templates before one of a release changed of its values. */
export function changesBefore({ release, templates }: Pick<ChartReading<TemplateDocument>, 'release' | 'templates'>, { name }: ReleaseTemplate): Change[] {
  const order = release?.order ?? [];
  return order.slice(0, order.findIndex((one) => one.name === name)).flatMap((one) => templates.get(one.path)?.changes.get(one.name) ?? []);
}

function isTemplate(path: string): boolean {
  return /(?:^|\/)templates\/.+/.test(path);
}

/** Whether Helm writes out what a template gives. Names that begin with `_` are helpers. Notes, for people, are written too: they may change values, and stop Helm. */
function isWritten(path: string): boolean {
  return isTemplate(path) && !isPartial(path);
}

/** A template that no other can see. `include` of a whole file is by its path, and that of others is seldom asked for. */
function isPlain(path: string, parsed: ParsedTemplate | undefined): boolean {
  return isWritten(path) && (parsed?.defines.size ?? 0) === 0;
}

/**
 * The objects of a template, for all charts of the release that it belongs to (one chart may be installed under several
 * names). What is written as before is not read again: who holds on to its objects need not look again either.
 */
function readTemplate<D extends TemplateDocument>(expansions: readonly Expansion[] | undefined, file: ChartFile & { readonly documents: readonly D[] }, before: Written<D> = new Map()): Omit<TemplateReading<D>, 'text'> {
  const objects: WrittenObject<D>[] = [];
  const places: WrittenPlace[] = [];
  const asides: Asides[] = [];
  const written = new Map<string, (readonly WrittenObject<D>[])[]>();
  const changes = new Map(expansions?.map(({ template: { name }, changes }) => [name, changes]));
  if (!expansions) return { objects: undefined, places, asides, changes, written };
  for (const [i, { template: { instance }, expanded }] of expansions.entries()) {
    // What notes say depends on values that switch off no object.
    if (expanded) asides.push({ instance, off: isNotes(file.path) ? [] : expanded.off, failures: expanded.failures, reads: expanded.reads });
    if (isNotes(file.path)) continue;
    const read = expanded && readExpanded(expanded, file.documents, i, before, written);
    if (!read) return { objects: undefined, places: [], asides, changes, written };
    objects.push(...read.objects);
    places.push(...read.places);
  }
  return { objects, places, asides, changes, written };
}

/** The objects of a template for one chart, undefined where one cannot be read; they are put under `written` too. */
function readExpanded<D extends TemplateDocument>(expanded: Expanded, documents: readonly D[], instance: number, before: Written<D>, written: Map<string, (readonly WrittenObject<D>[])[]>): { objects: WrittenObject<D>[]; places: WrittenPlace[] } | undefined {
  const all: WrittenObject<D>[] = [];
  const places: WrittenPlace[] = [];
  const marks = expanded.branches;
  let passed = 0;
  for (const { text, start } of manifestsIn(expanded.text)) {
    const kind = /^["']?kind["']?:/m.exec(text) ?? (/^\s*\{/.test(text) ? /["']kind["']\s*:/.exec(text) : null);
    if (!kind || peekKind(text) !== 'parse') continue;
    const home = documentAt(documents, placeOf(expanded.segments, start + kind.index));
    if (!home) return undefined;
    // Documents come in the order of the marks: those before this one are done with.
    while (passed < marks.length && marks[passed]!.start <= start) passed++;
    let end = passed;
    while (end < marks.length && marks[end]!.start < start + text.length) end++;
    const branches = marks.slice(Math.max(passed - 1, 0), end).map((mark) => ({ ...mark, start: mark.start - start }));
    const at = { instance, span: { start, end: start + text.length } };
    const signature = `${home.id} ${JSON.stringify(branches)}\n${signatureOf(expanded.segments, at.span, home.start)}\n${text}`;
    const same = written.get(signature) ?? [];
    const objects = before.get(signature)?.[same.length] ?? readWritten(text, branches, expanded.segments, home, at);
    if (!objects) return undefined;
    written.set(signature, [...same, objects]);
    all.push(...objects);
    places.push(...objects.map(() => at));
  }
  return { objects: all, places };
}

/**
 * The documents of what a template writes. Helm, unlike kubectl, begins one also where text follows the dashes on their
 * line (`---{{- if … -}}` comes to that; helm pkg/release/v1/util/manifest.go, SplitManifests).
 */
function manifestsIn(stream: string): { text: string; start: number }[] {
  return splitStream(stream).flatMap(({ text, start }) => {
    const dashes = text.includes('---') ? [...text.matchAll(/^---[ \t]*(?=[^\s#-])/gm)] : [];
    const starts = [0, ...dashes.map((found) => found.index + found[0].length)];
    return starts.map((from, i) => ({ text: text.slice(from, dashes[i]?.index), start: start + from }));
  });
}

/** The objects of a document that a template writes; undefined where it cannot be read. */
function readWritten<D extends TemplateDocument>(text: string, branches: readonly BranchMark[], segments: readonly Segment[], document: D, at: WrittenPlace): WrittenObject<D>[] | undefined {
  const shown = holesIn(text);
  const { root, problem } = parseUnfinishedYaml(text, 'template', { masked: { text: shown.text, holes: shown.holes, branches: [...branches] }, show: unmarked });
  if (problem && !root) return undefined;
  if (!root) return [];
  const carried = carryBack(root, segments, at.span.start, document.start, text);
  return readResources(carried).map((resource) => ({ document, resource, root: carried }));
}

/** Where each piece of a stretch comes from, told by the places alone. */
function signatureOf(segments: readonly Segment[], { start: from, end: to }: Span, base: number): string {
  const pieces: string[] = [];
  for (let i = indexAt({ segments, from }, 0); i < segments.length && segments[i]!.start < to; i++) {
    const { start, span, result } = segments[i]!;
    pieces.push(`${start - from}:${span.start - base}:${result?.from ? `${result.from.file}#${result.from.path.join('/')}` : ''}${result?.helper ? `(${signatureOfHelper(result.helper)})` : ''}`);
  }
  return pieces.join(' ');
}

function placeOf(segments: readonly Segment[], offset: number): number {
  const segment = segments[indexAt({ segments, from: offset }, 0)];
  return segment && segment.end > offset ? segment.span.start + (segment.literal ? offset - segment.start : 0) : 0;
}

function documentAt<D extends TemplateDocument>(documents: readonly D[], offset: number): D | undefined {
  let [low, high] = [-1, documents.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (documents[middle]!.start <= offset) low = middle;
    else high = middle - 1;
  }
  return documents[low];
}
