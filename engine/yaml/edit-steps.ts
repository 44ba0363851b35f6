import { isSame } from './data.ts';
import type { Draft, EditResult, Holder, TextEdit } from './change.ts';
import { insertInFlow, removeInFlow } from './edit-flow.ts';
import { column, commentsAbove, extentEnd, flowStyle, isFirstOnLine, isTall, lineEnd, lineStart, nextLine, skipBlanks, skipTrivia } from './layout.ts';
import { entryOf, toData, type MapNode, type SeqNode, type YamlNode } from './node.ts';
import { blockLines, entryLines, isCollection, quote, quoteSingle, writeFlow, writeInline, writeKey, writeTall } from './write.ts';

/** Replaces the value of a key or a list item. */
export function replaceValue(draft: Draft, holder: Holder, node: YamlNode, value: unknown): EditResult {
  const { text, style } = draft;
  if (isSame(toData(node), value) && !isEmptyText(node)) return { edits: [] };
  const refused = shared(draft, node.span.start, node.span.end);
  if (refused) return refused;
  const head = headOf(draft, holder, node);
  const props = text.slice(head, node.span.start);
  if (/(?:^|\s)!/.test(props)) return { refused: 'this value carries a tag' };
  const parentFlow = holder.container.flow;
  if (parentFlow || (isFlow(node) && isCollection(value) && isCollection(toData(node)))) {
    const inner = flowStyle(text, isFlow(node) && isCollection(toData(node)) ? node : holder.container, style);
    const written = isFlow(node) && isTall(text, node) ? writeTall(value, skipBlanks(text, lineStart(text, node.span.start)) - lineStart(text, node.span.start), inner) : writeFlow(value, inner);
    return edits(isEmptyText(node) ? [{ start: head, end: head, newText: `${text.charAt(head - 1) === ':' ? ' ' : ': '}${written}` }] : [{ ...node.span, newText: restyled(node, value, written) }]);
  }
  if (!isCollection(value)) return replaceByInline(draft, node, head, restyled(node, value, writeInline(value, style)));
  return props.includes('&') ? { refused: 'this value carries an anchor' } : replaceByBlock(draft, holder, node, head, value);
}

function isFlow(node: YamlNode): node is MapNode | SeqNode {
  return (node.kind === 'map' || node.kind === 'seq') && node.flow;
}

function isEmptyText(node: YamlNode): boolean {
  return node.span.start === node.span.end;
}

/** A string that replaces a quoted one keeps the quotes. */
function restyled(node: YamlNode, value: unknown, written: string): string {
  if (node.kind !== 'scalar' || typeof value !== 'string') return written;
  return node.style === 'single' ? quoteSingle(value) : node.style === 'double' ? quote(value) : written;
}

function replaceByInline(draft: Draft, node: YamlNode, head: number, written: string): EditResult {
  const { text } = draft;
  if (isEmptyText(node)) return edits([{ start: head, end: head, newText: ` ${written}` }]);
  const headEnd = lineEnd(text, head);
  if ((node.kind !== 'map' && node.kind !== 'seq') || node.flow || node.span.start < headEnd) return edits([{ ...node.span, newText: written }]);
  const end = extentEnd(text, lastValue(node), node.span.end, column(text, node.span.start) - 1);
  return edits([{ start: head, end: head, newText: ` ${written}` }, { start: headEnd, end, newText: '' }]);
}

function replaceByBlock(draft: Draft, holder: Holder, node: YamlNode, head: number, value: readonly unknown[] | Readonly<Record<string, unknown>>): EditResult {
  const { text, style } = draft;
  const isBlock = (node.kind === 'map' || node.kind === 'seq') && !node.flow;
  if (holder.container.kind === 'seq') {
    const at = isEmptyText(node) ? column(text, head) + 1 : column(text, node.span.start);
    const lines = blockLines(value, at, style, false);
    if (!isEmptyText(node)) return edits([{ ...node.span, newText: lines.join(style.eol).slice(at) }]);
    const commented = skipBlanks(text, head) !== lineEnd(text, head);
    return edits([commented ? { start: lineEnd(text, head), end: lineEnd(text, head), newText: style.eol + lines.join(style.eol) } : { start: head, end: head, newText: ` ${lines.join(style.eol).slice(at)}` }]);
  }
  const base = column(text, holder.container.span.start);
  const sameKind = isBlock && Array.isArray(value) === (node.kind === 'seq');
  const at = sameKind ? column(text, node.span.start) : base + (Array.isArray(value) ? style.listIndent : style.step);
  const lines = blockLines(value, at, style, false).join(style.eol);
  if (isBlock) return edits([{ start: lineStart(text, node.span.start), end: node.span.end, newText: lines }]);
  const end = lineEnd(text, node.span.end);
  return edits([{ start: head, end: node.span.end, newText: '' }, { start: end, end, newText: style.eol + lines }]);
}

/** Writes a new key into a mapping, behind `after` where that is one of its keys, else last; where some keys hang on conditions, beside one that does not. */
export function insertEntry(draft: Draft, map: MapNode, key: string, value: unknown, after: string | undefined): EditResult {
  const refused = shared(draft, map.span.start, map.span.end);
  if (refused) return refused;
  if (new Set(map.entries.map((entry) => entry.branch.join('\n'))).size > 1) return insertBesideConditions(draft, map, key, value, after);
  const own = map.entries.filter((entry) => !entry.merged);
  const sibling = [...own].reverse().find((entry) => entry.key === after) ?? own.at(-1);
  if (map.flow && own.length === 0 && map.span.end - map.span.start < 2) return { refused: 'this mapping holds merged keys alone' };
  if (map.flow) return own.length === 0 ? fillEmpty(draft, map, { [key]: value }) : insertInFlow(draft, map, own.indexOf(sibling!), { key, value });
  if (sibling && isHidden(sibling.value)) return { refused: 'a template action ends here' };
  const columns = column(draft.text, map.span.start);
  const end = sibling ? extentEnd(draft.text, lastValue(sibling.value), sibling.value.span.end, columns) : lineEnd(draft.text, map.span.end);
  return insertLines(draft, end, newEntryLines(draft, map, key, value, columns));
}

/**
 * Writes a new key where some of a mapping's keys stand in branches of a template: behind a key that is there whenever the
 * mapping is and whose value ends on its line, else before the first such key.
 */
function insertBesideConditions(draft: Draft, map: MapNode, key: string, value: unknown, after: string | undefined): EditResult {
  const { text } = draft;
  const base = map.entries.map(({ branch }) => branch).reduce((a, b) => (b.length < a.length ? b : a));
  const sure = map.entries.filter(({ branch, merged }) => !merged && branch.length === base.length);
  const [first] = sure;
  if (map.flow || !first || !map.entries.every(({ branch }) => base.every((step, i) => branch[i] === step))) return { refused: 'the keys here depend on a template condition' };
  const columns = column(text, map.span.start);
  // A template's own value ends on its line only where that can be seen: account names do.
  const onOneLine = sure.filter(({ key: name, keySpan, value: { kind, span } }) => (kind === 'scalar' || name === after) && span.end <= lineEnd(text, keySpan.start) && !text.slice(span.end, lineEnd(text, keySpan.start)).includes('{{'));
  const sibling = onOneLine.find((entry) => entry.key === after) ?? onOneLine.at(-1);
  const lines = newEntryLines(draft, map, key, value, columns);
  if (sibling) return insertLines(draft, lineEnd(text, sibling.keySpan.start), lines);
  if (!isFirstOnLine(text, first.keySpan.start)) return { refused: 'a template action stands before the first key' };
  return edits([{ start: first.keySpan.start, end: first.keySpan.start, newText: `${lines.join(draft.style.eol).slice(columns)}${draft.style.eol}${' '.repeat(columns)}` }]);
}

/** A new key of a block mapping. A list of plain values stands in brackets where all lists beside it do. */
function newEntryLines({ text, style }: Draft, map: MapNode, key: string, value: unknown, columns: number): string[] {
  const lists = map.entries.flatMap((entry) => (!entry.merged && !entry.value.origin && entry.value.kind === 'seq' && entry.value.items.length > 0 ? [entry.value] : []));
  const inBrackets = Array.isArray(value) && !value.some(isCollection) && lists.length > 0 && lists.every((list) => list.flow && !isTall(text, list));
  if (!inBrackets) return entryLines(key, value, columns, style, true);
  return [`${' '.repeat(columns)}${writeKey(key, style)}: ${writeFlow(value, flowStyle(text, lists.at(-1)!, style))}`];
}

/** Adds an item behind the last one of a list. */
export function appendItem(draft: Draft, holder: Holder | undefined, list: SeqNode, value: unknown): EditResult {
  const refused = shared(draft, list.span.start, list.span.end);
  if (refused) return refused;
  if (list.flow) return list.items.length > 0 ? insertInFlow(draft, list, list.items.length - 1, { value }) : holder ? replaceValue(draft, holder, list, [value]) : fillEmpty(draft, list, [value]);
  const last = list.items.at(-1)!;
  if (isHidden(last)) return { refused: 'a template action ends here' };
  const columns = column(draft.text, list.span.start);
  return insertLines(draft, extentEnd(draft.text, lastValue(last), last.span.end, columns), blockLines([value], columns, draft.style, true));
}

function insertLines(draft: Draft, at: number, lines: readonly string[]): EditResult {
  return edits([{ start: at, end: at, newText: lines.map((line) => draft.style.eol + line).join('') }]);
}

/** An empty `{}` or `[]` is filled in flow style where its parent is flow or the document's root, else written out as block. */
function fillEmpty(draft: Draft, node: MapNode | SeqNode, value: unknown): EditResult {
  const holder = findHolder(draft.root, node);
  if (holder && !holder.container.flow) return replaceValue(draft, holder, node, value);
  return edits([{ ...node.span, newText: writeFlow(value, holder ? flowStyle(draft.text, holder.container, draft.style) : draft.style) }]);
}

function findHolder(at: YamlNode, wanted: YamlNode): Holder | undefined {
  if (at.kind === 'seq') {
    const step = at.items.indexOf(wanted);
    return step >= 0 ? { container: at, step } : first(at.items, (item) => findHolder(item, wanted));
  }
  if (at.kind !== 'map') return undefined;
  const entry = at.entries.find((one) => one.value === wanted);
  return entry ? { container: at, step: entry.key } : first(at.entries, (one) => findHolder(one.value, wanted));
}

function first<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Removes a key (wherever it stands twice, both) or a list item; `above` holds the container. */
export function removeFrom(draft: Draft, holder: Holder, above: Holder | undefined): EditResult {
  const { container, step } = holder;
  if (container.open !== undefined) return { refused: `a template action (${container.open}) may write here what cannot be seen` };
  const gone = container.kind === 'map' ? container.entries.flatMap((entry, index) => (entry.key === step ? [index] : [])) : [step as number];
  const parts = gone.map((index) => partOf(container, index));
  if (parts.some((part) => part.merged)) return { refused: `${step} comes in through a merge key` };
  for (const part of parts) {
    const refused = shared(draft, part.start, part.value.span.end);
    if (refused) return refused;
  }
  const count = container.kind === 'map' ? container.entries.length : container.items.length;
  if (gone.length === count) {
    const empty = container.kind === 'map' ? {} : [];
    return above ? replaceValue(draft, above, container, empty) : edits([{ ...container.span, newText: container.kind === 'map' ? '{}' : '[]' }]);
  }
  if (container.flow) return removeInFlow(draft, container, gone);
  const made = parts.map((part, i) => removeLines(draft, container, part, gone[i] === 0 && !above));
  return made.every((edit) => edit !== undefined) ? { edits: made } : { refused: 'this is written in a way that cannot be cut out' };
}

/** Where an entry or item starts, and its value. */
interface Part {
  readonly start: number;
  readonly value: YamlNode;
  readonly merged?: boolean;
}

function partOf(container: MapNode | SeqNode, index: number): Part {
  if (container.kind === 'map') {
    const { keySpan, value, merged } = container.entries[index]!;
    return { start: keySpan.start, value, merged };
  }
  return { start: container.items[index]!.span.start, value: container.items[index]! };
}

function removeLines(draft: Draft, container: MapNode | SeqNode, part: Part, keepAbove: boolean): TextEdit | undefined {
  const { text } = draft;
  const columns = column(text, container.span.start);
  const start = container.kind === 'seq' ? dashBefore(draft, container, part) : part.start;
  if (column(text, start) !== columns) return undefined;
  const end = extentEnd(text, lastValue(part.value), part.value.span.end, columns);
  if (!isFirstOnLine(text, start)) return { span: { start, end: skipBlanks(text, nextLine(text, end)) }, newText: '' };
  const line = lineStart(text, start);
  const from = keepAbove ? line : commentsAbove(text, line, columns);
  const to = nextLine(text, end);
  // The last line of a file without a final line end takes the line ends before it along.
  if (to === end) return { span: { start: endOfTextBefore(text, from), end }, newText: '' };
  return { span: { start: from, end: to }, newText: '' };
}

/** The line end of the last line before `at` that is not blank. */
function endOfTextBefore(text: string, at: number): number {
  let start = at;
  while (start > 0 && skipBlanks(text, lineStart(text, start - 1)) >= lineEnd(text, lineStart(text, start - 1))) start = lineStart(text, start - 1);
  return start === 0 ? 0 : lineEnd(text, lineStart(text, start - 1));
}

/** The dash of a list item: behind the value of the item before it. */
function dashBefore(draft: Draft, list: SeqNode, part: Part): number {
  const index = list.items.indexOf(part.value);
  return index === 0 ? list.span.start : skipTrivia(draft.text, list.items[index - 1]!.span.end);
}

/** The place behind the colon or dash that a value belongs to. */
function headOf(draft: Draft, { container, step }: Holder, node: YamlNode): number {
  if (isEmptyText(node)) return node.span.start;
  if (container.kind === 'map') return draft.text.indexOf(':', entryOf(container, String(step))!.keySpan.end) + 1;
  return container.flow ? node.span.start : dashBefore(draft, container, { start: node.span.start, value: node }) + 1;
}

/** The scalar, alias or flow collection that ends a value. */
function lastValue(node: YamlNode): YamlNode {
  if ((node.kind !== 'map' && node.kind !== 'seq') || node.flow || node.origin) return node;
  const last = node.kind === 'map' ? node.entries.at(-1)?.value : node.items.at(-1);
  return last ? lastValue(last) : node;
}

/** Whether a value ends inside a template's condition, or with lines that a template writes. */
function isHidden(node: YamlNode): boolean {
  if (node.kind === 'hole' || node.kind === 'scalar' || node.flow) return false;
  if (node.open !== undefined) return true;
  const last = node.kind === 'map' ? node.entries.at(-1) : undefined;
  if (last && last.branch.length > (node as MapNode).entries[0]!.branch.length) return true;
  const value = last ? last.value : node.kind === 'seq' ? node.items.at(-1) : undefined;
  return value !== undefined && isHidden(value);
}

/** Refuses where the text of a range is also used elsewhere, through an alias. */
function shared(draft: Draft, start: number, end: number): { refused: string } | undefined {
  return draft.text.includes('*') && usesText(draft.root, start, end) ? { refused: 'this value is also used elsewhere, through an alias or a merge key' } : undefined;
}

function usesText(node: YamlNode, start: number, end: number): boolean {
  if (node.origin && node.origin.start <= end && node.origin.end >= start && !(node.span.start >= start && node.span.end <= end)) return true;
  if (node.kind === 'seq') return node.items.some((item) => usesText(item, start, end));
  return node.kind === 'map' && node.entries.some((entry) => usesText(entry.value, start, end));
}

function edits(list: readonly { start: number; end: number; newText: string }[]): EditResult {
  return { edits: list.filter(({ start, end, newText }) => start < end || newText !== '').map(({ start, end, newText }) => ({ span: { start, end }, newText })) };
}
