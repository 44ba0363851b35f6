import type { Span } from './text.ts';

/**
 * What a Go template action leaves behind in the masked text. `scalar`: part of a value or a key. `block`: lines of
 * YAML that cannot be seen (`toYaml`, `include … | nindent 8`), put at `column` where the action says it.
 */
export interface Hole {
  readonly kind: 'scalar' | 'block';
  readonly span: Span;
  /** The action without braces, trim marks and quoting functions, white space folded: equal expressions are equal values. */
  readonly expression: string;
  /** For blocks: the column that `indent` or `nindent` names. */
  readonly column?: number;
  /** For blocks: nothing says how far the lines are indented, they may belong to any collection that is open here. */
  readonly anywhere?: true;
}

/** A stretch of text from `start` on, inside some arms of `if`, `with` and `range`; the outermost first. */
export interface BranchMark {
  readonly start: number;
  readonly branch: readonly string[];
}

export interface Masked {
  /** As long as the template, with its line breaks where they were. */
  readonly text: string;
  readonly holes: readonly Hole[];
  readonly branches: readonly BranchMark[];
}

interface Action {
  readonly start: number;
  readonly end: number;
  readonly body: string;
}

type Keyword = 'if' | 'with' | 'range' | 'define' | 'block' | 'else' | 'end';

interface Frame {
  readonly action: Action;
  readonly keyword: Keyword;
  arm: number;
}

/** Masks the template actions of a text so that it can be read as YAML. Total: an action that does not end is left as it is. */
export function maskTemplate(text: string): Masked {
  const actions = scanActions(text);
  const out = [...splitUnits(text)];
  const holes: Hole[] = [];
  const branches: BranchMark[] = [];
  const frames: Frame[] = [];
  for (let i = 0; i < actions.length; i++) {
    const action = actions[i]!;
    const keyword = keywordOf(action.body);
    const inline = keyword && opens(keyword) ? inlineEnd(text, actions, i) : -1;
    if (inline > 0) {
      // `replicas: {{ if .x }}1{{ else }}2{{ end }}` is one value that cannot be known.
      const span = { start: action.start, end: actions[inline]!.end };
      fillWord(out, span);
      holes.push({ kind: 'scalar', span, expression: scoped(fold(text.slice(span.start, span.end)), frames) });
      i = inline;
      continue;
    }
    if (keyword === 'define' || keyword === 'block') {
      const last = matchingEnd(actions, i);
      fillSpaces(out, { start: action.start, end: actions[last]!.end });
      i = last;
      continue;
    }
    if (keyword) {
      fillSpaces(out, action);
      if (keyword === 'end') frames.pop();
      else if (keyword === 'else') {
        const frame = frames[frames.length - 1];
        if (frame) frame.arm++;
      } else frames.push({ action, keyword, arm: 0 });
      branches.push({ start: action.end, branch: frames.map((frame) => `${frame.action.start}:${frame.arm}`) });
      continue;
    }
    if (action.body === '' || isSilent(action.body)) {
      fillSpaces(out, action);
      continue;
    }
    holes.push(maskOutput(text, out, action, frames));
  }
  return { text: out.join(''), holes, branches };
}

/** UTF-16 units, so that offsets stay those of the text. */
function splitUnits(text: string): string[] {
  return text.split('');
}

/** An action that writes something: lines of YAML, or part of one line. */
function maskOutput(text: string, out: string[], action: Action, frames: readonly Frame[]): Hole {
  const span = { start: action.start, end: action.end };
  const expression = scoped(fold(action.body), frames);
  const indent = /\b(n?)indent\s+(\d+)(?!.*\bn?indent\b)/s.exec(action.body);
  const yaml = /^toYaml\b/.test(action.body) || /\|\s*toYaml\s*$/.test(action.body);
  const block = yaml || /\|\s*n?indent\b/.test(action.body);
  if (block || isAlone(text, action)) {
    fillSpaces(out, span);
    const column = indent ? Number(indent[2]) + (indent[1] === '' ? columnOf(text, action.start) : 0) : undefined;
    return { kind: 'block', span, expression, ...(column !== undefined ? { column } : yaml ? {} : { anywhere: true }) };
  }
  fillWord(out, span);
  return { kind: 'scalar', span, expression };
}

/** All actions in order. Braces inside strings of an action do not end it; a comment ends at its own mark. */
function scanActions(text: string): Action[] {
  const actions: Action[] = [];
  let at = text.indexOf('{{');
  while (at >= 0) {
    const end = actionEnd(text, at + 2);
    if (end < 0) break;
    const inner = text.slice(at + 2, end - 2).replace(/^-(?=\s)/, '').replace(/(?<=\s)-$/, '');
    actions.push({ start: at, end, body: inner.trim() });
    at = text.indexOf('{{', end);
  }
  return actions;
}

function actionEnd(text: string, from: number): number {
  const comment = /^-?\s*\/\*/.exec(text.slice(from, from + 8));
  if (comment) {
    const close = text.indexOf('*/', from + comment[0].length);
    const end = close < 0 ? -1 : text.indexOf('}}', close);
    return end < 0 ? -1 : end + 2;
  }
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (char === '}' && text[at + 1] === '}') return at + 2;
    if (char === '`') {
      at = text.indexOf('`', at + 1);
      if (at < 0) return -1;
    } else if (char === '"' || char === "'") {
      for (at++; at < text.length && text[at] !== char; at++) if (text[at] === '\\') at++;
    }
  }
  return -1;
}

function keywordOf(body: string): Keyword | undefined {
  return /^(if|with|range|define|block|else|end)\b/.exec(body)?.[1] as Keyword | undefined;
}

function opens(keyword: Keyword): boolean {
  return keyword !== 'else' && keyword !== 'end';
}

/** Comments and assignments write nothing. */
function isSilent(body: string): boolean {
  return body.startsWith('/*') || /^\$\w*\s*:?=/.test(body) || /^(?:fail|break|continue)\b/.test(body);
}

/** The index of the `end` of a control action that opens and ends behind other text of one line, else -1. */
function inlineEnd(text: string, actions: readonly Action[], i: number): number {
  const { start } = actions[i]!;
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  if (!/\S/.test(text.slice(lineStart, start)) || /^\s*-\s*$/.test(text.slice(lineStart, start))) return -1;
  const last = matchingEnd(actions, i);
  return keywordOf(actions[last]!.body) === 'end' && !text.slice(start, actions[last]!.end).includes('\n') ? last : -1;
}

function matchingEnd(actions: readonly Action[], i: number): number {
  let depth = 0;
  for (let at = i; at < actions.length; at++) {
    const keyword = keywordOf(actions[at]!.body);
    if (keyword === 'end') depth--;
    else if (keyword && opens(keyword)) depth++;
    if (depth === 0) return at;
  }
  return actions.length - 1;
}

/** Whether an action has its lines to itself. */
function isAlone(text: string, { start, end }: Action): boolean {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const lineEnd = text.indexOf('\n', end);
  return text.slice(lineStart, start).trim() === '' && text.slice(end, lineEnd < 0 ? text.length : lineEnd).trim() === '';
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

function fillSpaces(out: string[], { start, end }: Span): void {
  for (let i = start; i < end; i++) if (out[i] !== '\n' && out[i] !== '\r') out[i] = ' ';
}

/** A word as long as the action; of an action over several lines only the first is filled. */
function fillWord(out: string[], { start, end }: Span): void {
  let filling = true;
  for (let i = start; i < end; i++) {
    if (out[i] === '\n' || out[i] === '\r') filling = false;
    else out[i] = filling ? 'x' : ' ';
  }
}

/** Quoting does not change who is meant; `template` and `include` write the same. */
function fold(body: string): string {
  return body.replace(/\s+/g, ' ').replace(/(?: ?\| ?(?:quote|squote|toString|trim))+$/, '').replace(/^template /, 'include ').trim();
}

/** Inside `range` and `with` the dot is another one: the same words elsewhere are not the same value. */
function scoped(expression: string, frames: readonly Frame[]): string {
  const frame = frames.findLast(({ keyword }) => keyword === 'range' || keyword === 'with');
  return frame && /(?:^|[\s(])\./.test(expression) ? `${expression} @${frame.action.start}` : expression;
}
