import { backslash, carriageReturn, colon, dash, doubleQuote, hash, isDash, isIndicator, isMarker, isRestBlank, lineFeed, nextLine, notMine, pipe, plus, singleQuote, space, tab, toLineOf, type State } from './fast-lines.ts';
import type { ScalarNode } from './node.ts';
import { resolvePlain } from './scalar.ts';

/** A plain or quoted scalar in a block collection of column `indent`, on one line or several; the cursor ends behind it. */
export function blockScalar(state: State, char: number, indent: number): ScalarNode {
  if (char === doubleQuote || char === singleQuote) return quotedScalar(state, char);
  if (isIndicator(char) || isDash(state)) throw notMine;
  const start = state.at;
  const end = plainEnd(state, start);
  const source = state.text.slice(start, end);
  if (end < state.lineEnd && state.text.charCodeAt(state.at) === hash) return plain(state, source, start, end);
  return endsHere(state, indent) ? plain(state, source, start, end) : continued(state, source, start, end, indent);
}

/** Whether the next line cannot go on with a plain scalar: it is indented too little, is a comment, or there is none. */
function endsHere({ text, next }: State, indent: number): boolean {
  let at = next;
  while (text.charCodeAt(at) === space) at++;
  const char = text.charCodeAt(at);
  return at >= text.length || char === hash || (at - next <= indent && char !== lineFeed && char !== carriageReturn);
}

/** The end of a plain scalar's text on the current line, which starts at `start`; the cursor ends at the line's end or at a comment. */
function plainEnd(state: State, start: number): number {
  const { text, lineEnd } = state;
  let end = lineEnd;
  for (let at = start; at < lineEnd; at++) {
    const char = text.charCodeAt(at);
    if (char === colon ? at + 1 === lineEnd || text.charCodeAt(at + 1) === space : char === tab) throw notMine;
    if (char === hash && text.charCodeAt(at - 1) === space) {
      end = at;
      break;
    }
  }
  state.at = end;
  while (text.charCodeAt(end - 1) === space) end--;
  return end;
}

/** A plain scalar with the lines that belong to it: those that are indented deeper than the collection it stands in. */
function continued(state: State, first: string, start: number, firstEnd: number, indent: number): ScalarNode {
  const { text } = state;
  let source = first;
  let end = firstEnd;
  let blank = 0;
  for (let line = state.next; line < text.length;) {
    const before = { lineEnd: state.lineEnd, next: state.next };
    const lineEnd = toLineOf(state, line);
    let at = line;
    while (at < lineEnd && text.charCodeAt(at) === space) at++;
    const char = text.charCodeAt(at);
    if (at === lineEnd) {
      blank++;
      line = state.next;
      continue;
    }
    if (at - line <= indent || char === hash) {
      state.lineEnd = before.lineEnd;
      state.next = before.next;
      break;
    }
    if (char === tab) throw notMine;
    end = plainEnd(state, at);
    source += (blank > 0 ? '\n'.repeat(blank) : ' ') + text.slice(at, end);
    blank = 0;
    line = state.next;
    if (text.charCodeAt(state.at) === hash && state.at < lineEnd) break;
  }
  state.at = state.lineEnd;
  return plain(state, source, start, end);
}

/** A plain scalar's node. */
export function plain({ dialect }: State, source: string, start: number, end: number): ScalarNode {
  const value = resolvePlain(source, dialect);
  if (typeof value === 'number' && !Number.isFinite(value)) throw notMine;
  return { kind: 'scalar', value, source, style: 'plain', span: { start, end } };
}

/** A quoted scalar's node; it may reach over several lines. The cursor ends behind the closing quote. */
export function quotedScalar(state: State, quote: number): ScalarNode {
  const start = state.at;
  const end = closingQuote(state.text, start, state.text.length, quote);
  const source = end <= state.lineEnd ? unquote(state, start, end, quote) : unquoteLines(state, start, end, quote);
  if (end > state.lineEnd) toLineOf(state, end);
  state.at = end;
  return { kind: 'scalar', value: source, source, style: quote === doubleQuote ? 'double' : 'single', span: { start, end } };
}

/** The offset behind the quote that closes the one at `start`. */
export function closingQuote(text: string, start: number, limit: number, quote: number): number {
  for (let at = start + 1; at < limit; at++) {
    const char = text.charCodeAt(at);
    if (char === backslash && quote === doubleQuote) at++;
    else if (char === quote) {
      if (quote === doubleQuote || text.charCodeAt(at + 1) !== singleQuote) return at + 1;
      at++;
    }
  }
  throw notMine;
}

/** What stands between quotes on one line. */
export function unquote(state: State, start: number, end: number, quote: number): string {
  const inner = state.text.slice(start + 1, end - 1);
  if (inner.includes('\t')) throw notMine;
  if (quote === singleQuote) return inner.includes("''") ? inner.replaceAll("''", "'") : inner;
  return inner.includes('\\') ? unescape(inner, state.json) : inner;
}

/** Over several lines: each line end and the blanks around it fold to one blank, or to the blank lines that follow; a backslash takes the line end away. */
function unquoteLines(state: State, start: number, end: number, quote: number): string {
  const lines = state.text.slice(start + 1, end - 1).split(state.crlf ? '\r\n' : '\n');
  let out = '';
  let fold = '';
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (line.includes('\t') || line.includes('\n') || (i > 0 && isMarker(line, 0, true))) throw notMine;
    const body = trimmed(line, i > 0, i < lines.length - 1);
    const escaped = quote === doubleQuote && endsEscaped(body);
    if (escaped && (i === lines.length - 1 || body.length < line.length - leading(line, i > 0) || blankFollows(lines, i))) throw notMine;
    if (body === '' && i > 0 && i < lines.length - 1) {
      fold = fold === ' ' ? '\n' : fold + '\n';
      continue;
    }
    const text = escaped ? body.slice(0, -1) : body;
    out += fold + (quote === singleQuote ? text.replaceAll("''", "'") : text.includes('\\') ? unescape(text, state.json) : text);
    fold = escaped ? '' : ' ';
  }
  return out;
}

function leading(line: string, counts: boolean): number {
  let at = 0;
  if (counts) while (line.charCodeAt(at) === space) at++;
  return at;
}

function trimmed(line: string, left: boolean, right: boolean): string {
  let end = line.length;
  const start = Math.min(leading(line, left), end);
  if (right) while (end > start && line.charCodeAt(end - 1) === space) end--;
  return line.slice(start, end);
}

/** Whether a line ends with a backslash that is not itself escaped. */
function endsEscaped(line: string): boolean {
  let count = 0;
  while (line.charCodeAt(line.length - 1 - count) === backslash) count++;
  return count % 2 === 1;
}

function blankFollows(lines: readonly string[], i: number): boolean {
  return i + 2 < lines.length && lines[i + 1]!.trim() === '';
}

const escapes: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', n: '\n', t: '\t', r: '\r', ' ': ' ', 0: '\0', b: '\b', f: '\f', e: '\x1b' };

function unescape(inner: string, json: boolean): string {
  let out = '';
  let at = 0;
  for (let next = inner.indexOf('\\'); next >= 0; next = inner.indexOf('\\', at)) {
    out += inner.slice(at, next);
    const char = inner[next + 1]!;
    at = next + 2;
    if (char === 'u') {
      out += codeUnit(inner, at);
      at += 4;
    } else if (char === '/' && json) out += '/';
    else out += escapes[char] ?? fail();
  }
  return out + inner.slice(at);
}

function codeUnit(inner: string, at: number): string {
  const digits = inner.slice(at, at + 4);
  return /^[0-9a-fA-F]{4}$/.test(digits) ? String.fromCharCode(parseInt(digits, 16)) : fail();
}

function fail(): never {
  throw notMine;
}

/** A literal or folded text in a block collection of column `indent`; the cursor ends at the line behind it. */
export function blockText(state: State, indent: number): ScalarNode {
  const { text } = state;
  const start = state.at;
  const folded = text.charCodeAt(state.at++) !== pipe;
  const chomp = text.charCodeAt(state.at);
  if (chomp === plus || chomp === dash) state.at++;
  // Indentation indicators are the library's.
  if (!isRestBlank(state, state.at)) throw notMine;
  const commented = text.slice(state.at, state.lineEnd).includes('#');
  const lines: string[] = [];
  let content = -1;
  let end = state.at;
  let line = state.next;
  while (line < text.length) {
    const lineEnd = toLineOf(state, line);
    let first = line;
    while (first < lineEnd && text.charCodeAt(first) === space) first++;
    const columns = first - line;
    if (first === lineEnd) {
      if (columns > 0 && (content < 0 || columns > content)) throw notMine;
      lines.push('');
    } else {
      if (text.charCodeAt(first) === tab && (folded || content < 0 || columns < content)) throw notMine;
      if (content < 0) {
        // Nothing but blank lines is the empty text.
        if (columns <= indent && chomp !== plus && !commented) break;
        if (columns <= indent) throw notMine;
        content = columns;
      } else if (columns < content) {
        if (columns > indent) throw notMine;
        break;
      }
      lines.push(text.slice(line + content, lineEnd));
      end = lineEnd;
    }
    // Whether a last line without its end counts as blank is the library's to say.
    if (state.next === text.length && text.charCodeAt(text.length - 1) !== lineFeed && (first === lineEnd || chomp === plus)) throw notMine;
    line = state.next;
  }
  if (content < 0 && line >= text.length) throw notMine;
  let written = lines.length;
  while (lines[written - 1] === '') written--;
  const body = content < 0 ? '' : folded ? fold(lines, written) : lines.slice(0, written).join('\n');
  const source = chomp === dash || content < 0 ? body : chomp === plus ? `${body}\n${'\n'.repeat(lines.length - written)}` : `${body}\n`;
  while (isBlank(text.charCodeAt(end - 1))) end--;
  state.next = line;
  nextLine(state);
  if (state.indent > indent) throw notMine;
  return { kind: 'scalar', value: source, source, style: 'block', span: { start, end } };
}

/** Folds lines: one line end becomes a blank, several lose one, and lines that are indented deeper keep theirs. */
function fold(lines: readonly string[], count: number): string {
  let out = '';
  let separator = '';
  let deeper = false;
  let i = 0;
  for (; lines[i] === ''; i++) out += '\n';
  for (; i < count; i++) {
    const line = lines[i]!;
    if (line.charCodeAt(0) === space) {
      if (separator === ' ') separator = '\n';
      else if (!deeper && separator === '\n') separator = '\n\n';
      out += separator + line;
      separator = '\n';
      deeper = true;
    } else if (line === '') {
      if (separator === '\n') out += '\n';
      else separator = '\n';
    } else {
      out += separator + line;
      separator = ' ';
      deeper = false;
    }
  }
  return out;
}

function isBlank(char: number): boolean {
  return char === space || char === tab || char === lineFeed || char === carriageReturn;
}
