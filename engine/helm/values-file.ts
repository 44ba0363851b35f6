import { nodeAt, type Path } from '../yaml/node.ts';
import { parseYaml } from '../yaml/parse.ts';
import { splitStream } from '../yaml/split.ts';
import { shift, type Span } from '../yaml/text.ts';
import { Cursor } from '../yaml/cursor.ts';

const cursors = new Map<string, { readonly cursor: Cursor; readonly start: number }>();
/** Texts of values files that are kept parsed; a workspace has a handful. */
const most = 50;

/** Where a value stands in the text of a values file; undefined where it does not. */
export function valueSpan(text: string, path: Path): Span | undefined {
  const { cursor, start } = open(text);
  if (!nodeAt(cursor.node, path)) return undefined;
  const place = path.reduce<Cursor>((at, step) => (typeof step === 'number' ? at.items()[step]! : at.get(step)), cursor).place();
  return shift(place.span, start);
}

function open(text: string): { readonly cursor: Cursor; readonly start: number } {
  let known = cursors.get(text);
  if (!known) {
    const document = splitStream(text).find((one) => one.text.trim() !== '');
    if (cursors.size >= most) cursors.clear();
    cursors.set(text, (known = { cursor: Cursor.root(document && parseYaml(document.text, 'values').root), start: document?.start ?? 0 }));
  }
  return known;
}
