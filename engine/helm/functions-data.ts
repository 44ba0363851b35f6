import { Bytes } from './bytes.ts';
import { castFloat, castInteger } from './cast.ts';
import { change } from './changes.ts';
import { fromJson, fromJsonArray, fromYaml, fromYamlArray, parsedJson } from './from-text.ts';
import { strval, typeOf } from './go-print.ts';
import { natureOf, withNature } from './lists.ts';
import { exact, float64, GoNumber, int64 } from './number.ts';
import { parseVersion, satisfies } from './semver.ts';
import { copy, isCollection, isDict, isMarked, isTrue, isUntold, originOf, print, printed, Struct, Unknown, type Dict, type Value } from './value.ts';

/*
 * Functions on values (text/template funcs.go; sprig docs/{dicts,lists,defaults,math,reflection}.md), each behind what it
 * takes (see functions.ts). What is an error in Go is thrown, and unknown.
 */

type Args = readonly Value[];

export interface DataFunction {
  readonly takes: string;
  readonly call: (args: Args) => Value;
  /** Whether an unknown argument is no reason to give up: it is put into a collection, or decides nothing. */
  readonly takesUnknown: boolean;
}

const sure = (takes: string, call: (args: Args) => Value): DataFunction => ({ takes, call, takesUnknown: false });
const any = (takes: string, call: (args: Args) => Value): DataFunction => ({ takes, call, takesUnknown: true });

/** Longer lists are in no manifest. */
const longest = 100_000;

function refuse(): never {
  throw new TypeError('an error to Helm');
}

const isNothing = (value: Value): boolean => value === undefined || value === null;
/** To Go nil is a mapping without entries; it is only that nothing can be put there. */
const dictOf = (value: Value): Dict => (isDict(value) ? value : isNothing(value) ? new Map() : refuse());
const changeable = (value: Value): Dict => (isNothing(value) || natureOf(value).isNil ? refuse() : dictOf(value));
const listOf = (value: Value): Value[] => (Array.isArray(value) ? value : refuse());
const key = (value: Value): string => (isUntold(value) || typeof value !== 'string' ? refuse() : value);

/** What Go compares of a value: its kind, and a value of that kind; undefined for a collection and for nothing. */
function basic(value: Value): { readonly kind: string; readonly value: string | number | boolean } | undefined {
  if (value instanceof GoNumber) return { kind: value.type === 'float64' ? 'float64' : 'number', value: value.value };
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? { kind: typeof value, value } : undefined;
}

/** Equality as templates have it: other kinds are an error. Texts that cannot be known are equal only where they are the same text. */
function equal(a: Value, b: Value): boolean {
  if (a !== b && (isUntold(a) || isUntold(b))) throw new TypeError('cannot be told');
  if (isCollection(a) || isCollection(b)) return refuse();
  if (isNothing(a) || isNothing(b)) return isNothing(a) && isNothing(b);
  const [one, other] = [basic(a)!, basic(b)!];
  return one.kind === other.kind ? one.value === other.value : refuse();
}

/** Equality of everything in two values, types included (reflect.DeepEqual). */
function same(a: Value, b: Value): boolean {
  if ([a, b].some((one) => one instanceof Struct || one instanceof Bytes)) return refuse();
  if (a !== b && (isUntold(a) || isUntold(b))) throw new TypeError('cannot be told');
  const [one, other] = [natureOf(a), natureOf(b)];
  if (Array.isArray(a) && Array.isArray(b)) return one.of === other.of && one.isNil === other.isNil && a.length === b.length && a.every((item, i) => same(item, b[i]));
  if (isDict(a) && isDict(b)) return one.of === other.of && a.size === b.size && [...a].every(([name, item]) => b.has(name) && same(item, b.get(name)));
  if (a instanceof GoNumber && b instanceof GoNumber) return a.type === b.type && a.value === b.value;
  return (a ?? null) === (b ?? null);
}

function order(a: Value, b: Value): number {
  const [one, other] = [basic(a), basic(b)];
  if (!one || !other || one.kind !== other.kind || one.kind === 'boolean') return refuse();
  if ([one.value, other.value].some((value) => typeof value === 'string' && isMarked(value))) throw new TypeError('cannot be told');
  return one.value < other.value ? -1 : one.value > other.value ? 1 : 0;
}

function lengthOf(value: Value): number {
  if (value instanceof Struct) return refuse();
  if (isDict(value)) return value.size;
  if (Array.isArray(value)) return value.length;
  if (value instanceof Bytes) return value.codes.length;
  return typeof value === 'string' && !isMarked(value) ? new TextEncoder().encode(value).length : refuse();
}

/** The element that a chain of keys and positions leads to. */
function index([value, ...steps]: Args): Value {
  let at = value;
  for (const step of steps) {
    if (at instanceof Unknown || step instanceof Unknown) return new Unknown(`index ${print(at)} ${print(step)}`);
    if (isDict(at) && typeof step === 'string') at = at.get(key(step));
    else if (Array.isArray(at) && typeof step === 'number' && step >= 0 && step < at.length) at = at[step];
    else return refuse();
  }
  return at;
}

function slice([list, ...bounds]: Args): Value {
  const items = listOf(list);
  if (items.length === 0) return null;
  const [from, to] = [castInteger(bounds[0] ?? 0), bounds.length < 2 ? items.length : castInteger(bounds[1])];
  return from < 0 || to > items.length || from > to ? refuse() : withNature(items.slice(from, to), natureOf(list));
}

function kindOf(value: Value): string {
  if (isNothing(value)) return 'invalid';
  if (value instanceof Struct) return refuse();
  if (isDict(value)) return 'map';
  if (Array.isArray(value) || value instanceof Bytes) return 'slice';
  return typeOf(value);
}

/** A version with its parts (github.com/Masterminds/semver); written out it has all three. */
function versionOf(text: string): Struct {
  const { parts: [major, minor, patch], pre, metadata } = parseVersion(text);
  const numbers = [major, minor, patch].map((part) => (Number.isSafeInteger(part) ? new GoNumber('uint64', part) : refuse()));
  const written = `${major}.${minor}.${patch}${pre === '' ? '' : `-${pre}`}${metadata === '' ? '' : `+${metadata}`}`;
  return new Struct(Object.entries({ Major: numbers[0], Minor: numbers[1], Patch: numbers[2], Prerelease: pre, Metadata: metadata, Original: text, String: written }), `(semver ${JSON.stringify(text)})`, written);
}

/** The first of `merge` wins, the last of `mergeOverwrite`; the first dict is changed, and shares what it takes over (github.com/imdario/mergo). */
function mergeInto([target, ...others]: Args, overwrite: boolean): Value {
  const into = changeable(target);
  for (const one of others) {
    for (const [name, value] of dictOf(one)) {
      // What is nil is not there, unless it overwrites.
      if (isNothing(value) && !overwrite) continue;
      const under = into.get(name);
      if (isDict(under) && isDict(value)) mergeInto([under, value], overwrite);
      // What is still empty is replaced as a whole, with all that is nil in it.
      if (isDict(under) && isDict(value) ? isTrue(under) === false : overwrite || isTrue(under) === false) change(into, name, value, originOf(one, name));
    }
  }
  return into;
}

function dig(args: Args): Value {
  const [fallback, dict] = args.slice(-2);
  let at: Value = dict;
  for (const step of args.slice(0, -2)) {
    if (at instanceof Unknown) return at;
    const inside = isDict(at) && at.constructor === Map && !natureOf(at).isNamed && !natureOf(at).of ? at : refuse();
    if (!inside.has(key(step))) return fallback;
    at = inside.get(key(step));
  }
  return at;
}

function unique(list: readonly Value[]): Value[] {
  const kept: Value[] = [];
  for (const one of list) if (!kept.some((other) => same(one, other))) kept.push(one);
  return kept;
}

function pairs(args: Args): Dict {
  const dict: Dict = new Map();
  for (let i = 0; i < args.length; i += 2) {
    if (isUntold(args[i])) return refuse();
    dict.set(strval(args[i]), i + 1 < args.length ? args[i + 1] ?? null : '');
  }
  return dict;
}

function numbersTo(start: number, stop: number, step: number): number[] {
  if (stop < start ? step >= 0 : step <= 0) return [];
  if (Math.abs((stop - start) / step) > longest) throw new RangeError('too long');
  const list: number[] = [];
  for (let i = start; stop < start ? i > stop : i < stop; i += step) list.push(i);
  return list;
}

const integers = (list: number[]): Value[] => withNature<Value[]>(list, { of: 'int' });

function seq(bounds: readonly number[]): string {
  const [first, second, third] = bounds as [number, number, number];
  switch (bounds.length) {
    case 1: return seq([1, first < 1 ? -1 : 1, first]);
    case 2: return seq([first, second < first ? -1 : 1, second]);
    case 3: return third < first && second > 0 ? '' : numbersTo(first, third + (third < first ? -1 : 1), second).join(' ');
    default: return '';
  }
}

function chunks(size: number, list: readonly Value[]): Value[] {
  if (size < 1) return refuse();
  const starts = numbersTo(0, list.length, size);
  return withNature<Value[]>(starts.map((start) => list.slice(start, start + size)), { of: '[]interface {}' });
}

/** What is left of a list; of an empty one Sprig makes none at all. */
const remaining = (list: Value, left: (items: Value[]) => Value[]): Value[] => (listOf(list).length === 0 ? withNature<Value[]>([], { isNil: true }) : left(listOf(list)));

const joined = (lists: Args): Value[] => {
  const items = lists.flatMap(listOf);
  if (items.length > longest) throw new RangeError('too long');
  return items.length === 0 ? withNature<Value[]>([], { isNil: true }) : items;
};

/** The entries of mappings, in any order. */
const shuffled = (list: Value[], of?: 'string'): Value[] => withNature<Value[]>(list, { ...(of ? { of } : {}), isUnordered: true });

function divided(a: number, b: number): number {
  return b === 0 ? refuse() : Math.trunc(a / b);
}

/** Half away from zero above it, down below (sprig numeric.go, round). */
function rounded(value: number, places: number): number {
  const scale = 10 ** places;
  const scaled = scale * value;
  return (scaled - Math.trunc(scaled) >= 0.5 ? Math.ceil(scaled) : Math.floor(scaled)) / scale;
}

const onIntegers = (call: (numbers: number[]) => number) => (args: Args): Value => int64(call(args.map(castInteger)));

/** Pairs of a `must` form, which fails where the other does too, and the plain one. */
const withMust = (functions: Record<string, DataFunction>): Record<string, DataFunction> => Object.fromEntries(Object.entries(functions).flatMap(([name, one]) => [[name, one], [`must${name[0]!.toUpperCase()}${name.slice(1)}`, one]]));

export const dataFunctions: Readonly<Record<string, DataFunction>> = {
  eq: sure('a a a*', ([first, ...others]) => others.some((one) => equal(first, one))),
  ne: sure('a a', ([a, b]) => !equal(a, b)),
  lt: sure('a a', ([a, b]) => order(a, b) < 0),
  le: sure('a a', ([a, b]) => order(a, b) <= 0),
  gt: sure('a a', ([a, b]) => order(a, b) > 0),
  ge: sure('a a', ([a, b]) => order(a, b) >= 0),
  not: sure('a', ([value]) => isTrue(value) === false),
  len: sure('a', ([value]) => lengthOf(value)),
  index: any('a a*', index),
  default: any('a a*', ([fallback, value]) => (value instanceof Unknown ? value : isTrue(value) ? value : fallback)),
  empty: sure('a', ([value]) => isTrue(value) === false),
  coalesce: any('a*', (args) => args.find((one) => isTrue(one) !== false)),
  ternary: any('a a b', ([yes, no, test]) => (test === true ? yes : no)),
  all: sure('a*', (args) => args.every((one) => isTrue(one) === true)),
  any: sure('a*', (args) => args.some((one) => isTrue(one) === true)),
  // What a chart demands is the user's to give: without it the chart is not rendered at all.
  required: any('s a', ([message, value]) => (isNothing(value) || value === '' ? new Unknown(`required ${JSON.stringify(printed(message))}`) : value)),
  fail: any('a', () => ''),
  // `helm template` asks no cluster: nothing is found there.
  lookup: any('a a a a', () => new Map()),
  dict: any('a*', pairs),
  get: sure('m s', ([dict, name]) => (dictOf(dict).has(key(name)) ? dictOf(dict).get(key(name)) : '')),
  set: any('m s a', ([dict, name, value]) => { change(changeable(dict), key(name), value ?? null); return dict; }),
  unset: any('m s', ([dict, name]) => { change(dictOf(dict), key(name), undefined); return dict ?? withNature(new Map(), { isNil: true }); }),
  hasKey: sure('m s', ([dict, name]) => dictOf(dict).has(key(name))),
  pluck: any('s m*', ([name, ...dicts]) => dicts.filter((one) => dictOf(one).has(key(name))).map((one) => dictOf(one).get(key(name)))),
  keys: any('m*', (dicts) => shuffled(dicts.flatMap((one) => [...dictOf(one).keys()]), 'string')),
  values: any('m', ([dict]) => shuffled([...dictOf(dict).values()])),
  pick: any('m s*', ([dict, ...names]) => new Map([...dictOf(dict)].filter(([name]) => names.map(key).includes(name)))),
  omit: any('m s*', ([dict, ...names]) => new Map([...dictOf(dict)].filter(([name]) => !names.map(key).includes(name)))),
  dig: any('a a a a*', dig),
  ...withMust({
    merge: any('m m*', (args) => mergeInto(args, false)),
    mergeOverwrite: any('m m*', (args) => mergeInto(args, true)),
    deepCopy: any('a', ([value]) => (isNothing(value) || value instanceof Struct ? refuse() : copy(value))),
    append: any('a a', ([list, item]) => [...listOf(list), item]),
    push: any('a a', ([list, item]) => [...listOf(list), item]),
    prepend: any('a a', ([list, item]) => [item, ...listOf(list)]),
    first: any('a', ([list]) => listOf(list)[0]),
    last: any('a', ([list]) => listOf(list).at(-1)),
    rest: any('a', ([list]) => remaining(list, (items) => items.slice(1))),
    initial: any('a', ([list]) => remaining(list, (items) => items.slice(0, -1))),
    reverse: any('a', ([list]) => [...listOf(list)].reverse()),
    uniq: sure('a', ([list]) => unique(listOf(list))),
    without: sure('a a*', ([list, ...gone]) => listOf(list).filter((one) => !gone.some((other) => same(one, other)))),
    has: sure('a a', ([item, list]) => !isNothing(list) && listOf(list).some((one) => same(item, one))),
    compact: any('a', ([list]) => listOf(list).filter((one) => isTrue(one) !== false)),
    slice: sure('a a*', slice),
    chunk: sure('i a', ([size, list]) => chunks(size as number, listOf(list))),
  }),
  list: any('a*', (args) => [...args]),
  tuple: any('a*', (args) => [...args]),
  concat: any('a*', joined),
  until: sure('i', ([count]) => integers(numbersTo(0, count as number, (count as number) < 0 ? -1 : 1))),
  untilStep: sure('i i i', ([start, stop, step]) => integers(numbersTo(start as number, stop as number, step as number))),
  seq: sure('i*', (args) => seq(args as number[])),
  deepEqual: sure('a a', ([a, b]) => same(a, b)),
  kindOf: sure('a', ([value]) => kindOf(value)),
  kindIs: sure('s a', ([name, value]) => name === kindOf(value)),
  typeOf: sure('a', ([value]) => typeOf(value)),
  typeIs: sure('s a', ([name, value]) => name === typeOf(value)),
  typeIsLike: sure('s a', ([name, value]) => name === typeOf(value)),
  int: sure('a', ([value]) => castInteger(value)),
  int64: sure('a', ([value]) => int64(castInteger(value))),
  float64: sure('a', ([value]) => float64(castFloat(value))),
  atoi: sure('s', ([text]) => (/^[-+]?\d+$/.test(text as string) ? exact(Number(text)) : 0)),
  toDecimal: sure('a', ([value]) => int64(/^[-+]?[0-7]+$/.test(printed(value)) ? parseInt(printed(value), 8) : 0)),
  add: sure('a*', onIntegers((numbers) => numbers.reduce((sum, one) => exact(sum + one), 0))),
  add1: sure('a', onIntegers(([one]) => one! + 1)),
  sub: sure('a a', onIntegers(([a, b]) => a! - b!)),
  mul: sure('a a*', onIntegers(([first, ...others]) => others.reduce((product, one) => exact(product * one), first!))),
  div: sure('a a', onIntegers(([a, b]) => divided(a!, b!))),
  mod: sure('a a', onIntegers(([a, b]) => (b === 0 ? refuse() : a! % b!))),
  max: sure('a a*', onIntegers((numbers) => Math.max(...numbers))),
  min: sure('a a*', onIntegers((numbers) => Math.min(...numbers))),
  ceil: sure('a', ([value]) => float64(Math.ceil(castFloat(value)))),
  floor: sure('a', ([value]) => float64(Math.floor(castFloat(value)))),
  round: sure('a i', ([value, places]) => float64(rounded(castFloat(value), places as number))),
  fromYaml: sure('s', ([input]) => fromYaml(input as string)),
  fromYamlArray: sure('s', ([input]) => fromYamlArray(input as string)),
  fromJson: sure('s', ([input]) => fromJson(input as string)),
  fromJsonArray: sure('s', ([input]) => fromJsonArray(input as string)),
  mustFromJson: sure('s', ([input]) => parsedJson(input as string)),
  semver: sure('s', ([text]) => versionOf(key(text!))),
  semverCompare: sure('s s', ([range, version]) => (isMarked(range as string) || isMarked(version as string) ? refuse() : satisfies(version as string, range as string))),
};
