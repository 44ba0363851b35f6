import { nodeAt, type Path } from '../yaml/node.ts';
import { parseYaml } from '../yaml/parse.ts';
import { shift, type Span } from '../yaml/text.ts';
import type { Segment } from './expand.ts';
import { expand } from './expand.ts';
import { changesBefore } from './read-chart.ts';
import type { ChartReading, TemplateDocument } from './reading.ts';
import { unmarked, type Origin } from './value.ts';

/** A template with its values, as people read it: what cannot be known stands there as the action that it is. */
export interface Shown {
  readonly text: string;
  /** Offsets of the text, spans of the template's file. */
  readonly segments: readonly Segment[];
  /** Where the objects stand that the template writes, by the roots of their trees. */
  readonly documents: ReadonlyMap<object, Span>;
}

/** Writes a template out for reading, once for each chart of the release that has it. Undefined where it cannot be expanded. */
export function showTemplate({ release, settings, templates }: ChartReading<TemplateDocument>, path: string): Shown | undefined {
  const { objects, places } = templates.get(path) ?? {};
  if (!release || !objects) return undefined;
  let text = '';
  const segments: Segment[] = [];
  const documents = new Map<object, Span>();
  for (const [i, template] of release.order.filter((one) => one.path === path).entries()) {
    const expanded = expand(release, path, template.instance, settings, changesBefore({ release, templates }, template));
    if (!expanded) return undefined;
    if (text !== '') text += `${text.endsWith('\n') ? '' : '\n'}---\n`;
    const base = text.length;
    for (const segment of expanded.segments) {
      const piece = unmarked(expanded.text.slice(segment.start, segment.end));
      segments.push({ ...segment, start: text.length, end: text.length + piece.length });
      text += piece;
    }
    const shownAt = (offset: number): number => base + unmarked(expanded.text.slice(0, offset)).length;
    for (const [k, { instance: of, span }] of places!.entries()) if (of === i) documents.set(objects[k]!.root, { start: shownAt(span.start), end: shownAt(span.end) });
  }
  return { text, segments, documents };
}

/**
 * The stretches of an expanded text that a stretch of the template wrote, in order; what touches is one. Several for what
 * stands in a loop.
 * @param span in the template
 * @param within the part of the expanded text that is looked at
 */
export function carryForward(segments: readonly Segment[], span: Span, within: Span): Span[] {
  const spans: { start: number; end: number }[] = [];
  for (const segment of segments) {
    const written = writtenBy(segment, span);
    if (!written) continue;
    const start = Math.max(written.start, within.start);
    const end = Math.min(written.end, within.end);
    const last = spans.at(-1);
    if (end <= start) continue;
    if (last?.end === start) last.end = end;
    else spans.push({ start, end });
  }
  return spans;
}

function writtenBy({ start, end, span: from, literal }: Segment, span: Span): Span | undefined {
  if (from.end <= span.start || span.end <= from.start) return undefined;
  return literal ? { start: start + Math.max(0, span.start - from.start), end: end - Math.max(0, from.end - span.end) } : { start, end };
}

/**
 * Where something of an object stands in a shown text: what the same stretch of the template wrote, or, where one action
 * wrote many lines, what stands at its path.
 * @param root the tree of the object's document
 * @param span in the template
 * @param path counted from the document
 */
export function placeShown({ text, segments, documents }: Shown, root: object, span: Span, path: Path): Span | undefined {
  const document = documents.get(root);
  if (!document) return undefined;
  const [first] = carryForward(segments, span, document);
  if (first && !text.slice(first.start, first.end).includes('\n')) return first;
  const node = nodeAt(parseYaml(text.slice(document.start, document.end), 'template').root, path);
  const mark = node && (node.kind === 'map' && node.entries[0] ? node.entries[0].keySpan : node.span);
  return mark ? shift(mark, document.start) : first && firstLine(text, first);
}

function firstLine(text: string, { start, end }: Span): Span {
  const line = /[^\s][^\n]*/.exec(text.slice(start, end));
  return line ? { start: start + line.index, end: start + line.index + line[0].length } : { start, end: start };
}

/** What the action at an offset of a template gives. */
export interface ActionValue {
  readonly span: Span;
  readonly text: string;
  /** What decides it in a values file. */
  readonly from: Origin | undefined;
}

/** The values that the action at an offset gives, different ones in a loop each once; none for what writes nothing. */
export function valuesAt({ text, segments }: Shown, offset: number): ActionValue[] {
  const found = new Map<string, ActionValue>();
  for (const { start, end, span, literal, result } of segments) {
    if (literal || offset < span.start || offset >= span.end) continue;
    const value = text.slice(start, end);
    if (!found.has(value)) found.set(value, { span, text: value, from: result?.from });
  }
  return [...found.values()];
}
