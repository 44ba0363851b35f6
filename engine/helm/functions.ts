import { dataFunctions } from './functions-data.ts';
import { asking, carrying, limited, textFunctions } from './functions-text.ts';
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
  ternary: ([yes, no, test]) => (test?.value === true ? yes : no),
  required: ([, value]) => value,
  ...Object.fromEntries(['quote', 'squote', 'toString', 'toYaml', 'toYamlPretty', 'mustToYaml', 'int', 'int64', 'float64', 'trim', 'indent', 'nindent', 'trunc', 'trimSuffix', 'trimPrefix', 'lower', 'upper'].map((name) => [name, (args: readonly Result[]) => args.at(-1)])),
};

/** Applies a function. What goes wrong in it, and what it cannot know, is unknown. */
export function apply(name: string, args: readonly Result[]): Result {
  const values = args.map(({ value }) => value);
  const passed = Object.hasOwn(passing, name) ? passing[name]!(args) : undefined;
  const of = passed && (isCollection(passed.value) ? passed.value : passed.of);
  return { value: compute(name, values), ...(passed?.from ? { from: passed.from } : {}), ...(of ? { of } : {}) };
}

function compute(name: string, values: readonly Value[]): Value {
  const unknown = (): Unknown => new Unknown([name, ...values.map(argument)].join(' '));
  try {
    if (Object.hasOwn(textFunctions, name)) return isTold(name, values) ? withinBounds(textFunctions[name]!(values)) : unknown();
    if (!Object.hasOwn(dataFunctions, name)) return unknown();
    const { call, takesUnknown } = dataFunctions[name]!;
    return !takesUnknown && values.some((value) => value instanceof Unknown) ? unknown() : call(values);
  } catch {
    return unknown();
  }
}

/** Longer texts than this are in no manifest: what makes them is given up. */
function withinBounds(value: Value): Value {
  if (typeof value === 'string') limited(value);
  return value;
}

/** Whether the result of a text function can be known. */
function isTold(name: string, values: readonly Value[]): boolean {
  if (values.some((value) => value instanceof Struct && (value.printed === undefined || /json|yaml/i.test(name)))) return false;
  if (carrying.has(name)) return true;
  return !values.some((value) => value instanceof Unknown || isUntold(value) || (!asking.has(name) && typeof value === 'string' && isMarked(value)));
}

function argument(value: Value): string {
  if (value instanceof Unknown) return value.expression.length > 1000 ? '…' : `(${value.expression})`;
  if (typeof value === 'string') return value.length > 1000 ? '…' : JSON.stringify(value);
  return isDict(value) && value.has('Values') ? '.' : isCollection(value) ? '…' : print(value);
}
