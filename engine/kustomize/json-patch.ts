import type { Entry, YamlNode } from '../yaml/node.ts';
import { entryOf, nodeAt, type Path } from '../yaml/node.ts';
import { change, saysSame, textAt, withEntry, without } from './tree.ts';

/** An operation of a JSON patch (RFC 6902). */
interface Operation {
  readonly op: string;
  readonly path: readonly string[];
  readonly from: readonly string[] | undefined;
  readonly value: YamlNode | undefined;
  /** The `path` entry: where a key that is added counts as written. */
  readonly at: Entry;
}

/** Reads the operations of a JSON patch; undefined where one is not to be understood. */
function operationsOf(patch: YamlNode): readonly Operation[] | undefined {
  if (patch.kind !== 'seq') return undefined;
  const operations = patch.items.map((item): Operation | undefined => {
    const at = item.kind === 'map' ? entryOf(item, 'path') : undefined;
    const op = textAt(item, 'op');
    const path = textAt(item, 'path');
    if (item.kind !== 'map' || !at || op === undefined || path === undefined) return undefined;
    const from = textAt(item, 'from');
    return { op, path: stepsOf(path), from: from === undefined ? undefined : stepsOf(from), value: entryOf(item, 'value')?.value, at };
  });
  return operations.every((one) => one !== undefined) ? operations : undefined;
}

/** The steps of a JSON pointer (RFC 6901). */
function stepsOf(pointer: string): string[] {
  return pointer.split('/').slice(1).map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/**
 * Applies a JSON patch. A build fails where an operation does; then `failed` says what it was about, so that nothing is
 * guessed there.
 */
export function applyJsonPatch(root: YamlNode, patch: YamlNode): { readonly root: YamlNode } | { readonly failed: Path } {
  const operations = operationsOf(patch);
  if (!operations) return { failed: [] };
  let now = root;
  for (const operation of operations) {
    const next = apply(now, operation);
    // What is copied into itself doubles and doubles.
    if (next && operation.op === 'copy' && !isShorterThan(next, mostNodes)) return { failed: [] };
    if (!next) return { failed: pathOf(now, operation.path) };
    now = next;
  }
  return { root: now };
}

/** More values than any object has. */
const mostNodes = 100_000;

function isShorterThan(root: YamlNode, most: number): boolean {
  const open = [root];
  let count = 0;
  for (let node = open.pop(); node; node = open.pop()) {
    if (++count >= most) return false;
    if (node.kind === 'map') for (const { value } of node.entries) open.push(value);
    if (node.kind === 'seq') for (const item of node.items) open.push(item);
  }
  return true;
}

function apply(root: YamlNode, operation: Operation): YamlNode | undefined {
  const { op, path, from, value } = operation;
  const there = nodeAt(root, pathOf(root, path));
  switch (op) {
    case 'test': return there && value && saysSame(there, value) ? root : undefined;
    case 'remove': return path.length > 0 && there ? change(root, pathOf(root, path), () => undefined) : undefined;
    // What replaces the missing key of a mapping adds it (gopkg.in/evanphx/json-patch.v4, which kustomize uses: partialDoc.get finds nothing, and says no error).
    case 'replace': return value ? put(root, operation, value, true) : undefined;
    case 'add': return value ? put(root, operation, value, false) : undefined;
    case 'copy':
    case 'move': {
      const moved = from && nodeAt(root, pathOf(root, from));
      const rest = moved && op === 'move' ? change(root, pathOf(root, from), () => undefined) : root;
      return moved && rest ? put(rest, operation, moved, false) : undefined;
    }
    default: return undefined;
  }
}

function put(root: YamlNode, { path, at }: Operation, value: YamlNode, replace: boolean): YamlNode | undefined {
  if (path.length === 0) return value;
  const parentPath = pathOf(root, path.slice(0, -1));
  const parent = nodeAt(root, parentPath);
  const step = path.at(-1)!;
  if (parent?.kind === 'map') {
    // A key stands where its value does; of what is moved or copied from elsewhere the old one is as good as any.
    const keySpan = value.home === at.value.home ? at.value.span : value.span;
    const entry: Entry = { key: step, keySpan, value, branch: [] };
    return change(root, parentPath, () => (replace ? withEntry(parent, entry) : withEntry(without(parent, step), entry)));
  }
  if (parent?.kind !== 'seq') return undefined;
  const index = indexIn(parent.items.length, step);
  if (index === undefined || index > (replace ? parent.items.length - 1 : parent.items.length)) return undefined;
  return change(root, parentPath, () => ({ ...parent, items: replace ? parent.items.with(index, value) : parent.items.toSpliced(index, 0, value) }));
}

/** `-` is behind the last item; negative indexes count from the end, as the library that kustomize uses has it. */
function indexIn(length: number, step: string): number | undefined {
  if (step === '-') return length;
  if (!/^-?\d+$/.test(step)) return undefined;
  const index = Number(step) < 0 ? length + Number(step) : Number(step);
  return index < 0 ? undefined : index;
}

/** A pointer's steps as a path of a tree: what walks a list is an index. */
function pathOf(root: YamlNode, steps: readonly string[]): Path {
  const path: (string | number)[] = [];
  for (const step of steps) {
    const node = nodeAt(root, path);
    path.push(node?.kind === 'seq' ? indexIn(node.items.length, step) ?? step : step);
  }
  return path;
}
