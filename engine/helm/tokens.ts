import { float64, type GoNumber } from './number.ts';
import { Unknown } from './value.ts';

/** A token of an action. `joined`: it follows the one before without a blank. */
export type Token =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number | GoNumber | Unknown }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'field'; readonly name: string; readonly joined: boolean }
  | { readonly kind: 'dot' }
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'mark'; readonly text: string };

export interface ActionTokens {
  readonly tokens: readonly Token[];
  /** Whether the action ends with ` -}}`. */
  readonly trimsAfter: boolean;
  /** Behind the closing braces. */
  readonly end: number;
}

const space = /[ \t\r\n]+/y;
const shapes: readonly [RegExp, (match: RegExpExecArray, joined: boolean) => Token | undefined][] = [
  [/"(?:[^"\\\n]|\\.)*"/y, ([text]) => stringToken(text)],
  [/`[^`]*`/y, ([text]) => ({ kind: 'string', value: text.slice(1, -1).replaceAll('\r', '') })],
  [/'(?:[^'\\\n]|\\(?:[^\n]+?))'/y, ([text]) => characterToken(text)],
  [/[-+]?(?:0[xX][0-9a-fA-F_]+(?:p[-+]?\d+)?|0[oO]?[0-7_]+|0[bB][01_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d+)?)(?![\w.])/y, ([text]) => numberToken(text)],
  [/\$[\p{L}\p{N}_]*/uy, ([text]) => ({ kind: 'variable', name: text })],
  [/\.([\p{L}_][\p{L}\p{N}_]*)/uy, (match, joined) => ({ kind: 'field', name: match[1]!, joined })],
  [/\./y, () => ({ kind: 'dot' })],
  [/[\p{L}_][\p{L}\p{N}_]*/uy, ([text]) => ({ kind: 'word', text })],
  [/:=|[=|(),]/y, ([text]) => ({ kind: 'mark', text })],
];

/** The tokens of an action whose inside starts at an offset; undefined where it does not end or holds what is no token. */
export function tokensOf(text: string, from: number): ActionTokens | undefined {
  const tokens: Token[] = [];
  let at = from;
  for (;;) {
    const before = at;
    space.lastIndex = at;
    if (space.test(text)) at = space.lastIndex;
    if (text.startsWith('}}', at)) return { tokens, trimsAfter: false, end: at + 2 };
    if (text.startsWith('-}}', at) && at > before) return { tokens, trimsAfter: true, end: at + 3 };
    const token = next(text, at, at === before && at > from);
    if (!token) return undefined;
    tokens.push(token.token);
    at = token.end;
  }
}

function next(text: string, at: number, joined: boolean): { token: Token; end: number } | undefined {
  for (const [shape, make] of shapes) {
    shape.lastIndex = at;
    const match = shape.exec(text);
    const token = match && make(match, joined);
    if (token) return { token, end: shape.lastIndex };
  }
  return undefined;
}

/** With Go's escapes beyond JSON's: \a \v \' \x41 \101 \U0001F600. */
function stringToken(text: string): Token | undefined {
  const value = unescaped(text);
  return value === undefined ? undefined : { kind: 'string', value };
}

/** A character between single quotes is the number that it has. */
function characterToken(text: string): Token | undefined {
  const inside = text.slice(1, -1);
  const value = inside === '"' ? inside : unescaped(`"${inside}"`);
  return value === undefined || [...value].length !== 1 ? undefined : { kind: 'number', value: value.codePointAt(0)! };
}

function unescaped(text: string): string | undefined {
  const json = text.replace(/\\(\\|x[0-9a-fA-F]{2}|[0-7]{3}|U[0-9a-fA-F]{8}|[av'])/g, (whole, escape: string) => {
    if (escape === '\\') return whole;
    const code = escape[0] === 'x' || escape[0] === 'U' ? parseInt(escape.slice(1), 16) : escape === 'a' ? 7 : escape === 'v' ? 11 : escape === "'" ? 39 : parseInt(escape, 8);
    return code > 0x10ffff ? '' : JSON.stringify(String.fromCodePoint(code)).slice(1, -1);
  }).replaceAll('\t', '\\t');
  try {
    return JSON.parse(json) as string;
  } catch {
    return undefined;
  }
}

/** A number that is written with a point or an exponent is a float64, any other an int, which has 64 bits (text/template/parse, newNumber). */
function numberToken(text: string): Token | undefined {
  const plain = text.replaceAll('_', '').replace(/^([-+]?)0(\d+)$/, '$10o$2');
  const sign = plain.startsWith('-') ? -1 : 1;
  const isHex = /^[-+]?0x/i.test(plain);
  const [mantissa, power] = isHex ? plain.split('p') : [plain];
  const value = sign * Number(mantissa!.replace(/^[-+]/, '')) * 2 ** Number(power ?? 0);
  if (Number.isNaN(value)) return undefined;
  if (power !== undefined || (!isHex && /[.eE]/.test(plain))) return { kind: 'number', value: float64(value) };
  if (Math.abs(value) >= 2 ** 63) return undefined;
  return { kind: 'number', value: Number.isSafeInteger(value) ? value : new Unknown(text) };
}
