import { Bytes } from './bytes.ts';
import { resolvePlain } from '../yaml/scalar.ts';
import { GoNumber } from './number.ts';
import { natureOf } from './lists.ts';
import { isCollection, isDict, isMarked, print, Struct, Unknown, type Dict, type Value } from './value.ts';

/*
 * What `toYaml` and `toJson` write: Go's encoding/json, and sigs.k8s.io/yaml, which makes YAML of JSON with the emitter of
 * go.yaml.in/yaml/v2 (emitterc.go, encode.go, sorter.go).
 */

/** Longer than any manifest is what takes more values than this. */
const mostValues = 200_000;
/** Where the emitter begins a new line, at the next blank. */
const width = 80;
/** Longer keys are written in a form of their own. */
const longestKey = 128;

interface Left { values: number }

function spend(left: Left): void {
  if (--left.values < 0) throw new RangeError('too many values');
}

/** Writes a value as Helm's `toYaml` does, without the last line break. @throws RangeError for more than any manifest, TypeError where versions of Helm differ */
export function toYaml(value: Value): string {
  return node(value, 0, 0, { values: mostValues });
}

/** A value whose block stands at an indentation and whose first line begins at a column. */
function node(value: Value, indent: number, column: number, left: Left): string {
  spend(left);
  if (value instanceof Struct) throw new TypeError('differs between versions');
  if (isDict(value) && value.size > 0) return mapping(value, indent, left);
  if (Array.isArray(value) && value.length > 0) return value.map((one) => `- ${node(one, indent + 2, indent + 2, left)}`).join(`\n${' '.repeat(indent)}`);
  if (isDict(value) || Array.isArray(value)) return natureOf(value).isNil ? 'null' : isDict(value) ? '{}' : '[]';
  if (value === undefined || value === null) return 'null';
  if (value instanceof GoNumber) return numeral(value);
  if (value instanceof Bytes) return value.isNil ? 'null' : scalar(value.toBase64(), indent, column);
  if (typeof value === 'string') return scalar(value, indent, column);
  return print(value);
}

function mapping(dict: Dict, indent: number, left: Left): string {
  return sorted([...dict.keys()]).map((name) => {
    const key = word(name);
    const value = dict.get(name);
    if (isDict(value) && !(value instanceof Struct) && value.size > 0) return `${key}:\n${' '.repeat(indent + 2)}${node(value, indent + 2, 0, left)}`;
    // A list is no deeper than the key that it belongs to.
    if (Array.isArray(value) && value.length > 0) return `${key}:\n${' '.repeat(indent)}${node(value, indent, 0, left)}`;
    return `${key}: ${node(value, indent + 2, indent + key.length + 2, left)}`;
  }).join(`\n${' '.repeat(indent)}`);
}

/** A number through JSON into YAML: whole ones without an exponent as long as 64 bits hold them. */
function numeral({ type, value }: GoNumber): string {
  if (!Number.isFinite(value)) throw new TypeError('no JSON');
  if (type !== 'float64' || (Number.isInteger(value) && value < 2 ** 64 && value >= -(2 ** 63))) return String(value === 0 ? 0 : value);
  return new GoNumber('float64', value).toString();
}

const timestamp = /^\d{4}-\d\d?-\d\d?(?:(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?)?$/;
const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

/** What a YAML reader would not take for a text. */
function isNoText(text: string): boolean {
  return timestamp.test(text) || base60.test(text) || typeof resolvePlain(text, 'kubernetes') !== 'string';
}

/** What the emitter writes as it is; without the planes beyond the first, as it has it. */
const isPrintable = /^[\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]*$/;

/** Which forms a text may have (yaml_emitter_analyze_scalar). */
function formsOf(text: string): { readonly plain: boolean; readonly single: boolean; readonly block: boolean } {
  if (/[\u0085\u2028\u2029]/.test(text)) throw new TypeError('a line break of its own kind');
  const isSpecial = !isPrintable.test(text) || / \n/.test(text);
  const hasIndicator = /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[?:-](?:[ \t\n]|$))|:(?:[ \t\n]|$)|[ \t\n]#/.test(text);
  const hasBreakSpace = /\n /.test(text);
  return {
    plain: !isSpecial && !hasIndicator && !/^[ \n]|[ \n]$|\n/.test(text),
    single: !isSpecial && !hasBreakSpace,
    block: !isSpecial && !text.endsWith(' '),
  };
}

/** A key, on one line. */
function word(text: string): string {
  if (text.length > longestKey || text.includes('\n')) throw new TypeError('a key of its own form');
  const forms = formsOf(text);
  if (isNoText(text)) return doubleQuoted(text, undefined);
  return forms.plain ? text : forms.single ? singleQuoted(text, undefined) : doubleQuoted(text, undefined);
}

interface Folding {
  /** Of the lines that follow the first. */
  readonly indent: number;
  /** Where the first begins. */
  readonly column: number;
}

function scalar(text: string, outer: number, column: number): string {
  const forms = text === '' ? { plain: true, single: true, block: false } : formsOf(text);
  const indent = column === 0 ? 2 : outer;
  // A text with an unknown in it is as long as who knows what.
  const folding = isMarked(text) ? undefined : { indent, column };
  if (text.includes('\n')) return forms.block ? literal(text, indent) : doubleQuoted(text, folding);
  if (isNoText(text)) return doubleQuoted(text, folding);
  return forms.plain ? folded(text, folding, false) : forms.single ? singleQuoted(text, folding) : doubleQuoted(text, folding);
}

function literal(text: string, indent: number): string {
  const hint = /^[ \n]/.test(text) ? '2' : '';
  const chomping = !text.endsWith('\n') ? '-' : text === '\n' || text.endsWith('\n\n') ? '+' : '';
  const lines = text.replace(/\n$/, '').split('\n').map((line) => (line === '' ? '' : ' '.repeat(indent) + line));
  return `|${hint}${chomping}\n${lines.join('\n')}`;
}

function singleQuoted(text: string, folding: Folding | undefined): string {
  return `'${folded(text, folding && { ...folding, column: folding.column + 1 }, true).replaceAll("'", "''")}'`;
}

/** Breaks a text at blanks beyond the width. */
function folded(text: string, folding: Folding | undefined, isQuoted: boolean): string {
  if (!folding) return text;
  const chars = [...text];
  let { column } = folding;
  let wasSpace = false;
  return chars.map((char, i) => {
    const isSpace = char === ' ';
    const breaks = isSpace && !wasSpace && column > width && chars[i + 1] !== ' ' && (!isQuoted || (i > 0 && i < chars.length - 1));
    wasSpace = isSpace;
    column = breaks ? folding.indent : column + (isQuoted && char === "'" ? 2 : 1);
    return breaks ? `\n${' '.repeat(folding.indent)}` : char;
  }).join('');
}

const escapes: Readonly<Record<string, string>> = { '\0': '\\0', '\u0007': '\\a', '\b': '\\b', '\t': '\\t', '\n': '\\n', '\v': '\\v', '\f': '\\f', '\r': '\\r', '\u001b': '\\e', '"': '\\"', '\\': '\\\\', '\u0085': '\\N', '\u00a0': '\\_', '\u2028': '\\L', '\u2029': '\\P' };

function doubleQuoted(text: string, folding: Folding | undefined): string {
  const chars = [...text];
  let column = (folding?.column ?? 0) + 1;
  let wasSpace = false;
  const written = chars.map((char, i) => {
    if (char === ' ') {
      const breaks = folding && !wasSpace && column > width && i > 0 && i < chars.length - 1;
      wasSpace = true;
      column = breaks ? folding.indent + (chars[i + 1] === ' ' ? 1 : 0) : column + 1;
      return breaks ? `\n${' '.repeat(folding.indent)}${chars[i + 1] === ' ' ? '\\' : ''}` : char;
    }
    wasSpace = false;
    const code = char.codePointAt(0)!;
    const isPlain = char !== '"' && char !== '\\' && char !== '\n' && isPrintable.test(char);
    const made = isPlain ? char : escapes[char] ?? (code <= 0xff ? `\\x${hex(code, 2)}` : code <= 0xffff ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`);
    column += made.length;
    return made;
  });
  return `"${written.join('')}"`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).toUpperCase().padStart(digits, '0');
}

/** Keys in the order of the emitter's sorter, numbers in them by their size. */
function sorted(keys: string[]): string[] {
  // Where versions of Helm differ on a pair, the order of the others may hang on it.
  const numbered = keys.filter((key) => /\p{Nd}\p{L}/u.test(key));
  if (numbered.length <= 100) for (const one of numbered) for (const other of keys) if (one !== other) isBefore([...one], [...other]);
  return keys.sort((a, b) => (a === b ? 0 : isBefore([...a], [...b]) ? -1 : 1));
}

function isBefore(a: readonly string[], b: readonly string[]): boolean {
  const isDigit = (char: string | undefined): boolean => char !== undefined && /\p{Nd}/u.test(char);
  const isLetter = (char: string): boolean => /\p{L}/u.test(char);
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [one, other] = [a[i]!, b[i]!];
    if (one === other) continue;
    const [letter, otherLetter] = [isLetter(one), isLetter(other)];
    if (letter && otherLetter) return one < other;
    if (letter || otherLetter) {
      // Behind digits, Helm 4 has letters first.
      if (i > 0 && isDigit(a[i - 1])) throw new TypeError('ordered differently by different versions of Helm');
      return otherLetter;
    }
    let [left, right] = [0, 0];
    if (one === '0' || other === '0') {
      for (let j = i - 1; j >= 0 && isDigit(a[j]); j--) if (a[j] !== '0') { [left, right] = [1, 1]; break; }
    }
    let [end, otherEnd] = [i, i];
    for (; isDigit(a[end]); end++) left = left * 10 + Number(a[end]);
    for (; isDigit(b[otherEnd]); otherEnd++) right = right * 10 + Number(b[otherEnd]);
    if (left !== right) return left < right;
    if (end !== otherEnd) return end < otherEnd;
    return one < other;
  }
  return a.length < b.length;
}

/** How `toJson` and its kin write. */
interface JsonStyle {
  /** Of one level, if each value has its line. */
  readonly indent?: string;
  /** Whether <, > and & are left as they are. */
  readonly isRaw?: boolean;
}

/** Writes a value as `toJson` does. @throws RangeError for more than any manifest */
export function toJson(value: Value, style: JsonStyle = {}): string {
  return json(value, style, '', { values: mostValues });
}

function json(value: Value, style: JsonStyle, before: string, left: Left): string {
  spend(left);
  if (value === undefined || value === null) return 'null';
  if (value instanceof Struct) throw new TypeError('differs between versions');
  if (value instanceof Unknown) return jsonText(print(value), style);
  if (typeof value === 'string') return jsonText(value, style);
  if (value instanceof GoNumber) {
    if (!Number.isFinite(value.value)) throw new TypeError('no JSON');
    return Object.is(value.value, -0) ? '-0' : String(value.value);
  }
  if (value instanceof Bytes) return value.isNil ? 'null' : jsonText(value.toBase64(), style);
  if (!isCollection(value)) return String(value);
  if (natureOf(value).isNil) return 'null';
  const inside = before + (style.indent ?? '');
  const parts = isDict(value)
    ? [...value.keys()].sort().map((key) => `${jsonText(key, style)}:${style.indent ? ' ' : ''}${json(value.get(key), style, inside, left)}`)
    : value.map((one) => json(one, style, inside, left));
  const [open, close] = isDict(value) ? ['{', '}'] : ['[', ']'];
  return style.indent && parts.length > 0 ? `${open}\n${inside}${parts.join(`,\n${inside}`)}\n${before}${close}` : `${open}${parts.join(',')}${close}`;
}

function jsonText(text: string, { isRaw }: JsonStyle): string {
  const escaped = JSON.stringify(text).replace(/[\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`);
  return isRaw ? escaped : escaped.replace(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`);
}
