import type { Home, ScalarNode, YamlNode } from '../yaml/node.ts';
import { parseYaml } from '../yaml/parse.ts';
import { parseUnfinished } from '../yaml/unfinished.ts';
import type { Span } from '../yaml/text.ts';
import { settle } from './tree.ts';

/** A document of a file that Kustomize reads. */
export interface SourceDocument extends Home {
  readonly text: string;
}

/** A text with all but a stretch of it blank: what is read there has the offsets of the whole. */
export function isolate(text: string, { start, end }: Span): string {
  const blank = blankOf(text);
  return blank.slice(0, start) + text.slice(start, end) + blank.slice(end);
}

let last = { text: '', blank: '' };

/** A text with its line breaks alone. Kept for one: a kustomization may hold hundreds of patches. */
function blankOf(text: string): string {
  if (last.text !== text) last = { text, blank: text.replace(/[^\r\n]/g, ' ') };
  return last.blank;
}

/** The tree of a document, at home in it. */
export function treeOf(document: SourceDocument): YamlNode | undefined {
  const { root } = parseUnfinished(document.text, 'kustomization');
  return root && settle(root, document);
}

/**
 * The documents inside a string of a document, at home where they stand in it; undefined where the string is written in
 * such a way that its lines are not those of the file.
 */
export function treesIn(document: SourceDocument, scalar: ScalarNode): YamlNode[] | undefined {
  const whole = stretchOf(document.text, scalar);
  if (!whole) return undefined;
  const trees: YamlNode[] = [];
  for (const block of documentsIn(document.text, whole)) {
    const { root, problem } = parseYaml(isolate(document.text, block), 'kustomization');
    if (problem) return undefined;
    // A live reference: the document moves, and its blocks with it.
    if (root) trees.push(settle(root, { file: document.file, get index() { return document.index; }, get start() { return document.start; }, block }));
  }
  return trees;
}

/** Where a string's own text stands in its document, if it stands there as it is, indentation apart. */
function stretchOf(text: string, { span, style, source }: ScalarNode): Span | undefined {
  const raw = text.slice(span.start, span.end);
  if (style === 'block') {
    const header = /^[|][^\n]*\n/.exec(raw);
    const start = span.start + (header?.[0].length ?? 0);
    return header && isSameText(text.slice(start, span.end), source) ? { start, end: span.end } : undefined;
  }
  const inner = style === 'plain' ? span : { start: span.start + 1, end: span.end - 1 };
  return text.slice(inner.start, inner.end) === source ? inner : undefined;
}

function isSameText(raw: string, source: string): boolean {
  const lines = (one: string) => one.split(/\r?\n/).map((line) => line.trim()).join('\n').trim();
  return lines(raw) === lines(source);
}

/** The stretches between lines of `---`. */
function documentsIn(text: string, whole: Span): Span[] {
  const spans: Span[] = [];
  let start = whole.start;
  for (const match of text.slice(whole.start, whole.end).matchAll(/^[ \t]*---[ \t]*\r?$/gm)) {
    spans.push({ start, end: whole.start + match.index });
    start = whole.start + match.index + match[0].length;
  }
  return [...spans, { start, end: whole.end }];
}
