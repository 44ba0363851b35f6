import type { Dialect } from './node.ts';

/** Thrown where the text leaves the plain subset; one value, so that it costs no stack trace. */
export const notMine = { reason: 'outside the plain subset' };

/** Where the fast reader stands in its text. */
export interface State {
  readonly text: string;
  readonly dialect: Dialect;
  readonly crlf: boolean;
  /** Whether `\/` may stand in double quotes. */
  readonly json: boolean;
  /** The next character to be read, on the current line. */
  at: number;
  /** Column of the first character of the current line; -1 behind the last line. */
  indent: number;
  /** End of the current line without its line end. */
  lineEnd: number;
  /** Start of the line behind the current one. */
  next: number;
}

export const tab = 9;
export const lineFeed = 10;
export const carriageReturn = 13;
export const space = 32;
export const doubleQuote = 34;
export const hash = 35;
export const singleQuote = 39;
export const plus = 43;
export const comma = 44;
export const dash = 45;
export const colon = 58;
export const greater = 62;
export const question = 63;
export const openBracket = 91;
export const backslash = 92;
export const closeBracket = 93;
export const openBrace = 123;
export const pipe = 124;
export const closeBrace = 125;
export const byteOrderMark = 0xfeff;

/** Whether a character cannot start a plain scalar here: the indicators but `-`. */
export function isIndicator(char: number): boolean {
  return char < 128 && indicators[char] === 1;
}

const indicators = new Uint8Array(128);
for (const char of '?:,[]{}#&*!|>\'"%@`') indicators[char.charCodeAt(0)] = 1;

/** Goes to the next line that is neither blank nor a comment. False at the end of the text. */
export function nextLine(state: State): boolean {
  const { text } = state;
  const started = state.lineEnd > 0;
  while (state.next < text.length) {
    const start = state.next;
    const end = toLineOf(state, start);
    let at = start;
    while (at < end && text.charCodeAt(at) === space) at++;
    if (at === end) continue;
    const char = text.charCodeAt(at);
    if (char === hash) continue;
    if (char === tab || (at === start && isMarker(text, at, started))) throw notMine;
    state.at = at;
    state.indent = at - start;
    return true;
  }
  state.indent = -1;
  state.at = state.lineEnd = text.length;
  return false;
}

/** Takes the line that holds an offset for the current one; gives its end. */
export function toLineOf(state: State, offset: number): number {
  const { text } = state;
  const found = text.indexOf('\n', offset);
  if (found < 0) return (state.next = state.lineEnd = text.length);
  state.next = found + 1;
  return (state.lineEnd = state.crlf && found > offset && text.charCodeAt(found - 1) === carriageReturn ? found - 1 : found);
}

/** Whether a line starts with the end of a document, or with the start of another one. */
export function isMarker(text: string, at: number, started: boolean): boolean {
  const char = text.charCodeAt(at);
  return (started && char === dash && text.startsWith('---', at)) || (char === 46 && text.startsWith('...', at));
}

/** Whether only blanks or a comment stand between an offset and the end of the line. */
export function isRestBlank({ text, lineEnd }: State, from: number): boolean {
  let at = from;
  while (at < lineEnd && text.charCodeAt(at) === space) at++;
  return at === lineEnd || (text.charCodeAt(at) === hash && (at > from || at === 0 || text.charCodeAt(at - 1) === space));
}

export function skipSpaces(state: State): void {
  while (state.at < state.lineEnd && state.text.charCodeAt(state.at) === space) state.at++;
  if (state.at < state.lineEnd && state.text.charCodeAt(state.at) === tab) throw notMine;
}

/** Whether the current line goes on with `- `. */
export function isDash({ text, at, lineEnd }: State): boolean {
  return text.charCodeAt(at) === dash && (at + 1 === lineEnd || text.charCodeAt(at + 1) === space);
}
