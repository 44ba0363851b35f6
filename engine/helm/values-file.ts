import { nodeAt, type Decided, type Path } from '../yaml/node.ts';
import { parseYaml } from '../yaml/parse.ts';
import { splitStream } from '../yaml/split.ts';
import { shift, type Span } from '../yaml/text.ts';
import { Cursor } from '../yaml/cursor.ts';

interface Open {
  readonly cursor: Cursor;
  readonly start: number;
}

/** Texts of values files that are kept parsed; a workspace has a handful. */
const most = 50;
/** By text and then by document: a text that is asked about again is hashed once. */
const opened = new Map<string, Map<number | undefined, Open>>();

/** Where what decides a value stands in the text of its file; undefined where it does not. */
export function valueSpan(text: string, { path, document, inner }: Pick<Decided, 'path' | 'document' | 'inner'>): Span | undefined {
  const { cursor, start } = open(text, document);
  const node = nodeAt(cursor.node, path);
  if (!node) return undefined;
  const at = path.reduce<Cursor>((below, step) => (typeof step === 'number' ? below.items()[step]! : below.get(step)), cursor);
  const within = inner && node.kind === 'scalar' ? spanInBlock(text, shift(node.span, start), node.source, inner) : undefined;
  return within ?? shift((inner ? at.keyPlace() : at.place()).span, start);
}

/** A line of a block scalar, which stands in its file as it is but for the indentation (yaml.org/spec/1.2.2, 8.1). */
function spanInBlock(text: string, block: Span, source: string, inner: Path): Span | undefined {
  const span = valueSpan(source, { path: inner });
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

function open(text: string, index: number | undefined): Open {
  let ofText = opened.get(text);
  if (!ofText) {
    if (opened.size >= most) opened.clear();
    opened.set(text, (ofText = new Map()));
  }
  let known = ofText.get(index);
  if (!known) {
    const documents = splitStream(text);
    const document = index === undefined ? documents.find((one) => one.text.trim() !== '') : documents[index];
    ofText.set(index, (known = { cursor: Cursor.root(document && parseYaml(document.text, index === undefined ? 'values' : 'kubernetes').root), start: document?.start ?? 0 }));
  }
  return known;
}
