import type { Change, Draft, EditResult, Holder, TextEdit } from './change.ts';
import { changed, isSame } from './data.ts';
import { appendItem, insertEntry, removeFrom, replaceValue } from './edit-steps.ts';
import { styleOf } from './layout.ts';
import { entryOf, toData, type MapNode, type Path, type SeqNode, type YamlNode } from './node.ts';
import { parseYaml } from './parse.ts';
import { quoteSingle, writeKey } from './write.ts';

/**
 * Turns a change into minimal edits of the document's text: nothing outside them moves, line ends and indentation stay.
 * No edits where the text says it already. Every result is read again and compared with the change made to the data, so
 * that a text that is written in some unforeseen way is refused rather than broken.
 */
export function editYaml(text: string, root: YamlNode | undefined, change: Change): EditResult {
  if (!root) return { refused: 'the document is empty' };
  if (change.path.length === 0) return { refused: 'a whole document is not replaced' };
  const result = makeEdits({ text, root, style: styleOf(text, root) }, change);
  if ('refused' in result || result.edits.length === 0) return result;
  return isFaithful(text, root, result.edits, change) ? result : { refused: 'the text around it is written in a way that cannot be changed safely' };
}

function makeEdits(draft: Draft, change: Change): EditResult {
  const found = walk(draft.root, change.path);
  if ('refused' in found) return found;
  const { holder, node, rest } = found;
  switch (change.op) {
    case 'set': return rest.length > 0 ? create(draft, found, rest, change.value, change.after) : replaceValue(draft, holder!, node, change.value);
    case 'append': return append(draft, found, change.value);
    case 'remove': return rest.length > 0 ? { edits: [] } : removeFrom(draft, holder!, holderOf(draft.root, change.path.slice(0, -1)));
    case 'rename': return rename(draft, found, change.key);
  }
}

/** How far a path leads into a tree. */
interface Found {
  /** The deepest node on the path. */
  readonly node: YamlNode;
  /** What holds it; undefined for the root. */
  readonly holder: Holder | undefined;
  /** The steps that lead on from there to nothing. */
  readonly rest: Path;
}

function walk(root: YamlNode, path: Path): Found | { readonly refused: string } {
  let node = root;
  let holder: Holder | undefined;
  for (let depth = 0; ; depth++) {
    const refused = reasonNotToTouch(node);
    if (refused !== undefined) return { refused };
    if (depth === path.length) return { node, holder, rest: [] };
    const step = path[depth]!;
    const next = childOf(node, step);
    if (next === undefined) return node.kind !== 'scalar' && node.kind !== 'hole' && node.open !== undefined ? { refused: `a template action (${node.open}) may write here what cannot be seen` } : { node, holder, rest: path.slice(depth) };
    if (node.kind === 'map' && entryOf(node, String(step))?.merged) return { refused: `${step} comes in through a merge key` };
    holder = { container: node as MapNode | SeqNode, step };
    node = next;
  }
}

function childOf(node: YamlNode, step: string | number): YamlNode | undefined {
  if (node.kind === 'map') return entryOf(node, String(step))?.value;
  return node.kind === 'seq' && typeof step === 'number' ? node.items[step] : undefined;
}

function reasonNotToTouch(node: YamlNode): string | undefined {
  if (node.kind === 'hole') return `a template action (${node.expression}) stands here`;
  return node.origin ? 'this value is written elsewhere and used here through an alias or a merge key' : undefined;
}

function holderOf(root: YamlNode, path: Path): Holder | undefined {
  const found = path.length > 0 ? walk(root, path) : undefined;
  return found && !('refused' in found) ? found.holder : undefined;
}

/** Writes a value where the path leads to nothing yet. */
function create(draft: Draft, { node, holder }: Found, rest: Path, value: unknown, after: string | undefined): EditResult {
  const [first, ...others] = rest;
  const nested = nest(others, value);
  if (nested === undefined || (node.kind === 'seq' && typeof first === 'number' && first > node.items.length)) return { refused: 'a list item can only be added behind the last one' };
  if (node.kind === 'map' && typeof first === 'string') return insertEntry(draft, node, first, nested.value, others.length === 0 ? after : undefined);
  if (node.kind === 'seq' && first === node.items.length) return appendItem(draft, holder, node, nested.value);
  const whole = node.kind === 'scalar' && node.value === null ? nest(rest, value) : undefined;
  return whole && holder ? replaceValue(draft, holder, node, whole.value) : { refused: `there is no ${typeof first === 'string' ? 'mapping' : 'list'} here that could hold ${first}` };
}

function nest(path: Path, value: unknown): { readonly value: unknown } | undefined {
  if (path.some((step) => typeof step === 'number' && step !== 0)) return undefined;
  return { value: path.reduceRight<unknown>((inner, step) => (typeof step === 'number' ? [inner] : { [step]: inner }), value) };
}

function append(draft: Draft, found: Found, value: unknown): EditResult {
  const { node, holder, rest } = found;
  if (rest.length > 0) return create(draft, found, rest, [value], undefined);
  if (node.kind === 'seq') return node.open === undefined ? appendItem(draft, holder, node, value) : { refused: `a template action (${node.open}) may write items here that cannot be seen` };
  return node.kind === 'scalar' && node.value === null && holder ? replaceValue(draft, holder, node, [value]) : { refused: 'this is no list' };
}

function rename(draft: Draft, { holder, rest }: Found, key: string): EditResult {
  if (rest.length > 0 || !holder || holder.container.kind !== 'map' || holder.step === key) return { edits: [] };
  const entries = holder.container.entries.filter((entry) => entry.key === holder.step);
  if (entryOf(holder.container, key)) return { refused: `a key ${key} is already there` };
  if (entries.length !== 1) return { refused: `the key ${holder.step} stands here more than once` };
  const span = entries[0]!.keySpan;
  const first = draft.text.charAt(span.start);
  if (first === '*') return { refused: 'this key is written elsewhere and used here through an alias' };
  return { edits: [{ span, newText: first === "'" ? quoteSingle(key) : writeKey(key, { ...draft.style, json: first === '"' }) }] };
}

/** Whether the edited text reads as the change made to the data, whatever the dialect. */
function isFaithful(text: string, root: YamlNode, edits: readonly TextEdit[], change: Change): boolean {
  const dialect = hasHoles(root) ? 'template' : 'kubernetes';
  const sorted = [...edits].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  let edited = '';
  let at = 0;
  for (const { span, newText } of sorted) {
    if (span.start < at || (dialect === 'template' && text.slice(span.start, span.end).includes('{{'))) return false;
    edited += text.slice(at, span.start) + newText;
    at = span.end;
  }
  const after = parseYaml(edited + text.slice(at), dialect);
  return after.problem === undefined && isSame(toData(after.root), changed(toData(parseYaml(text, dialect).root), change.path, change));
}

function hasHoles(node: YamlNode): boolean {
  if (node.kind === 'hole') return true;
  if (node.kind === 'seq') return node.open !== undefined || node.items.some(hasHoles);
  return node.kind === 'map' && (node.open !== undefined || node.entries.some((entry) => entry.branch.length > 0 || hasHoles(entry.value)));
}
