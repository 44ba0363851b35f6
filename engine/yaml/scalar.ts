import type { Dialect, ScalarValue } from './node.ts';
import { isoTimestamp } from './timestamp.ts';

/**
 * What a plain scalar means. kubectl and Helm read YAML 1.1 by go-yaml's rules (resolve.go of go.yaml.in/yaml/v2, under
 * sigs.k8s.io/yaml v1.6.0): `no`, `off` and `y` are booleans, 0644 is octal, times and dates stay strings. Kustomize
 * (go-yaml v3) knows true and false only and writes dates out in full. An infinity or NaN has no place in JSON: both
 * tools refuse the object, the caller has to. Rows: semantics.md 11.1 and 11.2b, each a test.
 */
export function resolvePlain(source: string, dialect: Dialect): ScalarValue {
  const first = source.charCodeAt(0);
  if ((first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46) return resolveNumeric(source, dialect);
  if (source.length > 5) return source;
  if (source === '' || source === '~' || source === 'null' || source === 'Null' || source === 'NULL') return null;
  return (dialect === 'kustomization' ? coreBooleans : booleans).get(source) ?? source;
}

/** The string that a mapping key becomes: keys of any scalar type end as strings (JSON has no others); kustomize keeps them as written. */
export function resolveKey(source: string, style: 'plain' | 'quoted', dialect: Dialect): string {
  if (style === 'quoted' || dialect === 'kustomization') return source;
  const value = resolvePlain(source, dialect);
  return typeof value === 'number' ? numberKey(value, source) : value === null ? source : String(value);
}

const coreBooleans = new Map<string, boolean>([['true', true], ['True', true], ['TRUE', true], ['false', false], ['False', false], ['FALSE', false]]);

const booleans = new Map<string, boolean>([
  ...coreBooleans,
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'].map((word): [string, boolean] => [word, true]),
  ...['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF'].map((word): [string, boolean] => [word, false]),
]);

const notFinite = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
/** strconv.ParseFloat takes single underscores between digits; this path keeps them, the other drops all. */
const dotFloat = /^\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?$/;
const integer = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

function resolveNumeric(source: string, dialect: Dialect): ScalarValue {
  if (source.charCodeAt(0) === 46 ? notFinite.test(source) : source.charCodeAt(1) === 46 && notFinite.test(source)) return source.endsWith('nan') || source.endsWith('NaN') || source.endsWith('NAN') ? NaN : source.startsWith('-') ? -Infinity : Infinity;
  if (source.charCodeAt(0) === 46) return dotFloat.test(source) ? finite(Number(source.replaceAll('_', '')), source) : source;
  if (dialect === 'kustomization') {
    const time = isoTimestamp(source);
    if (time !== undefined) return time;
  }
  const digits = source.includes('_') ? source.replaceAll('_', '') : source;
  if (integer.test(digits)) {
    const value = parseInteger(digits);
    if (value !== undefined) return value;
  }
  return float.test(digits) ? finite(Number(digits) + 0, source) : source;
}

/** A decimal of any size, or one of the other bases up to 64 bits; undefined where Go's ParseInt and ParseUint both refuse. */
function parseInteger(digits: string): number | undefined {
  const sign = digits.startsWith('-') ? -1 : 1;
  const bare = /^[-+]/.test(digits) ? digits.slice(1) : digits;
  if (!bare.startsWith('0') || bare === '0') return sign * Number(bare) + 0;
  const letter = bare.charCodeAt(1) | 32;
  const base = letter === 120 ? 16 : letter === 98 ? 2 : 8;
  const value = parseInt(letter >= 98 ? bare.slice(2) : bare.slice(1), base);
  return value < (sign < 0 ? 2 ** 63 : 2 ** 64) ? sign * value + 0 : undefined;
}

function finite(value: number, source: string): ScalarValue {
  return Number.isFinite(value) ? value : source;
}

/** How sigs.k8s.io/yaml writes a numeric key: integers in decimal, others as strconv.FormatFloat(key, 'g', -1, 32). */
function numberKey(value: number, source: string): string {
  const digits = source.replaceAll('_', '');
  if (integer.test(digits) && Math.abs(value) < 2 ** 64) return Number.isSafeInteger(value) || !/^[-+]?[1-9]/.test(digits) ? String(value) : BigInt(digits.replace('+', '')).toString();
  if (Number.isNaN(value)) return '.nan';
  const single = Math.fround(value);
  if (!Number.isFinite(single)) return single < 0 ? '-.inf' : '.inf';
  const shortest = shortestFloat32(single);
  const at = shortest.indexOf('e');
  const exponent = Number(shortest.slice(at + 1));
  if (exponent >= -4 && exponent < 6) return String(Number(shortest));
  return `${shortest.slice(0, at)}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** The shortest decimal that reads back as the same 32-bit float, as `d.ddde±x`. */
function shortestFloat32(value: number): string {
  for (let precision = 0; precision < 9; precision++) {
    const text = value.toExponential(precision);
    if (Math.fround(Number(text)) === value) return text;
  }
  return value.toExponential();
}
