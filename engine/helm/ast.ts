import type { GoNumber } from './number.ts';
import type { Unknown } from './value.ts';
import type { Span } from '../yaml/text.ts';

/* The tree of a Go template (pkg.go.dev/text/template), as far as Helm uses the language. Spans count in the file. */

export type Node =
  | { readonly kind: 'text'; readonly span: Span; readonly text: string }
  | { readonly kind: 'action'; readonly span: Span; readonly pipe: Pipe }
  | { readonly kind: 'if' | 'with'; readonly span: Span; readonly arms: readonly Arm[] }
  | { readonly kind: 'range'; readonly span: Span; readonly pipe: Pipe; readonly body: readonly Node[]; readonly otherwise: readonly Node[]; readonly otherwiseAt: Span | undefined }
  | { readonly kind: 'template'; readonly span: Span; readonly name: string; readonly pipe: Pipe | undefined }
  | { readonly kind: 'break' | 'continue'; readonly span: Span };

/** One arm of `if` or `with`; the last may be without a condition (`else`). */
export interface Arm {
  /** The action that begins it. */
  readonly span: Span;
  readonly pipe: Pipe | undefined;
  readonly body: readonly Node[];
}

export interface Pipe {
  readonly span: Span;
  /** Variables that are set: `$x := …` declares, `$x = …` assigns; two only in `range $key, $value := …`. */
  readonly variables: readonly string[];
  readonly declares: boolean;
  readonly commands: readonly Command[];
}

/** A function with its arguments, or one operand alone. */
export interface Command {
  readonly operands: readonly Operand[];
}

export type Operand =
  | { readonly kind: 'literal'; readonly value: string | number | GoNumber | Unknown | boolean | null }
  | { readonly kind: 'dot' }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'pipe'; readonly pipe: Pipe }
  | { readonly kind: 'fields'; readonly of: Operand; readonly names: readonly string[] };

/** A file's own nodes, and the templates that it defines. */
export interface ParsedTemplate {
  readonly nodes: readonly Node[];
  readonly defines: ReadonlyMap<string, readonly Node[]>;
}

const homes = new WeakMap<readonly Node[], string>();

/** Keeps which file a named template is written in. */
export function setHome(nodes: readonly Node[], file: string): void {
  homes.set(nodes, file);
}

/** The file that a named template is written in. */
export function homeOf(nodes: readonly Node[]): string | undefined {
  return homes.get(nodes);
}
