import { Bytes } from './bytes.ts';
import { GoNumber, shortest } from './number.ts';
import { isCollection, isDict, isMarked, mark, print, printed, Unknown, type Value } from './value.ts';
import { natureOf } from './lists.ts';

/* Go's fmt (pkg.go.dev/fmt), as far as charts use it. What is not listed is thrown, and unknown then. */

/** A width beyond this makes longer texts than any manifest. */
const widest = 1000;

/** The name of a value's type (%T). */
export function typeOf(value: Value): string {
  if (value === undefined || value === null) return '<nil>';
  if (value instanceof GoNumber) return value.type;
  if (isDict(value)) return value.constructor === Map && !natureOf(value).isNamed ? `map[string]${natureOf(value).of ?? 'interface {}'}` : refuse();
  if (value instanceof Bytes) return '[]uint8';
  if (Array.isArray(value)) return `[]${natureOf(value).of ?? 'interface {}'}`;
  switch (typeof value) {
    case 'string': return 'string';
    case 'boolean': return 'bool';
    case 'number': return 'int';
    default: return refuse();
  }
}

function refuse(): never {
  throw new TypeError('nothing is known of this');
}

/** A text in Go's quotes (strconv.Quote). */
export function quoted(text: string): string {
  const escapes: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\u0007': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v' };
  return `"${text.replace(/["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} \uE000\uE001]/gu, (char) => {
    const code = char.codePointAt(0)!;
    return escapes[char] ?? (code < 0x80 ? `\\x${hex(code, 2)}` : code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`);
  })}"`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}

/** A value as Sprig makes a text of it (sprig strings.go, strval): bytes are one. */
export function strval(value: Value): string {
  return value instanceof Bytes ? value.text : printed(value);
}

/** `print`: blanks stand between two operands neither of which is a text (fmt.Sprint). */
export function sprint(values: readonly Value[]): string {
  const isText = (value: Value): boolean => typeof value === 'string' || value instanceof Unknown;
  return values.map((value, i) => `${i > 0 && !isText(value) && !isText(values[i - 1]) ? ' ' : ''}${printed(value)}`).join('');
}

interface Directive {
  readonly verb: string;
  readonly flags: string;
  readonly width: number | undefined;
  readonly precision: number | undefined;
}

/** fmt.Sprintf. @throws TypeError for what is not known here, RangeError for longer texts than any manifest */
export function sprintf(format: string, values: readonly Value[]): string {
  let next = 0;
  const given = (text: string | undefined): number | undefined => {
    if (text === undefined) return undefined;
    const number = text === '*' ? values[next++] : Number(text);
    if (typeof number !== 'number' || Math.abs(number) > widest || number < 0) throw new RangeError('too wide');
    return number;
  };
  const text = format.replace(/%([-+# 0]*)(\*|\d+)?(?:\.(\*|\d*))?([\s\S]|$)/g, (_, flags: string, wide: string | undefined, exact: string | undefined, verb: string) => {
    const width = given(wide);
    const precision = given(exact === '' ? '0' : exact);
    if (verb === '%' && flags === '' && wide === undefined && exact === undefined) return '%';
    if (!/^[vsdqtxXfFgT]$/.test(verb)) refuse();
    if (next >= values.length) return `%!${verb}(MISSING)`;
    // For the default form a plus means the names of fields, and no sign.
    return formatted(values[next++], { verb, flags: verb === 'v' ? flags.replaceAll('+', '') : flags, width, precision }, true);
  });
  const extra = values.slice(next);
  return extra.length === 0 ? text : `${text}%!(EXTRA ${extra.map((value) => (value === undefined || value === null ? '<nil>' : `${typeOf(value)}=${printed(value)}`)).join(', ')})`;
}

function formatted(value: Value, directive: Directive, isTop: boolean): string {
  const { verb, flags } = directive;
  const isPlain = flags === '' && directive.width === undefined && directive.precision === undefined;
  if (value instanceof Unknown) return print(value);
  if (verb === 'T') return isPlain ? typeOf(value) : refuse();
  if ((value === undefined || value === null) && !isTop) return isPlain ? '<nil>' : refuse();
  if (value === undefined || value === null) return verb === 'v' ? padded('<nil>', directive) : isPlain ? `%!${verb}(<nil>)` : refuse();
  if (value instanceof Bytes) return /^[vd]$/.test(verb) && isPlain ? printed(value) : /^[sqx]$/.test(verb) ? scalar(value.text, directive)! : refuse();
  if (isCollection(value)) {
    if (flags.includes('#') || (!isTop && !isPlain)) return refuse();
    if (verb === 'v' && isPlain) return printed(value);
    if (isDict(value) || !/^[sqvd]$/.test(verb)) return refuse();
    return `[${value.map((one) => formatted(one, directive, false)).join(' ')}]`;
  }
  const written = scalar(value, directive);
  if (written !== undefined) return written;
  return isPlain ? `%!${verb}(${typeOf(value)}=${printed(value)})` : refuse();
}

/** A value that is no collection; undefined where the verb is not for its kind. */
function scalar(value: string | number | boolean | GoNumber, directive: Directive): string | undefined {
  const { verb, precision } = directive;
  if (typeof value === 'string') {
    if (isMarked(value)) return verb === 'q' ? quoted(value) : /^[sv]$/.test(verb) ? value : mark(new Unknown(`printf "%${verb}" ${value}`));
    const cut = precision === undefined ? value : [...value].slice(0, precision).join('');
    if (verb === 's' || verb === 'v') return directive.flags.includes('#') ? refuse() : padded(cut, directive);
    if (verb === 'q') return directive.flags.replace('-', '') === '' ? padded(quoted(cut), directive) : refuse();
    if (verb === 'x' && directive.flags === '' && precision === undefined) return padded([...new TextEncoder().encode(value)].map((byte) => hex(byte, 2)).join(''), directive);
    return verb === 'x' || verb === 'X' ? refuse() : undefined;
  }
  if (typeof value === 'boolean') return verb === 't' || verb === 'v' ? padded(String(value), directive) : undefined;
  if (typeof value === 'number' || value.type !== 'float64') return integer(Number(typeof value === 'number' ? value : value.value), directive);
  return float(value.value, directive);
}

function integer(value: number, directive: Directive): string | undefined {
  const { verb, flags, precision } = directive;
  if (verb === 'q') return refuse();
  if (!/^[vdxX]$/.test(verb)) return undefined;
  if (precision !== undefined || (flags.includes('#') && verb === 'v')) return refuse();
  const digits = Math.abs(value).toString(verb === 'x' || verb === 'X' ? 16 : 10);
  const prefix = flags.includes('#') && verb !== 'd' ? `0${verb}` : '';
  if (prefix !== '' && flags.includes('0')) return refuse();
  return signed(value < 0, `${prefix}${verb === 'X' ? digits.toUpperCase() : digits}`, directive);
}

function float(value: number, directive: Directive): string | undefined {
  const { verb, flags, precision } = directive;
  if (verb === 'x' || verb === 'X') return refuse();
  if (!/^[vgfF]$/.test(verb)) return undefined;
  if (!Number.isFinite(value) || flags.includes('#') || Math.abs(value) >= 1e21) return refuse();
  if (verb === 'v' || verb === 'g') return precision === undefined ? signed(value < 0 || Object.is(value, -0), shortest(Math.abs(value)), directive) : refuse();
  const digits = precision ?? 6;
  // A tie is rounded to even by Go, and up here.
  if (digits > 40 || /^50*$/.test(Math.abs(value).toFixed(100).split('.')[1]!.slice(digits))) return refuse();
  return signed(value < 0 || Object.is(value, -0), Math.abs(value).toFixed(digits), directive);
}

function signed(isNegative: boolean, digits: string, { flags, width = 0 }: Directive): string {
  const sign = isNegative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  if (flags.includes('-')) return (sign + digits).padEnd(width);
  return flags.includes('0') ? sign + digits.padStart(width - sign.length, '0') : (sign + digits).padStart(width);
}

function padded(text: string, { flags, width = 0 }: Directive): string {
  const missing = Math.max(0, width - [...text].length);
  return flags.includes('-') ? text + ' '.repeat(missing) : (flags.includes('0') ? '0' : ' ').repeat(missing) + text;
}
