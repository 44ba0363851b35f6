import { maxDepth } from './library.ts';
import type { Dialect, Entry, MapNode, ScalarNode, SeqNode, YamlNode } from './node.ts';
import { resolveKey, resolvePlain } from './scalar.ts';

/**
 * Reads the plain subset of YAML that manifests are written in: block mappings and lists, scalars on one line, literal
 * block texts, flow collections on one line, comments. Anything else, every error included, is not its own: it returns
 * undefined and the library reads the document. Where it answers, it answers as the library does, spans included: held
 * over the corpus and by property tests (test/unit/yaml/fast.test.ts, test/corpus/fast-reader.test.ts).
 */
export function readFast(text: string, dialect: Dialect): YamlNode | undefined {
  if (text.includes('\r') && /\r(?!\n)/.test(text)) return undefined;
  const state: State = { text, dialect, at: 0, indent: -1, lineEnd: 0, next: 0, crlf: text.includes('\r') };
  try {
    if (!nextLine(state)) return undefined;
    if (state.indent === 0 && text.startsWith('---', state.at)) {
      if (!isRestBlank(state, state.at + 3) || !nextLine(state)) return undefined;
    }
    const root = blockNode(state, 0);
    return state.indent === -1 ? root : undefined;
  } catch (error) {
    if (error === notMine) return undefined;
    throw error;
  }
}

/** Thrown where the text leaves the subset; one value, so that it costs no stack trace. */
const notMine = { reason: 'outside the plain subset' };

interface State {
  readonly text: string;
  readonly dialect: Dialect;
  readonly crlf: boolean;
  /** The next character to be read, on the current line. */
  at: number;
  /** Column of the first character of the current line; -1 behind the last line. */
  indent: number;
  /** End of the current line without its line end. */
  lineEnd: number;
  /** Start of the line behind the current one. */
  next: number;
}

const tab = 9;
const lineFeed = 10;
const carriageReturn = 13;
const space = 32;
const doubleQuote = 34;
const hash = 35;
const singleQuote = 39;
const comma = 44;
const dash = 45;
const colon = 58;
const question = 63;
const openBracket = 91;
const closeBracket = 93;
const openBrace = 123;
const pipe = 124;
const closeBrace = 125;

/** Characters that cannot start a plain scalar here: indicators that are left to the library. */
const indicators = new Set([...'?:,[]{}#&*!|>\'"%@`'].map((char) => char.charCodeAt(0)));

/** Goes to the next line that is neither blank nor a comment. False at the end of the text. */
function nextLine(state: State): boolean {
  const { text } = state;
  let start = state.next;
  while (start < text.length) {
    let end = text.indexOf('\n', start);
    const next = end < 0 ? text.length : end + 1;
    if (end < 0) end = text.length;
    else if (state.crlf && end > start && text.charCodeAt(end - 1) === carriageReturn) end--;
    let at = start;
    while (at < end && text.charCodeAt(at) === space) at++;
    const char = text.charCodeAt(at);
    if (at < end && char === tab) throw notMine;
    if (at < end && char !== hash) {
      if (at === start && ((state.indent !== -1 && text.startsWith('---', at)) || text.startsWith('...', at))) throw notMine;
      state.at = at;
      state.indent = at - start;
      state.lineEnd = end;
      state.next = next;
      return true;
    }
    start = next;
  }
  state.indent = -1;
  state.at = state.lineEnd = state.next = text.length;
  return false;
}

/** Whether only blanks or a comment stand between an offset and the end of the line. */
function isRestBlank({ text, lineEnd }: State, from: number): boolean {
  let at = from;
  while (at < lineEnd && text.charCodeAt(at) === space) at++;
  return at === lineEnd || (text.charCodeAt(at) === hash && (at > from || at === 0 || text.charCodeAt(at - 1) === space));
}

function skipSpaces(state: State): void {
  while (state.at < state.lineEnd && state.text.charCodeAt(state.at) === space) state.at++;
  if (state.at < state.lineEnd && state.text.charCodeAt(state.at) === tab) throw notMine;
}

/** The collection that starts at the current line's first character. */
function blockNode(state: State, depth: number): YamlNode {
  if (depth > maxDepth - 2) throw notMine;
  return isDash(state) ? blockSeq(state, state.indent, depth) : blockMap(state, state.indent, depth);
}

function isDash({ text, at, lineEnd }: State): boolean {
  return text.charCodeAt(at) === dash && (at + 1 === lineEnd || text.charCodeAt(at + 1) === space);
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
    const close = closingQuote(state, char);
    return isKeyColon(state, close);
  }
  if (indicators.has(char)) return false;
  return plainKeyEnd(state) >= 0;
}

function isKeyColon({ text, lineEnd }: State, at: number): boolean {
  return text.charCodeAt(at) === colon && at < lineEnd && (at + 1 === lineEnd || text.charCodeAt(at + 1) === space);
}

/** The offset of the colon that ends a plain key on this line, or -1. */
function plainKeyEnd(state: State): number {
  const { text, lineEnd } = state;
  for (let at = state.at; at < lineEnd; at++) {
    const char = text.charCodeAt(at);
    if (char === colon && (at + 1 === lineEnd || text.charCodeAt(at + 1) === space)) return at;
    if (char === hash && text.charCodeAt(at - 1) === space) return -1;
    if (char === tab) throw notMine;
  }
  return -1;
}

/** Reads a key with its colon; the cursor ends behind the colon. */
function blockKey(state: State): { key: string; keySpan: { start: number; end: number } } {
  const start = state.at;
  const char = state.text.charCodeAt(start);
  if (char === doubleQuote || char === singleQuote) {
    const { source, end } = quoted(state, char);
    if (!isKeyColon(state, end)) throw notMine;
    state.at = end + 1;
    return { key: resolveKey(source, 'quoted', state.dialect), keySpan: { start, end } };
  }
  if (indicators.has(char) || isDash(state)) throw notMine;
  const end = plainKeyEnd(state);
  if (end < 0 || end - start > 1000 || state.text.charCodeAt(end - 1) === space) throw notMine;
  const source = state.text.slice(start, end);
  // A null key is an error, a merge is the library's.
  if (source === '<<' || source === '~' || /^null$/i.test(source)) throw notMine;
  state.at = end + 1;
  return { key: resolveKey(source, 'plain', state.dialect), keySpan: { start, end } };
}

/** What stands behind a colon (`inMap`) or a dash in a collection of column `indent`; the cursor ends at the start of the next line. */
function blockValue(state: State, indent: number, behind: number, depth: number, inMap: boolean): YamlNode {
  const { text } = state;
  // The colon itself belongs to the key.
  const bare = inMap ? behind + 1 : behind;
  skipSpaces(state);
  const start = state.at;
  if (start === state.lineEnd || (text.charCodeAt(start) === hash && text.charCodeAt(start - 1) === space)) {
    nextLine(state);
    const below = state.indent > indent || (inMap && state.indent === indent && isDash(state));
    return below ? blockNode(state, depth + 1) : { kind: 'scalar', value: null, source: '', style: 'plain', span: { start: bare, end: bare } };
  }
  const char = text.charCodeAt(start);
  if (char === pipe) return literal(state, indent);
  const value = char === openBracket || char === openBrace ? flow(state, depth + 1) : scalar(state, char);
  if (state.at < state.lineEnd && !isRestBlank(state, state.at)) throw notMine;
  nextLine(state);
  if (state.indent > indent) throw notMine;
  return value;
}

/** A quoted or plain scalar in block context; the cursor ends behind it. */
function scalar(state: State, char: number): ScalarNode {
  const start = state.at;
  if (char === doubleQuote || char === singleQuote) {
    const { source, end } = quoted(state, char);
    state.at = end;
    return { kind: 'scalar', value: source, source, style: char === doubleQuote ? 'double' : 'single', span: { start, end } };
  }
  if (indicators.has(char) || isDash(state)) throw notMine;
  const { text, lineEnd } = state;
  let end = lineEnd;
  for (let at = start; at < lineEnd; at++) {
    const one = text.charCodeAt(at);
    if (one === colon ? at + 1 === lineEnd || text.charCodeAt(at + 1) === space : one === tab) throw notMine;
    if (one === hash && text.charCodeAt(at - 1) === space) {
      end = at;
      break;
    }
  }
  while (text.charCodeAt(end - 1) === space) end--;
  state.at = end;
  return plain(state, start, end);
}

function plain({ text, dialect }: State, start: number, end: number): ScalarNode {
  const source = text.slice(start, end);
  const value = resolvePlain(source, dialect);
  if (typeof value === 'number' && !Number.isFinite(value)) throw notMine;
  return { kind: 'scalar', value, source, style: 'plain', span: { start, end } };
}

/** Reads a quoted scalar that ends on its line. */
function quoted(state: State, quote: number): { source: string; end: number } {
  const close = closingQuote(state, quote);
  const inner = state.text.slice(state.at + 1, close - 1);
  if (inner.includes('\t')) throw notMine;
  if (quote === singleQuote) return { source: inner.includes("''") ? inner.replaceAll("''", "'") : inner, end: close };
  return { source: inner.includes('\\') ? unescape(inner) : inner, end: close };
}

/** The offset behind the quote that closes the one at the cursor. */
function closingQuote({ text, at, lineEnd }: State, quote: number): number {
  for (let i = at + 1; i < lineEnd; i++) {
    const char = text.charCodeAt(i);
    if (char === 92 && quote === doubleQuote) i++;
    else if (char === quote) {
      if (quote === doubleQuote || text.charCodeAt(i + 1) !== singleQuote) return i + 1;
      i++;
    }
  }
  throw notMine;
}

const escapes: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', n: '\n', t: '\t', r: '\r', ' ': ' ' };

function unescape(inner: string): string {
  let out = '';
  for (let i = 0; i < inner.length; i++) {
    if (inner[i] !== '\\') {
      out += inner[i];
      continue;
    }
    const char = escapes[inner[++i]!];
    if (char === undefined) throw notMine;
    out += char;
  }
  return out;
}

/** A literal block text; the cursor ends at the line behind it. */
function literal(state: State, indent: number): ScalarNode {
  const { text } = state;
  const start = state.at++;
  const chomp = text.charCodeAt(state.at) === 43 ? '+' : text.charCodeAt(state.at) === dash ? '-' : '';
  if (chomp) state.at++;
  // Indentation indicators and CRLF inside a text are the library's.
  if (!isRestBlank(state, state.at) || state.crlf) throw notMine;
  const lines: string[] = [];
  let content = -1;
  let end = state.at;
  let at = state.next;
  for (;;) {
    const lineFeedAt = text.indexOf('\n', at);
    if (lineFeedAt < 0) {
      // A last line without its end is the library's, unless it is blank and ends the document.
      if (at < text.length) throw notMine;
      break;
    }
    let first = at;
    while (text.charCodeAt(first) === space) first++;
    const column = first - at;
    if (first === lineFeedAt) {
      if (column > 0 && (content < 0 || column > content)) throw notMine;
      lines.push('');
    } else {
      if (text.charCodeAt(first) === tab && (content < 0 || column < content)) throw notMine;
      if (content < 0) {
        if (column <= indent) throw notMine;
        content = column;
      } else if (column < content) {
        if (column > indent) throw notMine;
        break;
      }
      lines.push(text.slice(at + content, lineFeedAt));
      end = lineFeedAt;
    }
    at = lineFeedAt + 1;
  }
  if (content < 0) throw notMine;
  const blank = lines.length - lastWritten(lines) - 1;
  const body = lines.slice(0, lines.length - blank).join('\n');
  const source = chomp === '-' ? body : chomp === '+' ? `${body}\n${'\n'.repeat(blank)}` : `${body}\n`;
  while (isBlankChar(text.charCodeAt(end - 1))) end--;
  state.next = at;
  nextLine(state);
  if (state.indent > indent) throw notMine;
  return { kind: 'scalar', value: source, source, style: 'block', span: { start, end } };
}

function lastWritten(lines: readonly string[]): number {
  let i = lines.length - 1;
  while (i >= 0 && lines[i] === '') i--;
  return i;
}

function isBlankChar(char: number): boolean {
  return char === space || char === tab || char === lineFeed || char === carriageReturn;
}

/** A flow collection on one line; the cursor ends behind it. */
function flow(state: State, depth: number): YamlNode {
  if (depth > maxDepth - 2) throw notMine;
  const start = state.at;
  const isMap = state.text.charCodeAt(start) === openBrace;
  const close = isMap ? closeBrace : closeBracket;
  const items: YamlNode[] = [];
  const entries: Entry[] = [];
  state.at++;
  for (;;) {
    skipSpaces(state);
    if (state.at >= state.lineEnd) throw notMine;
    if (state.text.charCodeAt(state.at) === close) break;
    if (isMap) entries.push(flowEntry(state, depth));
    else items.push(flowItem(state, depth));
    skipSpaces(state);
    const char = state.text.charCodeAt(state.at);
    if (state.at >= state.lineEnd || (char !== comma && char !== close)) throw notMine;
    if (char === comma) state.at++;
  }
  const span = { start, end: ++state.at };
  if (state.dialect === 'kustomization' && isMap && new Set(entries.map((entry) => entry.key)).size < entries.length) throw notMine;
  return isMap ? { kind: 'map', flow: true, entries, span } : { kind: 'seq', flow: true, items, span };
}

function flowEntry(state: State, depth: number): Entry {
  const start = state.at;
  const char = state.text.charCodeAt(start);
  const isQuoted = char === doubleQuote || char === singleQuote;
  const { source, end } = isQuoted ? quoted(state, char) : flowPlain(state);
  if (source === '<<' || (!isQuoted && (source === '~' || /^null$/i.test(source)))) throw notMine;
  if (state.text.charCodeAt(end) !== colon || end >= state.lineEnd) throw notMine;
  state.at = end + 1;
  // JSON needs no space behind the colon of a quoted key; a plain key does.
  if (!isQuoted && state.text.charCodeAt(state.at) !== space) throw notMine;
  skipSpaces(state);
  const next = state.text.charCodeAt(state.at);
  if (next === comma || next === closeBrace) throw notMine;
  return { key: resolveKey(source, isQuoted ? 'quoted' : 'plain', state.dialect), keySpan: { start, end }, value: flowItem(state, depth), branch: [] };
}

function flowItem(state: State, depth: number): YamlNode {
  const start = state.at;
  const char = state.text.charCodeAt(start);
  if (char === openBracket || char === openBrace) return flow(state, depth + 1);
  if (char === doubleQuote || char === singleQuote) {
    const { source, end } = quoted(state, char);
    state.at = end;
    if (state.text.charCodeAt(end) === colon) throw notMine;
    return { kind: 'scalar', value: source, source, style: char === doubleQuote ? 'double' : 'single', span: { start, end } };
  }
  const { end } = flowPlain(state);
  if (state.text.charCodeAt(end) === colon) throw notMine;
  state.at = end;
  return plain(state, start, end);
}

/** A plain scalar between brackets: up to a comma, a bracket, or a colon with a space behind it. */
function flowPlain(state: State): { source: string; end: number } {
  const { text, at: start, lineEnd } = state;
  const first = text.charCodeAt(start);
  if (indicators.has(first) || first === dash || first === question) throw notMine;
  let end = start;
  for (; end < lineEnd; end++) {
    const char = text.charCodeAt(end);
    if (char === comma || char === closeBracket || char === closeBrace) break;
    if (char === colon) {
      const next = text.charCodeAt(end + 1);
      if (next === space || end + 1 === lineEnd) break;
      if (next === comma || next === closeBracket || next === closeBrace) throw notMine;
    }
    if (char === openBracket || char === openBrace || char === tab || (char === hash && text.charCodeAt(end - 1) === space)) throw notMine;
  }
  if (end === lineEnd) throw notMine;
  while (text.charCodeAt(end - 1) === space) end--;
  // A space before the colon of a key is rare enough to leave to the library.
  return { source: text.slice(start, end), end };
}
