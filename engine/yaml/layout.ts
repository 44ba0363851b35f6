import type { MapNode, SeqNode, YamlNode } from './node.ts';
import type { WriteStyle } from './write.ts';

/** Questions about the lines of a text. Offsets are those of the text; a line end is the place before its `\r\n` or `\n`. */

export function lineStart(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
}

export function lineEnd(text: string, at: number): number {
  const found = text.indexOf('\n', at);
  if (found < 0) return text.length;
  return found > at && text.charCodeAt(found - 1) === 13 ? found - 1 : found;
}

/** The start of the line after the one that `at` is in, or the text's end. */
export function nextLine(text: string, at: number): number {
  const found = text.indexOf('\n', at);
  return found < 0 ? text.length : found + 1;
}

/** How many columns a place is away from the start of its line. A byte order mark takes no column. */
export function column(text: string, at: number): number {
  const start = lineStart(text, at);
  return at - start - (text.charCodeAt(start) === 0xfeff ? 1 : 0);
}

/** Whether nothing but blanks stands before a place on its line. */
export function isFirstOnLine(text: string, at: number): boolean {
  return skipBlanks(text, lineStart(text, at)) === at;
}

export function skipBlanks(text: string, at: number): number {
  while (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9 || text.charCodeAt(at) === 0xfeff) at++;
  return at;
}

/** The next place that is neither blank, comment, line end nor a template's action. */
export function skipTrivia(text: string, at: number): number {
  for (;;) {
    const char = text.charCodeAt(at);
    if (char === 32 || char === 9 || char === 10 || char === 13) at++;
    else if (char === 35) at = lineEnd(text, at);
    else if (char === 123 && text.startsWith('{{', at) && text.includes('}}', at)) at = text.indexOf('}}', at) + 2;
    else return at;
  }
}

/** The line end up to which a value reaches that ends at `end`: with the comment behind it, the comments below it that are indented deeper than `columns`, and the blank lines that a `|+` text keeps. */
export function extentEnd(text: string, value: YamlNode | undefined, end: number, columns: number): number {
  let at = lineEnd(text, end);
  if (value?.kind === 'scalar' && value.style === 'block' && /^[|>][1-9]?\+/.test(text.slice(value.span.start, value.span.start + 3))) {
    for (let next = nextLine(text, at); next < text.length && skipBlanks(text, next) === lineEnd(text, next); next = nextLine(text, next)) at = lineEnd(text, next);
  }
  for (let next = nextLine(text, at); next < text.length; next = nextLine(text, next)) {
    const first = skipBlanks(text, next);
    if (text.charCodeAt(first) !== 35 || first - next <= columns) break;
    at = lineEnd(text, next);
  }
  return at;
}

/** The start of the first of the comment lines that stand directly above a line, in its column. */
export function commentsAbove(text: string, start: number, columns: number): number {
  let at = start;
  while (at > 0) {
    const above = lineStart(text, at - 1);
    if (skipBlanks(text, above) - above !== columns || text.charCodeAt(above + columns) !== 35) break;
    at = above;
  }
  return at;
}

/** How a document is written: indentation, line ends, quotes. What it does not show is written as kubectl does. */
export function styleOf(text: string, root: YamlNode | undefined): WriteStyle {
  const found: { step?: number; listIndent?: number } = {};
  if (root) measure(text, root, found);
  const first = root?.kind === 'map' && root.flow ? root.entries[0] : undefined;
  const newline = text.indexOf('\n');
  return {
    step: found.step ?? 2,
    listIndent: found.listIndent ?? 0,
    eol: newline > 0 && text.charCodeAt(newline - 1) === 13 ? '\r\n' : '\n',
    json: first !== undefined && text.charAt(first.keySpan.start) === '"',
    quoted: false,
    tight: first !== undefined && !/\s/.test(text.charAt(text.indexOf(':', first.keySpan.end) + 1)),
  };
}

/** The style inside one flow collection: JSON or not, strings quoted, blanks behind colons. */
export function flowStyle(text: string, container: MapNode | SeqNode, style: WriteStyle): WriteStyle {
  const own = container.kind === 'map' ? container.entries.filter((entry) => !entry.merged) : [];
  const values = container.kind === 'map' ? own.map((entry) => entry.value) : container.items;
  const strings = values.filter((value) => value.kind === 'scalar' && typeof value.value === 'string');
  const colon = own[0] ? text.indexOf(':', own[0].keySpan.end) : -1;
  return {
    ...style,
    json: own[0] ? text.charAt(own[0].keySpan.start) === '"' : style.json,
    quoted: strings.length > 0 && strings.every((value) => value.kind === 'scalar' && value.style === 'double'),
    tight: colon >= 0 ? !/\s/.test(text.charAt(colon + 1)) : values.length > 1 ? !/\s/.test(text.charAt(values[0]!.span.end + 1)) : style.tight,
    step: isTall(text, container) ? stepOf(text, container, style.step) : style.step,
  };
}

/** Whether a flow collection has its items on lines of their own. */
export function isTall(text: string, container: MapNode | SeqNode): boolean {
  const first = container.kind === 'map' ? container.entries[0]?.keySpan.start : container.items[0]?.span.start;
  return first !== undefined && text.slice(container.span.start, first).includes('\n');
}

function stepOf(text: string, container: MapNode | SeqNode, otherwise: number): number {
  const first = container.kind === 'map' ? container.entries[0]?.keySpan.start : container.items[0]?.span.start;
  const outer = lineStart(text, container.span.start);
  const step = first === undefined ? 0 : column(text, first) - (skipBlanks(text, outer) - outer);
  return step > 0 ? step : otherwise;
}

function measure(text: string, node: YamlNode, found: { step?: number; listIndent?: number }): void {
  if (found.step !== undefined && found.listIndent !== undefined) return;
  if (node.kind === 'seq') for (const item of node.items) measure(text, item, found);
  if (node.kind !== 'map') return;
  for (const { keySpan, value, merged } of node.entries) {
    if (merged || value.origin || (value.kind !== 'map' && value.kind !== 'seq') || node.flow) continue;
    if (!value.flow) {
      const by = column(text, value.span.start) - column(text, keySpan.start);
      if (value.kind === 'map') found.step ??= by > 0 ? by : undefined;
      else found.listIndent ??= Math.max(0, by);
    }
    measure(text, value, found);
  }
}
