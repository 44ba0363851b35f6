import { regexFor } from './regex.ts';
import { toJson, toYaml } from './yaml-out.ts';
import { isCollection, print, Unknown, type Dict, type Value } from './value.ts';

/* Functions on text (sprig docs/strings.md, string_slice.md; Helm's toYaml family). An unknown argument is carried along inside the text. */

type Args = readonly Value[];

/** The text of an argument, as Sprig's strval does. */
export function text(value: Value): string {
  return print(value);
}

const whole = (value: Value): number => {
  const number = Math.trunc(Number(value));
  if (!Number.isFinite(number)) throw new TypeError('not a number');
  return number;
};

/** A mapping or list where a text is wanted is an error in Go. */
const strict = (value: Value): string => {
  if (isCollection(value)) throw new TypeError('not a text');
  return text(value);
};

const on = (change: (input: string) => string) => (args: Args): Value => change(strict(args.at(-1)));
const goString = (input: string): string => JSON.stringify(input);
const items = (value: Value): Value[] => (Array.isArray(value) ? value : [value]);

/** Longer texts than any manifest. */
const longest = 1_000_000;

/** @throws RangeError for a longer text than any manifest */
export function limited(input: string): string {
  if (input.length > longest) throw new RangeError('too long');
  return input;
}

function indent(spaces: number, input: string): string {
  return limited(input.split('\n').map((line) => ' '.repeat(Math.min(spaces, 1000)) + line).join('\n'));
}

/** `%v` and its kin, as far as charts use them (fmt). */
function printf(format: string, args: Args): string {
  let next = 0;
  return format.replace(/%([-+# 0]*)(\d*)(?:\.(\d+))?([a-zA-Z%])/g, (_, flags: string, width: string, precision: string | undefined, verb: string) => {
    if (verb === '%') return '%';
    if (Number(width) > longest) throw new RangeError('too long');
    const value = args[next++];
    const padded = (input: string): string => (flags.includes('-') ? input.padEnd(Number(width)) : input.padStart(Number(width), flags.includes('0') && verb === 'd' ? '0' : ' '));
    switch (verb) {
      case 'd': return padded(value instanceof Unknown ? print(value) : String(whole(value)));
      case 'q': return padded(goString(text(value)));
      case 's': return padded(precision === undefined ? text(value) : text(value).slice(0, Number(precision)));
      case 't': case 'v': return padded(value === null || value === undefined ? '<nil>' : text(value));
      case 'f': return padded(Number(value).toFixed(precision === undefined ? 6 : Number(precision)));
      case 'x': return padded(typeof value === 'number' ? value.toString(16) : Buffer16(text(value)));
      default: throw new TypeError(`%${verb}`);
    }
  });
}

const Buffer16 = (input: string): string => [...new TextEncoder().encode(input)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

function base64(input: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(input)));
}

function unbase64(input: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(input), (char) => char.charCodeAt(0)));
}

function title(input: string): string {
  return input.replace(/(^|\s)(\p{L})/gu, (_, before: string, letter: string) => before + letter.toUpperCase());
}

function snake(input: string): string {
  return input.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/[\s-]+/g, '_').toLowerCase();
}

export const textFunctions: Readonly<Record<string, (args: Args) => Value>> = {
  quote: (args) => args.filter((one) => one !== null && one !== undefined).map((one) => goString(text(one))).join(' '),
  squote: (args) => args.filter((one) => one !== null && one !== undefined).map((one) => `'${text(one)}'`).join(' '),
  toString: (args: Args): Value => text(args[0]),
  print: (args) => args.map(text).join(''),
  println: (args) => `${args.map(text).join(' ')}\n`,
  printf: ([format, ...args]) => printf(strict(format), args),
  cat: (args) => args.map(text).join(' '),
  trim: on((input) => input.trim()),
  trimAll: ([cut, input]) => trimSet(strict(input), strict(cut)),
  trimSuffix: ([suffix, input]) => (strict(input).endsWith(strict(suffix)) ? strict(input).slice(0, strict(input).length - strict(suffix).length) : strict(input)),
  trimPrefix: ([prefix, input]) => (strict(input).startsWith(strict(prefix)) ? strict(input).slice(strict(prefix).length) : strict(input)),
  nospace: on((input) => input.replace(/\s/g, '')),
  lower: on((input) => (input.includes('\uE000') ? input : input.toLowerCase())),
  upper: on((input) => (input.includes('\uE000') ? input : input.toUpperCase())),
  title: on(title),
  untitle: on((input) => input.charAt(0).toLowerCase() + input.slice(1)),
  snakecase: on(snake),
  kebabcase: on((input) => snake(input).replaceAll('_', '-')),
  camelcase: on((input) => title(input.replace(/[_-]+/g, ' ')).replaceAll(' ', '')),
  // A text with an unknown in it is as long as who knows what: it is left as it is.
  trunc: ([length, input]) => truncate(strict(input), whole(length)),
  substr: ([start, end, input]) => strict(input).slice(Math.max(whole(start), 0), whole(end) < 0 ? undefined : whole(end)),
  abbrev: ([length, input]) => (strict(input).length <= whole(length) ? strict(input) : `${strict(input).slice(0, whole(length) - 3)}...`),
  repeat: ([count, input]) => limited(strict(input).repeat(Math.min(whole(count), 10_000))),
  replace: ([from, to, input]) => strict(input).replaceAll(strict(from), () => strict(to)),
  indent: ([spaces, input]) => indent(whole(spaces), text(input)),
  nindent: ([spaces, input]) => `\n${indent(whole(spaces), text(input))}`,
  toYaml: ([value]) => toYaml(value),
  toYamlPretty: ([value]) => toYaml(value),
  mustToYaml: ([value]) => toYaml(value),
  toJson: ([value]) => toJson(value),
  mustToJson: ([value]) => toJson(value),
  toPrettyJson: ([value]) => toJson(value),
  toRawJson: ([value]) => toJson(value),
  join: ([separator, list]) => items(list).filter((one) => one !== null && one !== undefined).map(text).join(strict(separator)),
  splitList: ([separator, input]) => strict(input).split(strict(separator)),
  split: ([separator, input]) => new Map(strict(input).split(strict(separator)).map((part, i): [string, Value] => [`_${i}`, part])) as Dict,
  splitn: ([separator, count, input]) => new Map(splitAtMost(strict(input), strict(separator), whole(count)).map((part, i): [string, Value] => [`_${i}`, part])) as Dict,
  contains: ([part, input]) => strict(input).includes(strict(part)),
  hasPrefix: ([prefix, input]) => strict(input).startsWith(strict(prefix)),
  hasSuffix: ([suffix, input]) => strict(input).endsWith(strict(suffix)),
  b64enc: on(base64),
  b64dec: on((input) => (input.includes('\uE000') ? input : unbase64(input))),
  regexMatch: ([pattern, input]) => regexFor(strict(input), strict(pattern)).test(strict(input)),
  mustRegexMatch: ([pattern, input]) => regexFor(strict(input), strict(pattern)).test(strict(input)),
  regexFind: ([pattern, input]) => regexFor(strict(input), strict(pattern)).exec(strict(input))?.[0] ?? '',
  regexFindAll: ([pattern, input, count]) => (strict(input).match(regexFor(strict(input), strict(pattern), 'g')) ?? []).slice(0, whole(count) < 0 ? undefined : whole(count)),
  regexReplaceAll: ([pattern, input, to]) => strict(input).replace(regexFor(strict(input), strict(pattern), 'g'), strict(to).replace(/\$\{(\w+)\}/g, '$$$1')),
  regexReplaceAllLiteral: ([pattern, input, to]) => strict(input).replace(regexFor(strict(input), strict(pattern), 'g'), () => strict(to)),
  regexSplit: ([pattern, input, count]) => strict(input).split(regexFor(strict(input), strict(pattern))).slice(0, whole(count) < 0 ? undefined : whole(count)),
  regexQuoteMeta: on((input) => input.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')),
  wrap: ([, input]) => text(input),
  swapcase: on((input) => [...input].map((char) => (char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase())).join('')),
  urlquery: on(encodeURIComponent),
  html: on((input) => input.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')),
  plural: ([one, many, count]) => (whole(count ?? 0) === 1 ? one : many),
};

/** Functions that carry an unknown part of a text along as it is. Of any other the result cannot be known then. */
export const carrying: ReadonlySet<string> = new Set(['quote', 'squote', 'toString', 'print', 'println', 'printf', 'cat', 'trim', 'trimAll', 'trimSuffix', 'trimPrefix', 'nospace', 'lower', 'upper', 'title', 'trunc', 'replace', 'indent', 'nindent', 'toYaml', 'toYamlPretty', 'mustToYaml', 'toJson', 'mustToJson', 'toPrettyJson', 'toRawJson', 'join']);

/** Questions about a text. A release's name is taken to be unlike any text of the chart. */
export const asking: ReadonlySet<string> = new Set(['contains', 'hasPrefix', 'hasSuffix', 'regexMatch', 'mustRegexMatch']);

function trimSet(input: string, cut: string): string {
  let [start, end] = [0, input.length];
  while (start < end && cut.includes(input[start]!)) start++;
  while (end > start && cut.includes(input[end - 1]!)) end--;
  return input.slice(start, end);
}

function truncate(input: string, length: number): string {
  if (input.includes('\uE000')) return input;
  return length < 0 ? input.slice(Math.max(input.length + length, 0)) : input.slice(0, length);
}

function splitAtMost(input: string, separator: string, count: number): string[] {
  const parts = input.split(separator);
  return parts.length <= count || count < 1 ? parts : [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)];
}
