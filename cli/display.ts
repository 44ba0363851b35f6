/**
 * How a line of a file looks in a terminal: tabs to their stops, wide characters two cells, and nothing that could move
 * the cursor or turn the reading direction, for input is hostile.
 */
export interface DisplayLine {
  readonly text: string;
  /** Cells that the text takes. */
  readonly width: number;
  /** The cell, from 0, at which the character at a UTF-16 offset of the raw line stands. */
  cellAt(offset: number): number;
}

const tabStop = 4;
const plain = /^[\x20-\x7e]*$/;
const controls = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/;
let segmenter: Intl.Segmenter | undefined;

/** Lays out one line, given without its line end. */
export function displayLine(raw: string): DisplayLine {
  if (plain.test(raw)) return { text: raw, width: raw.length, cellAt: (offset) => Math.min(offset, raw.length) };
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  const starts: number[] = [];
  const cells: number[] = [];
  let text = '';
  let width = 0;
  for (const { segment, index } of segmenter.segment(raw)) {
    const shown = segment === '\t' ? ' '.repeat(tabStop - (width % tabStop)) : visible(segment);
    starts.push(index);
    cells.push(width);
    text += shown;
    width += shown === segment ? cellsOf(segment) : shown.length;
  }
  return { text, width, cellAt: (offset) => (offset >= raw.length ? width : cells[lastAtMost(starts, offset)] ?? 0) };
}

/** Text with control characters and direction marks made visible, as `\u{…}`. Line ends too: what comes out is one line. */
export function visible(text: string): string {
  if (!controls.test(text)) return text;
  return [...text].map((c) => (controls.test(c) ? `\\u{${c.codePointAt(0)!.toString(16)}}` : c)).join('');
}

function cellsOf(grapheme: string): number {
  if (/^[\p{Mn}\p{Me}\p{Cf}]+$/u.test(grapheme)) return 0;
  if (/\p{Emoji_Presentation}/u.test(grapheme) || (grapheme.includes('\ufe0f') && /\p{Extended_Pictographic}/u.test(grapheme))) return 2;
  const code = grapheme.codePointAt(0)!;
  return wide.some(([from, to]) => code >= from && code <= to) ? 2 : 1;
}

/** East Asian Wide and Fullwidth, in coarse blocks (Unicode Standard Annex 11). */
const wide: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f], [0x2e80, 0x303e], [0x3041, 0x33ff], [0x3400, 0x4dbf], [0x4e00, 0x9fff], [0xa000, 0xa4cf], [0xa960, 0xa97f],
  [0xac00, 0xd7a3], [0xf900, 0xfaff], [0xfe10, 0xfe19], [0xfe30, 0xfe6f], [0xff00, 0xff60], [0xffe0, 0xffe6], [0x1b000, 0x1b2ff], [0x20000, 0x3fffd],
];

/** Index of the last of some ascending numbers that is not above a limit. */
function lastAtMost(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (ascending[middle]! <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}
