import { type Arm, type Command, homeOf, type Node, type Operand, type ParsedTemplate, type Pipe } from './ast.ts';
import { Bytes } from './bytes.ts';
import { callFiles, Files } from './files.ts';
import { apply, costOf, isLazy } from './functions.ts';
import { natureOf } from './lists.ts';
import { GoNumber } from './number.ts';
import type { Span } from '../yaml/text.ts';
import type { HelperPiece, HelperText } from './helper-text.ts';
import { change, lastingChanges, Shared, tentativeChanges, type Change } from './changes.ts';
import { isCollection, isDict, isMarked, isTrue, originOf, print, Unknown, type Result, type Value } from './value.ts';

/*
 * Evaluates a Go template as Helm does, and keeps account of where each piece of the result comes from. What cannot be
 * told from the files is an Unknown; a condition on one takes every arm, and says so.
 */

/** What takes the result, piece by piece. */
export interface Output {
  text(start: number, text: string): void;
  value(action: Node, text: string, result: Result): void;
  /** From here on, in these arms of conditions that cannot be told; the outermost first. */
  branch(branch: readonly string[]): void;
}

export interface Chart {
  /** All named templates of the release; for equal names the one that Helm would take. */
  readonly defines: ReadonlyMap<string, readonly Node[]>;
  /** The parse of a text that `tpl` is given. */
  parse(text: string): ParsedTemplate | undefined;
  /** What an action, or the pipe of a condition or a loop, came to; in a helper too. */
  seen(pipe: Pipe, result: Result, of: Node['kind']): void;
  /** A file is read through `.Files`; its path counts from the folder of the chart that is installed. */
  reads(path: string): void;
  /** Helm stops here, with these words. */
  stops(words: string): void;
  /** The values that all templates of the release share. */
  shared(): Shared;
}

/** More steps than any chart takes: what goes beyond is a loop. */
const mostSteps = 400_000;

/** What a call costs in steps for what it makes. */
function sizeOf(value: Value): number {
  return 1 + (typeof value === 'string' ? value.length / 100 : Array.isArray(value) ? value.length : isDict(value) ? value.size : 0);
}

function spend(state: State, steps: number): void {
  state.steps.count += steps;
  if (state.steps.count > mostSteps) throw new Abandoned('too many steps');
}

const deepest = 60;

/** Thrown where an evaluation has to be given up: it would not end, or a text that is computed hangs on an unknown condition. */
export class Abandoned extends Error {}
class LoopMark { constructor(readonly word: 'break' | 'continue') {} }

interface State {
  readonly chart: Chart;
  readonly out: Output;
  readonly root: Result;
  readonly scopes: Map<string, Result>[];
  readonly branches: string[];
  readonly steps: { count: number };
  readonly depth: number;
  /** Whether what is evaluated may not be, for a condition around it that cannot be told. */
  readonly isUnsure: boolean;
}

/**
 * Evaluates the nodes of a template.
 * @param before what the templates that Helm writes out before it changed of the release's values
 * @returns what it changes itself
 * @throws Abandoned where the evaluation takes too long or cannot be told
 */
export function evaluate(nodes: readonly Node[], dot: Value, chart: Chart, out: Output, before: readonly Change[]): Change[] {
  return lastingChanges(chart.shared, before, () => run(nodes, { value: dot }, { chart, out, root: { value: dot }, scopes: [new Map()], branches: [], steps: { count: 0 }, depth: 0, isUnsure: false }));
}

function run(nodes: readonly Node[], dot: Result, state: State): void {
  state.scopes.push(new Map());
  try {
    for (const node of nodes) step(node, dot, state);
  } finally {
    state.scopes.pop();
  }
}

function step(node: Node, dot: Result, state: State): void {
  spend(state, 1);
  switch (node.kind) {
    case 'text': return state.out.text(node.span.start, node.text);
    case 'action': {
      const result = pipeline(node.pipe, dot, state);
      state.chart.seen(node.pipe, result, 'action');
      if (node.pipe.variables.length === 0) write(node, state.depth > 0 && (result.value === undefined || result.value === null) ? nothing : print(result.value), result, state);
      return;
    }
    case 'template': {
      const given = node.pipe ? pipeline(node.pipe, dot, state) : { value: null };
      const result = include(node.name, given, state);
      return write(node, print(result.value), result, state);
    }
    case 'if': case 'with': return conditional(node, dot, state);
    case 'range': return range(node, dot, state);
    case 'break': case 'continue': throw new LoopMark(node.kind);
  }
}

/** What Go writes for nothing. Helm takes it out of what a whole template writes, or `tpl`; in what `include` gives it still stands (helm pkg/engine). */
const nothing = '<no value>';

function write(action: Node, text: string, result: Result, state: State): void {
  spend(state, text.length / 100);
  if (state.depth > 0 || !text.includes(nothing)) return state.out.value(action, text, result);
  const { helper: _, ...rest } = result;
  state.out.value(action, text.replaceAll(nothing, ''), rest);
}

function conditional(node: Extract<Node, { kind: 'if' | 'with' }>, dot: Result, state: State): void {
  const unsure: number[] = [];
  const changes: Change[] = [];
  for (const [i, arm] of node.arms.entries()) {
    state.scopes.push(new Map());
    const condition = arm.pipe ? pipeline(arm.pipe, dot, state) : undefined;
    const truth = condition ? isTrue(condition.value) : true;
    if (condition) state.chart.seen(arm.pipe!, condition, node.kind);
    const body = (): void => run(arm.body, node.kind === 'with' && condition ? condition : dot, state);
    if (truth === true && unsure.length === 0) body();
    else if (truth !== false) {
      unsure.push(i);
      changes.push(...perhaps(`${node.span.start}:${i}`, body, state));
    }
    state.scopes.pop();
    if (truth === true) break;
  }
  if (unsure.length > 0) forget(node.arms, changes, state);
}

/** What happens under a condition that cannot be told. */
function perhaps(arm: string, body: () => void, state: State): Change[] {
  state.branches.push(arm);
  state.out.branch([...state.branches]);
  try {
    return tentativeChanges(body);
  } catch (error) {
    throw error instanceof LoopMark ? new Abandoned('a loop that may end here') : error;
  } finally {
    state.branches.pop();
    state.out.branch([...state.branches]);
  }
}

/** Variables and entries that an arm which may not have been taken has set hold who knows what. */
function forget(arms: readonly Pick<Arm, 'body'>[], changes: readonly Change[], state: State): void {
  for (const { dict, key } of changes) change(dict, key, new Unknown(key));
  for (const name of arms.flatMap(({ body }) => assigned(body))) assign(state, name, { value: new Unknown(name) });
}

function assigned(nodes: readonly Node[]): string[] {
  return nodes.flatMap((node) => {
    switch (node.kind) {
      case 'action': return node.pipe.declares ? [] : [...node.pipe.variables];
      case 'if': case 'with': return node.arms.flatMap(({ body }) => assigned(body));
      case 'range': return [...assigned(node.body), ...assigned(node.otherwise)];
      default: return [];
    }
  });
}

function range(node: Extract<Node, { kind: 'range' }>, dot: Result, state: State): void {
  const over = pipeline({ ...node.pipe, variables: [] }, dot, state);
  const { value } = over;
  // Helm 3 stops at a number, Helm 4 counts up to it.
  const isOdd = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value instanceof GoNumber || (value instanceof Bytes && value.text !== '');
  state.chart.seen(node.pipe, isOdd ? { value: new Unknown(`range ${print(value)}`) } : over, 'range');
  if (value instanceof Unknown || isOdd) {
    const expression = value instanceof Unknown ? value.expression : print(value);
    const one = { value: new Unknown(`range ${expression}`) };
    const changes = perhaps(`${node.span.start}:0`, () => turn(node, one, { value: new Unknown(`key of ${expression}`) }, state), state);
    forget([{ body: node.body }], changes, state);
    return;
  }
  const items: [string | number, Value][] = isDict(value) ? [...value].sort(([a], [b]) => (a < b ? -1 : 1)) : Array.isArray(value) ? [...value.entries()] : [];
  if (items.length === 0) return run(node.otherwise, dot, state);
  for (const [key, item] of items) {
    const from = originOf(value, key);
    if (turn(node, { value: item, ...(from ? { from } : {}) }, { value: key }, state) === 'break') break;
  }
}

function turn(node: Extract<Node, { kind: 'range' }>, item: Result, key: Result, state: State): 'break' | undefined {
  const { variables, declares } = node.pipe;
  const depth = state.scopes.push(new Map());
  const [first, second] = variables;
  const set = (name: string, value: Result): void => (declares ? void state.scopes.at(-1)!.set(name, value) : assign(state, name, value));
  if (first !== undefined) set(first, second === undefined ? item : key);
  if (second !== undefined) set(second, item);
  try {
    run(node.body, item, state);
  } catch (error) {
    if (!(error instanceof LoopMark)) throw error;
    if (error.word === 'break') return 'break';
  } finally {
    state.scopes.length = depth - 1;
  }
  return undefined;
}

function assign(state: State, name: string, result: Result): void {
  (state.scopes.findLast((scope) => scope.has(name)) ?? state.scopes.at(-1)!).set(name, result);
}

function pipeline(pipe: Pipe, dot: Result, state: State): Result {
  let result: Result | undefined;
  for (const command of pipe.commands) result = call(command, result, dot, state);
  for (const name of pipe.variables) {
    if (pipe.declares) state.scopes.at(-1)!.set(name, result!);
    else assign(state, name, result!);
  }
  return result!;
}

function call({ operands }: Command, piped: Result | undefined, dot: Result, state: State): Result {
  const [first, ...rest] = operands as [Operand, ...Operand[]];
  if (first.kind !== 'function') {
    // A value in front of arguments is a method, such as .Capabilities.APIVersions.Has or .Files.Get.
    if (first.kind === 'fields' && (rest.length > 0 || piped)) return { value: method(first, operand(first.of, dot, state), [...rest.map((one) => operand(one, dot, state)), ...(piped ? [piped] : [])], state) };
    // `nil` alone is no command, and what is no function takes no arguments.
    return (first.kind === 'literal' && first.value === null) || rest.length > 0 || piped ? { value: new Unknown('no command') } : operand(first, dot, state);
  }
  if (isLazy(first.name)) return shortCircuit(first.name, [...rest.map((one) => () => operand(one, dot, state)), ...(piped ? [() => piped] : [])]);
  return named(first.name, [...rest.map((one) => argument(one, dot, state)), ...(piped ? [piped] : [])], state);
}

function argument(one: Operand, dot: Result, state: State): Result {
  const result = operand(one, dot, state);
  const isField = one.kind === 'fields';
  return isField === (result.isField ?? false) ? result : { ...result, isField };
}

function named(name: string, args: readonly Result[], state: State): Result {
  const [first, second] = args;
  if (name === 'include') return typeof first?.value === 'string' && second ? include(first.value, second, state) : { value: new Unknown('include') };
  if (name === 'tpl') return { value: typeof first?.value === 'string' && second ? tpl(first.value, second, state) : first?.value instanceof Unknown ? first.value : new Unknown('tpl') };
  const cost = costOf(name, args);
  if (cost !== Infinity) spend(state, cost);
  const result = changing.has(name) ? changed(name, args, cost) : cost === Infinity ? { value: new Unknown(name) } : apply(name, args);
  const stops = name === 'fail' ? first?.value : name === 'required' && result.value instanceof Unknown && !(second?.value instanceof Unknown) ? first?.value : undefined;
  if (typeof stops === 'string' && !state.isUnsure && state.branches.length === 0) state.chart.stops(stops);
  spend(state, sizeOf(result.value));
  return result;
}

const changing = new Set(['set', 'unset', 'merge', 'mustMerge', 'mergeOverwrite', 'mustMergeOverwrite']);

/** Changes a mapping; where it cannot be told how, whatever it holds cannot be told any more. */
function changed(name: string, args: readonly Result[], cost: number): Result {
  const [target, key] = args;
  const isUntoldKey = /set$/.test(name) && (key?.value instanceof Unknown || (typeof key?.value === 'string' && isMarked(key.value)));
  const result = isUntoldKey ? target! : cost === Infinity ? { value: new Unknown(name) } : apply(name, args);
  const dict = target?.value;
  if (isDict(dict) && (isUntoldKey || result.value instanceof Unknown)) for (const one of [...dict.keys()]) change(dict, one, new Unknown(`${name} ${one}`));
  return result;
}

/** `and` and `or` look no further than they need, and give the argument that decided. */
function shortCircuit(name: string, args: readonly (() => Result)[]): Result {
  let last: Result = { value: new Unknown(name) };
  for (const one of args) {
    last = one();
    const truth = isTrue(last.value);
    if (truth === 'unknown') return { value: last.value };
    if (truth === (name === 'or')) return last;
  }
  return last;
}

function operand(one: Operand, dot: Result, state: State): Result {
  switch (one.kind) {
    case 'literal': return { value: one.value };
    case 'dot': return dot;
    case 'variable': return one.name === '$' ? state.root : state.scopes.findLast((scope) => scope.has(one.name))?.get(one.name) ?? { value: new Unknown(one.name) };
    case 'function': return isLazy(one.name) ? { value: undefined } : named(one.name, [], state);
    case 'pipe': return pipeline(one.pipe, dot, state);
    case 'fields': return fields(operand(one.of, dot, state), one, state);
  }
}

/** What Go takes for a method of the values before it looks for a key (helm pkg/chartutil/values.go). */
const valuesMethods: ReadonlySet<string> = new Set(['AsMap', 'Encode', 'PathValue', 'Table', 'YAML']);

/** A chain of fields. Of nothing, in parentheses, it is nothing; otherwise Helm stops there, and here it is unknown. */
function fields(of: Result, { of: base, names }: Extract<Operand, { kind: 'fields' }>, { chart }: State): Result {
  let result = of;
  for (const [i, name] of names.entries()) {
    const { value } = result;
    const called = value instanceof Files ? callFiles(value, name, [], chart.reads) : undefined;
    if (called) result = called;
    else if (natureOf(value).isNamed && valuesMethods.has(name)) return { value: new Unknown(pathOf(base, names)) };
    else if (isDict(value)) {
      const from = originOf(value, name);
      result = { value: value.get(name), ...(from ? { from } : {}) };
    } else if ((value === undefined || value === null) && i === 0 && base.kind === 'pipe') result = { value: undefined };
    else return { value: new Unknown(value instanceof Unknown ? `${value.expression}.${names.slice(i).join('.')}` : pathOf(base, names)) };
  }
  return result;
}

function pathOf(base: Operand, names: readonly string[]): string {
  return `${base.kind === 'variable' ? base.name : ''}.${names.join('.')}`;
}

function method(callee: Extract<Operand, { kind: 'fields' }>, of: Result, args: readonly Result[], state: State): Value {
  const owner = fields(of, { ...callee, names: callee.names.slice(0, -1) }, state).value;
  const [first] = args;
  const called = owner instanceof Files ? callFiles(owner, callee.names.at(-1)!, args.map(({ value }) => value), state.chart.reads) : undefined;
  if (called) return called.value;
  if (callee.names.at(-1) === 'Has' && Array.isArray(owner) && typeof first?.value === 'string') return owner.includes(first.value);
  return new Unknown(`${pathOf(callee.of, callee.names)} ${args.map(({ value }) => (typeof value === 'string' ? JSON.stringify(value) : '…')).join(' ')}`);
}

/** What a named template writes; unknown where it is in no file read or hangs on what cannot be told. */
function include(name: string, given: Result, state: State): Result {
  const nodes = state.chart.defines.get(name);
  const helper = nodes && computed(nodes, given, state);
  return helper ? { value: helper.text, helper } : { value: new Unknown(`include ${JSON.stringify(name)} ${expressionOf(given.value, state)}`) };
}

function tpl(text: string, given: Result, state: State): string | Unknown {
  if (!text.includes('{{')) return text;
  const parsed = state.chart.parse(text);
  // What the text defines is there for what it includes, before what the release has of that name.
  const chart = parsed && parsed.defines.size > 0 ? { ...state.chart, defines: new Map([...state.chart.defines, ...parsed.defines]) } : state.chart;
  return (parsed && computed(parsed.nodes, given, { ...state, chart })?.text.replaceAll(nothing, '')) ?? new Unknown(`tpl ${JSON.stringify(text)}`);
}

function expressionOf(value: Value, state: State): string {
  if (value === state.root.value || (isDict(value) && value.has('Values'))) return '.';
  return isDict(value) ? [...value].map(([key, one]) => `${key}:${isCollection(one) ? '…' : print(one)}`).join(' ') : isCollection(value) ? '…' : print(value);
}

/** The text that nodes write, with what wrote it; undefined where it cannot be told. */
function computed(nodes: readonly Node[], given: Result, state: State): HelperText | undefined {
  if (state.depth >= deepest) throw new Abandoned('templates include each other');
  let text: string | undefined = '';
  // What hangs on a condition that cannot be told is of no use, but for what it changes in passing.
  const goesOn = mayChange(nodes);
  const pieces: HelperPiece[] = [];
  const file = homeOf(nodes);
  const add = (piece: string, span: Span, literal: boolean, result?: Result): void => {
    if (text === undefined || piece === '') return;
    if (file !== undefined) pieces.push({ start: text.length, end: text.length + piece.length, file, span, literal, from: result?.from, helper: result?.helper });
    text += piece;
  };
  const out: Output = {
    text: (start, piece) => add(piece, { start, end: start + piece.length }, true),
    value: (action, piece, result) => add(piece, action.span, false, result),
    branch: (branch) => {
      if (branch.length > 0 && !goesOn) throw untold;
      if (branch.length > 0) text = undefined;
    },
  };
  try {
    run(nodes, given, { ...state, out, root: given, scopes: [new Map()], branches: [], depth: state.depth + 1, isUnsure: state.isUnsure || state.branches.length > 0 });
  } catch (error) {
    if (error === untold) return undefined;
    throw error;
  }
  return text === undefined ? undefined : { text, pieces };
}

const untold = new Error('hangs on an unknown condition');

const known = new WeakMap<readonly Node[], boolean>();

/** Whether nodes name a function that changes mappings. */
export function mayChange(nodes: readonly Node[]): boolean {
  let is = known.get(nodes);
  if (is === undefined) known.set(nodes, (is = nodes.some(nodeMayChange)));
  return is;
}

function nodeMayChange(node: Node): boolean {
  switch (node.kind) {
    case 'action': case 'template': return pipeMayChange(node.pipe);
    case 'if': case 'with': return node.arms.some(({ pipe, body }) => pipeMayChange(pipe) || mayChange(body));
    case 'range': return pipeMayChange(node.pipe) || mayChange(node.body) || mayChange(node.otherwise);
    default: return false;
  }
}

function pipeMayChange(pipe: Pipe | undefined): boolean {
  return pipe?.commands.some(({ operands }) => operands.some(operandMayChange)) ?? false;
}

function operandMayChange(one: Operand): boolean {
  return one.kind === 'function' ? changing.has(one.name) : one.kind === 'pipe' ? pipeMayChange(one.pipe) : one.kind === 'fields' && operandMayChange(one.of);
}
