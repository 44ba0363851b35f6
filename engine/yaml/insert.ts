import type { Path } from './node.ts';
import type { StreamDocument } from './split.ts';
import type { TextEdit } from './edit.ts';

/**
 * Edits, in offsets of the whole stream, that write new objects right after a document; inside a `kind: List` (`root`
 * is then ['items', n]) as further items of that list.
 */
export function insertDocuments(text: string, documents: readonly StreamDocument[], after: number, values: readonly unknown[], root: Path): TextEdit[] {
  void text; void documents; void after; void values; void root;
  return [];
}
