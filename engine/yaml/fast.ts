import { byteOrderMark, colon, doubleQuote, greater, hash, isDash, isIndicator, isRestBlank, nextLine, notMine, openBrace, openBracket, pipe, singleQuote, skipSpaces, space, tab, type State } from './fast-lines.ts';
import { flow } from './fast-flow.ts';
import { blockScalar, blockText, closingQuote, unquote } from './fast-scalar.ts';
import { maxDepth } from './library.ts';
import type { Dialect, Entry, MapNode, SeqNode, YamlNode } from './node.ts';
import { resolveKey } from './scalar.ts';

/**
 * Reads the plain subset of YAML that manifests are written in: block mappings and lists, plain and quoted scalars, block
 * texts, flow collections, comments. Anything else (anchors, tags, merges, explicit keys, tabs), every error included,
 * is not its own: it returns undefined and the library reads the document. Where it answers, it answers as the library
 * does, spans included: held over the corpus and by property tests (test/unit/yaml/fast.test.ts, test/corpus/fast-reader.test.ts).
 */
export function readFast(text: string, dialect: Dialect): YamlNode | undefined {
  const crlf = text.includes('\r');
  if ((crlf && /\r(?!\n)|[^\r]\n/.test(text)) || text.indexOf('\uFEFF', 1) > 0) return undefined;
  const state: State = { text, dialect, crlf, json: /^\uFEFF?\s*\{/.test(text), at: 0, indent: -1, lineEnd: 0, next: text.charCodeAt(0) === byteOrderMark ? 1 : 0 };
  try {
    return document(state);
  } catch (error) {
    if (error === notMine) return undefined;
    throw error;
  }
}

function document(state: State): YamlNode | undefined {
  const { text } = state;
  if (!nextLine(state)) return undefined;
  if (state.indent === 0 && text.startsWith('---', state.at) && (!isRestBlank(state, state.at + 3) || !nextLine(state))) return undefined;
  const char = text.charCodeAt(state.at);
  if (char !== openBrace && char !== openBracket) {
    const root = blockNode(state, 0);
    return state.indent === -1 ? root : undefined;
  }
  const root = flow(state, 0);
  return isRestBlank(state, state.at) && !nextLine(state) ? root : undefined;
}

/** The collection that starts at the current line's first character. */
function blockNode(state: State, depth: number): YamlNode {
  if (depth > maxDepth - 2) throw notMine;
  return isDash(state) ? blockSeq(state, state.indent, depth) : blockMap(state, state.indent, depth);
}

/** A block mapping whose keys stand in column `indent`; the cursor stands on its first key. */
function blockMap(state: State, indent: number, depth: number): MapNode {
  const entries: Entry[] = [];
  const start = state.at;
  let end = start;
  do {
    const { key, keySpan } = blockKey(state);
    const value = blockValue(state, indent, keySpan.end, depth, true);
    end = value.span.end;
    entries.push({ key, keySpan, value, branch: [] });
  } while (state.indent === indent && !isDash(state));
  if (state.indent > indent) throw notMine;
  if (state.dialect === 'kustomization' && new Set(entries.map((entry) => entry.key)).size < entries.length) throw notMine;
  return { kind: 'map', flow: false, entries, span: { start, end } };
}

/** A block list whose dashes stand in column `indent`; the cursor stands on its first dash. */
function blockSeq(state: State, indent: number, depth: number): SeqNode {
  const items: YamlNode[] = [];
  const start = state.at;
  let end = start;
  do {
    const behind = ++state.at;
    const lineStart = behind - 1 - indent;
    skipSpaces(state);
    const item = startsCollection(state) ? compact(state, state.at - lineStart, depth) : blockValue(state, indent, behind, depth, false);
    end = item.span.end;
    items.push(item);
  } while (state.indent === indent && isDash(state));
  if (state.indent > indent) throw notMine;
  return { kind: 'seq', flow: false, items, span: { start, end } };
}

/** A collection that starts behind a dash: its column counts as its indentation. */
function compact(state: State, column: number, depth: number): YamlNode {
  if (depth > maxDepth - 2) throw notMine;
  state.indent = column;
  return isDash(state) ? blockSeq(state, column, depth + 1) : blockMap(state, column, depth + 1);
}

/** Whether the rest of the line is a key with its colon, or another dash. */
function startsCollection(state: State): boolean {
  if (state.at >= state.lineEnd) return false;
  const char = state.text.charCodeAt(state.at);
  if (isDash(state)) return true;
  if (char === doubleQuote || char === singleQuote) {
    const close = closingQuote(state.text, state.at, state.text.length, char);
    return close <= state.lineEnd && isKeyColon(state, close);
  }
  return !isIndicator(char) && plainKeyEnd(state) >= 0;
}

function isKeyColon({ text, lineEnd }: State, at: number): boolean {
  return text.charCodeAt(at) === colon && at < lineEnd && (at + 1 === lineEnd || text.charCodeAt(at + 1) === space);
}

/** The offset of the colon that ends a plain key on this line, or -1. */
function plainKeyEnd({ text, at: start, lineEnd }: State): number {
  for (let at = start; at < lineEnd; at++) {
    const char = text.charCodeAt(at);
    if (char === colon && (at + 1 === lineEnd || text.charCodeAt(at + 1) === space)) return at;
    if (char === hash && text.charCodeAt(at - 1) === space) return -1;
    if (char === tab) throw notMine;
  }
  return -1;
}

/** Reads a key with its colon; the cursor ends behind the colon. */
function blockKey(state: State): { key: string; keySpan: { start: number; end: number } } {
  const { text, at: start } = state;
  const char = text.charCodeAt(start);
  if (char === doubleQuote || char === singleQuote) {
    const end = closingQuote(text, start, state.lineEnd, char);
    const source = unquote(state, start, end, char);
    if (!isKeyColon(state, end) || end - start > 1000) throw notMine;
    state.at = end + 1;
    return { key: source, keySpan: { start, end } };
  }
  if (isIndicator(char) || isDash(state)) throw notMine;
  const end = plainKeyEnd(state);
  if (end < 0 || end - start > 1000 || text.charCodeAt(end - 1) === space) throw notMine;
  const source = text.slice(start, end);
  // A null key is an error, a merge is the library's.
  if (source === '<<' || source === '~' || (source.length === 4 && /^null$/i.test(source))) throw notMine;
  state.at = end + 1;
  return { key: resolveKey(source, 'plain', state.dialect), keySpan: { start, end } };
}

/** What stands behind a colon (`inMap`) or a dash in a collection of column `indent`, or below it; the cursor ends at the start of the next line. */
function blockValue(state: State, indent: number, behind: number, depth: number, inMap: boolean): YamlNode {
  const { text } = state;
  skipSpaces(state);
  if (state.at === state.lineEnd || (text.charCodeAt(state.at) === hash && text.charCodeAt(state.at - 1) === space)) {
    nextLine(state);
    const listOfKey = inMap && state.indent === indent && isDash(state);
    if (state.indent <= indent && !listOfKey) {
      // The colon itself belongs to the key.
      const bare = inMap ? behind + 1 : behind;
      return { kind: 'scalar', value: null, source: '', style: 'plain', span: { start: bare, end: bare } };
    }
    if (startsCollection(state)) return blockNode(state, depth + 1);
    // A scalar below a comment: the library does not always take it.
    if (text.slice(behind, state.at).includes('#')) throw notMine;
  }
  const char = text.charCodeAt(state.at);
  if (char === pipe || char === greater) return blockText(state, indent);
  const value = char === openBracket || char === openBrace ? flow(state, depth + 1) : blockScalar(state, char, indent);
  if (state.at < state.lineEnd && !isRestBlank(state, state.at)) throw notMine;
  nextLine(state);
  if (state.indent > indent) throw notMine;
  return value;
}
