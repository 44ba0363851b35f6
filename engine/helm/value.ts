import { Bytes } from './bytes.ts';
import { isShuffled } from './lists.ts';
import { float64, GoNumber } from './number.ts';
import type { HelperText } from './helper-text.ts';
import { toData, type Decided, type Path, type YamlNode } from '../yaml/node.ts';

/** What a template computes with. A number is an `int` of Go. Mappings are Maps, so that any key is just a key; undefined is a missing one. */
export type Value = string | number | GoNumber | boolean | null | undefined | Dict | Value[] | Bytes | Unknown;
export type Dict = Map<string, Value>;

/**
 * What Helm hands to templates as a structure of its own (`.Chart`, `.Capabilities`): its fields are known, what it looks
 * like as a whole is not, for that differs between versions of Helm.
 */
export class Struct extends Map<string, Value> {
  /** @param printed how it is printed, where that is certain */
  constructor(fields: Iterable<readonly [string, Value]>, readonly expression: string, readonly printed?: string) {
    super(fields);
  }

  override get(field: string): Value {
    return this.has(field) ? super.get(field) : new Unknown(`${this.expression}.${field}`);
  }
}

/** What cannot be told without a cluster, a release, or a function that is not known here. Equal expressions are equal values. */
export class Unknown {
  constructor(readonly expression: string) {}
}

/** Where a value is written: a place in a values file. */
export type Origin = Decided;

/** A value, and where it comes from as far as one place decides it. */
export interface Result {
  readonly value: Value;
  readonly from?: Origin;
  /** The collection that a text is the form of (`toYaml`). */
  readonly of?: Value;
  /** It is an argument that is a field and nothing else: where there is none, Go has nothing there of any type, and takes it for no mapping. */
  readonly isField?: boolean;
  /** How a named template wrote the text. */
  readonly helper?: HelperText;
}

/** Where the entries of a mapping or list are written, by key or index. */
const written = new WeakMap<object, Map<string | number, Origin>>();

/** Where an entry of a mapping or list is written; undefined for what was computed. */
export function originOf(container: Value, key: string | number): Origin | undefined {
  return isCollection(container) ? written.get(container)?.get(key) : undefined;
}

/** Sets an entry of a mapping, and where it is written; without an origin it is computed. */
export function setEntry(dict: Dict, key: string, value: Value, origin: Origin | undefined): void {
  dict.set(key, value);
  const origins = written.get(dict);
  if (origin) written.set(dict, (origins ?? new Map<string | number, Origin>()).set(key, origin));
  else origins?.delete(key);
}

/** Whether a value is a mapping. */
export function isDict(value: Value): value is Dict {
  return value instanceof Map;
}

/** Whether a value is a mapping or a list. */
export function isCollection(value: Value): value is Dict | Value[] {
  return value instanceof Map || Array.isArray(value);
}

/**
 * The value of a node of a values file, with the origin of everything in it.
 * @param at the origin of what stands at a path
 */
export function valueOf(node: YamlNode | undefined, at: (path: Path) => Origin, path: Path = []): Value {
  if (!node) return undefined;
  // Lines that cannot be read may say anything; what they say of a key is no matter of others.
  if (node.kind === 'hole' || (node.kind === 'seq' && node.open !== undefined) || (node.kind === 'map' && node.open !== undefined && !node.entries.some(({ value }) => value.kind === 'hole'))) return new Unknown(['.Values', ...path].join('.'));
  if (node.kind === 'scalar') {
    const value = toData(node) as Value;
    // Helm reads values as JSON, which has one kind of numbers.
    return typeof value === 'number' ? float64(value === 0 && isSignedFloat(node.source) ? -0 : value) : value;
  }
  const origins = new Map<string | number, Origin>();
  if (node.kind === 'seq') {
    const items = node.items.map((item, i) => {
      origins.set(i, at([...path, i]));
      return valueOf(item, at, [...path, i]);
    });
    written.set(items, origins);
    return items;
  }
  const dict: Dict = new Map();
  for (const { key, value } of node.entries) {
    origins.set(key, at([...path, key]));
    dict.set(key, valueOf(value, at, [...path, key]));
  }
  written.set(dict, origins);
  return dict;
}

/** Whether a zero is written as a float with a sign, which stays; an integer has none. */
function isSignedFloat(source: string): boolean {
  return /^-[\d_]*(?:\.|[eE])/.test(source);
}

/** A copy that can be changed without changing the original; it knows where its entries are written. */
export function copy(value: Value): Value {
  if (!isCollection(value) || (isDict(value) && value.constructor !== Map)) return value;
  const made: Dict | Value[] = isDict(value) ? new Map([...value].map(([key, one]) => [key, copy(one)])) : value.map(copy);
  const origins = written.get(value);
  if (origins) written.set(made, new Map(origins));
  return made;
}

/** Empty as templates mean it: what `if` does not take (text/template, IsTrue). Unknown for what cannot be told. */
export function isTrue(value: Value): boolean | 'unknown' {
  if (value instanceof Unknown) return 'unknown';
  if (isDict(value)) return value.size > 0;
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof GoNumber) return value.value !== 0;
  if (value instanceof Bytes) return value.text !== '';
  return value !== undefined && value !== null && value !== '' && value !== 0 && value !== false;
}

/** A value as an action writes it: nothing for what is missing, as Helm has it. @throws RangeError for more than any manifest */
export function print(value: Value): string {
  return value === undefined || value === null ? '' : printed(value);
}

/** More values than any manifest has: what shares its parts unfolds to more than can be written. */
const mostValues = 200_000;

/** A value as Go prints it (fmt, %v). @throws RangeError for more than any manifest */
export function printed(value: Value, left = { values: mostValues }): string {
  if (--left.values < 0) throw new RangeError('too many values');
  if (value === undefined || value === null) return '<nil>';
  if (value instanceof Unknown) return mark(value);
  if (value instanceof Struct) return value.printed ?? mark(new Unknown(value.expression));
  if (isDict(value)) return `map[${[...value.keys()].sort().map((key) => `${key}:${printed(value.get(key), left)}`).join(' ')}]`;
  if (isShuffled(value)) return mark(new Unknown('keys'));
  if (Array.isArray(value)) return `[${value.map((one) => printed(one, left)).join(' ')}]`;
  return String(value);
}

/*
 * An unknown inside a text is a mark: two characters that no manifest uses (private use) around its expression, so that
 * string functions carry it along and whoever reads the result sees that it cannot be known.
 */
const opening = '\uE000';
const closing = '\uE001';
const marks = /\uE000([^\uE000\uE001]*)\uE001/g;

/** The text that stands for an unknown. */
export function mark({ expression }: Unknown): string {
  return `${opening}${encodeURIComponent(expression).replaceAll("'", '%27')}${closing}`;
}

/** Whether a text holds something that cannot be known. */
export function isMarked(text: string): boolean {
  return text.includes(opening) || text.includes(closing);
}

/** Whether a value is, or holds, an unknown that may be anything; the name and namespace of a release are unlike anything else. */
export function isUntold(value: Value): boolean {
  if (value instanceof Unknown) return true;
  return typeof value === 'string' && isMarked(value) && isMarked(value.replace(marks, (whole, expression: string) => (expression.startsWith('.Release.') ? '' : whole)));
}

/** A text with its unknowns as the actions that they are. */
export function unmarked(text: string): string {
  return text.replace(marks, (_, expression: string) => `{{ ${decode(expression)} }}`).replaceAll(opening, '').replaceAll(closing, '');
}

/** The expression of a text with unknowns, as a mask writes it: of an action alone without its braces, else the text around its actions too. */
export function expressionOf(marked: string): string {
  const text = unmarked(marked);
  const alone = /^\{\{ ((?:(?!\{\{|\}\}).)*) \}\}$/s.exec(text);
  return alone?.[1] ?? text;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
