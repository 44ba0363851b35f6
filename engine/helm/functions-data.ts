import { change } from './changes.ts';
import { parseYaml } from '../yaml/parse.ts';
import { text } from './functions-text.ts';
import { satisfies } from './semver.ts';
import { copy, isCollection, isDict, isTrue, isUntold, print, Unknown, valueOf, type Dict, type Value } from './value.ts';

/* Functions on values (text/template; sprig docs/{dicts,lists,defaults,math,reflection}.md). */

type Args = readonly Value[];

interface DataFunction {
  readonly call: (args: Args) => Value;
  /** Whether an unknown argument is no reason to give up: it is put into a collection, or decides nothing. */
  readonly takesUnknown: boolean;
}

const sure = (call: (args: Args) => Value): DataFunction => ({ call, takesUnknown: false });
const any = (call: (args: Args) => Value): DataFunction => ({ call, takesUnknown: true });

function dictOf(value: Value): Dict {
  if (isDict(value)) return value;
  throw new TypeError('not a mapping');
}

function listOf(value: Value): Value[] {
  if (Array.isArray(value)) return value;
  if (value === undefined || value === null) return [];
  throw new TypeError('not a list');
}

const number = (value: Value): number => {
  const made = typeof value === 'boolean' ? Number(value) : Number(value ?? 0);
  return Number.isNaN(made) ? 0 : made;
};
const whole = (value: Value): number => Math.trunc(number(value));

/** Equality of basic values; Go refuses to compare different kinds, and collections. Texts that cannot be known are equal only where they are the same text. */
function equal(a: Value, b: Value): boolean {
  if (a !== b && (isUntold(a) || isUntold(b))) throw new TypeError('cannot be told');
  if (a === undefined || a === null || b === undefined || b === null) return (a ?? null) === (b ?? null);
  if (isCollection(a) || isCollection(b)) throw new TypeError('incomparable');
  return a === b;
}

/** Deep equality, as Sprig's `deepEqual` and `has` compare. */
function same(a: Value, b: Value): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one, i) => same(one, b[i]));
  if (isDict(a) && isDict(b)) return a.size === b.size && [...a].every(([key, one]) => b.has(key) && same(one, b.get(key)));
  return (a ?? null) === (b ?? null);
}

function order(a: Value, b: Value): number {
  if (typeof a !== typeof b || isCollection(a) || isCollection(b) || a === undefined || a === null) throw new TypeError('incomparable');
  return a! < b! ? -1 : a! > b! ? 1 : 0;
}

/** The element that a chain of keys and positions leads to. */
function index([value, ...steps]: Args): Value {
  let at = value;
  for (const step of steps) {
    if (at instanceof Unknown || step instanceof Unknown) return new Unknown(`index ${print(at)} ${print(step)}`);
    if (isDict(at)) at = at.get(text(step));
    else if (Array.isArray(at) && typeof step === 'number' && step < at.length) at = at[step];
    else if (typeof at === 'string' && typeof step === 'number') at = at.charCodeAt(step);
    else throw new TypeError('no such element');
  }
  return at;
}

function kindOf(value: Value): string {
  if (value === undefined || value === null) return 'invalid';
  if (isDict(value)) return 'map';
  if (Array.isArray(value)) return 'slice';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float64';
  return 'string';
}

/** Numbers of values files are float64 to Helm, those of templates int: both names are right for one. */
function isKind(name: string, value: Value): boolean {
  const kind = kindOf(value);
  return kind === name || (typeof value === 'number' && ['int', 'int64', 'float64'].includes(name));
}

const typeNames: Readonly<Record<string, string>> = { map: 'map[string]interface {}', slice: '[]interface {}', invalid: '<nil>' };
const typeOf = (value: Value): string => typeNames[kindOf(value)] ?? kindOf(value);

/** The first of `merge` wins, the last of `mergeOverwrite`; the first dict is changed, as Sprig does. */
function mergeInto([target, ...others]: Args, overwrite: boolean): Value {
  const into = dictOf(target);
  for (const one of others) {
    for (const [key, value] of dictOf(one)) {
      const under = into.get(key);
      if (isDict(under) && isDict(value)) mergeInto([under, value], overwrite);
      else if (overwrite || isTrue(under) === false) change(into, key, copy(value));
    }
  }
  return into;
}

function parsed(input: Value): Value {
  const source = text(input);
  if (source.includes('\uE000') && !/^[\s\S]*:\s/.test(source)) return new Unknown(`fromYaml ${source}`);
  const { root, problem } = parseYaml(source, 'values');
  return problem ? new Map([['Error', problem.detail]]) : valueOf(root, (path) => ({ file: '', path })) ?? new Map();
}

function dig(args: Args): Value {
  const [fallback, dict] = args.slice(-2);
  let at: Value = dict;
  for (const key of args.slice(0, -2)) {
    if (at instanceof Unknown) return at;
    at = isDict(at) ? at.get(text(key)) : undefined;
    if (at === undefined) return fallback;
  }
  return at;
}

function unique(list: readonly Value[]): Value[] {
  return list.filter((one, i) => list.findIndex((other) => same(one, other)) === i);
}

function pairs(args: Args): Dict {
  const dict: Dict = new Map();
  for (let i = 0; i < args.length; i += 2) dict.set(text(args[i]), args[i + 1] === undefined ? '' : args[i + 1]!);
  return dict;
}

function numbersTo(start: number, stop: number, step: number): Value[] {
  if (step === 0 || Math.abs((stop - start) / step) > 100_000) throw new RangeError('too long');
  const list: Value[] = [];
  for (let i = start; step > 0 ? i < stop : i > stop; i += step) list.push(i);
  return list;
}

const none = new Set<Value>([undefined, null]);
/** Pairs of a `must` form, which fails where the other gives nothing, and the plain one. */
const withMust = (functions: Record<string, DataFunction>): Record<string, DataFunction> => Object.fromEntries(Object.entries(functions).flatMap(([name, one]) => [[name, one], [`must${name[0]!.toUpperCase()}${name.slice(1)}`, one]]));

export const dataFunctions: Readonly<Record<string, DataFunction>> = {
  eq: sure(([first, ...others]) => others.some((one) => equal(first, one))),
  ne: sure(([a, b]) => !equal(a, b)),
  lt: sure(([a, b]) => order(a, b) < 0),
  le: sure(([a, b]) => order(a, b) <= 0),
  gt: sure(([a, b]) => order(a, b) > 0),
  ge: sure(([a, b]) => order(a, b) >= 0),
  not: sure(([value]) => isTrue(value) === false),
  len: sure(([value]) => (isDict(value) ? value.size : Array.isArray(value) ? value.length : text(value).length)),
  index: any(index),
  slice: sure(([value, from, to]) => (Array.isArray(value) ? value.slice(whole(from ?? 0), to === undefined ? undefined : whole(to)) : text(value).slice(whole(from ?? 0), to === undefined ? undefined : whole(to)))),
  default: any(([fallback, value]) => (value instanceof Unknown ? value : isTrue(value) ? value : fallback)),
  empty: sure(([value]) => isTrue(value) === false),
  coalesce: any((args) => args.find((one) => isTrue(one) !== false)),
  ternary: sure(([yes, no, test]) => (test === true ? yes : no)),
  all: sure((args) => args.every((one) => isTrue(one) === true)),
  any: sure((args) => args.some((one) => isTrue(one) === true)),
  // What a chart demands is the user's to give: without it the chart is not rendered at all.
  required: any(([message, value]) => (none.has(value) || value === '' ? new Unknown(`required ${JSON.stringify(text(message))}`) : value)),
  fail: any(() => ''),
  // `helm template` asks no cluster: nothing is found there.
  lookup: any(() => new Map()),
  dict: any(pairs),
  get: sure(([dict, key]) => dictOf(dict).get(text(key)) ?? ''),
  set: any(([dict, key, value]) => { change(dictOf(dict), text(key), value ?? null); return dict; }),
  unset: any(([dict, key]) => { change(dictOf(dict), text(key), undefined); return dict; }),
  hasKey: sure(([dict, key]) => dictOf(dict).has(text(key))),
  pluck: any(([key, ...dicts]) => dicts.filter((one) => dictOf(one).has(text(key))).map((one) => dictOf(one).get(text(key)))),
  keys: any((dicts) => dicts.flatMap((one) => [...dictOf(one).keys()])),
  values: any(([dict]) => [...dictOf(dict).values()]),
  pick: any(([dict, ...keys]) => new Map([...dictOf(dict)].filter(([key]) => keys.includes(key)))),
  omit: any(([dict, ...keys]) => new Map([...dictOf(dict)].filter(([key]) => !keys.includes(key)))),
  dig: any(dig),
  ...withMust({
    merge: any((args) => mergeInto(args, false)),
    mergeOverwrite: any((args) => mergeInto(args, true)),
    deepCopy: any(([value]) => copy(value)),
    append: any(([list, item]) => [...listOf(list), item]),
    push: any(([list, item]) => [...listOf(list), item]),
    prepend: any(([list, item]) => [item, ...listOf(list)]),
    first: any(([list]) => listOf(list)[0]),
    last: any(([list]) => listOf(list).at(-1)),
    rest: any(([list]) => listOf(list).slice(1)),
    initial: any(([list]) => listOf(list).slice(0, -1)),
    reverse: any(([list]) => [...listOf(list)].reverse()),
    uniq: sure(([list]) => unique(listOf(list))),
    without: sure(([list, ...gone]) => listOf(list).filter((one) => !gone.some((other) => same(one, other)))),
    has: sure(([item, list]) => listOf(list).some((one) => same(one, item))),
    compact: any(([list]) => listOf(list).filter((one) => isTrue(one) !== false)),
    toDate: any(() => new Unknown('toDate')),
  }),
  list: any((args) => [...args]),
  tuple: any((args) => [...args]),
  concat: any((lists) => lists.flatMap((one) => listOf(one))),
  sortAlpha: sure(([list]) => listOf(list).map(text).sort()),
  chunk: sure(([size, list]) => numbersTo(0, listOf(list).length, whole(size)).map((i) => listOf(list).slice(i as number, (i as number) + whole(size)))),
  until: sure(([count]) => numbersTo(0, whole(count), whole(count) < 0 ? -1 : 1)),
  untilStep: sure(([start, stop, step]) => numbersTo(whole(start), whole(stop), whole(step))),
  seq: sure((args) => seq(args.map(whole))),
  deepEqual: sure(([a, b]) => same(a, b)),
  kindOf: sure(([value]) => kindOf(value)),
  kindIs: sure(([name, value]) => isKind(text(name), value)),
  typeOf: sure(([value]) => typeOf(value)),
  typeIs: sure(([name, value]) => text(name) === typeOf(value) || isKind(text(name), value)),
  typeIsLike: sure(([name, value]) => text(name) === typeOf(value) || isKind(text(name), value)),
  int: sure(([value]) => whole(value)),
  int64: sure(([value]) => whole(value)),
  float64: sure(([value]) => number(value)),
  atoi: sure(([value]) => whole(value)),
  toDecimal: sure(([value]) => parseInt(text(value), 8)),
  add: sure((args) => args.reduce<number>((sum, one) => sum + whole(one), 0)),
  add1: sure(([value]) => whole(value) + 1),
  sub: sure(([a, b]) => whole(a) - whole(b)),
  mul: sure((args) => args.reduce<number>((product, one) => product * whole(one), 1)),
  div: sure(([a, b]) => divided(whole(a), whole(b))),
  mod: sure(([a, b]) => whole(a) % whole(b)),
  addf: sure((args) => args.reduce<number>((sum, one) => sum + number(one), 0)),
  mulf: sure((args) => args.reduce<number>((product, one) => product * number(one), 1)),
  subf: sure(([first, ...args]) => args.reduce<number>((rest, one) => rest - number(one), number(first))),
  divf: sure(([first, ...args]) => args.reduce<number>((rest, one) => rest / number(one), number(first))),
  max: sure((args) => Math.max(...args.map(whole))),
  min: sure((args) => Math.min(...args.map(whole))),
  ceil: sure(([value]) => Math.ceil(number(value))),
  floor: sure(([value]) => Math.floor(number(value))),
  round: sure(([value, digits]) => Number(number(value).toFixed(whole(digits)))),
  fromYaml: sure(([input]) => parsed(input)),
  fromYamlArray: sure(([input]) => parsed(input)),
  fromJson: sure(([input]) => parsed(input)),
  fromJsonArray: sure(([input]) => parsed(input)),
  mustFromJson: sure(([input]) => parsed(input)),
  semverCompare: sure(([range, version]) => satisfies(text(version), text(range))),
  toStrings: sure(([list]) => listOf(list).map(text)),
};

function seq(bounds: readonly number[]): Value {
  const [start, step, stop] = bounds.length === 1 ? [1, bounds[0]! < 1 ? -1 : 1, bounds[0]!] : bounds.length === 2 ? [bounds[0]!, bounds[1]! < bounds[0]! ? -1 : 1, bounds[1]!] : [bounds[0]!, bounds[1]!, bounds[2]!];
  return numbersTo(start, stop + Math.sign(step), step).join(' ');
}

function divided(a: number, b: number): number {
  if (b === 0) throw new RangeError('division by zero');
  return Math.trunc(a / b);
}
