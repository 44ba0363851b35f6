import { entryOf, nodeAt, type Entry, type Home, type SeqNode, type YamlNode } from './node.ts';
import type { Span } from './text.ts';

/** Where a value stands that is not known by itself: at its nearest parent that is (`path`), or at its whole object (`file`). */
export interface Fallback {
  readonly span: Span;
  readonly home?: Home | undefined;
  readonly mapping: 'path' | 'file';
}

/**
 * A tree that a program wrote, with the places of what its author wrote: a value stands where the same path stands in what
 * is known of it without that program (exact), else at the nearest parent that does.
 * @param known what is known without the program; its spans are those of the author's files
 */
export function carry(node: YamlNode, known: YamlNode | undefined, fallback: Fallback): YamlNode {
  const written = known?.kind === 'hole' && known.was ? known.was : known;
  const span = written?.span ?? fallback.span;
  const home = written ? written.home : fallback.home;
  const below: Fallback = written ? { ...placeOf(written), mapping: 'path' } : fallback;
  const isLiteral = written?.kind === 'scalar' && !written.computed && node.kind === 'scalar' && written.source === node.source;
  // What was there before something unknown put another value there only leads to it.
  const mapping = !written ? fallback.mapping : written !== known && node.kind === 'scalar' && !isLiteral ? 'path' : undefined;
  const placed = { span, ...(home ? { home } : {}), ...(mapping ? { mapping } : {}) };
  switch (node.kind) {
    case 'hole': return { kind: 'hole', expression: node.expression, ...placed };
    case 'scalar': return { ...node, ...placed, ...(isLiteral ? {} : { computed: true as const }), ...(written?.decided ? { decided: written.decided } : {}), ...(written?.helper ? { helper: written.helper } : {}) };
    case 'seq': return { ...node, ...placed, items: node.items.map((item, i) => carry(item, itemOf(node, written, i), below)) };
    case 'map': return { ...node, ...placed, entries: node.entries.map((entry) => carryEntry(entry, written, below)) };
  }
}

function carryEntry(entry: Entry, written: YamlNode | undefined, below: Fallback): Entry {
  const same = written?.kind === 'map' ? entryOf(written, entry.key) : undefined;
  return { ...entry, keySpan: same?.keySpan ?? below.span, value: carry(entry.value, same?.value, below) };
}

/** The same item of a list: by its name, else by its place where neither list has more than the other, and all or none are there. */
function itemOf({ items }: SeqNode, written: YamlNode | undefined, index: number): YamlNode | undefined {
  if (written?.kind !== 'seq') return undefined;
  const name = nameIn(items[index]!);
  const there = written.items[index];
  if (name !== undefined && there && nameIn(there) === name) return there;
  const called = name === undefined ? undefined : written.items.find((one) => nameIn(one) === name);
  return called ?? (written.items.length === items.length && !hangsOnBranches(written) ? there : undefined);
}

/** Whether of some items of a list nobody knows whether they are there. */
function hangsOnBranches({ items }: SeqNode): boolean {
  const branches = items.map((item) => (item.kind === 'map' ? item.entries[0]?.branch ?? [] : []).join(' '));
  return branches.some((one) => one !== branches[0]);
}

function nameIn(item: YamlNode): string | undefined {
  const node = nodeAt(item, ['name']);
  return node?.kind === 'scalar' ? node.source : undefined;
}

function placeOf(node: YamlNode): { span: Span; home?: Home } {
  const first = node.kind === 'map' ? node.entries[0] : undefined;
  const home = first ? first.value.home : node.home;
  return { span: first?.keySpan ?? node.span, ...(home ? { home } : {}) };
}
