import { resolvePlain } from '../yaml/scalar.ts';
import { isDict, print, Unknown, type Value } from './value.ts';

/** What needs no quotes, if it is taken for a string. */
const plain = /^[\w./][\w./:@+=-]*(?: [\w./@+=()-]+)*$/;

/** Writes a value as Helm's `toYaml` does (sigs.k8s.io/yaml: keys sorted, block style), without the last line break. */
export function toYaml(value: Value): string {
  return lines(value).join('\n');
}

function lines(value: Value): string[] {
  if (isDict(value) && value.size > 0) {
    return [...value].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([key, one]) => {
      if (isDict(one) && one.size > 0) return [`${word(key)}:`, ...lines(one).map((line) => `  ${line}`)];
      if (Array.isArray(one) && one.length > 0) return [`${word(key)}:`, ...lines(one)];
      return [`${word(key)}: ${lines(one)[0]}`];
    });
  }
  if (Array.isArray(value) && value.length > 0) return value.flatMap((one) => lines(one).map((line, i) => `${i === 0 ? '- ' : '  '}${line}`));
  if (isDict(value)) return ['{}'];
  if (Array.isArray(value)) return ['[]'];
  if (value === undefined || value === null) return ['null'];
  return [typeof value === 'string' ? word(value) : print(value)];
}

function word(text: string): string {
  return plain.test(text) && !text.endsWith(':') && typeof resolvePlain(text, 'kubernetes') === 'string' ? text : JSON.stringify(text);
}

/** Writes a value as `toJson` does. */
export function toJson(value: Value): string {
  if (value === undefined || value === null) return 'null';
  if (isDict(value)) return `{${[...value].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => `${JSON.stringify(key)}:${toJson(one)}`).join(',')}}`;
  if (Array.isArray(value)) return `[${value.map(toJson).join(',')}]`;
  return value instanceof Unknown ? JSON.stringify(print(value)) : JSON.stringify(value);
}
