import { editYaml } from './edit.ts';
import type { Change, EditResult, TextEdit } from './change.ts';
import type { Dialect, Path } from './node.ts';
import { parseYaml } from './parse.ts';
import type { Span } from './text.ts';

/** A stretch of the original text, or new text. */
type Piece = Span | string;

/**
 * Makes several changes of one document at once. All paths are those of the document as it stands: a list item that is
 * removed moves no other. Refused as a whole where one change is.
 */
export function editAll(text: string, dialect: Dialect, changes: readonly Change[]): EditResult {
  let pieces: Piece[] = [{ start: 0, end: text.length }];
  for (const change of inOrder(changes)) {
    const now = textOf(pieces, text);
    const result = editYaml(now, parseYaml(now, dialect).root, change);
    if ('refused' in result) return result;
    const backwards = [...result.edits].sort((a, b) => b.span.start - a.span.start || b.span.end - a.span.end);
    for (const edit of backwards) pieces = splice(pieces, edit);
  }
  return { edits: editsOf(pieces, text.length) };
}

/** Removals come after what keeps the paths, the last items first; renamed keys at the very end, the deepest first. */
function inOrder(changes: readonly Change[]): Change[] {
  const kept = changes.filter((change) => change.op === 'set' || change.op === 'append');
  const removed = changes.filter((change) => change.op === 'remove').sort((a, b) => comparePaths(b.path, a.path));
  const renamed = changes.filter((change) => change.op === 'rename').sort((a, b) => b.path.length - a.path.length);
  return [...kept, ...removed, ...renamed];
}

function comparePaths(a: Path, b: Path): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [left, right] = [a[i]!, b[i]!];
    if (left !== right) return typeof left === 'number' && typeof right === 'number' ? left - right : String(left) < String(right) ? -1 : 1;
  }
  return a.length - b.length;
}

function textOf(pieces: readonly Piece[], text: string): string {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : text.slice(piece.start, piece.end))).join('');
}

function lengthOf(piece: Piece): number {
  return typeof piece === 'string' ? piece.length : piece.end - piece.start;
}

function part(piece: Piece, from: number, to: number): Piece {
  return typeof piece === 'string' ? piece.slice(from, to) : { start: piece.start + from, end: piece.start + to };
}

/** The pieces after an edit, whose span counts in their text. */
function splice(pieces: readonly Piece[], { span, newText }: TextEdit): Piece[] {
  const [before, after]: [Piece[], Piece[]] = [[], []];
  let at = 0;
  for (const piece of pieces) {
    const length = lengthOf(piece);
    if (span.start > at) before.push(part(piece, 0, Math.min(length, span.start - at)));
    if (span.end < at + length) after.push(part(piece, Math.max(0, span.end - at), length));
    at += length;
  }
  return [...before, newText, ...after].filter((piece) => lengthOf(piece) > 0);
}

/** What differs from the original text. */
function editsOf(pieces: readonly Piece[], length: number): TextEdit[] {
  const edits: TextEdit[] = [];
  let at = 0;
  let newText = '';
  for (const piece of [...pieces, { start: length, end: length }]) {
    if (typeof piece === 'string') {
      newText += piece;
      continue;
    }
    if (piece.start > at || newText !== '') edits.push({ span: { start: at, end: piece.start }, newText });
    at = piece.end;
    newText = '';
  }
  return edits;
}
