import { resolvePlain } from '../yaml/scalar.ts';
import { isCollection, isDict, print, Unknown, type Value } from './value.ts';

/** What needs no quotes, if it is taken for a string. */
const plain = /^[\w./][\w./:@+=-]*(?: [\w./@+=()-]+)*$/;

/** Writes a value as Helm's `toYaml` does (sigs.k8s.io/yaml: keys sorted, block style), without the last line break. */
export function toYaml(value: Value): string {
  return lines(value).join('\n');
}

function lines(value: Value): string[] {
  if (isDict(value) && value.size > 0) {
    return [...value].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([key, one]) => {
      if (isDict(one) && one.size > 0) return [`${word(key)}:`, ...lines(one).map(indented)];
      if (Array.isArray(one) && one.length > 0) return [`${word(key)}:`, ...lines(one)];
      const [first, ...text] = lines(one);
      return [`${word(key)}: ${first}`, ...text];
    });
  }
  if (Array.isArray(value) && value.length > 0) return value.flatMap((one) => lines(one).map((line, i) => (i === 0 ? `- ${line}` : isCollection(one) ? indented(line) : line)));
  if (isDict(value)) return ['{}'];
  if (Array.isArray(value)) return ['[]'];
  if (value === undefined || value === null) return ['null'];
  return typeof value === 'string' ? block(value) ?? [word(value)] : [print(value)];
}

function indented(line: string): string {
  return line === '' ? '' : `  ${line}`;
}

/** A text of several lines in literal style; undefined for what that style cannot hold as it is. */
function block(text: string): string[] | undefined {
  if (!text.includes('\n') || /^[\s]|[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\ud800-\udfff]/.test(text)) return undefined;
  const body = text.replace(/\n+$/, '');
  const ends = text.length - body.length;
  return [ends === 0 ? '|-' : ends === 1 ? '|' : '|+', ...body.split('\n').map(indented), ...Array<string>(Math.max(0, ends - 1)).fill('')];
}

function word(text: string): string {
  return plain.test(text) && !text.endsWith(':') && typeof resolvePlain(text, 'kubernetes') === 'string' ? text : /^[\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\ud800-\udfff]+$/.test(text) ? `'${text.replaceAll("'", "''")}'` : JSON.stringify(text);
}

/** Writes a value as `toJson` does. */
export function toJson(value: Value): string {
  if (value === undefined || value === null) return 'null';
  if (isDict(value)) return `{${[...value].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => `${JSON.stringify(key)}:${toJson(one)}`).join(',')}}`;
  if (Array.isArray(value)) return `[${value.map(toJson).join(',')}]`;
  return value instanceof Unknown ? JSON.stringify(print(value)) : JSON.stringify(value);
}
