import { maskTemplate, type BranchMark, type Hole, type Masked } from './mask.ts';
import type { Entry, HoleNode, MapNode, ParsedDocument, ScalarNode, SeqNode, YamlNode } from './node.ts';
import type { Span } from './text.ts';

/**
 * Reads a Helm template: its mask is read as YAML, and what the mask hides comes back as holes. A value that stands in
 * one arm of a condition only, or differently in several, is a hole too; a mapping or list that a block action may
 * extend is `open`. What wraps the whole document changes nothing: that the object exists is taken as given.
 */
export function readTemplate(text: string, read: (masked: string) => ParsedDocument): ParsedDocument {
  return readMasked(text, maskTemplate(text), read);
}

/** Reads a masked text; `text` is what the mask hides. */
export function readMasked(text: string, { text: masked, holes, branches }: Masked, read: (masked: string) => ParsedDocument): ParsedDocument {
  const parsed = read(masked);
  if (parsed.problem) return { root: undefined, problem: { ...parsed.problem, reason: 'template' } };
  if (!parsed.root) return parsed;
  const template: Template = { text, masked, holes, branches };
  const opened = holes.filter((hole) => hole.kind === 'block').reduce((node, hole) => open(node, hole, template), parsed.root);
  return { root: unmask(opened, template, undefined), problem: undefined };
}

interface Template {
  readonly text: string;
  readonly masked: string;
  readonly holes: readonly Hole[];
  readonly branches: readonly BranchMark[];
}

/** `base` is the branch in which the node stands; undefined at the root, whose entries' common branch is given. */
function unmask(node: YamlNode, template: Template, base: readonly string[] | undefined): YamlNode {
  switch (node.kind) {
    case 'scalar': return node.style === 'block' ? textHole(node, template) ?? withoutMaskedLines(node, template) : holeIn(node.span, template) ?? node;
    case 'hole': return node;
    case 'seq': return unmaskSeq(node, template, base ?? branchAt(template, node.span.start));
    case 'map': return unmaskMap(node, template, base ?? commonBranch(node.entries.map((entry) => branchAt(template, entry.keySpan.start))));
  }
}

function unmaskSeq(node: SeqNode, template: Template, base: readonly string[]): SeqNode {
  const conditional = node.items.some((item) => branchAt(template, item.span.start).length > base.length);
  const items = node.items.map((item) => unmask(item, template, branchAt(template, item.span.start)));
  return { ...node, items, ...(conditional ? { open: `items in ${fold(template, node.span)}` } : {}) };
}

function unmaskMap(node: MapNode, template: Template, base: readonly string[]): MapNode {
  const entries: Entry[] = [];
  let hidden: string | undefined;
  for (const entry of node.entries) {
    const key = holeIn(entry.keySpan, template);
    if (key) {
      hidden = key.expression;
      continue;
    }
    const branch = branchAt(template, entry.keySpan.start);
    entries.push({ ...entry, branch, value: unmask(entry.value, template, branch) });
  }
  const decided = entries.map((entry) => (entry.branch.length > base.length ? { ...entry, value: conditionalHole(entry, template) } : entry));
  return { ...node, entries: decided, ...(hidden === undefined ? {} : { open: hidden }) };
}

/** A value that only holds under a condition: what it says depends on the arm. */
function conditionalHole(entry: Entry, template: Template): HoleNode {
  if (entry.value.kind === 'hole') return { ...entry.value, expression: `${entry.branch.join(' ')} ${entry.value.expression}` };
  return { kind: 'hole', span: entry.value.kind === 'scalar' ? entry.value.span : entry.keySpan, expression: `${entry.branch.join(' ')} ${fold(template, entry.value.span)}` };
}

/** The hole that a masked span is or holds: its expression is the action's, or the whole text where there is more around it. */
function holeIn(span: Span, { holes, text }: Template): HoleNode | undefined {
  const first = lowerBound(holes, span.start);
  const hole = holes.slice(first).find((one) => one.kind === 'scalar' && one.span.start < span.end);
  if (!hole || hole.span.end <= span.start) return undefined;
  const inner = text.slice(span.start, span.end).replace(/^["']|["']$/g, '');
  const alone = inner.startsWith('{{') && inner.endsWith('}}') && inner.indexOf('{{', 2) < 0;
  return { kind: 'hole', span, expression: alone ? hole.expression : inner.replace(/\s+/g, ' ') };
}

/** A block text with any action in it cannot be known. */
function textHole({ span }: ScalarNode, { holes, branches, text }: Template): HoleNode | undefined {
  const within = (start: number): boolean => start > span.start && start < span.end;
  if (!holes.some((hole) => within(hole.span.start)) && !branches.some((mark) => within(mark.start))) return undefined;
  return { kind: 'hole', span, expression: text.slice(span.start, span.end).replace(/\s+/g, ' ') };
}

/** The blanks that stand for actions behind a block text are no lines of it. */
function withoutMaskedLines(node: ScalarNode, { text }: Template): ScalarNode {
  const header = /^[|>][-+1-9]*/.exec(text.slice(node.span.start, node.span.start + 3))?.[0] ?? '';
  if (header.includes('+') || !/\n +\n?$/.test(node.source)) return node;
  const source = node.source.replace(/[ \n]+$/, '') + (header.includes('-') ? '' : '\n');
  return { ...node, source, value: source };
}

function lowerBound(holes: readonly Hole[], offset: number): number {
  let low = 0;
  let high = holes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holes[middle]!.span.end <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function branchAt({ branches }: Template, offset: number): readonly string[] {
  let low = 0;
  let high = branches.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (branches[middle]!.start <= offset) low = middle + 1;
    else high = middle;
  }
  return branches[low - 1]?.branch ?? [];
}

function commonBranch(branches: readonly (readonly string[])[]): readonly string[] {
  const first = branches[0] ?? [];
  const parting = first.findIndex((one, i) => branches.some((branch) => branch[i] !== one));
  return parting < 0 ? first : first.slice(0, parting);
}

function fold({ text }: Template, span: Span): string {
  return text.slice(span.start, span.end).replace(/\s+/g, ' ');
}

/** Marks what a block action may write: the value of the key above it, or the collection whose column it writes to. */
function open(node: YamlNode, hole: Hole, template: Template): YamlNode {
  if (node.kind === 'seq') return openSeq(node, hole, template);
  if (node.kind !== 'map' || node.flow) return node;
  if (hole.anywhere) return openAnywhere({ ...node, open: node.open ?? hole.expression }, hole, template);
  const index = node.entries.findLastIndex((entry) => entry.keySpan.start < hole.span.start);
  const entry = node.entries[index];
  const column = columnOf(template.masked, node.entries[0]?.keySpan.start ?? node.span.start);
  const to = hole.column ?? columnOf(template.text, hole.span.start);
  const inline = !isFirstOnLine(template.masked, hole.span.start);
  const value = entry?.value;
  const bare = value?.kind === 'scalar' && value.source === '' && value.style !== 'single' && value.style !== 'double';
  // What writes to this mapping's own column, or left of it, is not inside one of its values, unless it is the list of the key above.
  if (!entry || !value || (!inline && (to < column || (to === column && !bare)))) return { ...node, open: node.open ?? hole.expression };
  if (inline && to <= column) return open({ ...node, open: node.open ?? hole.expression }, { ...hole, column: column + 1 }, template);
  if (bare || (value.kind === 'scalar' && value.style === 'block' && to > column)) return replaceEntry(node, index, { kind: 'hole', span: inline ? hole.span : entry.keySpan, expression: hole.expression });
  if ((value.kind === 'map' || value.kind === 'seq') && !value.flow) return replaceEntry(node, index, open(value, hole, template));
  return { ...node, open: node.open ?? hole.expression };
}

/** Lines that may belong to any collection that reaches down to them. */
function openAnywhere(node: MapNode, hole: Hole, template: Template): YamlNode {
  const index = node.entries.findLastIndex((entry) => entry.keySpan.start < hole.span.start);
  const value = node.entries[index]?.value;
  if (!value) return node;
  const hidden = value.kind === 'scalar' && (value.source === '' || value.style === 'block');
  return replaceEntry(node, index, hidden ? { kind: 'hole', span: node.entries[index]!.keySpan, expression: hole.expression } : open(value, hole, template));
}

function openSeq(node: SeqNode, hole: Hole, template: Template): SeqNode {
  if (node.flow) return node;
  const index = node.items.findLastIndex((item) => item.span.start < hole.span.start);
  const item = node.items[index];
  const to = hole.column ?? columnOf(template.text, hole.span.start);
  if (!item || (!hole.anywhere && to <= columnOf(template.masked, node.span.start))) return { ...node, open: node.open ?? hole.expression };
  if (item.kind !== 'map' && item.kind !== 'seq') {
    const bare = item.kind === 'scalar' && (item.source === '' || item.style === 'block') ? { kind: 'hole' as const, span: hole.span, expression: hole.expression } : item;
    return { ...node, items: node.items.with(index, bare), open: node.open ?? hole.expression };
  }
  return { ...node, items: node.items.with(index, open(item, hole, template)), ...(hole.anywhere ? { open: node.open ?? hole.expression } : {}) };
}

function replaceEntry(node: MapNode, index: number, value: YamlNode): MapNode {
  return { ...node, entries: node.entries.with(index, { ...node.entries[index]!, value }) };
}

function isFirstOnLine(text: string, offset: number): boolean {
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset).trim() === '';
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}
