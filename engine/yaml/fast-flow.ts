import { carriageReturn, closeBrace, closeBracket, colon, comma, dash, doubleQuote, hash, isIndicator, isMarker, notMine, openBrace, openBracket, singleQuote, skipSpaces, space, tab, toLineOf, type State } from './fast-lines.ts';
import { closingQuote, plain, quotedScalar, unquote } from './fast-scalar.ts';
import { maxDepth } from './library.ts';
import type { Entry, YamlNode } from './node.ts';
import { resolveKey } from './scalar.ts';

/** A flow collection on one line or several; the cursor ends behind it, on the line of its last bracket. */
export function flow(state: State, depth: number): YamlNode {
  if (depth > maxDepth - 2) throw notMine;
  const start = state.at++;
  const isMap = state.text.charCodeAt(start) === openBrace;
  const close = isMap ? closeBrace : closeBracket;
  const items: YamlNode[] = [];
  const entries: Entry[] = [];
  for (let char = significant(state); char !== close; char = significant(state)) {
    if (isMap) entries.push(flowEntry(state, depth));
    else items.push(flowItem(state, depth));
    const behind = significant(state);
    if (behind === comma) state.at++;
    else if (behind !== close) throw notMine;
  }
  const span = { start, end: ++state.at };
  if (!isMap) return { kind: 'seq', flow: true, items, span };
  if (state.dialect === 'kustomization' && new Set(entries.map((entry) => entry.key)).size < entries.length) throw notMine;
  return { kind: 'map', flow: true, entries, span };
}

/** Goes to the next character that is no blank, comment or line end, and gives it. */
function significant(state: State): number {
  const { text } = state;
  for (;;) {
    skipSpaces(state);
    const char = text.charCodeAt(state.at);
    if (state.at < state.lineEnd && char !== hash) return char;
    if (char === hash && state.at < state.lineEnd && text.charCodeAt(state.at - 1) !== space) throw notMine;
    if (state.next >= text.length) throw notMine;
    state.at = state.next;
    toLineOf(state, state.at);
    if (isMarker(text, state.at, true)) throw notMine;
  }
}

function flowEntry(state: State, depth: number): Entry {
  const { text } = state;
  const start = state.at;
  const char = text.charCodeAt(start);
  const isQuoted = char === doubleQuote || char === singleQuote;
  const end = isQuoted ? closingQuote(text, start, state.lineEnd, char) : flowPlainEnd(state);
  const source = isQuoted ? unquote(state, start, end, char) : text.slice(start, end);
  if (source === '<<' || (!isQuoted && (source === '~' || /^null$/i.test(source)))) throw notMine;
  if (text.charCodeAt(end) !== colon || end >= state.lineEnd) throw notMine;
  state.at = end + 1;
  // JSON needs no blank behind the colon of a quoted key; a plain key does.
  if (!isQuoted && text.charCodeAt(state.at) !== space) throw notMine;
  skipSpaces(state);
  const next = text.charCodeAt(state.at);
  if (next === comma || next === closeBrace || state.at >= state.lineEnd) throw notMine;
  return { key: resolveKey(source, isQuoted ? 'quoted' : 'plain', state.dialect), keySpan: { start, end }, value: flowItem(state, depth), branch: [] };
}

function flowItem(state: State, depth: number): YamlNode {
  const { text } = state;
  const start = state.at;
  const char = text.charCodeAt(start);
  if (char === openBracket || char === openBrace) return flow(state, depth + 1);
  if (char === doubleQuote || char === singleQuote) {
    const node = quotedScalar(state, char);
    if (text.charCodeAt(state.at) === colon) throw notMine;
    return node;
  }
  const end = flowPlainEnd(state);
  if (text.charCodeAt(end) === colon) throw notMine;
  state.at = end;
  return plain(state, text.slice(start, end), start, end);
}

/** The end of a plain scalar between brackets: before a comma, a bracket, a colon with a blank behind it, a comment or the line's end. */
function flowPlainEnd({ text, at: start, lineEnd }: State): number {
  const first = text.charCodeAt(start);
  const second = text.charCodeAt(start + 1);
  if (isIndicator(first) || (first === dash && (start + 1 === lineEnd || second === space || isBracket(second)))) throw notMine;
  let end = start;
  for (; end < lineEnd; end++) {
    const char = text.charCodeAt(end);
    if (char === comma || char === closeBracket || char === closeBrace) break;
    if (char === colon) {
      const next = text.charCodeAt(end + 1);
      if (next === space) break;
      if (end + 1 === lineEnd || isBracket(next)) throw notMine;
    }
    if (char === openBracket || char === openBrace || char === tab || char === carriageReturn) throw notMine;
    if (char === hash && text.charCodeAt(end - 1) === space) break;
  }
  while (text.charCodeAt(end - 1) === space) end--;
  // A blank before the colon of a key is rare enough to leave to the library.
  return end;
}

function isBracket(char: number): boolean {
  return char === comma || char === openBracket || char === closeBracket || char === openBrace || char === closeBrace;
}
