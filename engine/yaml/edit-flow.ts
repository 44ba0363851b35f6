import type { Draft, EditResult, TextEdit } from './change.ts';
import { column, flowStyle, isFirstOnLine, isTall, lineEnd, lineStart, nextLine, skipBlanks, skipTrivia } from './layout.ts';
import type { MapNode, SeqNode } from './node.ts';
import { writeFlow, writeKey, writeTall } from './write.ts';

interface Item {
  readonly key?: string;
  readonly value: unknown;
}

/** Writes an item behind the `index`th of a flow collection that holds some, on a line of its own where they stand so. */
export function insertInFlow(draft: Draft, container: MapNode | SeqNode, index: number, item: Item): EditResult {
  const { text } = draft;
  const style = flowStyle(text, container, draft.style);
  const { start, end } = extent(container, index);
  const key = item.key === undefined ? '' : `${writeKey(item.key, style)}${style.tight ? ':' : ': '}`;
  if (!isTall(text, container) || !isFirstOnLine(text, start)) return { edits: [{ span: { start: end, end }, newText: `${style.tight ? ',' : ', '}${key}${writeFlow(item.value, style)}` }] };
  const columns = column(text, start);
  const line = `${style.eol}${' '.repeat(columns)}${key}${writeTall(item.value, columns, style)}`;
  const comma = commaAfter(text, end);
  if (comma < 0) {
    const at = lineEnd(text, end);
    const closing = text.slice(end, at).trim() !== '' && !text.slice(end, at).trim().startsWith('#') ? end : at;
    return { edits: closing === end ? [{ span: { start: end, end }, newText: `,${line}` }] : [{ span: { start: end, end }, newText: ',' }, { span: { start: closing, end: closing }, newText: line }] };
  }
  const rest = skipBlanks(text, comma + 1);
  const at = rest === lineEnd(text, comma) || text.charCodeAt(rest) === 35 ? lineEnd(text, comma) : comma + 1;
  return { edits: [{ span: { start: at, end: at }, newText: `${line},` }] };
}

/** Cuts items out of a flow collection that keeps others, each with one comma, and with its lines where it has them alone. */
export function removeInFlow(draft: Draft, container: MapNode | SeqNode, gone: readonly number[]): EditResult {
  const { text } = draft;
  const count = container.kind === 'map' ? container.entries.length : container.items.length;
  let lastKept = count - 1;
  while (gone.includes(lastKept)) lastKept--;
  const edits: TextEdit[] = gone.filter((index) => index < lastKept).map((index) => removeOne(text, container, index));
  if (lastKept === count - 1) return { edits };
  // What is cut at the end takes the comma before it along, unless the last item has one of its own.
  const from = extent(container, lastKept).end;
  const tail = extent(container, count - 1);
  const next = extent(container, lastKept + 1).start;
  if (!isFirstOnLine(text, next)) return { edits: [...edits, { span: { start: from, end: tail.end }, newText: '' }] };
  const comma = commaAfter(text, from);
  const trailing = commaAfter(text, tail.end);
  const cut = linesOf(text, next, trailing < 0 ? tail.end : trailing + 1);
  if (!cut) return { edits: [...edits, { span: { start: from, end: tail.end }, newText: '' }] };
  return { edits: [...edits, ...(trailing < 0 ? [{ span: { start: comma, end: comma + 1 }, newText: '' }] : []), { span: cut, newText: '' }] };
}

function removeOne(text: string, container: MapNode | SeqNode, index: number): TextEdit {
  const { start, end } = extent(container, index);
  const comma = commaAfter(text, end);
  const cut = isFirstOnLine(text, start) ? linesOf(text, start, comma + 1) : undefined;
  return { span: cut ?? { start, end: extent(container, index + 1).start }, newText: '' };
}

/** The whole lines from `start` to `end`, where nothing but a comment follows on the last. */
function linesOf(text: string, start: number, end: number): { start: number; end: number } | undefined {
  const rest = skipBlanks(text, end);
  return rest === lineEnd(text, end) || text.charCodeAt(rest) === 35 ? { start: lineStart(text, start), end: nextLine(text, end) } : undefined;
}

function extent(container: MapNode | SeqNode, index: number): { start: number; end: number } {
  if (container.kind === 'seq') return container.items[index]!.span;
  const { keySpan, value } = container.entries[index]!;
  return { start: keySpan.start, end: Math.max(keySpan.end, value.span.end) };
}

/** The comma behind a value, or -1. */
function commaAfter(text: string, end: number): number {
  const at = skipTrivia(text, end);
  return text.charCodeAt(at) === 44 ? at : -1;
}
