import type { Dialect, Entry, HoleNode, MapNode, ParsedDocument, SeqNode, YamlNode } from './node.ts';
import { maskTemplate, type Hole, type Masked } from './mask.ts';
import { parseMasked, parseYaml } from './parse.ts';
import { isSeparator } from './split.ts';
import { shift, type Span } from './text.ts';

/** Longer texts are nobody's to type in. */
const longest = 1 << 20;
/** A text with more places that cannot be read is something else than YAML in the middle of an edit. */
const mostStretches = 8;
/** So many keys and items that cannot be read are looked at before a text is given up: several may come out as one place. */
const mostTries = 64;

/** Lines that cannot be read, which leave a hole where they stand. */
interface Stretch {
  readonly span: Span;
  /** How far they are indented: what they belong to is told by that. */
  readonly column: number;
  readonly isItem: boolean;
  /** The key that they begin with, if they do. */
  readonly key: string | undefined;
}

/** What of a text is not its own: the holes of its mask, and how such a text is shown. */
export interface Template {
  readonly masked: Masked;
  readonly show: (text: string) => string;
}

/**
 * Parses a document; where it cannot be read as a whole, what can be read of it beside the problem: the fewest lines that
 * stand in the way (an unclosed quote, a key that has no colon yet) are holes, the collections around them open. A function
 * of the text alone, so that no reading depends on what was typed before.
 */
export function parseUnfinished(text: string, dialect: Dialect, template?: Template): ParsedDocument {
  const whole = template ? parseMasked(text, template.masked, dialect) : parseYaml(text, dialect);
  if ((whole.problem?.reason !== 'syntax' && whole.problem?.reason !== 'template') || text.length > longest) return whole;
  const { masked, show } = template ?? { masked: maskOf(text, dialect), show: (part: string) => part };
  const parse = (part: string): ParsedDocument => parseYaml(part, 'kubernetes');
  const lines = linesOf(masked.text);
  const broken = brokenIn(lines, masked.text, parse);
  const stretches = broken && stretchesOf(broken, lines, masked.text);
  if (!stretches || stretches.length > mostStretches) return whole;
  const isLeft = ({ span: { start } }: Hole): boolean => !stretches.some(({ span }) => span.start <= start && start < span.end);
  const { root, problem } = parseMasked(text, { ...masked, text: blanked(masked.text, stretches.map(({ span }) => span)), holes: masked.holes.filter(isLeft) }, dialect);
  if (problem || root?.kind !== 'map' || root.flow) return whole;
  return { root: stretches.reduce<YamlNode>((node, stretch) => withHole(node, stretch, text, show), root), problem: whole.problem };
}

function maskOf(text: string, dialect: Dialect): Masked {
  return dialect === 'template' ? maskTemplate(text) : { text, holes: [], branches: [] };
}

interface Line {
  readonly start: number;
  readonly end: number;
  /** Columns of its indentation; undefined for lines that say nothing: blank ones, comments, separators. */
  readonly indent: number | undefined;
  readonly isItem: boolean;
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < text.length;) {
    const at = text.indexOf('\n', start);
    const end = at < 0 ? text.length : at;
    lines.push(lineOf(text, start, end));
    start = end + 1;
  }
  return lines;
}

function lineOf(text: string, start: number, end: number, from = start): Line {
  const content = text.slice(from, end);
  const said = content.trim();
  const indent = said === '' || said.startsWith('#') || isSeparator(content.trimEnd()) ? undefined : from - start + content.length - content.trimStart().length;
  return { start, end, indent, isItem: /^\s*-(?:\s|$)/.test(content) };
}

/** The lines that keep the rest from being read, by number, each with the column from which on it does; undefined where nothing would be left. */
function brokenIn(lines: readonly Line[], text: string, parse: (text: string) => ParsedDocument): Map<number, number> | undefined {
  const broken = new Map<number, number>();
  let tries = 0;
  const isRead = (part: string): boolean => {
    const { root, problem } = parse(part);
    return !problem && (root === undefined || root.kind === 'map' || root.kind === 'seq' || root.kind === 'hole');
  };
  /** Marks what is broken of the lines from one to another; `shown` is the text as far as it belongs to them. */
  const mend = (from: number, to: number, own: readonly Line[], shown: string, depth: number): void => {
    for (const { start, end, fits } of segmentsOf(own, from, to)) {
      if (tries > mostTries) return;
      const base = own[start]!.start;
      const part = () => blanked(shown.slice(base, own[end - 1]!.end), [...broken].filter(([line]) => line >= start && line < end).map(([line, column]) => ({ start: own[line]!.start - base + column, end: own[line]!.end - base })));
      const mark = (line: number): void => void broken.set(line, Math.min(own[line]!.indent ?? 0, broken.get(line) ?? Infinity));
      if (!fits) for (let line = start; line < end; line++) mark(line);
      if (isRead(part())) continue;
      tries++;
      const head = own[start]!;
      const header = shown.slice(head.start, head.end);
      if (depth < 60 && head.isItem) {
        const inside = blanked(shown, [{ start: head.start + head.indent!, end: head.start + head.indent! + 1 }]);
        mend(start, end, own.with(start, lineOf(inside, head.start, head.end)), inside, depth + 1);
      } else if (depth < 60 && start + 1 < end && isRead(header)) {
        // Behind a value nothing can follow; below a key, some of it may be fine.
        if (/:\s*(?:#.*|[|>].*)?$/.test(header.trimEnd())) mend(start + 1, end, own, shown, depth + 1);
        else for (let line = start + 1; line < end; line++) mark(line);
      }
      if (!isRead(part())) for (let line = start; line < end; line++) mark(line);
    }
  };
  mend(0, lines.length, lines, text, 0);
  return tries <= mostTries && lines.some(({ indent }, i) => indent !== undefined && !broken.has(i)) ? broken : undefined;
}

/**
 * Keys and items of one collection, each with the lines below it: what is indented further, and the list of a key that is
 * not. Lines that stand in no column of it are pieces of their own, which fit nowhere.
 */
function segmentsOf(lines: readonly Line[], from: number, to: number): { start: number; end: number; fits: boolean }[] {
  const said = lines.slice(from, to).filter(({ indent }) => indent !== undefined);
  const first = said[0];
  if (!first) return [];
  const lowest = Math.min(...said.map(({ indent }) => indent!));
  const count = (column: number): number => said.filter(({ indent }) => indent === column).length;
  const column = count(lowest) > count(first.indent!) ? lowest : first.indent!;
  const isList = said.find(({ indent }) => indent === column)!.isItem;
  const starts: { start: number; fits: boolean }[] = [];
  for (let i = from; i < to; i++) {
    const { indent, isItem } = lines[i]!;
    if (indent === undefined) continue;
    if (indent === column ? isList || !isItem : indent < column || starts.length === 0) starts.push({ start: i, fits: indent === column });
  }
  return starts.map(({ start, fits }, i) => ({ start, fits, end: starts[i + 1]?.start ?? to }));
}

function stretchesOf(broken: ReadonlyMap<number, number>, lines: readonly Line[], text: string): Stretch[] {
  const all: Stretch[] = [];
  for (const [i, { start, end, indent }] of lines.entries()) {
    const column = broken.get(i);
    if (column === undefined) continue;
    const last = all.at(-1);
    if (last && broken.has(i - 1) && (indent === undefined || column > last.column)) {
      all[all.length - 1] = { ...last, span: { start: last.span.start, end } };
      continue;
    }
    if (indent === undefined) continue;
    const said = text.slice(start + column, end);
    all.push({ span: { start: start + column, end }, column, isItem: /^-(?:\s|$)/.test(said), key: /^(["']?)([^\s:"'#[\]{},&*|>%@`]+)\1/.exec(said)?.[2] });
  }
  return all;
}

/** The text with stretches of it left blank; line breaks stay. */
function blanked(text: string, spans: readonly Span[]): string {
  let made = '';
  let at = 0;
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    made += text.slice(at, start) + text.slice(start, end).replace(/[^\r\n]/g, ' ');
    at = end;
  }
  return made + text.slice(at);
}

/** Puts a hole where lines stand that were not read. */
function withHole(node: YamlNode, stretch: Stretch, text: string, show: Template['show']): YamlNode {
  const expression = show(text.slice(stretch.span.start, stretch.span.end)).replace(/\s+/g, ' ').trim();
  const hole: HoleNode = { kind: 'hole', span: stretch.span, expression };
  if (node.kind === 'seq') return node.flow ? node : inList(node, stretch, text, show, hole);
  if (node.kind !== 'map' || node.flow) return node;
  const index = node.entries.findLastIndex(({ keySpan }) => keySpan.start < stretch.span.start);
  const value = node.entries[index]?.value;
  const column = columnOf(text, node.entries[0]?.keySpan.start ?? node.span.start);
  if (value?.kind === 'seq' && stretch.isItem && stretch.column >= column && !value.flow) return replaced(node, index, inList(value, stretch, text, show, hole));
  // What a key is still without may be in lines that begin too far left.
  const isBare = value?.kind === 'scalar' && value.source === '' && value.style === 'plain';
  if (!value || stretch.column <= column) return opened(isBare ? replaced(node, index, { ...hole, was: value }) : node, index + 1, stretch, hole, text);
  if ((value.kind === 'map' || value.kind === 'seq') && !value.flow) {
    const made = replaced(node, index, withHole(value, stretch, text, show));
    // Between two columns it may belong to either.
    const inner = columnOf(text, value.kind === 'map' ? value.entries[0]?.keySpan.start ?? value.span.start : value.span.start);
    return stretch.column < inner ? opened(made, index + 1, stretch, hole, text) : made;
  }
  if (isBare || (value.kind === 'scalar' && value.style === 'block')) return replaced(node, index, { ...hole, was: value });
  // Behind a whole value there is nothing to be inside of: a line of the mapping that is indented too far.
  return opened(node, index + 1, stretch, hole, text);
}

function inList(node: SeqNode, stretch: Stretch, text: string, show: Template['show'], hole: HoleNode): SeqNode {
  const column = columnOf(text, node.span.start);
  const index = node.items.findLastIndex(({ span }) => dashOf(text, span.start, column) < stretch.span.start);
  const item = node.items[index];
  const inside = item && (item.kind === 'map' || item.kind === 'seq') && !item.flow && stretch.column > column;
  if (inside) return { ...node, items: node.items.with(index, withHole(item, stretch, text, show)) };
  return stretch.isItem ? { ...node, items: node.items.toSpliced(index + 1, 0, hole) } : { ...node, open: hole.expression };
}

/** Where the dash of an item stands, which may be on a line above it. */
function dashOf(text: string, offset: number, column: number): number {
  let line = text.lastIndexOf('\n', offset - 1) + 1;
  while (line > 0 && text[line + column] !== '-') line = text.lastIndexOf('\n', line - 2) + 1;
  return line + column;
}

function opened(node: MapNode, at: number, { key, isItem, span }: Stretch, hole: HoleNode, text: string): MapNode {
  const entry: Entry[] = key === undefined || isItem ? [] : [{ key, keySpan: { start: span.start, end: span.start + key.length }, value: saidBy(text.slice(span.start, span.end), span) ?? hole, branch: [] }];
  return { ...node, entries: node.entries.toSpliced(at, 0, ...entry), open: node.open ?? hole.expression };
}

/** The value of a line that is only indented wrong. */
function saidBy(line: string, { start }: Span): YamlNode | undefined {
  const { root } = line.includes('\n') ? { root: undefined } : parseYaml(line, 'kubernetes');
  const [entry] = root?.kind === 'map' && !root.flow ? root.entries : [];
  return entry?.value.kind === 'scalar' && entry.value.source !== '' ? { ...entry.value, span: shift(entry.value.span, start) } : undefined;
}

function replaced(node: MapNode, index: number, value: YamlNode): MapNode {
  return { ...node, entries: node.entries.with(index, { ...node.entries[index]!, value }) };
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}
