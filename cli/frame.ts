import type { Severity } from '../engine/lint/rule.ts';
import type { LineIndex } from '../engine/yaml/text.ts';
import { displayLine } from './display.ts';
import type { ReportRange } from './report.ts';
import type { Style } from './style.ts';

/** A labelled span of a code frame. Exactly one of a frame's marks is the primary one. */
export interface Mark {
  readonly file: string;
  readonly range: ReportRange;
  readonly label: string;
  readonly primary: boolean;
}

export interface FrameOptions {
  readonly style: Style;
  readonly severity: Severity;
  /** Cells that a line of the frame may take; longer lines are clipped around their marks. */
  readonly width: number;
}

/** Where a mark stands on its displayed line, in cells. */
interface Underline {
  readonly start: number;
  readonly end: number;
  readonly label: string;
  readonly primary: boolean;
}

/** Cells kept before the first mark of a clipped line. */
const lead = 20;

/**
 * Shows marked places of one or more files: the primary mark's file first, each line once with all its marks, carets
 * under the primary span and dashes under the others. A span of several lines is marked on its first.
 */
export function codeFrame(marks: readonly Mark[], textOf: (file: string) => LineIndex | undefined, { style, severity, width }: FrameOptions): string[] {
  const primary = marks.find((mark) => mark.primary)!;
  const gutter = String(Math.max(...marks.map((mark) => mark.range.start.line))).length;
  const blank = ' '.repeat(gutter);
  const bar = style.frame('|');
  const out: string[] = [];
  const ordered = [...marks].sort((a, b) => Number(b.primary) - Number(a.primary));
  for (const file of new Set(ordered.map((mark) => mark.file))) {
    const here = ordered.filter((mark) => mark.file === file);
    const { line, column } = here[0]!.range.start;
    if (out.length > 0) out.push(`${blank} ${bar}`);
    out.push(`${blank}${style.frame(file === primary.file ? '-->' : ':::')} ${displayLine(file).text}:${line}:${column}`);
    const text = textOf(file);
    if (!text) continue;
    out.push(`${blank} ${bar}`);
    let last = 0;
    for (const number of [...new Set(here.map((mark) => mark.range.start.line))].sort((a, b) => a - b)) {
      if (last > 0 && number === last + 2) out.push(codeLine(last + 1, clip(lineText(text, last + 1), [], width).shown.text));
      else if (last > 0 && number > last + 1) out.push(style.frame('...'));
      last = number;
      const onLine = here.filter((mark) => mark.range.start.line === number);
      const { shown, underlines } = clip(lineText(text, number), onLine, width - gutter - 3);
      out.push(codeLine(number, shown.text));
      for (const row of underlineRows(underlines, style, severity)) out.push(`${blank} ${bar} ${row}`);
    }
  }
  return out;

  function codeLine(number: number, shown: string): string {
    return `${style.frame(`${String(number).padStart(gutter)} |`)}${shown === '' ? '' : ` ${shown}`}`;
  }
}

function lineText({ text, starts }: LineIndex, number: number): string {
  return text.slice(starts[number - 1] ?? text.length, starts[number] ?? text.length).replace(/[\r\n]+$/, '');
}

/** Lays out a line with its marks. A line that is too long is cut before it is laid out, so that its length costs nothing. */
function clip(raw: string, marks: readonly Mark[], width: number): { shown: { text: string }; underlines: Underline[] } {
  const spans = marks.map(({ range, label, primary }) => {
    const start = Math.min(range.start.column - 1, raw.length);
    const end = range.end.line > range.start.line ? raw.length : Math.min(range.end.column - 1, raw.length);
    return { start, end: Math.max(start, end), label, primary };
  });
  let from = 0;
  let to = raw.length;
  if (raw.length > width) {
    const first = Math.min(...spans.map((span) => span.start), raw.length);
    const main = spans.find((span) => span.primary) ?? spans[0];
    const anchor = main && main.start - first > width / 2 ? main.start : first;
    from = anchor <= lead || spans.length === 0 ? 0 : wholeCharacter(raw, anchor - lead);
    to = wholeCharacter(raw, Math.min(raw.length, from + width));
  }
  const prefix = from > 0 ? '…' : '';
  const line = displayLine(raw.slice(from, to));
  const cell = (offset: number): number => prefix.length + line.cellAt(Math.max(0, Math.min(offset, to) - from));
  const underlines = spans.map(({ start, end, label, primary }) => ({ start: cell(start), end: Math.max(cell(end), cell(start) + 1), label, primary }));
  return { shown: { text: `${prefix}${line.text}${to < raw.length ? '…' : ''}` }, underlines };
}

/** An offset that does not stand inside a surrogate pair. */
function wholeCharacter(text: string, offset: number): number {
  const unit = text.charCodeAt(offset);
  return unit >= 0xdc00 && unit <= 0xdfff ? offset - 1 : offset;
}

/** The rows under a line: the marks, with the rightmost label beside them, then the other labels hanging from bars. */
function underlineRows(underlines: readonly Underline[], style: Style, severity: Severity): string[] {
  const sorted = [...underlines].sort((a, b) => a.start - b.start || b.end - a.end);
  const width = Math.max(...sorted.map((one) => one.end));
  const owner: (Underline | undefined)[] = Array.from({ length: width });
  for (const one of [...sorted].sort((a, b) => Number(a.primary) - Number(b.primary))) for (let i = one.start; i < one.end; i++) owner[i] = one;
  const paint = (one: Underline, text: string): string => (one.primary ? style.severity(severity, text) : style.frame(text));
  let row = '';
  for (let i = 0; i < width;) {
    const one = owner[i];
    let end = i + 1;
    while (end < width && owner[end] === one) end++;
    row += one ? paint(one, (one.primary ? '^' : '-').repeat(end - i)) : ' '.repeat(end - i);
    i = end;
  }
  const labelled = sorted.filter((one) => one.label !== '');
  const beside = labelled.at(-1);
  const inline = beside !== undefined && beside.end === width ? beside : undefined;
  const hanging = labelled.filter((one) => one !== inline);
  const rows = [inline ? `${row} ${paint(inline, displayLine(inline.label).text)}` : row];
  while (hanging.length > 0) {
    if (rows.length === 1) rows.push(bars(hanging));
    const one = hanging.pop()!;
    const label = paint(one, displayLine(one.label).text);
    const left = bars(hanging.filter((other) => other.start < one.start));
    const leftWidth = Math.max(0, ...hanging.filter((other) => other.start < one.start).map((other) => other.start + 1));
    rows.push(`${left}${' '.repeat(one.start - leftWidth)}${label}`);
  }
  return rows;

  function bars(of: readonly Underline[]): string {
    let text = '';
    let at = 0;
    for (const one of of) {
      if (one.start < at) continue;
      text += ' '.repeat(one.start - at) + paint(one, '|');
      at = one.start + 1;
    }
    return text;
  }
}
