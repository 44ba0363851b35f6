import type { Decided } from '../yaml/node.ts';
import type { Span } from '../yaml/text.ts';

/** What a named template wrote, and which stretches of its file wrote it. */
export interface HelperText {
  readonly text: string;
  readonly pieces: readonly HelperPiece[];
}

export interface HelperPiece {
  readonly start: number;
  readonly end: number;
  readonly file: string;
  /** Of a literal text its own stretch, else the action. */
  readonly span: Span;
  readonly literal: boolean;
  /** What decides the action's value. */
  readonly from: Decided | undefined;
  /** What a further named template wrote. */
  readonly helper: HelperText | undefined;
}

/** A place in a named template, and what decides the value there. */
export interface HelperPlace {
  readonly file: string;
  readonly span: Span;
  readonly from: Decided | undefined;
}

/**
 * Where a named template wrote a value of a line. Lines are known by what they say, for indentation is added to them later:
 * undefined where several say the same, or none does.
 * @param line the line as it came out, without what stands before the action that asked for the template
 */
export function placeInHelper({ text, pieces }: HelperText, line: string, source: string): HelperPlace | undefined {
  const wanted = bare(line);
  if (wanted === '') return undefined;
  const starts: number[] = [];
  for (let at = 0; at <= text.length; ) {
    const end = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at);
    if (bare(text.slice(at, end)) === wanted) starts.push(at);
    at = end + 1;
  }
  const [start, second] = starts;
  if (start === undefined || second !== undefined) return undefined;
  const said = text.slice(start).split('\n', 1)[0]!;
  const inLine = said.lastIndexOf(source);
  const offset = start + (source !== '' && inLine >= 0 ? inLine : said.length - said.trimStart().length);
  const piece = pieces.find((one) => one.start <= offset && offset < one.end);
  if (!piece) return undefined;
  const { file, span, literal, from, helper } = piece;
  if (helper) return placeInHelper(helper, said.slice(Math.max(0, piece.start - start), piece.end - start), source) ?? { file, span, from: undefined };
  if (!literal) return { file, span, from: text.slice(piece.start, piece.end).trim() === source ? from : undefined };
  const at = span.start + offset - piece.start;
  return { file, span: { start: at, end: at + Math.max(1, Math.min(source.length, piece.end - offset)) }, from: undefined };
}

function bare(line: string): string {
  return line.trim().replace(/^(["'])(.*)\1$/, '$2');
}

/** Tells a helper's pieces by their places alone. */
export function signatureOfHelper({ pieces }: HelperText): string {
  return pieces.map(({ file, span, from, helper }) => `${file}@${span.start}${from ? `${from.file}#${from.path.join('/')}` : ''}${helper ? `(${signatureOfHelper(helper)})` : ''}`).join(',');
}
