import type { Change } from '../yaml/change.ts';
import { nodeAt, type Home, type Path, type YamlNode } from '../yaml/node.ts';

/** A change where its author makes it: in a patch (`home`), or in the object's own document. */
export interface PlacedChange {
  readonly home: Home | undefined;
  readonly change: Change;
}

/**
 * Carries a change of an object as Kustomize builds it over to the document that says what is changed. Undefined where no
 * one document does.
 * @param built the tree of the object's document as it is built
 * @param ownTree the tree of a document as it is written
 */
export function placeChange(built: YamlNode, change: Change, ownTree: (home: Home | undefined) => YamlNode | undefined): PlacedChange | undefined {
  let kept = change.path;
  while (kept.length > 0 && !nodeAt(built, kept)) kept = kept.slice(0, -1);
  const node = nodeAt(built, kept);
  // Only the build says what stands here: no document of its own does.
  if (!node || node.kind === 'hole' || (node.kind === 'scalar' && node.computed)) return undefined;
  const { home } = node;
  const replacesIt = kept.length === change.path.length && change.op !== 'append';
  if (replacesIt && !isAtHome(node, home)) return undefined;
  // What a patch says no more, the base may say again.
  if (change.op === 'remove' && home && nodeAt(ownTree(undefined), kept)) return undefined;
  const own = ownTree(home);
  const path = own && find(own, node, []);
  return path && { home, change: { ...change, path: [...path, ...change.path.slice(kept.length)] } };
}

/**
 * The same in a strategic-merge patch that says something of the mapping whose key is to be set, so that what others build on
 * stays as it is. Undefined where there is none.
 */
export function placeInPatch(built: YamlNode, change: Change, ownTree: (home: Home | undefined) => YamlNode | undefined): PlacedChange | undefined {
  if (change.op !== 'set') return undefined;
  let kept = change.path.slice(0, -1);
  while (kept.length > 0 && !nodeAt(built, kept)) kept = kept.slice(0, -1);
  const parent = nodeAt(built, kept);
  if (parent?.kind !== 'map') return undefined;
  for (const { key, value } of [...parent.entries].reverse()) {
    const own = value.home && ownTree(value.home);
    const at = own?.kind === 'map' ? find(own, value, []) : undefined;
    // A JSON patch says it in a list of its own.
    if (at?.at(-1) === key) return { home: value.home, change: { ...change, path: [...at.slice(0, -1), ...change.path.slice(kept.length)] } };
  }
  return undefined;
}

function isAtHome(node: YamlNode, home: Home | undefined): boolean {
  if (node.home !== home) return false;
  if (node.kind === 'map') return node.entries.every(({ value }) => isAtHome(value, home));
  return node.kind !== 'seq' || node.items.every((item) => isAtHome(item, home));
}

/** The path of a node in the tree that it is from, by what it is and where it stands. */
function find(tree: YamlNode, node: YamlNode, path: Path): Path | undefined {
  if (tree.kind === node.kind && tree.span.start === node.span.start && tree.span.end === node.span.end && !tree.origin) return path;
  if (tree.kind === 'map') for (const { key, value } of tree.entries) { const below = find(value, node, [...path, key]); if (below) return below; }
  if (tree.kind === 'seq') for (const [i, item] of tree.items.entries()) { const below = find(item, node, [...path, i]); if (below) return below; }
  return undefined;
}
