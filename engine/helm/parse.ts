import type { Arm, Command, Node, Operand, ParsedTemplate, Pipe } from './ast.ts';
import { tokensOf, type Token } from './tokens.ts';
import { isBeginning, mended } from './unfinished.ts';

/* A parser of Go templates (text/template/parse). Total: what it cannot read gives undefined, and the mask is used instead. */

/** Parses a template file; undefined where it is none. */
export function parseTemplate(text: string): ParsedTemplate | undefined {
  const parsed = readTemplate(text);
  return parsed instanceof Unreadable ? undefined : parsed;
}

/** Parses a template file; of one in which somebody is typing, what there is beside the action or block that is not finished. */
export function parseUnfinished(text: string): ParsedTemplate | undefined {
  const parsed = parseTemplate(text);
  if (parsed || text.length > longest) return parsed;
  const mend = parsePieces(mended(cut(text, true)!, text), true);
  return mend instanceof Unreadable ? undefined : mend;
}

/** Longer texts are nobody's to type in. */
const longest = 1 << 19;

/** What in a template Helm refuses, where the action by itself is right; undefined where there is none such, or no saying which. */
export function refusedAction(text: string): { readonly detail: string; readonly start: number } | undefined {
  const parsed = readTemplate(text);
  return parsed instanceof Unreadable ? parsed.at : undefined;
}

function readTemplate(text: string): ParsedTemplate | Unreadable {
  const pieces = cut(text);
  return pieces ? parsePieces(pieces) : new Unreadable();
}

/** @param isUnfinished of equal names in the file the first one counts */
function parsePieces(pieces: readonly Piece[], isUnfinished = false): ParsedTemplate | Unreadable {
  try {
    const defines = new Map<string, readonly Node[]>();
    const reader = new Reader(pieces, defines, isUnfinished);
    const { nodes, end } = reader.list();
    return end === undefined ? { nodes, defines } : new Unreadable();
  } catch (error) {
    if (error instanceof Unreadable) return error;
    throw error;
  }
}

/** What ends a parse that goes nowhere. */
class Unreadable extends Error {
  constructor(readonly at?: { readonly detail: string; readonly start: number }) {
    super();
  }
}

/** Whether nodes write nothing but white space (text/template/parse, IsEmptyTree). */
export function isBlankTemplate(nodes: readonly Node[]): boolean {
  return nodes.every((node) => node.kind === 'text' && node.text.trim() === '');
}

export type Piece = { readonly kind: 'text'; readonly start: number; readonly text: string } | { readonly kind: 'action'; readonly start: number; readonly end: number; readonly tokens: readonly Token[] };

/**
 * Text and actions in turn, the white space that trim marks take away left out; comments are gone. Undefined where an action
 * is not closed, or holds what no action may.
 * @param isUnfinished such an action ends with its line, and has no tokens
 */
function cut(text: string, isUnfinished = false): Piece[] | undefined {
  const pieces: Piece[] = [];
  let at = 0;
  let trimNext = false;
  const addText = (from: number, to: number, trimEnd: boolean): void => {
    let [start, end] = [from, to];
    if (trimNext) while (start < end && isSpace(text, start)) start++;
    if (trimEnd) while (end > start && isSpace(text, end - 1)) end--;
    if (end > start) pieces.push({ kind: 'text', start, text: text.slice(start, end) });
  };
  /** Takes an action for as much as stands on its line. */
  const addUnfinished = (from: number, open: number): void => {
    const line = text.indexOf('\n', open) < 0 ? text.length : text.indexOf('\n', open);
    const close = text.indexOf('}}', open + 2);
    at = close < 0 || close > line ? line : close + 2;
    // A line that steers is as if it were not there.
    addText(from, open, isBeginning({ start: open, end: at }, text));
    trimNext = false;
    pieces.push({ kind: 'action', start: open, end: at, tokens: [] });
  };
  for (let open = text.indexOf('{{'); open >= 0; open = text.indexOf('{{', at)) {
    const trimBefore = text[open + 2] === '-' && isSpace(text, open + 3);
    const from = at;
    const inner = open + (trimBefore ? 4 : 2);
    const comment = /^\s*\/\*/.exec(text.slice(inner, inner + 40));
    if (comment) {
      const close = text.indexOf('*/', inner + comment[0].length);
      // Nothing but a trim mark may stand between (text/template/parse, lexComment).
      const end = close < 0 ? -1 : /^(?:\s+-)?\}\}/.test(text.slice(close + 2, close + 40)) ? text.indexOf('}}', close) : -1;
      if (end < 0) {
        if (!isUnfinished) return undefined;
        addUnfinished(from, open);
        continue;
      }
      addText(from, open, trimBefore);
      trimNext = text.slice(close + 2, end).includes('-');
      at = end + 2;
      continue;
    }
    const read = tokensOf(text, inner);
    if (!read) {
      if (!isUnfinished) return undefined;
      addUnfinished(from, open);
      continue;
    }
    addText(from, open, trimBefore);
    trimNext = read.trimsAfter;
    at = read.end;
    pieces.push({ kind: 'action', start: open, end: at, tokens: read.tokens });
  }
  addText(at, text.length, false);
  return pieces;
}

function isSpace(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 32 || code === 9 || code === 10 || code === 13;
}

type End = { readonly word: 'end' | 'else'; readonly tokens: readonly Token[]; readonly start: number; readonly end: number };

/** Deeper nesting than any template has; each level takes room on the stack. */
const deepest = 200;

class Reader {
  private at = 0;
  private depth = 0;
  private loops = 0;

  constructor(private readonly pieces: readonly Piece[], private readonly defines: Map<string, readonly Node[]>, private readonly isUnfinished: boolean) {}

  /** Nodes up to the `end` or `else` that closes them, or the end of the file. */
  list(): { nodes: Node[]; end: End | undefined } {
    if (this.depth >= deepest) throw new Unreadable();
    this.depth++;
    const nodes: Node[] = [];
    while (this.at < this.pieces.length) {
      const piece = this.pieces[this.at++]!;
      if (piece.kind === 'text') {
        nodes.push({ kind: 'text', span: { start: piece.start, end: piece.start + piece.text.length }, text: piece.text });
        continue;
      }
      const [first, ...rest] = piece.tokens;
      const word = first?.kind === 'word' ? first.text : undefined;
      if (word === 'end' || word === 'else') {
        this.depth--;
        return { nodes, end: { word, tokens: rest, start: piece.start, end: piece.end } };
      }
      const node = this.node(piece, word, rest);
      if (node) nodes.push(node);
    }
    this.depth--;
    return { nodes, end: undefined };
  }

  private node(piece: Extract<Piece, { kind: 'action' }>, word: string | undefined, rest: readonly Token[]): Node | undefined {
    const span = { start: piece.start, end: piece.end };
    switch (word) {
      case 'if': case 'with': return { kind: word, span, arms: this.arms(word, rest, span) };
      case 'range': return this.range(rest, span);
      case 'define': {
        if (this.depth > 1) throw new Unreadable({ detail: 'Helm takes {{ define }} at the top of a file only, inside no other action', start: span.start });
        this.define(nameIn(rest), this.template(), span.start);
        return undefined;
      }
      case 'block': {
        const name = nameIn(rest.slice(0, 1));
        const body = this.template();
        this.define(name, body, span.start);
        return { kind: 'template', span, name, pipe: pipeOf(rest.slice(1), span) };
      }
      case 'template': return { kind: 'template', span, name: nameIn(rest.slice(0, 1)), pipe: rest.length > 1 ? pipeOf(rest.slice(1), span) : undefined };
      case 'break': case 'continue': {
        if (this.loops === 0) throw new Unreadable();
        return { kind: word, span };
      }
      default: return { kind: 'action', span, pipe: pipeOf(piece.tokens, span) };
    }
  }

  private arms(word: 'if' | 'with', tokens: readonly Token[], span: Node['span']): Arm[] {
    const arms: Arm[] = [];
    for (let [condition, at] = [tokens, span]; ;) {
      const { nodes, end } = this.list();
      if (!end) throw new Unreadable();
      arms.push({ span: at, pipe: pipeOf(condition, span), body: nodes });
      if (end.word === 'end' && end.tokens.length === 0) return arms;
      if (end.word === 'end') throw new Unreadable({ detail: '{{ end }} takes nothing', start: end.start });
      const [next, ...rest] = end.tokens;
      at = { start: end.start, end: end.end };
      // `else if` and `else with` go on as the same node in all but name.
      if (!next) return [...arms, { span: at, pipe: undefined, body: this.body() }];
      if (next.kind !== 'word' || next.text !== word) throw new Unreadable({ detail: `{{ ${word} }} goes on with {{ else }} or {{ else ${word} }} only`, start: end.start });
      condition = rest;
    }
  }

  private range(tokens: readonly Token[], span: Node['span']): Node {
    this.loops++;
    const { nodes, end } = this.list();
    this.loops--;
    if (!end) throw new Unreadable();
    if (end.tokens.length > 0) throw new Unreadable({ detail: `{{ ${end.word} }} takes nothing here`, start: end.start });
    return { kind: 'range', span, pipe: pipeOf(tokens, span, true), body: nodes, ...(end.word === 'else' ? { otherwise: this.body(), otherwiseAt: { start: end.start, end: end.end } } : { otherwise: [], otherwiseAt: undefined }) };
  }

  /** Of equal names in one file only one may write something. */
  private define(name: string, body: readonly Node[], start: number): void {
    const there = this.defines.get(name);
    if (there && !isBlankTemplate(there)) {
      if (!isBlankTemplate(body) && !this.isUnfinished) throw new Unreadable({ detail: `this is a second template "${name}" in one file`, start });
    } else this.defines.set(name, body);
  }

  /** The body of a named template, which stands in no loop of the text around it. */
  private template(): Node[] {
    const { loops } = this;
    this.loops = 0;
    const nodes = this.body();
    this.loops = loops;
    return nodes;
  }

  private body(): Node[] {
    const { nodes, end } = this.list();
    if (end?.word !== 'end') throw new Unreadable();
    if (end.tokens.length > 0) throw new Unreadable({ detail: '{{ end }} takes nothing', start: end.start });
    return nodes;
  }
}

function nameIn([token]: readonly Token[]): string {
  if (token?.kind !== 'string') throw new Unreadable();
  return token.value;
}

/** @throws Unreadable for what is no pipeline */
export function pipeOf(tokens: readonly Token[], span: Node['span'], inRange = false): Pipe {
  const stream = { tokens, at: 0, depth: 0 };
  const pipe = readPipe(stream, span);
  if (!inRange && pipe.variables.length > 1) throw new Unreadable({ detail: 'only {{ range }} sets two variables', start: span.start });
  if (stream.at < tokens.length) throw new Unreadable();
  return pipe;
}

interface Stream { readonly tokens: readonly Token[]; at: number; depth: number }

function readPipe(stream: Stream, span: Node['span']): Pipe {
  const variables: string[] = [];
  const start = stream.at;
  let declares = false;
  for (;;) {
    const [variable, mark] = [stream.tokens[stream.at], stream.tokens[stream.at + 1]];
    if (variable?.kind !== 'variable' || mark?.kind !== 'mark' || !['=', ':=', ','].includes(mark.text)) break;
    variables.push(variable.name);
    stream.at += 2;
    if (mark.text === ',') continue;
    declares = mark.text === ':=';
    break;
  }
  const last = stream.tokens[stream.at - 1];
  // `range $x := …` is one variable, `f $a, …` is none.
  if (variables.length > 0 && last?.kind === 'mark' && last.text === ',') stream.at = start;
  const commands: Command[] = [];
  do commands.push(readCommand(stream, span)); while (takes(stream, '|') && stream.at < stream.tokens.length);
  if (commands.slice(1).some(({ operands: [first] }) => first!.kind === 'literal' || first!.kind === 'dot')) throw new Unreadable({ detail: 'what stands behind | must be a function', start: span.start });
  return { span, variables, declares, commands };
}

function readCommand(stream: Stream, span: Node['span']): Command {
  const operands: Operand[] = [];
  for (let operand = readOperand(stream, span); operand; operand = readOperand(stream, span)) operands.push(operand);
  if (operands.length === 0) throw new Unreadable();
  return { operands };
}

function readOperand(stream: Stream, span: Node['span']): Operand | undefined {
  const token = stream.tokens[stream.at];
  if (!token || (token.kind === 'mark' && token.text !== '(')) return undefined;
  stream.at++;
  const operand = operandOf(token, stream, span);
  const names: string[] = [];
  // Fields follow without a blank.
  for (let next = stream.tokens[stream.at]; next?.kind === 'field' && next.joined; next = stream.tokens[stream.at]) {
    names.push(next.name);
    stream.at++;
  }
  if (token.kind === 'field') return { kind: 'fields', of: { kind: 'dot' }, names: [token.name, ...names] };
  return names.length === 0 ? operand : { kind: 'fields', of: operand, names };
}

const constants = new Map<string, boolean | null>([['true', true], ['false', false], ['nil', null]]);

function operandOf(token: Token, stream: Stream, span: Node['span']): Operand {
  switch (token.kind) {
    case 'string': case 'number': return { kind: 'literal', value: token.value };
    case 'variable': return { kind: 'variable', name: token.name };
    case 'dot': case 'field': return { kind: 'dot' };
    case 'word': {
      return constants.has(token.text) ? { kind: 'literal', value: constants.get(token.text) ?? null } : { kind: 'function', name: token.text };
    }
    case 'mark': {
      if (stream.depth >= deepest) throw new Unreadable();
      stream.depth++;
      const pipe = readPipe(stream, span);
      stream.depth--;
      if (!takes(stream, ')')) throw new Unreadable();
      return { kind: 'pipe', pipe };
    }
  }
}

function takes(stream: Stream, mark: string): boolean {
  const token = stream.tokens[stream.at];
  if (token?.kind !== 'mark' || token.text !== mark) return false;
  stream.at++;
  return true;
}
