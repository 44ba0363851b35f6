import { parseYaml } from '../yaml/parse.ts';
import { withNature } from './lists.ts';
import { float64 } from './number.ts';
import { isDict, isMarked, Unknown, valueOf, type Dict, type Value } from './value.ts';

/*
 * Helm's `fromYaml` and its kin (helm pkg/engine/funcs.go). What cannot be read gives a mapping or a list with the words of
 * the error, which are not told here.
 */

const fault = (name: string): Dict => new Map([['Error', new Unknown(`${name}: error`)]]);
const faults = (name: string): Value[] => [new Unknown(`${name}: error`)];

/** Lines that are nothing but an unknown may be anything. */
const unknownLines = /^[ \t]*\uE000[^\uE000\uE001]*\uE001[ \t]*$/m;

function parsedYaml(input: string): { readonly value: Value } | undefined {
  if (unknownLines.test(input) || (isMarked(input) && !/^[\s\S]*:\s/.test(input))) throw new TypeError('not told');
  const { root, problem } = parseYaml(input, 'values');
  if (problem && isMarked(input)) throw new TypeError('not told');
  return problem ? undefined : { value: valueOf(root, (path) => ({ file: '', path })) };
}

/** What Go has of a mapping or list where JSON says null; YAML leaves what was there. */
const nil = <T extends Dict | Value[]>(empty: T): T => withNature(empty, { isNil: true });

export function fromYaml(input: string): Value {
  const parsed = parsedYaml(input);
  const value = parsed && (parsed.value ?? new Map());
  return isDict(value) ? value : fault('fromYaml');
}

export function fromYamlArray(input: string): Value {
  const parsed = parsedYaml(input);
  const value = parsed && (parsed.value ?? []);
  return Array.isArray(value) ? value : faults('fromYamlArray');
}

/** @throws SyntaxError for what is no JSON */
export function parsedJson(input: string): Value {
  if (isMarked(input)) throw new TypeError('not told');
  return JSON.parse(input, (_, value: unknown) => {
    if (typeof value === 'number') return float64(value);
    return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype ? new Map(Object.entries(value)) : value;
  }) as Value;
}

export function fromJson(input: string): Value {
  const value = attempt(input);
  if (value === null) return nil<Dict>(new Map());
  return isDict(value) ? value : fault('fromJson');
}

export function fromJsonArray(input: string): Value {
  const value = attempt(input);
  if (value === null) return nil<Value[]>([]);
  return Array.isArray(value) ? value : faults('fromJsonArray');
}

function attempt(input: string): Value {
  try {
    return parsedJson(input);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
