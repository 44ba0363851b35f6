import { dataFunctions } from './functions-data.ts';
import { asking, carrying, limited, textFunctions } from './functions-text.ts';
import { isShuffled, natureOf } from './lists.ts';
import { isCollection, isDict, isMarked, isTrue, isUntold, print, Struct, Unknown, type Result, type Value } from './value.ts';

/*
 * The functions of Go templates, Sprig and Helm (helm.sh/docs/chart_template_guide/function_list) that do not ask the
 * world outside. One that is not listed gives an Unknown.
 */

/** `and` and `or` evaluate their arguments one after the other. */
export function isLazy(name: string): boolean {
  return name === 'and' || name === 'or';
}

/** Functions that hand one of their arguments on, changed in form only: where that came from, the result comes from. */
const passing: Readonly<Record<string, (args: readonly Result[]) => Result | undefined>> = {
  default: ([fallback, value]) => (isTrue(value?.value) === true ? value : fallback),
  coalesce: (args) => args.find(({ value }) => isTrue(value) === true),
  ternary: ([yes, no, test]) => chosen(test?.value === true ? yes : no, test),
  required: ([, value]) => value,
  ...Object.fromEntries(['quote', 'squote', 'toString', 'toYaml', 'mustToYaml', 'int', 'int64', 'float64', 'trim', 'indent', 'nindent', 'trunc', 'trimSuffix', 'trimPrefix', 'lower', 'upper'].map((name) => [name, (args: readonly Result[]) => args.at(-1)])),
};

/** One of two values: it is decided where it is written, or else by what chose it. */
function chosen(one: Result | undefined, test: Result | undefined): Result | undefined {
  return one && !one.from && test?.from ? { ...one, from: { ...test.from, chooses: true } } : one;
}

/** Applies a function. What goes wrong in it, and what it cannot know, is unknown. */
export function apply(name: string, args: readonly Result[]): Result {
  const values = args.map(({ value }) => value);
  const passed = Object.hasOwn(passing, name) ? passing[name]!(args) : undefined;
  const of = passed && (isCollection(passed.value) ? passed.value : passed.of);
  const refused = args.some(({ isField, value }, i) => isField && isNothing(value) && parameterOf(name, i) === 'm');
  return { value: refused ? unknownCall(name, values) : compute(name, values), ...(passed?.from ? { from: passed.from } : {}), ...(of ? { of } : {}), ...(passed?.helper ? { helper: passed.helper } : {}) };
}

function unknownCall(name: string, values: readonly Value[]): Unknown {
  return new Unknown([name, ...values.map(argument)].join(' '));
}

function compute(name: string, values: readonly Value[]): Value {
  const unknown = (): Unknown => unknownCall(name, values);
  // A list in an order that nobody knows is known in these.
  if (values.some(isShuffled) && !orderless.has(name)) return unknown();
  try {
    if (Object.hasOwn(textFunctions, name)) {
      const [takes, call] = textFunctions[name]!;
      return isTold(name, values) && isTaken(takes, values) ? withinBounds(call(values)) : unknown();
    }
    if (!Object.hasOwn(dataFunctions, name)) return unknown();
    const { takes, call, takesUnknown } = dataFunctions[name]!;
    return (takesUnknown || !values.some((value) => value instanceof Unknown)) && isTaken(takes, values) ? call(values) : unknown();
  } catch {
    return unknown();
  }
}

/** Functions to which the order of a list is nothing, or which keep it for others. */
const orderless: ReadonlySet<string> = new Set(['sortAlpha', 'len', 'has', 'mustHas', 'not', 'empty', 'default', 'coalesce', 'ternary', 'required', 'set', 'dict', 'all', 'any', 'kindOf', 'kindIs', 'typeOf', 'typeIs', 'typeIsLike']);

/** What a parameter of a Go function takes (text/template, validateType): nothing is made into something else, and nil is no text. */
const takers: Readonly<Record<string, (value: Value) => boolean>> = {
  a: () => true,
  s: (value) => typeof value === 'string' || value instanceof Unknown,
  i: (value) => typeof value === 'number',
  b: (value) => typeof value === 'boolean',
  m: (value) => isNothing(value) || (isDict(value) && value.constructor === Map && natureOf(value).of === undefined),
};

/**
 * Whether a function takes these arguments; Helm stops where it does not.
 * @param takes a letter for each parameter: `a` anything, `s` a text, `i` an int, `b` a boolean, `m` a mapping; a star for any number of the last
 */
function isTaken(takes: string, values: readonly Value[]): boolean {
  const parameters = takes.split(' ');
  const isVariadic = takes.endsWith('*');
  const least = isVariadic ? parameters.length - 1 : parameters.length;
  if (values.length < least || (!isVariadic && values.length > least)) return false;
  return values.every((value, i) => takers[parameters[Math.min(i, parameters.length - 1)]![0]!]!(value));
}

/** What a function of mappings takes at a place. */
function parameterOf(name: string, at: number): string | undefined {
  const parameters = Object.hasOwn(dataFunctions, name) ? dataFunctions[name]!.takes.split(' ') : [];
  return parameters[Math.min(at, parameters.length - 1)]?.[0];
}

function isNothing(value: Value): boolean {
  return value === undefined || value === null;
}

/** More than this is in no manifest: what shares its parts unfolds to more than anybody has time for. */
const mostParts = 200_000;

/** Functions that walk through all of an argument; `uniq` and `without` do so for each item. */
const walking: ReadonlySet<string> = new Set(['toYaml', 'toJson', 'toPrettyJson', 'toRawJson', 'deepCopy', 'deepEqual', 'merge', 'mergeOverwrite', 'has', 'uniq', 'without', 'print', 'println', 'printf', 'toString', 'quote', 'squote', 'cat', 'join', 'toStrings', 'sortAlpha'].flatMap((name) => [name, `must${name[0]!.toUpperCase()}${name.slice(1)}`]));

/** What a call takes, in steps of the evaluation; endless for what is not to be begun. */
export function costOf(name: string, args: readonly Result[]): number {
  const values = args.map(({ value }) => value);
  const letters = values.reduce((sum: number, value) => sum + (typeof value === 'string' ? value.length : 0), 0);
  if (/regex/i.test(name)) {
    const [pattern, input] = values;
    const ways = typeof pattern === 'string' && typeof input === 'string' ? pattern.length * input.length : 0;
    return ways > mostParts ? Infinity : 500 + ways / 5;
  }
  if (!walking.has(name)) return letters / 50 + values.reduce((sum: number, value) => sum + (Array.isArray(value) ? value.length : isDict(value) ? value.size : 0), 0) / 100;
  const parts = partsOf(values);
  const turns = /uniq|without/i.test(name) && Array.isArray(values[0]) ? values[0].length : 1;
  return parts > mostParts || parts * turns > 10 * mostParts ? Infinity : letters / 50 + (parts * turns) / 100;
}

/** How many values there are in some values, each as often as it comes up; counted no further than that is of use. */
function partsOf(values: readonly Value[]): number {
  const open = [...values];
  let count = 0;
  for (let one = open.pop(); count <= mostParts && (one !== undefined || open.length > 0); one = open.pop()) {
    count++;
    if (isCollection(one)) for (const part of one.values()) open.push(part);
  }
  return count;
}

/** Longer texts than this are in no manifest: what makes them is given up. */
function withinBounds(value: Value): Value {
  if (typeof value === 'string') limited(value);
  return value;
}

/** Whether the result of a text function can be known. */
function isTold(name: string, values: readonly Value[]): boolean {
  if (values.some((value) => value instanceof Struct)) return false;
  if (carrying.has(name)) return true;
  return !values.some((value) => value instanceof Unknown || isUntold(value) || (!asking.has(name) && typeof value === 'string' && isMarked(value)));
}

function argument(value: Value): string {
  if (value instanceof Unknown) return value.expression.length > 1000 ? '…' : `(${value.expression})`;
  if (typeof value === 'string') return value.length > 1000 ? '…' : JSON.stringify(value);
  return isDict(value) && value.has('Values') ? '.' : isCollection(value) ? '…' : print(value);
}
