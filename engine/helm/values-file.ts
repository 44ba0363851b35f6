import { nodeAt, type Decided, type ParsedDocument } from '../yaml/node.ts';
import { isBlank, splitStream } from '../yaml/split.ts';
import { shift, type Span } from '../yaml/text.ts';
import { parseUnfinished } from '../yaml/unfinished.ts';
import { Cursor } from '../yaml/cursor.ts';

interface Open {
  readonly cursor: Cursor;
  readonly start: number;
}

/** A values file, or Chart.yaml, as YAML: its first document that is not blank, and where that starts. With a problem, the root is what can be read beside it. */
export interface ValuesText extends ParsedDocument {
  readonly start: number;
}

/** Each file as it was read last. */
const read = new Map<string, { readonly text: string; readonly values: ValuesText }>();

/**
 * Reads the text of a values file. Several ask for the same one after every edit.
 * @param index the document that holds the values, where that is not the first one
 */
export function readValues(file: string, text: string, index?: number): ValuesText {
  const key = index === undefined ? file : `${file}#${index}`;
  const known = read.get(key);
  if (known?.text === text) return known.values;
  if (read.size >= 1000) read.clear();
  const documents = splitStream(text);
  const document = index === undefined ? documents.find((one) => !isBlank(one.text)) : documents[index];
  const values = { ...(document ? parseUnfinished(document.text, index === undefined ? 'values' : 'kubernetes') : { root: undefined, problem: undefined }), start: document?.start ?? 0 };
  read.set(key, { text, values });
  return values;
}

/** Where what decides a value stands in the text of its file; undefined where it does not. */
export function valueSpan(text: string, { file, path, document, inner }: Decided): Span | undefined {
  const { cursor, start } = open(file, text, document);
  const node = nodeAt(cursor.node, path);
  if (!node) return undefined;
  const at = path.reduce<Cursor>((below, step) => (typeof step === 'number' ? below.items()[step]! : below.get(step)), cursor);
  const within = inner && node.kind === 'scalar' ? spanInBlock(text, shift(node.span, start), node.source, { file: `${file}#${path.join('/')}`, path: inner }) : undefined;
  return within ?? shift((inner ? at.keyPlace() : at.place()).span, start);
}

/** A line of a block scalar, which stands in its file as it is but for the indentation (yaml.org/spec/1.2.2, 8.1). */
function spanInBlock(text: string, block: Span, source: string, inner: Decided): Span | undefined {
  const span = valueSpan(source, inner);
  if (!span) return undefined;
  const line = source.slice(0, span.start).split('\n').length;
  const from = source.lastIndexOf('\n', span.start - 1) + 1;
  const lines = text.slice(block.start, block.end).split('\n');
  const written = lines[line];
  const wanted = source.slice(from).split('\n', 1)[0]!;
  if (written === undefined || !written.replace(/\r$/, '').endsWith(wanted)) return undefined;
  const start = block.start + lines.slice(0, line).join('\n').length + 1 + written.replace(/\r$/, '').length - wanted.length + (span.start - from);
  const end = start + span.end - span.start;
  return text.slice(start, end) === source.slice(span.start, span.end) ? { start, end } : undefined;
}

function open(file: string, text: string, index: number | undefined): Open {
  const { root, start } = readValues(file, text, index);
  return { cursor: Cursor.root(root), start };
}
