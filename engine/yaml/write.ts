import { resolvePlain } from './scalar.ts';

/** How new text is written, so that it looks like the text around it. */
export interface WriteStyle {
  /** Columns between a key and the keys below it. */
  readonly step: number;
  /** Columns between a key and the dashes of its list; 0 as kubectl writes it. */
  readonly listIndent: number;
  readonly eol: '\n' | '\r\n';
  /** JSON: every key and string in double quotes. */
  readonly json: boolean;
  /** Strings in double quotes, keys plain: KYAML. */
  readonly quoted: boolean;
  /** Flow text without blanks behind colons and commas. */
  readonly tight: boolean;
}

type Collection = readonly unknown[] | Readonly<Record<string, unknown>>;

/** Whether a value is written on lines of its own in block style: a mapping or list that holds something. */
export function isCollection(value: unknown): value is Collection {
  return typeof value === 'object' && value !== null && (Array.isArray(value) ? value.length > 0 : fields(value).length > 0);
}

/** The entries of plain data that are written: `undefined` is no value. */
function fields(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, one]) => one !== undefined);
}

/**
 * A value in block style, as lines that are all fully indented to `column`. `literals` allows block texts for strings of
 * several lines: not where something may still follow on the last line.
 */
export function blockLines(value: Collection, column: number, style: WriteStyle, literals: boolean): string[] {
  const pad = ' '.repeat(column);
  if (!Array.isArray(value)) return fields(value).flatMap(([key, one]) => entryLines(key, one, column, style, literals));
  return value.flatMap((item) => {
    if (!isCollection(item)) return scalarLines(`${pad}-`, item, column, style, literals);
    const lines = blockLines(item, column + 2, style, literals);
    return [`${pad}- ${lines[0]!.slice(column + 2)}`, ...lines.slice(1)];
  });
}

/** `key: value` in block style, fully indented to `column`. */
export function entryLines(key: string, value: unknown, column: number, style: WriteStyle, literals: boolean): string[] {
  const head = `${' '.repeat(column)}${writeKey(key, style)}:`;
  if (!isCollection(value)) return scalarLines(head, value, column, style, literals);
  return [head, ...blockLines(value, column + (Array.isArray(value) ? style.listIndent : style.step), style, literals)];
}

function scalarLines(head: string, value: unknown, column: number, style: WriteStyle, literals: boolean): string[] {
  if (!literals || typeof value !== 'string' || !isText(value)) return [`${head} ${writeInline(value, { ...style, tight: false })}`];
  const body = value.endsWith('\n') ? value.slice(0, -1) : value;
  const pad = ' '.repeat(column + style.step);
  return [`${head} ${value.endsWith('\n') ? '|' : '|-'}`, ...body.split('\n').map((line) => (line === '' ? '' : pad + line))];
}

/** Whether a string can stand as a block text and read back the same: several lines, no odd blanks or characters. */
function isText(value: string): boolean {
  return value.includes('\n') && /^[^\s]/.test(value) && !/\n\n$/.test(value) && /^[\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]*$/.test(value);
}

/** A value on one line: a scalar, or flow style. */
export function writeFlow(value: unknown, style: WriteStyle): string {
  if (typeof value === 'string') return style.json || style.quoted || !isPlain(value, 'flow') ? quote(value) : value;
  if (typeof value !== 'object' || value === null) return value === undefined ? 'null' : String(value);
  const comma = style.tight ? ',' : ', ';
  if (Array.isArray(value)) return `[${value.map((item) => writeFlow(item, style)).join(comma)}]`;
  return `{${fields(value).map(([key, one]) => `${writeKey(key, style)}${style.tight ? ':' : ': '}${writeFlow(one, style)}`).join(comma)}}`;
}

/** A collection in flow style on several lines, as JSON is pretty-printed; the first line is not indented, the last closes at `column`. */
export function writeTall(value: unknown, column: number, style: WriteStyle): string {
  if (!isCollection(value)) return writeFlow(value, style);
  const inner = column + style.step;
  const items = Array.isArray(value) ? value.map((item) => writeTall(item, inner, style)) : fields(value).map(([key, one]) => `${writeKey(key, style)}: ${writeTall(one, inner, style)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const lines = items.map((item, index) => `${' '.repeat(inner)}${item}${style.json && index === items.length - 1 ? '' : ','}`);
  return [open, ...lines, `${' '.repeat(column)}${close}`].join(style.eol);
}

/** A value of a block mapping or list that stands on one line; strings need fewer quotes there than in flow style. */
export function writeInline(value: unknown, style: WriteStyle): string {
  return typeof value === 'string' && !style.json && !style.quoted && isPlain(value, 'block') ? value : writeFlow(value, style);
}

/** A key, quoted where it would be read as something else. */
export function writeKey(key: string, style: WriteStyle): string {
  return style.json || key === '<<' || !isPlain(key, 'flow') ? quote(key) : key;
}

/** A string in double quotes: JSON's escapes are YAML's. Line separators are escaped too, go-yaml breaks lines there. */
export function quote(value: string): string {
  return JSON.stringify(value).replace(/[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A string in single quotes, or in double quotes where single ones cannot hold it. */
export function quoteSingle(value: string): string {
  return /^[\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]*$/.test(value) ? `'${value.replaceAll("'", "''")}'` : quote(value);
}

const unsafeInBlock = /: |:$| #|[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;
const unsafeInFlow = /[,[\]{}:]| #|[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;

/** Whether a string may stand without quotes and is read back as this string by every dialect. */
export function isPlain(value: string, where: 'block' | 'flow'): boolean {
  if (value === '' || value.startsWith(' ') || value.endsWith(' ') || value.includes('{{')) return false;
  if (!/^(?:[A-Za-z0-9_/.$(^~+;\\=]|-[^\s-]|--[^\s-]|[^\x00-\x7f])/.test(value) || value.startsWith('...')) return false;
  if ((where === 'block' ? unsafeInBlock : unsafeInFlow).test(value)) return false;
  return value !== '=' && resolvePlain(value, 'kubernetes') === value && resolvePlain(value, 'kustomization') === value;
}
