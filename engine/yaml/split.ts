/**
 * A stream is cut into documents before anything is parsed, as kubectl's reader does: a line that starts with `---`
 * followed only by blanks or a comment separates (semantics.md 11.3). Offsets are exact, so a document keeps its place
 * in the file while its text alone is the key of every cache.
 */
export interface StreamDocument {
  /** Position in the stream, from 0. Comments and blank lines before the first separator belong to document 0. */
  readonly index: number;
  /** Offset of `text` in the file. */
  readonly start: number;
  readonly text: string;
}

const separator = /^---[ \t]*(#.*)?$/;

/** Whether a line (without its line end) separates documents. */
export function isSeparator(line: string): boolean {
  return line.startsWith('---') && separator.test(line);
}

/** Whether a text holds nothing but blank lines, comments and separators. */
export function isBlank(text: string): boolean {
  return /^(?:[ \t\r\n\uFEFF]|#[^\r\n]*(?=[\r\n]|$)|---[ \t]*(?=[\r\n#]|$))*$/.test(text);
}

/** Cuts a stream into its documents. The separator line belongs to neither side, except before document 0. */
export function splitStream(text: string): StreamDocument[] {
  const documents: StreamDocument[] = [];
  let start = 0;
  let lineStart = 0;
  let leading = true;
  while (lineStart <= text.length) {
    let lineEnd = text.indexOf('\n', lineStart);
    if (lineEnd < 0) lineEnd = text.length;
    if (text.startsWith('---', lineStart)) {
      const line = text.slice(lineStart, text.charCodeAt(lineEnd - 1) === 13 ? lineEnd - 1 : lineEnd);
      if (isSeparator(line)) {
        if (!leading || !isBlank(text.slice(start, lineStart))) {
          documents.push({ index: documents.length, start, text: text.slice(start, lineStart) });
          start = Math.min(lineEnd + 1, text.length);
        }
        leading = false;
      }
    }
    if (lineEnd === text.length) break;
    lineStart = lineEnd + 1;
  }
  const rest = text.slice(start);
  if (rest !== '' || documents.length === 0) documents.push({ index: documents.length, start, text: rest });
  return documents;
}
