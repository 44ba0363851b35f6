import { Bytes } from './bytes.ts';
import { quoted, sprint, sprintf, strval } from './go-print.ts';
import { withNature } from './lists.ts';
import { find, findAll, matches, regex, replaceAll, splitBy } from './regex.ts';
import { toJson, toYaml } from './yaml-out.ts';
import { isMarked, printed, Unknown, type Dict, type Value } from './value.ts';

/*
 * Functions on text (sprig docs/strings.md, string_slice.md; Helm's toYaml family), each behind what it takes (see
 * functions.ts). An unknown argument is carried along inside the text.
 */

type Args = readonly Value[];
type TextFunction = readonly [takes: string, call: (args: Args) => Value];

/** The text of an argument that has been found to be one, or unknown. */
const string = (value: Value): string => (value instanceof Unknown ? printed(value) : value as string);
const whole = (value: Value): number => value as number;

/** A function of one text. */
const on = (change: (input: string) => string): TextFunction => ['s', ([input]) => change(string(input))];

/** Texts as Sprig makes them of a list, or of something else (strslice); nothing for nil. */
export function texts(value: Value): string[] {
  if (value instanceof Bytes) return value.codes.map(String);
  if (Array.isArray(value)) return value.filter((one) => one !== undefined && one !== null).map(strval);
  return value === undefined || value === null ? [] : [printed(value)];
}

const strings = (list: string[]): Value[] => withNature<Value[]>(list, { of: 'string' });

/** Longer texts than any manifest. */
const longest = 1_000_000;

/** @throws RangeError for a longer text than any manifest */
export function limited(input: string): string {
  if (input.length > longest) throw new RangeError('too long');
  return input;
}

function unsure(): never {
  throw new TypeError('not told');
}

/** A text without unknowns. */
function told(input: string): string {
  return isMarked(input) ? unsure() : input;
}

function indent(spaces: number, input: string): string {
  if (spaces < 0 || spaces > 1000) return unsure();
  return limited(input.split('\n').map((line) => ' '.repeat(spaces) + line).join('\n'));
}

/** The shortest path that means the same (Go's path.Clean). */
function cleanPath(path: string): string {
  const isRooted = path.startsWith('/');
  const steps: string[] = [];
  for (const step of path.split('/')) {
    if (step === '' || step === '.') continue;
    if (step !== '..') steps.push(step);
    else if (steps.length > 0 && steps.at(-1) !== '..') steps.pop();
    else if (!isRooted) steps.push(step);
  }
  return (isRooted ? '/' : '') + steps.join('/') || '.';
}

function base64(input: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(input)));
}

/** Of what is no base64, Sprig gives the words of the error. */
function unbase64(input: string): string {
  const bare = input.replace(/[\r\n]/g, '');
  if (isMarked(input) || !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(bare)) return unsure();
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(atob(bare), (char) => char.charCodeAt(0)));
}

/** Go changes characters one by one, and none into several. */
function cased(input: string, change: (char: string) => string): string {
  if (isMarked(input)) return input;
  return input.replace(/[^]/gu, (char) => {
    const made = change(char);
    return [...made].length === 1 ? made : unsure();
  });
}

const upper = (char: string): string => char.toUpperCase();
const lower = (char: string): string => char.toLowerCase();

/** strings.Title: the letter behind anything but letters, digits and underscores; beyond ASCII, behind white space. */
function title(input: string): string {
  if (isMarked(input)) return input;
  return input.replace(/(^|[^\w\u0080-\u{10ffff}]|\s)(\p{L})/gu, (_, before: string, letter: string) => before + cased(letter, upper));
}

/** Words in one case, joined otherwise, as far as it is plain where they begin. */
function words(input: string): string[] {
  if (!/^[A-Z]?[a-z]+(?:[A-Z][a-z]+|[-_ ][a-z]+)*$/.test(input)) return unsure();
  return input.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase().split(/[-_ ]/);
}

function isAscii(input: string): boolean {
  return /^[\x00-\x7f]*$/.test(input);
}

/** Go counts bytes; beyond ASCII these are not the characters. */
function bytes(input: string): string {
  return isAscii(input) ? input : unsure();
}

function truncate(length: number, input: string): string {
  // A text with an unknown in it is as long as who knows what: it is left as it is.
  if (isMarked(input)) return input;
  if (new TextEncoder().encode(input).length <= Math.abs(length)) return input;
  return length < 0 ? bytes(input).slice(length) : bytes(input).slice(0, length);
}

function substring(start: number, end: number, input: string): string {
  const { length } = bytes(input);
  if (start < 0) return end < 0 || end > length ? unsure() : input.slice(0, end);
  if (start > length || (end >= 0 && end <= length && end < start)) return unsure();
  return input.slice(start, end < 0 || end > length ? undefined : end);
}

/** White space as Go knows it (unicode.IsSpace). */
const space = '[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const spaces = new RegExp(space, 'g');
const outerSpaces = [new RegExp(`^${space}+`), new RegExp(`(?<!${space})${space}+$`)] as const;

function trimSet(input: string, cut: string): string {
  const [chars, gone] = [[...input], new Set(cut)];
  let [start, end] = [0, chars.length];
  while (start < end && gone.has(chars[start]!)) start++;
  while (end > start && gone.has(chars[end - 1]!)) end--;
  return chars.slice(start, end).join('');
}

function splitAt(separator: string, input: string): string[] {
  return separator === '' ? [...input] : input.split(separator);
}

function splitAtMost(separator: string, count: number, input: string): string[] {
  if (count === 0) return [];
  if (separator === '') return unsure();
  const parts = input.split(separator);
  return parts.length <= count || count < 0 ? parts : [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)];
}

function numbered(parts: readonly string[]): Dict {
  return withNature<Dict>(new Map(parts.map((part, i): [string, Value] => [`_${i}`, part])), { of: 'string' });
}

/** A list that no match makes none of. */
function found(list: string[] | undefined): Value[] {
  return list && list.length > 0 ? strings(list) : withNature<Value[]>([], { of: 'string', isNil: true });
}

/** Pairs of a `must` form, which fails where the other does too, and the plain one. */
const withMust = (functions: Record<string, TextFunction>): Record<string, TextFunction> => Object.fromEntries(Object.entries(functions).flatMap(([name, one]) => [[name, one], [`must${name[0]!.toUpperCase()}${name.slice(1)}`, one]]));

const textOf: TextFunction = ['a', ([value]) => strval(value)];

export const textFunctions: Readonly<Record<string, TextFunction>> = {
  quote: ['a*', (args) => args.filter((one) => one !== null && one !== undefined).map((one) => quoted(strval(one))).join(' ')],
  squote: ['a*', (args) => args.filter((one) => one !== null && one !== undefined).map((one) => `'${printed(one)}'`).join(' ')],
  toString: textOf,
  print: ['a*', sprint],
  println: ['a*', (args) => `${args.map((one) => printed(one)).join(' ')}\n`],
  printf: ['s a*', ([format, ...args]) => (isMarked(string(format)) ? new Unknown(`printf ${string(format)}`) : sprintf(string(format), args))],
  cat: ['a*', (args) => args.filter((one) => one !== null && one !== undefined).map((one) => printed(one)).join(' ')],
  trim: on((input) => input.replace(outerSpaces[0], '').replace(outerSpaces[1], '')),
  trimAll: ['s s', ([cut, input]) => trimSet(string(input), string(cut))],
  base: on((path) => (path === '' ? '.' : path.replace(/\/+$/, '').split('/').at(-1)! || '/')),
  dir: on((path) => cleanPath(path.slice(0, path.lastIndexOf('/') + 1))),
  clean: on(cleanPath),
  ext: on((path) => /\.[^./]*$/.exec(path)?.[0] ?? ''),
  isAbs: ['s', ([path]) => string(path).startsWith('/')],
  trimSuffix: ['s s', ([suffix, input]) => (string(suffix) !== '' && string(input).endsWith(string(suffix)) ? string(input).slice(0, -string(suffix).length) : string(input))],
  trimPrefix: ['s s', ([prefix, input]) => (string(input).startsWith(string(prefix)) ? string(input).slice(string(prefix).length) : string(input))],
  // It takes bytes for characters.
  nospace: on((input) => (isMarked(input) ? input : bytes(input)).replace(spaces, '')),
  lower: on((input) => cased(input, lower)),
  upper: on((input) => cased(input, upper)),
  title: on(title),
  untitle: on((input) => input.replace(/(^|\s)(\S)/g, (_, before: string, first: string) => before + cased(first, lower))),
  snakecase: on((input) => words(input).join('_')),
  kebabcase: on((input) => words(input).join('-')),
  camelcase: on((input) => words(input).map((word) => word[0]!.toUpperCase() + word.slice(1)).join('')),
  trunc: ['i s', ([length, input]) => truncate(whole(length), string(input))],
  substr: ['i i s', ([start, end, input]) => substring(whole(start), whole(end), string(input))],
  abbrev: ['i s', ([width, input]) => (whole(width) < 4 || bytes(string(input)).length <= whole(width) ? string(input) : `${string(input).slice(0, whole(width) - 3)}...`)],
  repeat: ['i s', ([count, input]) => (whole(count) < 0 || whole(count) * string(input).length > longest ? unsure() : string(input).repeat(whole(count)))],
  replace: ['s s s', ([from, to, input]) => (string(from) === '' ? bytes(string(input)).replaceAll('', () => string(to)) : string(input).split(string(from)).join(string(to)))],
  indent: ['i s', ([count, input]) => indent(whole(count), string(input))],
  nindent: ['i s', ([count, input]) => `\n${indent(whole(count), string(input))}`],
  toYaml: ['a', ([value]) => toYaml(value)],
  mustToYaml: ['a', ([value]) => toYaml(value)],
  ...withMust({
    toJson: ['a', ([value]) => toJson(value)],
    toPrettyJson: ['a', ([value]) => toJson(value, { indent: '  ' })],
    toRawJson: ['a', ([value]) => toJson(value, { isRaw: true })],
    regexMatch: ['s s', ([pattern, input]) => matches(regex(string(pattern)), string(input))],
    regexFind: ['s s', ([pattern, input]) => find(regex(string(pattern)), string(input))],
    regexFindAll: ['s s i', ([pattern, input, count]) => found(findAll(regex(string(pattern)), string(input), whole(count)))],
    regexReplaceAll: ['s s s', ([pattern, input, by]) => replaceAll(regex(string(pattern)), string(input), string(by), false)],
    regexReplaceAllLiteral: ['s s s', ([pattern, input, by]) => replaceAll(regex(string(pattern)), string(input), string(by), true)],
    regexSplit: ['s s i', ([pattern, input, count]) => (whole(count) === 0 ? found(undefined) : strings(splitBy(regex(string(pattern)), string(pattern), string(input), whole(count))))],
  }),
  regexQuoteMeta: on((input) => input.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')),
  join: ['s a', ([separator, list]) => texts(list).join(string(separator))],
  splitList: ['s s', ([separator, input]) => strings(splitAt(string(separator), string(input)))],
  split: ['s s', ([separator, input]) => numbered(splitAt(string(separator), string(input)))],
  splitn: ['s i s', ([separator, count, input]) => numbered(splitAtMost(string(separator), whole(count), string(input)))],
  contains: ['s s', ([part, input]) => string(input).includes(string(part))],
  hasPrefix: ['s s', ([prefix, input]) => string(input).startsWith(string(prefix))],
  hasSuffix: ['s s', ([suffix, input]) => string(input).endsWith(string(suffix))],
  b64enc: on(base64),
  b64dec: on(unbase64),
  swapcase: on((input) => cased(bytes(input), (char) => (char === upper(char) ? lower(char) : upper(char)))),
  plural: ['s s i', ([one, many, count]) => (whole(count) === 1 ? one : many)],
  sortAlpha: ['a', ([list]) => strings(Array.isArray(list) || list instanceof Bytes ? texts(list).map(told).sort() : [printed(list)])],
  toStrings: ['a', ([list]) => strings(texts(list))],
};

/** Functions that carry an unknown part of a text along as it is. Of any other the result cannot be known then. */
export const carrying: ReadonlySet<string> = new Set(['quote', 'squote', 'toString', 'print', 'println', 'printf', 'cat', 'trim', 'trimAll', 'trimSuffix', 'trimPrefix', 'nospace', 'lower', 'upper', 'title', 'trunc', 'replace', 'indent', 'nindent', 'toYaml', 'mustToYaml', 'toJson', 'mustToJson', 'toPrettyJson', 'mustToPrettyJson', 'toRawJson', 'mustToRawJson', 'join']);

/** Questions about a text. A release's name is taken to be unlike any text of the chart. */
export const asking: ReadonlySet<string> = new Set(['contains', 'hasPrefix', 'hasSuffix', 'regexMatch', 'mustRegexMatch']);
