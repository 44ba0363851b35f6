import { toData, type Entry, type Home, type MapNode, type Path, type YamlNode } from '../yaml/node.ts';

/*
 * Trees that are put together out of several documents. A node with a home is written there, its key with it; one
 * without stands in its object's own document.
 */

/** A tree with all of its nodes at home in a document. */
export function settle(node: YamlNode, home: Home): YamlNode {
  switch (node.kind) {
    case 'map': return { ...node, home, entries: node.entries.map((entry) => ({ ...entry, value: settle(entry.value, home) })) };
    case 'seq': return { ...node, home, items: node.items.map((item) => settle(item, home)) };
    default: return { ...node, home };
  }
}

/** A mapping with one entry put in the place of all that have its key, or behind the others. */
export function withEntry(map: MapNode, entry: Entry): MapNode {
  const at = map.entries.findLastIndex(({ key }) => key === entry.key);
  if (at < 0) return { ...map, entries: [...map.entries, entry] };
  return { ...map, entries: map.entries.flatMap((one, i) => (i === at ? [entry] : one.key === entry.key ? [] : [one])) };
}

/** A mapping without a key. */
export function without(map: MapNode, key: string): MapNode {
  return { ...map, entries: map.entries.filter((entry) => entry.key !== key) };
}

/** A tree with what stands at a path changed by a function; undefined from it takes the entry or item out. A path that leads nowhere changes nothing. */
export function change(node: YamlNode, path: Path, make: (node: YamlNode) => YamlNode | undefined): YamlNode | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return make(node);
  if (node.kind === 'map' && typeof step === 'string') {
    const entry = node.entries.findLast(({ key }) => key === step);
    if (!entry) return node;
    const value = change(entry.value, rest, make);
    return value === entry.value ? node : value ? withEntry(node, { ...entry, value }) : without(node, step);
  }
  if (node.kind === 'seq' && typeof step === 'number' && node.items[step]) {
    const item = change(node.items[step], rest, make);
    return item === node.items[step] ? node : { ...node, items: item ? node.items.with(step, item) : node.items.toSpliced(step, 1) };
  }
  return node;
}

/** The tree with the end of a path unknown: the value there becomes a hole, or what it would stand in may hold more than can be seen. */
export function obscure(node: YamlNode, path: Path, why: string): YamlNode {
  const [step, ...rest] = path;
  if (step === undefined) return hole(node, why);
  const next = node.kind === 'map' ? node.entries.findLast(({ key }) => key === step)?.value : node.kind === 'seq' && typeof step === 'number' ? node.items[step] : undefined;
  if (next) return change(node, [step], (one) => obscure(one, rest, why))!;
  return node.kind === 'map' || node.kind === 'seq' ? { ...node, open: why } : hole(node, why);
}

/** An object of which no more is known than what it is: something unknown may have changed the rest. */
export function obscureAll(root: YamlNode, why: string): YamlNode {
  if (root.kind !== 'map') return root;
  return { ...root, open: why, entries: root.entries.map((entry) => (['apiVersion', 'kind', 'metadata'].includes(entry.key) ? entry : { ...entry, value: hole(entry.value, why) })) };
}

function hole(node: YamlNode, expression: string): YamlNode {
  const was = node.kind === 'hole' ? node.was : node;
  return { kind: 'hole', expression, span: node.span, ...(node.home ? { home: node.home } : {}), ...(was ? { was } : {}) };
}

/** The string at a path of mappings; undefined for anything else. */
export function textAt(node: YamlNode | undefined, ...keys: readonly string[]): string | undefined {
  let at = node;
  for (const key of keys) at = at?.kind === 'map' ? at.entries.findLast((entry) => entry.key === key)?.value : undefined;
  return at?.kind === 'scalar' && at.value !== null ? at.source : undefined;
}

/** Whether two trees say the same, wherever they are written. */
export function saysSame(a: YamlNode, b: YamlNode): boolean {
  return JSON.stringify(toData(a)) === JSON.stringify(toData(b));
}
