import type { Dialect, ScalarValue } from './node.ts';
import { resolvePlain } from './scalar.ts';
import { isoTimestamp } from './timestamp.ts';

const core = 'tag:yaml.org,2002:';

/** What a tagged scalar means, or why it cannot be read. */
export type Tagged = { readonly value: ScalarValue } | { readonly refused: string };

/**
 * Reads a scalar with an explicit tag as go-yaml does (resolve.go): the core tags insist on their type, whether quoted
 * or not; `!!binary` is decoded to text; any other tag is ignored and leaves a string.
 */
export function resolveTagged(tag: string, source: string, plain: boolean, dialect: Dialect): Tagged {
  if (tag === '!') return { value: plain && dialect === 'kustomization' ? resolvePlain(source, dialect) : source };
  if (!tag.startsWith(core)) return { value: source };
  const name = tag.slice(core.length);
  if (name === 'binary') return decodeBinary(source);
  const accepts = types.get(name);
  if (!accepts) return { value: source };
  const value = resolvePlain(source, dialect);
  return accepts(value, source) ? { value: name === 'timestamp' && dialect !== 'kustomization' ? source : value } : { refused: `\`${source}\` is not what its tag !!${name} says` };
}

const types = new Map<string, (value: ScalarValue, source: string) => boolean>([
  ['null', (value) => value === null],
  ['bool', (value) => typeof value === 'boolean'],
  ['int', (value, source) => Number.isInteger(value) && !/[.eE]/.test(source.replace(/^[-+]?0[xX].*/, ''))],
  ['float', (value) => typeof value === 'number'],
  ['timestamp', (_, source) => isoTimestamp(source) !== undefined],
]);

/** Standard base64 with padding, as Go's StdEncoding takes it; line breaks within are skipped. */
function decodeBinary(source: string): Tagged {
  const text = source.replace(/[\r\n]/g, '');
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return { refused: 'a !!binary value is not valid base64' };
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  return { value: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes) };
}
