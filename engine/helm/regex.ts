import { compile, type Program } from './regex-program.ts';

/*
 * Go's regular expressions (regexp, which is RE2: github.com/google/re2/wiki/Syntax). All ways to match are followed at
 * once, character by character (swtch.com/~rsc/regexp/regexp2.html): however a pattern is nested, the time grows with the
 * product of its length and the text's.
 */

/** More steps than a search in a manifest takes: what goes beyond is given up. */
const mostSteps = 300_000;

/** A compiled expression. */
export interface Regex {
  readonly program: Program;
}

/** A match: where each group begins and ends, the whole first; -1 for a group that takes no part. */
type Found = readonly number[];

const known = new Map<string, Regex>();

/** @throws SyntaxError where the pattern is none or not understood, RangeError where it is too long */
export function regex(pattern: string): Regex {
  let made = known.get(pattern);
  if (!made) {
    made = { program: compile(pattern) };
    if (known.size > 200) known.clear();
    known.set(pattern, made);
  }
  return made;
}

interface Input {
  readonly chars: readonly string[];
  readonly codes: readonly number[];
  steps: number;
}

function inputOf({ program }: Regex, text: string): Input {
  const chars = Array.from(text);
  const codes = chars.map((char) => char.codePointAt(0)!);
  // Which characters are one but for their case is told for ASCII alone.
  if (program.foldsCase && codes.some((code) => code > 127)) throw new RangeError('not told for these characters');
  return { chars, codes, steps: 0 };
}

/** Whether a text has a match. @throws RangeError where that would take too long */
export function matches(expression: Regex, text: string): boolean {
  return search(expression.program, inputOf(expression, text), 0) !== undefined;
}

/** The matches of a text, as regexp.FindAll lists them. @param most how many; all if negative */
export function findAll(expression: Regex, text: string, most: number): string[] {
  const input = inputOf(expression, text);
  return spans(expression, input, most).map(([start, end]) => slice(input, start!, end!));
}

/** The first match, or "". */
export function find(expression: Regex, text: string): string {
  const input = inputOf(expression, text);
  const found = search(expression.program, input, 0);
  return found ? slice(input, found[0]!, found[1]!) : '';
}

function spans(expression: Regex, input: Input, most: number): Found[] {
  const list: Found[] = [];
  let last = -1;
  for (let at = 0; at <= input.codes.length && (most < 0 || list.length < most);) {
    const found = search(expression.program, input, at);
    if (!found) break;
    const [start, end] = found as [number, number];
    // No empty match right behind the one before.
    const counts = end !== at || start !== last;
    at = end === at ? at + 1 : end;
    last = end;
    if (counts) list.push(found);
  }
  return list;
}

/** regexp.Split. @param most how many parts; all if negative, and never 0 */
export function splitBy(expression: Regex, pattern: string, text: string, most: number): string[] {
  if (pattern !== '' && text === '') return [''];
  const input = inputOf(expression, text);
  const parts: string[] = [];
  let [from, end] = [0, 0];
  for (const found of spans(expression, input, most)) {
    if (most > 0 && parts.length === most - 1) break;
    end = found[0]!;
    if (found[1] !== 0) parts.push(slice(input, from, end));
    from = found[1]!;
  }
  const { length } = input.chars;
  return end === length ? parts : [...parts, slice(input, from, length)];
}

/** regexp.ReplaceAllString, or with `isLiteral` ReplaceAllLiteralString. */
export function replaceAll(expression: Regex, text: string, by: string, isLiteral: boolean): string {
  const input = inputOf(expression, text);
  const { chars } = input;
  const out: string[] = [];
  let [last, at] = [0, 0];
  while (at <= chars.length) {
    const found = search(expression.program, input, at);
    if (!found) break;
    const [start, end] = found as [number, number];
    out.push(chars.slice(last, start).join(''));
    if (end > last || start === 0) out.push(isLiteral ? by : expand(expression.program, by, chars, found));
    last = end;
    at = Math.max(at + 1, end);
  }
  out.push(chars.slice(last).join(''));
  return out.join('');
}

/** regexp.Expand: `$name` takes as long a name as it can, with a zero in front a number is one too, `$$` is a dollar. */
function expand({ names }: Program, by: string, chars: readonly string[], found: Found): string {
  return by.replace(/\$(?:(\$)|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu, (_, dollar: string | undefined, bare: string | undefined, braced: string | undefined) => {
    if (dollar) return '$';
    const name = (bare ?? braced)!;
    const group = /^(?:0|[1-9]\d{0,7})$/.test(name) ? Number(name) : names.indexOf(name, 1);
    const [start, end] = [found[2 * group], found[2 * group + 1]];
    return group < 0 || start === undefined || start < 0 ? '' : chars.slice(start, end).join('');
  });
}

/** A stretch of a text, in characters. */
function slice({ chars }: Input, start: number, end: number): string {
  return chars.slice(start, end).join('');
}

interface Thread {
  readonly at: number;
  readonly groups: Found;
}

/** The leftmost match from a place on, of several the one that the expression prefers. */
function search(program: Program, input: Input, from: number): Found | undefined {
  const { codes } = input;
  let threads: Thread[] = [];
  let best: Found | undefined;
  for (let at = from; at <= codes.length; at++) {
    const seen = new Set<number>(threads.map((one) => one.at));
    const now: Thread[] = [...threads];
    if (!best) follow(program, input, at, { at: 0, groups: [] }, seen, now);
    const next: Thread[] = [];
    const reached = new Set<number>();
    for (const thread of now) {
      const step = program.steps[thread.at]!;
      if (step.kind === 'match') {
        best = Object.assign([...thread.groups], { 1: at });
        break;
      }
      if (step.kind === 'char' && at < codes.length && step.takes(codes[at]!)) follow(program, input, at + 1, { at: thread.at + 1, groups: thread.groups }, reached, next);
    }
    threads = next;
    if (threads.length === 0 && best) break;
  }
  return best && Array.from({ length: 2 * program.names.length }, (_, i) => best[i] ?? -1);
}

/** Puts the threads on that a thread comes to without taking a character, the preferred first. */
function follow(program: Program, input: Input, at: number, first: Thread, seen: Set<number>, into: Thread[]): void {
  const open = [first];
  for (let thread = open.pop(); thread; thread = open.pop()) {
    if (seen.has(thread.at)) continue;
    seen.add(thread.at);
    if (++input.steps > mostSteps) throw new RangeError('too many steps');
    const step = program.steps[thread.at]!;
    const { groups } = thread;
    if (step.kind === 'fork') open.push({ at: step.second, groups }, { at: step.first, groups });
    else if (step.kind === 'save') open.push({ at: thread.at + 1, groups: Object.assign([...groups], { [step.slot]: at }) });
    else if (step.kind === 'assert') { if (step.holds(input.codes, at)) open.push({ at: thread.at + 1, groups }); }
    else into.push(thread);
  }
}
