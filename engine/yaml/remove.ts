import type { StreamDocument } from './split.ts';
import type { TextEdit } from './change.ts';

/** The edit, in offsets of the whole stream, that takes a document out together with one separator. Undefined where there is no such document, or a template decides what of it is there. */
export function removeDocument(text: string, documents: readonly StreamDocument[], index: number): TextEdit | undefined {
  const document = documents[index];
  if (!document || document.text.includes('{{')) return undefined;
  const [before, next] = [documents[index - 1], documents[index + 1]];
  if (next) return { span: { start: document.start, end: next.start }, newText: '' };
  const start = before ? before.start + before.text.length : document.start;
  return { span: { start, end: text.length }, newText: '' };
}
