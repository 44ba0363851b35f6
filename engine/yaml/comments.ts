import { Lexer } from 'yaml';
import type { Dialect } from './node.ts';
import type { Span } from './text.ts';

/** What the lexer says of itself between the pieces of the text: document start, scalar ahead, flow end. No characters. */
const controls = new Set(['\u0002', '\u001f', '\u0018']);
const scalarAhead = '\u001f';

/**
 * The comments of one document, from `#` to the end of the line, where YAML has comments: not in quoted strings or block
 * scalars. Total, also for text that does not parse. Template actions hide what they hold.
 */
export function commentsOf(text: string, dialect: Dialect): Span[] {
  const comments: Span[] = [];
  let offset = 0;
  let before = '';
  for (const token of new Lexer().lex(dialect === 'template' ? withoutActions(text) : text)) {
    if (token.startsWith('#') && before !== scalarAhead) comments.push({ start: offset, end: offset + token.length });
    if (!controls.has(token)) offset += token.length;
    before = token;
  }
  return comments;
}

/** The text with blanks for its template actions: same length, same lines. */
export function withoutActions(text: string): string {
  let out = '';
  let at = 0;
  for (let start = text.indexOf('{{'); start >= 0; start = text.indexOf('{{', at)) {
    const close = text.indexOf('}}', start + 2);
    if (close < 0) break;
    out += text.slice(at, start) + text.slice(start, close + 2).replace(/[^\r\n]/g, ' ');
    at = close + 2;
  }
  return out + text.slice(at);
}
