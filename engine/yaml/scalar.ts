import type { Dialect, ScalarValue } from './node.ts';

/**
 * What a plain scalar means. kubectl and Helm read YAML 1.1 by go-yaml's rules (sigs.k8s.io/yaml v1.6.0): `no`, `off`
 * and `y` are booleans, 0644 is octal, times and dates stay strings. Kustomize keeps all but true/false as strings.
 * Rows: semantics.md 11.1 and 11.2b, each a test.
 */
export function resolvePlain(source: string, dialect: Dialect): ScalarValue {
  if (source === '' || source === '~' || source === 'null' || source === 'Null' || source === 'NULL') return null;
  const boolean = dialect === 'kustomization' ? coreBooleans.get(source) : booleans.get(source);
  if (boolean !== undefined) return boolean;
  const first = source.charCodeAt(0);
  const numeric = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46;
  return numeric ? resolveNumber(source) : source;
}

/** The string that a mapping key becomes: keys of any scalar type end as strings (JSON has no others). */
export function resolveKey(source: string, style: 'plain' | 'quoted', dialect: Dialect): string {
  if (style === 'quoted') return source;
  const value = resolvePlain(source, dialect);
  if (dialect === 'kustomization' && typeof value === 'boolean') return source;
  return value === null ? source : String(value);
}

const coreBooleans = new Map<string, boolean>([['true', true], ['True', true], ['TRUE', true], ['false', false], ['False', false], ['FALSE', false]]);

const booleans = new Map<string, boolean>([
  ...coreBooleans,
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'].map((word): [string, boolean] => [word, true]),
  ...['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF'].map((word): [string, boolean] => [word, false]),
]);

function resolveNumber(source: string): ScalarValue {
  const negative = source.startsWith('-');
  const digits = source.replace(/^[-+]/, '').replace(/_/g, '');
  const sign = negative ? -1 : 1;
  if (/^0[xX][0-9a-fA-F]+$/.test(digits)) return sign * parseInt(digits.slice(2), 16);
  if (/^0[bB][01]+$/.test(digits)) return sign * parseInt(digits.slice(2), 2);
  if (/^0[oO][0-7]+$/.test(digits)) return sign * parseInt(digits.slice(2), 8);
  if (/^0[0-7]+$/.test(digits)) return sign * parseInt(digits, 8);
  if (/^(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/.test(digits) && /^[-+]?[0-9.]/.test(source)) return sign * Number(digits) + 0;
  return source;
}
