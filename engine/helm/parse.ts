import type { Arm, Node, ParsedTemplate } from './ast.ts';
import { cut, type Piece } from './pieces.ts';
import { deepest, pipeOf, Unreadable } from './pipe.ts';
import type { Token } from './tokens.ts';
import { mended } from './unfinished.ts';

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

/** Whether nodes write nothing but white space (text/template/parse, IsEmptyTree). */
export function isBlankTemplate(nodes: readonly Node[]): boolean {
  return nodes.every((node) => node.kind === 'text' && node.text.trim() === '');
}

type End = { readonly word: 'end' | 'else'; readonly tokens: readonly Token[]; readonly start: number; readonly end: number };

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
