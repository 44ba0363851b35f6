import { tokensOf, type Token } from './tokens.ts';

/** A stretch of a template: text, or an action. */
export type Piece = { readonly kind: 'text'; readonly start: number; readonly text: string } | { readonly kind: 'action'; readonly start: number; readonly end: number; readonly tokens: readonly Token[] };

/**
 * Text and actions in turn, the white space that trim marks take away left out; comments are gone. Undefined where an action
 * is not closed, or holds what no action may.
 * @param isUnfinished such an action ends with its line, and has no tokens
 */
export function cut(text: string, isUnfinished = false): Piece[] | undefined {
  const pieces: Piece[] = [];
  let at = 0;
  let trimNext = false;
  const addText = (from: number, to: number, trimEnd: boolean): void => {
    let [start, end] = [from, to];
    if (trimNext) while (start < end && isSpace(text, start)) start++;
    if (trimEnd) while (end > start && isSpace(text, end - 1)) end--;
    if (end > start) pieces.push({ kind: 'text', start, text: text.slice(start, end) });
  };
  /** Takes an action for as much as stands on its line. */
  const addUnfinished = (from: number, open: number): void => {
    const line = text.indexOf('\n', open) < 0 ? text.length : text.indexOf('\n', open);
    const close = text.indexOf('}}', open + 2);
    at = close < 0 || close > line ? line : close + 2;
    // A line that steers is as if it were not there.
    addText(from, open, isBeginning({ start: open, end: at }, text));
    trimNext = false;
    pieces.push({ kind: 'action', start: open, end: at, tokens: [] });
  };
  for (let open = text.indexOf('{{'); open >= 0; open = text.indexOf('{{', at)) {
    const trimBefore = text[open + 2] === '-' && isSpace(text, open + 3);
    const from = at;
    const inner = open + (trimBefore ? 4 : 2);
    const comment = /^\s*\/\*/.exec(text.slice(inner, inner + 40));
    if (comment) {
      const close = text.indexOf('*/', inner + comment[0].length);
      // Nothing but a trim mark may stand between (text/template/parse, lexComment).
      const end = close < 0 ? -1 : /^(?:\s+-)?\}\}/.test(text.slice(close + 2, close + 40)) ? text.indexOf('}}', close) : -1;
      if (end < 0) {
        if (!isUnfinished) return undefined;
        addUnfinished(from, open);
        continue;
      }
      addText(from, open, trimBefore);
      trimNext = text.slice(close + 2, end).includes('-');
      at = end + 2;
      continue;
    }
    const read = tokensOf(text, inner);
    if (!read) {
      if (!isUnfinished) return undefined;
      addUnfinished(from, open);
      continue;
    }
    addText(from, open, trimBefore);
    trimNext = read.trimsAfter;
    at = read.end;
    pieces.push({ kind: 'action', start: open, end: at, tokens: read.tokens });
  }
  addText(at, text.length, false);
  return pieces;
}

function isSpace(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 32 || code === 9 || code === 10 || code === 13;
}

/** Whether an action has a line to itself and is, as far as it goes, one that steers: it writes nothing. */
export function isBeginning(piece: { readonly start: number; readonly end: number }, text: string): boolean {
  return columnOf(text, piece) !== undefined && /^\{\{-?\s*(?:i|w|wi|wit|r|ra|ran|rang|d|de|def|defi|defin|e|en|el|els|\/.*|(?:if|with|range|define|end|else)\b.*)?\s*-?(?:\}\}?)?$/s.test(text.slice(piece.start, piece.end));
}

/** How far the line of an action is indented; undefined behind other text than actions. */
export function columnOf(text: string, { start }: { readonly start: number }): number | undefined {
  const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  return before.replace(/\{\{.*?\}\}/g, '').trim() === '' ? before.length - before.trimStart().length : undefined;
}
