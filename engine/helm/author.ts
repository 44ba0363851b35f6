import type { Change } from '../yaml/change.ts';
import { entryOf, nodeAt, type Decided, type Path, type YamlNode } from '../yaml/node.ts';
import type { Span } from '../yaml/text.ts';

/** Where the author of a chart makes a change to what a template writes: in the template itself, or in a values file. */
export type AuthorChange =
  | { readonly at: 'template'; readonly change: Change }
  /** A word of the template that is replaced; its span counts from the document. */
  | { readonly at: 'word'; readonly span: Span; readonly text: string }
  | { readonly at: 'values'; readonly decided: Decided; readonly value: string | number | boolean };

/**
 * Carries a change of an expanded object over to what its author wrote. Undefined where no one place says it: an action
 * stands there whose result is computed, or the object comes out of a helper.
 * @param expanded the object as it is written, its spans those of the template
 * @param masked the template's own tree
 * @param text the template's document
 */
export function authorChange(expanded: YamlNode, masked: YamlNode | undefined, change: Change, text = ''): AuthorChange | undefined {
  // What stands at a place that is not its own is written elsewhere.
  if (change.path.some((_, i) => nodeAt(expanded, change.path.slice(0, i + 1))?.mapping !== undefined)) return undefined;
  const node = nodeAt(expanded, change.path);
  if (change.op === 'set' && node?.kind === 'scalar' && node.computed) {
    const { value } = change;
    const sameKind = node.value === null || typeof node.value === typeof value;
    return node.decided && node.decided.document === undefined && !node.decided.chooses && sameKind && (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') ? { at: 'values', decided: node.decided, value } : undefined;
  }
  if (change.op === 'set' && node?.kind === 'scalar' && node.style === 'plain' && !node.origin && isPlainWord(change.value) && node.span.end > node.span.start && !isChosen(text, node.span)) return { at: 'word', span: node.span, text: String(change.value) };
  const missing = node ? 0 : change.path.length - existing(expanded, change.path);
  const kept = change.path.slice(0, change.path.length - missing);
  const path = templatePath(expanded, masked, kept);
  // What stands in an arm that is not taken would be changed there, for nothing.
  if (path && missing > 0 && masked && nodeAt(masked, [...path, change.path[kept.length]!])) return undefined;
  return path && { at: 'template', change: { ...change, path: [...path, ...change.path.slice(kept.length)] } };
}

/** What stands for itself without quotes, whatever is around it. */
function isPlainWord(value: unknown): boolean {
  return typeof value === 'boolean' || (typeof value === 'string' && /^[a-z][a-z0-9-]*[a-z0-9]$/.test(value) && !/^(?:true|false|yes|no|on|off|null)$/.test(value));
}

/** Whether a condition in its line chooses a word: what is to be changed then is the condition, or what it asks. */
function isChosen(text: string, { start, end }: Span): boolean {
  const line = text.slice(text.lastIndexOf('\n', start) + 1, `${text}\n`.indexOf('\n', end));
  return /\{\{-?\s*(?:if|else|with|range|end)\b/.test(line);
}

/** How many steps of a path exist. */
function existing(root: YamlNode, path: Path): number {
  let length = path.length;
  while (length > 0 && !nodeAt(root, path.slice(0, length))) length--;
  return length;
}

/** The path, in the template's own tree, of what stands at a path of the expanded one; undefined where the author did not write it there. */
function templatePath(expanded: YamlNode, masked: YamlNode | undefined, path: Path): Path | undefined {
  if (path.length === 0) return masked?.kind === 'map' ? [] : undefined;
  const anchor = anchorOf(expanded, path);
  return anchor && masked && find(masked, anchor, typeof path.at(-1) === 'string', []);
}

/** What a node is known by in both trees: its key, or the beginning of a list item. */
function anchorOf(root: YamlNode, path: Path): Span | undefined {
  const parent = nodeAt(root, path.slice(0, -1));
  const step = path.at(-1)!;
  if (parent?.kind === 'map' && typeof step === 'string') return entryOf(parent, step)?.keySpan;
  return parent?.kind === 'seq' && typeof step === 'number' && parent.items[step] ? beginning(parent.items[step]) : undefined;
}

function beginning(node: YamlNode): Span {
  return node.kind === 'map' && node.entries[0] ? node.entries[0].keySpan : node.span;
}

function find(node: YamlNode, anchor: Span, isKey: boolean, path: Path): Path | undefined {
  if (node.kind === 'map') {
    for (const entry of node.entries) {
      const here = [...path, entry.key];
      if (isKey && isSame(entry.keySpan, anchor)) return here;
      const below = find(entry.value, anchor, isKey, here);
      if (below) return below;
    }
  }
  if (node.kind === 'seq') {
    for (const [i, item] of node.items.entries()) {
      const here = [...path, i];
      if (!isKey && isSame(beginning(item), anchor)) return here;
      const below = find(item, anchor, isKey, here);
      if (below) return below;
    }
  }
  return undefined;
}

function isSame(a: Span, b: Span): boolean {
  return a.start === b.start && a.end === b.end && a.end > a.start;
}
