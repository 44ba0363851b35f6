import { editAll } from './edit-all.ts';
import type { EditResult, TextEdit } from './change.ts';
import { styleOf } from './layout.ts';
import type { Path } from './node.ts';
import { parseYaml } from './parse.ts';
import type { StreamDocument } from './split.ts';
import { shift } from './text.ts';
import { blockLines, isCollection, writeTall, type WriteStyle } from './write.ts';

/**
 * Edits, in offsets of the whole stream, that write new objects right after a document; inside a `kind: List` (`root`
 * is then ['items', n]) as further items of that list. None where they cannot be written (`insertObjects` says why).
 */
export function insertDocuments(text: string, documents: readonly StreamDocument[], after: number, values: readonly unknown[], root: Path): TextEdit[] {
  const result = insertObjects(text, documents, after, values, root);
  return 'edits' in result ? [...result.edits] : [];
}

/** The same, with the reason where the objects cannot be written: a template decides what is there, a list is no plain list. */
export function insertObjects(text: string, documents: readonly StreamDocument[], after: number, values: readonly unknown[], root: Path): EditResult {
  const document = documents[after];
  if (!document) return { refused: 'there is no such document' };
  if (document.text.includes('{{') && parseYaml(document.text, 'kubernetes').problem) return { refused: 'a template decides what stands here' };
  if (root.length > 0) return appendListItems(document, root, values);
  return { edits: [furtherDocuments(text, documents.slice(0, after + 1), values.filter(isCollection))] };
}

/** Edits, in offsets of the whole stream, that add objects to the list that holds the object at `root`. */
function appendListItems(document: StreamDocument, root: Path, values: readonly unknown[]): EditResult {
  const result = editAll(document.text, 'kubernetes', values.map((value) => ({ op: 'append', path: root.slice(0, -1), value })));
  return 'edits' in result ? { edits: result.edits.map(({ span, newText }) => ({ span: shift(span, document.start), newText })) } : result;
}

type Written = readonly unknown[] | Readonly<Record<string, unknown>>;

/** New documents behind one that ends before a separator, at the end of the file, or at the end of a file without a final line end. */
function furtherDocuments(text: string, documents: readonly StreamDocument[], values: readonly Written[]): TextEdit {
  const document = documents.at(-1)!;
  const { root } = parseYaml(document.text, 'kubernetes');
  const style = { ...styleOf(document.text, root), eol: text.includes('\r\n') ? '\r\n' : '\n' } as const;
  const at = document.start + document.text.length;
  const closed = at === 0 || text.charAt(at - 1) === '\n';
  const lines = values.flatMap((value) => [...(style.json && isJsonStream(documents) ? [] : ['---']), ...written(value, style)]);
  return { span: { start: at, end: at }, newText: closed ? lines.map((line) => line + style.eol).join('') : lines.map((line) => style.eol + line).join('') };
}

function written(value: Written, style: WriteStyle): string[] {
  return style.json ? writeTall(value, 0, style).split(style.eol) : blockLines(value, 0, style, true);
}

/** Whether all documents so far are JSON objects without separators, which kubectl reads (YAMLOrJSONDecoder): one more needs none either. */
function isJsonStream(documents: readonly StreamDocument[]): boolean {
  const ends = documents.map((document) => document.start + document.text.length);
  return documents.every(({ text, start }, index) => start === (ends[index - 1] ?? 0) && isJson(text));
}

function isJson(text: string): boolean {
  try {
    return JSON.parse(text.replace(/^\ufeff/, '')) instanceof Object;
  } catch {
    return false;
  }
}
