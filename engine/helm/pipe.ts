import type { Command, Node, Operand, Pipe } from './ast.ts';
import type { Token } from './tokens.ts';

/** What ends a parse that goes nowhere. */
export class Unreadable extends Error {
  constructor(readonly at?: { readonly detail: string; readonly start: number }) {
    super();
  }
}

/** Deeper nesting than any template has; each level takes room on the stack. */
export const deepest = 200;

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
