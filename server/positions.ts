import type { Position, PositionEncodingKind, Range } from 'vscode-languageserver';
import { indexLines, type LineIndex, type Span } from '../engine/yaml/text.ts';

/**
 * The one place where offsets become LSP positions and back. The engine counts UTF-16 units of a text without its byte
 * order mark; a client counts what was negotiated (LSP 3.17, positionEncoding), in the text as it has it, mark included.
 */
export interface DocumentText {
  readonly lines: LineIndex;
  /** Units that stand in the client's text before the engine's: 1 for a byte order mark, else 0. */
  readonly skipped: 0 | 1;
}

/** Reads the lines of a text as a client has it. */
export function documentText(text: string): DocumentText {
  return { lines: indexLines(text), skipped: text.startsWith('\uFEFF') ? 1 : 0 };
}

/** The text as the engine takes it. */
export function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

const encodings: readonly PositionEncodingKind[] = ['utf-16', 'utf-8', 'utf-32'];

/** The encoding to speak: the first of the client's that is known here, else UTF-16, which every client has to know. */
export function chooseEncoding(offered: readonly PositionEncodingKind[] | undefined): PositionEncodingKind {
  return offered?.find((one) => encodings.includes(one)) ?? 'utf-16';
}

/** Conversions in one encoding. */
export class Positions {
  constructor(readonly encoding: PositionEncodingKind) {}

  range(text: DocumentText, span: Span): Range {
    return { start: this.position(text, span.start), end: this.position(text, span.end) };
  }

  span(text: DocumentText, range: Range): Span {
    return { start: this.offset(text, range.start), end: this.offset(text, range.end) };
  }

  position({ lines, skipped }: DocumentText, offset: number): Position {
    const at = Math.max(0, Math.min(offset + skipped, lines.text.length));
    const line = lineOf(lines, at);
    return { line, character: this.count(lines.text, lines.starts[line]!, at) };
  }

  /** The offset of a position; what lies beyond a line or the text is clamped to its end, as LSP asks. */
  offset({ lines, skipped }: DocumentText, { line, character }: Position): number {
    if (line < 0) return 0;
    if (line >= lines.starts.length) return lines.text.length - skipped;
    const start = lines.starts[line]!;
    const end = lineEnd(lines, line);
    return Math.max(0, this.advance(lines.text, start, end, character) - skipped);
  }

  private count(text: string, start: number, end: number): number {
    if (this.encoding === 'utf-16') return end - start;
    let units = 0;
    for (const character of text.slice(start, end)) units += this.width(character);
    return units;
  }

  private advance(text: string, start: number, end: number, units: number): number {
    if (this.encoding === 'utf-16') return Math.min(start + Math.max(units, 0), end);
    let at = start;
    for (const character of text.slice(start, end)) {
      units -= this.width(character);
      if (units < 0) break;
      at += character.length;
    }
    return at;
  }

  private width(character: string): number {
    if (this.encoding === 'utf-32') return 1;
    const point = character.codePointAt(0)!;
    return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
}

function lineOf({ starts }: LineIndex, offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The end of a line's content, its line end left out. */
function lineEnd({ text, starts }: LineIndex, line: number): number {
  let end = starts[line + 1] ?? text.length;
  if (line + 1 === starts.length) return end;
  if (text[end - 1] === '\n') end--;
  if (text[end - 1] === '\r') end--;
  return Math.max(end, starts[line]!);
}
