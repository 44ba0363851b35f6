import { columnOf, isBeginning, type Piece } from './pieces.ts';
import { pipeOf } from './pipe.ts';
import type { Token } from './tokens.ts';
import { Unknown } from './value.ts';

/*
 * What is left of a template in which somebody is typing: an action that is not closed yet, a block whose `end` is still to
 * come. Helm refuses all of it until it is finished; here the rest is read as it will be. What is left out writes nothing,
 * what cannot be told is unknown, and both hang on the text alone.
 */

type Action = Extract<Piece, { kind: 'action' }>;

/** A block that is open, by the piece that opens it. */
interface Frame {
  readonly at: number;
  readonly word: string;
  readonly column: number | undefined;
  /** Whether its plain `else` has come. */
  closed: boolean;
}

const opening = new Set(['if', 'with', 'range', 'define', 'block']);

/** The pieces of a template such that it can be parsed. */
export function mended(pieces: readonly Piece[], text: string): Piece[] {
  const read = pieces.map((piece) => (piece.kind === 'action' ? readable(piece, text) : piece));
  const words = read.map((piece) => (piece.kind === 'action' && piece.tokens[0]?.kind === 'word' ? piece.tokens[0].text : undefined));
  const columns = read.map((piece) => (piece.kind === 'action' ? columnOf(text, piece) : undefined));
  const left = new Set<number>();
  const instead = new Map<number, Piece>();
  const stack: Frame[] = [];
  const matched: { readonly frame: Frame; readonly end: number }[] = [];
  const isSurplus = words.filter((word) => word === 'end').length > words.filter((word) => opening.has(word ?? '')).length;
  const close = (frame: Frame, end: number): void => {
    for (const open of stack.splice(stack.indexOf(frame))) if (open !== frame) left.add(open.at);
    matched.push({ frame, end });
  };
  /** Takes an action that was to open a block for one that does. */
  const opener = (before: number, column: number | undefined): number => {
    for (let at = before - 1; at >= 0; at--) {
      const piece = read[at]!;
      if (piece.kind === 'action' && columns[at] === column && column !== undefined && !instead.has(at) && isBeginning(piece, text)) return at;
      if (words[at] === 'end' && columns[at] === column) return -1;
    }
    return -1;
  };
  for (const [at, word] of words.entries()) {
    const piece = read[at] as Action;
    const column = columns[at];
    if (opening.has(word ?? '')) {
      // Nothing but the end of a file, or of a template, can stand before the next one.
      if (word === 'define') for (const open of stack.splice(0)) left.add(open.at);
      stack.push({ at, word: word!, column, closed: false });
    } else if (word === 'end' || word === 'else') {
      const own = column === undefined ? undefined : stack.findLast((frame) => frame.column === column);
      const frame = own ?? (isSurplus && column !== undefined ? undefined : stack.at(-1));
      const begun = own ? -1 : opener(at, column);
      if (begun >= 0) {
        const { start, end } = read[begun] as Action;
        const inner: Frame = { at: begun, word: /^\{\{-?\s*(?:r|with)/.test(text.slice(start, end)) ? 'with' : 'if', column, closed: false };
        instead.set(begun, { kind: 'action', start, end, tokens: [{ kind: 'word', text: inner.word }, unknown(text.slice(start, end))] });
        stack.push(inner);
        if (word === 'end') close(inner, at);
      } else if (!frame) left.add(at);
      else if (word === 'end') close(frame, at);
      else if (!goesOn(frame, piece)) left.add(at);
      else {
        for (const open of stack.splice(stack.indexOf(frame) + 1)) left.add(open.at);
        frame.closed ||= piece.tokens.length === 1;
      }
    }
  }
  for (const open of stack) rematch(open, matched, read, left);
  return read.flatMap((piece, at) => (left.has(at) ? [] : [instead.get(at) ?? piece]));
}

/**
 * Where the last `end` of a file closes a block that stands as far in as one which is left open, it closes the outer one:
 * the inner one is still to be closed. Of two that follow each other at once, the outer one is.
 */
function rematch(open: Frame, matched: { readonly frame: Frame; readonly end: number }[], pieces: readonly Piece[], left: Set<number>): void {
  const last = matched.at(-1);
  const isLast = last && pieces.slice(last.end + 1).every((piece) => piece.kind === 'text' && piece.text.trim() === '');
  const isInside = last && pieces.slice(open.at + 1, last.frame.at).some((piece) => piece.kind === 'text' && piece.text.replace(/^\s*#.*$/gm, '').trim() !== '');
  if (isLast && isInside && last.frame.column === open.column && open.column !== undefined && !last.frame.closed) {
    left.add(last.frame.at);
    matched[matched.length - 1] = { ...last, frame: open };
  } else left.add(open.at);
}

/** Whether `else`, with what follows it, can go on with a block. */
function goesOn({ word, closed }: Frame, { tokens: [, next] }: Action): boolean {
  if (closed || word === 'define' || word === 'block') return false;
  return !next || (word !== 'range' && next.kind === 'word' && next.text === word);
}

/** An action that can be read, or that says nothing certain in its place. */
function readable(piece: Action, text: string): Piece {
  const { start, end, tokens } = piece;
  const said = text.slice(start, end);
  const [first, ...rest] = tokens;
  const word = first?.kind === 'word' ? first.text : '';
  if (word === 'end') return { ...piece, tokens: tokens.slice(0, 1) };
  if (word === 'else') return rest.length === 0 || isPipe(rest.slice(1), start, end) ? piece : { ...piece, tokens: [first!, rest[0]!, unknown(said)] };
  if (word === 'if' || word === 'with' || word === 'range') return isPipe(rest, start, end, word === 'range') ? piece : { ...piece, tokens: [first!, unknown(said)] };
  if (word === 'define' || word === 'block' || word === 'template') {
    const isNamed = rest[0]?.kind === 'string' && (word === 'define' ? rest.length === 1 : rest.length === 1 || isPipe(rest.slice(1), start, end));
    return isNamed ? piece : word === 'template' ? { ...piece, tokens: [unknown(said)] } : { ...piece, tokens: [{ kind: 'word', text: 'if' }, unknown(said)] };
  }
  if (word === 'break' || word === 'continue') return piece;
  if (isPipe(tokens, start, end)) return piece;
  return isBeginning(piece, text) ? { kind: 'text', start, text: '' } : { ...piece, tokens: [unknown(said)] };
}

function isPipe(tokens: readonly Token[], start: number, end: number, inRange = false): boolean {
  try {
    pipeOf(tokens, { start, end }, inRange);
    return true;
  } catch {
    return false;
  }
}

function unknown(said: string): Token {
  return { kind: 'number', value: new Unknown(said.replace(/^\{\{-?|-?\}\}$/g, '').replace(/[{}\s]+/g, ' ').trim()) };
}
