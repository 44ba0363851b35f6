import type { Entry, YamlNode } from '../yaml/node.ts';
import type { Span } from '../yaml/text.ts';
import type { Segment } from './expand.ts';
import { placeInHelper } from './helper-text.ts';
import { expressionOf, isDict, originOf, type Origin, type Value } from './value.ts';

interface Way {
  readonly segments: readonly Segment[];
  /** Offset of the expanded document in the expanded text. */
  readonly from: number;
  /** Offset in the template that spans count from. */
  readonly base: number;
  /** The expanded document. */
  readonly text: string;
}

/**
 * The tree of an expanded document with the spans of the template: of a literal text its own, of what an action wrote the
 * action's, and with what decides it in a values file.
 * @param from offset of the document in the expanded text
 * @param base offset in the template that spans count from
 * @param text the expanded document
 */
export function carryBack(root: YamlNode, segments: readonly Segment[], from: number, base: number, text: string): YamlNode {
  return carry(root, { segments, from, base, text }, undefined, undefined);
}

/** `written`: the collection that an action wrote and this node is the form of; `by`: the segment that wrote it. */
function carry(node: YamlNode, way: Way, written: Value, by: Segment | undefined, decided?: Origin): YamlNode {
  const own = segmentAt(way, node.span.start);
  const span = spanOf(way, node.span);
  switch (node.kind) {
    case 'hole': return { ...node, expression: expressionOf(node.expression), span };
    case 'scalar': {
      if (own?.literal !== false && isLiteral(way, node.span)) return { ...node, span };
      const helper = own?.result?.helper && placeInHelper(own.result.helper, lineIn(way, node.span.start, own), node.source);
      // What a template has set since the mapping was written down is decided by the template.
      const isOther = (typeof written === 'boolean' || typeof written === 'string') && written !== node.value;
      const origin = (isOther ? undefined : decided) ?? (own && !own.literal && isWhole(way, node.span, own) ? own.result?.from : undefined) ?? helper?.from;
      return { ...node, span, computed: true, ...(origin ? { decided: origin } : {}), ...(helper ? { helper: { file: helper.file, span: helper.span } } : {}) };
    }
    case 'seq': {
      const items = node.items.map((item, i) => {
        const inside = segmentAt(way, item.span.start);
        const list = inside && inside === by ? written : inside && !inside.literal ? collectionOf(inside) : undefined;
        return carry(item, way, Array.isArray(list) ? list[i] : undefined, inside?.literal === false ? inside : undefined, originOf(list, i));
      });
      return { ...node, span, items };
    }
    case 'map': return { ...node, span, entries: node.entries.map((entry) => carryEntry(entry, way, written, by)) };
  }
}

function carryEntry(entry: Entry, way: Way, written: Value, by: Segment | undefined): Entry {
  const writer = segmentAt(way, entry.keySpan.start);
  const keySpan = spanOf(way, entry.keySpan);
  if (!writer || writer.literal) {
    const inside = segmentAt(way, entry.value.span.start);
    // `key: {{ toYaml .Values.list }}` and `key:` with a block below it.
    const whole = inside && !inside.literal ? inside : undefined;
    return { ...entry, keySpan, value: carry(entry.value, way, whole && collectionOf(whole), whole) };
  }
  const dict = writer === by ? written : collectionOf(writer);
  const value = isDict(dict) ? dict.get(entry.key) : undefined;
  return { ...entry, keySpan, value: carry(entry.value, way, value, writer, originOf(dict, entry.key)) };
}

/** What of a line an action wrote. */
function lineIn({ text, from }: Way, offset: number, { start, end }: Segment): string {
  const first = Math.max(text.lastIndexOf('\n', offset - 1) + 1, start - from);
  const next = text.indexOf('\n', offset);
  return text.slice(first, Math.min(next < 0 ? text.length : next, end - from));
}

/** The collection that an action wrote, if it wrote one. */
function collectionOf({ result }: Segment): Value {
  return result?.of ?? result?.value;
}

/** Whether an action alone wrote a stretch, quotes around it apart. */
function isWhole(way: Way, span: Span, segment: Segment): boolean {
  return way.from + span.end - 1 <= segment.end;
}

function isLiteral(way: Way, span: Span): boolean {
  if (span.end <= span.start) return true;
  const first = indexAt(way, span.start);
  const last = indexAt(way, span.end - 1);
  return way.segments.slice(first, last + 1).every(({ literal }) => literal);
}

/** The stretch of the template that wrote a stretch of the document: from the beginning of its first piece to the end of its last. */
function spanOf(way: Way, span: Span): Span {
  const first = way.segments[indexAt(way, span.start)];
  const last = way.segments[indexAt(way, Math.max(span.start, span.end - 1))];
  if (!first || !last) return { start: 0, end: 0 };
  const start = first.literal ? first.span.start + (way.from + span.start - first.start) : first.span.start;
  const end = last.literal ? last.span.start + (way.from + Math.max(span.end, span.start) - last.start) : last.span.end;
  // A loop writes later pieces from earlier text: the first piece is the place then.
  if (end < start) return { start: start - way.base, end: first.span.end - way.base };
  return { start: start - way.base, end: end - way.base };
}

function segmentAt(way: Way, offset: number): Segment | undefined {
  return way.segments[indexAt(way, offset)];
}

/** The segment that an offset of the document is in; the last one for its end. */
export function indexAt({ segments, from }: Pick<Way, 'segments' | 'from'>, offset: number): number {
  const at = from + offset;
  let low = 0;
  let high = segments.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (segments[middle]!.end <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
