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
  return line.startsWith('---') && (line.length === 3 || separator.test(line));
}

/** Whether a text holds nothing but blank lines, comments and separators. */
export function isBlank(text: string): boolean {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (at < text.length) {
    const char = text.charCodeAt(at);
    if (char === 32 || char === 10 || char === 13 || char === 9) at++;
    else if (char === 35) at = lineEnd(text, at);
    else if (char === 45 && text.startsWith('---', at) && (at === 0 || text.charCodeAt(at - 1) === 10 || text.charCodeAt(at - 1) === 0xfeff) && isSeparator(text.slice(at, lineEnd(text, at)))) at = lineEnd(text, at);
    else return false;
  }
  return true;
}

/** Cuts a stream into its documents. The separator line belongs to neither side, except before document 0. */
export function splitStream(text: string): StreamDocument[] {
  const documents: StreamDocument[] = [];
  let start = 0;
  let leading = true;
  const add = (end: number): void => {
    documents.push({ index: documents.length, start, text: text.slice(start, end) });
    start = end;
  };
  for (let at = nextDashes(text, -1); at >= 0; at = nextDashes(text, at)) {
    const end = lineEnd(text, at);
    if (!isSeparator(text.slice(at, end))) continue;
    if (leading) for (const cut of jsonCuts(text, start, at)) add(cut);
    if (!leading || !isBlank(text.slice(start, at))) {
      add(at);
      start = Math.min(text.indexOf('\n', end) + 1 || text.length, text.length);
    }
    leading = false;
  }
  if (leading) for (const cut of jsonCuts(text, start, text.length)) add(cut);
  if (start < text.length || documents.length === 0) add(text.length);
  return documents;
}

/** The next line after offset `from` that starts with `---`, or -1. A byte order mark before the first line does not count. */
function nextDashes(text: string, from: number): number {
  const first = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  if (from < 0 && text.startsWith('---', first)) return first;
  const found = text.indexOf('\n---', Math.max(from, 0));
  return found < 0 ? -1 : found + 1;
}

function lineEnd(text: string, from: number): number {
  const found = text.indexOf('\n', from);
  if (found < 0) return text.length;
  return text.charCodeAt(found - 1) === 13 ? found - 1 : found;
}

/** Where further objects start in a text of JSON objects that follow each other without separators, which kubectl reads (YAMLOrJSONDecoder). */
function jsonCuts(text: string, from: number, to: number): number[] {
  const cuts: number[] = [];
  let begin = skipSpace(text, from, to);
  while (text.charCodeAt(begin) === 123) {
    const end = jsonEnd(text, begin, to);
    if (end < 0) break;
    begin = skipSpace(text, end, to);
    if (begin < to && text.charCodeAt(begin) === 123) cuts.push(begin);
  }
  return cuts;
}

function skipSpace(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && (text.charCodeAt(at) <= 32 || text.charCodeAt(at) === 0xfeff)) at++;
  return at;
}

/** The end of the object that starts at `from`, or -1 where it has none or is YAML with single quotes or comments. */
function jsonEnd(text: string, from: number, to: number): number {
  let depth = 0;
  for (let at = from; at < to; at++) {
    const char = text.charCodeAt(at);
    if (char === 34) {
      for (at++; at < to && text.charCodeAt(at) !== 34; at++) if (text.charCodeAt(at) === 92) at++;
    } else if (char === 39 || char === 35) return -1;
    else if (char === 123) depth++;
    else if (char === 125 && --depth === 0) return at + 1;
  }
  return -1;
}
