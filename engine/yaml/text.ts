/** A range of UTF-16 offsets, `end` exclusive. What it counts from (file or document) is said where it is used. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Line and column, both from 0, columns in UTF-16 units: what LSP calls a Position. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** Offsets of line starts, so that an offset becomes a position in O(log lines). LF, CRLF and a lone CR end a line, as in LSP. */
export interface LineIndex {
  readonly text: string;
  readonly starts: readonly number[];
}

/** Reads the line starts of a text once. */
export function indexLines(text: string): LineIndex {
  const starts = [0];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 10) starts.push(i + 1);
    else if (c === 13 && text.charCodeAt(i + 1) !== 10) starts.push(i + 1);
  }
  return { text, starts };
}

/** The position of an offset; offsets outside the text are clamped to it. */
export function positionAt(lines: LineIndex, offset: number): Position {
  const at = Math.max(0, Math.min(offset, lines.text.length));
  let low = 0;
  let high = lines.starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (lines.starts[middle]! <= at) low = middle;
    else high = middle - 1;
  }
  return { line: low, character: at - lines.starts[low]! };
}

/** The same span counted from further left: document offsets to file offsets. */
export function shift(span: Span, by: number): Span {
  return { start: span.start + by, end: span.end + by };
}

/** Whether two spans share a character, or an empty one lies within the other. */
export function overlaps(a: Span, b: Span): boolean {
  return a.start === a.end || b.start === b.end ? a.start <= b.end && b.start <= a.end : a.start < b.end && b.start < a.end;
}
