import { known } from '../yaml/cursor.ts';
import type { Labels } from './header.ts';

/*
 * The selector language of Calico: `app == 'web' && !has(debug)`. Grammar and meaning are those of its own parser
 * (projectcalico/calico libcalico-go/lib/selector/{tokenizer,parser}).
 */

/** An expression; `!=` and `not in` hold for a label that is absent too. */
export type CalicoExpression =
  | { readonly op: 'all' | 'global' }
  | { readonly op: 'has'; readonly key: string }
  | { readonly op: '==' | '!=' | 'contains' | 'starts with' | 'ends with'; readonly key: string; readonly value: string }
  | { readonly op: 'in' | 'not in'; readonly key: string; readonly values: readonly string[] }
  | { readonly op: 'not'; readonly of: CalicoExpression }
  | { readonly op: 'and' | 'or'; readonly of: readonly CalicoExpression[] };

type Token = { readonly kind: 'string' | 'label' | 'has'; readonly text: string } | { readonly kind: 'sign'; readonly text: string };

/** Longer than any selector that people write, and short enough to be read in no time. */
const longest = 10_000;
/** Deeper than any selector that people write. */
const deepest = 100;

/** Reads a selector; undefined for what Calico would refuse. An empty one selects everything. */
export function parseCalicoSelector(text: string): CalicoExpression | undefined {
  const tokens = text.length <= longest ? tokenize(text) : undefined;
  if (!tokens) return undefined;
  if (tokens.length === 0) return { op: 'all' };
  const reader = { tokens, next: 0, depth: 0 };
  const expression = readOr(reader);
  return expression && reader.next === tokens.length ? expression : undefined;
}

const label = /[a-zA-Z0-9_./-]{1,512}/y;
const word = /(?:has\([ \t]*([a-zA-Z0-9_./-]{1,512})[ \t]*\)|(all|global)\([ \t]*\))/y;
const operator = /contains|starts[ \t]*with|ends[ \t]*with|not[ \t]*in|in/y;
const sign = /==|!=|&&|\|\||[(){},!]/y;
const quoted = /"([^"]*)"|'([^']*)'/y;

function tokenize(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text) ?? undefined;
    if (found) at += found[0].length;
    return found;
  };
  while (at < text.length) {
    if (text[at] === ' ' || text[at] === '\t') { at++; continue; }
    const literal = take(quoted);
    if (literal) { tokens.push({ kind: 'string', text: literal[1] ?? literal[2]! }); continue; }
    const mark = take(sign);
    if (mark) { tokens.push({ kind: 'sign', text: mark[0] }); continue; }
    // After a label only an operator may stand, so `in` is one there and a label elsewhere.
    if (tokens.at(-1)?.kind === 'label') {
      const found = take(operator);
      if (!found) return undefined;
      tokens.push({ kind: 'sign', text: found[0].replace(/^(starts|ends|not)[ \t]*/, '$1 ') });
      continue;
    }
    const call = take(word);
    if (call) { tokens.push(call[1] === undefined ? { kind: 'sign', text: call[2]! } : { kind: 'has', text: call[1] }); continue; }
    const name = take(label);
    if (!name) return undefined;
    tokens.push({ kind: 'label', text: name[0] });
  }
  return tokens;
}

interface Reader {
  readonly tokens: readonly Token[];
  next: number;
  depth: number;
}

function takeSign(reader: Reader, text: string): boolean {
  const token = reader.tokens[reader.next];
  if (token?.kind !== 'sign' || token.text !== text) return false;
  reader.next++;
  return true;
}

function readOr(reader: Reader): CalicoExpression | undefined {
  return readJoined(reader, '||', 'or', () => readJoined(reader, '&&', 'and', () => readOne(reader)));
}

function readJoined(reader: Reader, mark: '||' | '&&', op: 'or' | 'and', readPart: () => CalicoExpression | undefined): CalicoExpression | undefined {
  const of: CalicoExpression[] = [];
  do {
    const part = readPart();
    if (!part) return undefined;
    of.push(part);
  } while (takeSign(reader, mark));
  return of.length === 1 ? of[0] : { op, of };
}

function readOne(reader: Reader): CalicoExpression | undefined {
  let negated = false;
  while (takeSign(reader, '!')) negated = !negated;
  const one = readOperand(reader);
  return one && negated ? { op: 'not', of: one } : one;
}

function readOperand(reader: Reader): CalicoExpression | undefined {
  const token = reader.tokens[reader.next++];
  if (token?.kind === 'has') return { op: 'has', key: token.text };
  if (token?.kind === 'label') return readComparison(reader, token.text);
  if (token?.kind !== 'sign') return undefined;
  if (token.text === 'all' || token.text === 'global') return { op: token.text };
  if (token.text !== '(' || ++reader.depth > deepest) return undefined;
  const inner = readOr(reader);
  reader.depth--;
  return inner && takeSign(reader, ')') ? inner : undefined;
}

function readComparison(reader: Reader, key: string): CalicoExpression | undefined {
  const operation = reader.tokens[reader.next++];
  if (operation?.kind !== 'sign') return undefined;
  const { text: op } = operation;
  if (op === 'in' || op === 'not in') {
    const values = takeSign(reader, '{') ? readValues(reader) : undefined;
    return values && { op, key, values };
  }
  if (op !== '==' && op !== '!=' && op !== 'contains' && op !== 'starts with' && op !== 'ends with') return undefined;
  const value = reader.tokens[reader.next++];
  return value?.kind === 'string' ? { op, key, value: value.text } : undefined;
}

/** The values of a set, up to its `}`; a comma may stand before it. */
function readValues(reader: Reader): string[] | undefined {
  const values: string[] = [];
  for (let token = reader.tokens[reader.next]; token?.kind === 'string'; token = reader.tokens[reader.next]) {
    values.push(token.text);
    reader.next++;
    if (!takeSign(reader, ',')) break;
  }
  return takeSign(reader, '}') ? values : undefined;
}

/** Whether an expression holds for labels; `unknown` where a template decides. */
export function matchesCalico(expression: CalicoExpression, labels: Labels): boolean | 'unknown' {
  switch (expression.op) {
    case 'all': case 'global': return true;
    case 'not': return not(matchesCalico(expression.of, labels));
    case 'and': return all(expression.of.map((one) => matchesCalico(one, labels)));
    case 'or': return not(all(expression.of.map((one) => not(matchesCalico(one, labels)))));
    default: return compare(expression, labels);
  }
}

function compare(expression: Extract<CalicoExpression, { key: string }>, labels: Labels): boolean | 'unknown' {
  const value = labels.entries[expression.key];
  if (value?.state === 'hole' || (value === undefined && labels.open)) return 'unknown';
  const have = value === undefined ? undefined : known(value) ?? '';
  switch (expression.op) {
    case 'has': return have !== undefined;
    case '==': return have === expression.value;
    case '!=': return have !== expression.value;
    case 'contains': return have?.includes(expression.value) ?? false;
    case 'starts with': return have?.startsWith(expression.value) ?? false;
    case 'ends with': return have?.endsWith(expression.value) ?? false;
    case 'in': return have !== undefined && expression.values.includes(have);
    case 'not in': return have === undefined || !expression.values.includes(have);
  }
}

function not(answer: boolean | 'unknown'): boolean | 'unknown' {
  return answer === 'unknown' ? answer : !answer;
}

function all(answers: readonly (boolean | 'unknown')[]): boolean | 'unknown' {
  return answers.includes(false) ? false : answers.includes('unknown') ? 'unknown' : true;
}

/** The labels that whatever an expression selects has, by their values. */
export function labelsAsked(expression: CalicoExpression): Readonly<Record<string, string>> {
  if (expression.op === '==') return { [expression.key]: expression.value };
  if (expression.op === 'in' && expression.values.length === 1) return { [expression.key]: expression.values[0]! };
  return expression.op === 'and' ? Object.assign({}, ...expression.of.map(labelsAsked)) : {};
}
