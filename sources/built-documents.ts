import { applyLevels } from '../engine/kustomize/apply.ts';
import type { SourceDocument } from '../engine/kustomize/block.ts';
import { readLevel, type Level } from '../engine/kustomize/level.ts';
import type { Overlay } from '../engine/kustomize/overlay.ts';
import type { SourceFile } from '../engine/lint/workspace.ts';
import { nodeAt, toData, type YamlNode } from '../engine/yaml/node.ts';
import { parseYaml } from '../engine/yaml/parse.ts';
import { splitStream } from '../engine/yaml/split.ts';

/** A document as a Kustomize build makes it. */
export interface BuiltDocument {
  readonly tree: YamlNode;
  readonly data: unknown;
  /** The outermost kustomization of the build: its file. */
  readonly by: string;
}

/** The documents of any of some files, as Kustomize reads them. */
export function documentsIn(files: readonly SourceFile[]): (path: string) => readonly SourceDocument[] {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const kept = new Map<string, readonly SourceDocument[]>();
  return (path) => {
    const documents = kept.get(path) ?? splitStream(texts.get(path) ?? '').map(({ text, start }, index) => ({ file: path, index, start, text }));
    kept.set(path, documents);
    return documents;
  };
}

/** Makes documents as their Kustomize builds do, each different outcome once; none that a build deletes, or of which something cannot be told. */
export function documentBuilder(documentsOf: (path: string) => readonly SourceDocument[]): (document: SourceDocument, overlays: readonly Overlay[]) => BuiltDocument[] {
  const levels = new Map<string, Level>();
  const levelOf = (path: string): Level => {
    const level = levels.get(path) ?? readLevel(path, documentsOf);
    levels.set(path, level);
    return level;
  };
  return (document, overlays) => {
    const { root } = parseYaml(document.text, 'kustomization');
    if (!root) return [];
    const made = new Map<string, BuiltDocument>();
    for (const { file, levels: way } of overlays) {
      const built = applyLevels(root, way.map(levelOf));
      if (!built || isOpen(nodeAt(built.root, ['spec']))) continue;
      const { name, namespace } = built.ids.at(-1)!;
      // Kustomizations that only name things are not held: what they name is not known here.
      const isTold = way.every((path) => documentsOf(path).length > 0);
      const data = toData(built.root) as { readonly metadata?: object };
      const named = { ...data, metadata: { ...data.metadata, name: isTold ? name : undefined, namespace: isTold && namespace !== '' ? namespace : undefined } };
      const key = JSON.stringify(named);
      if (!made.has(key)) made.set(key, { tree: built.root, data: named, by: file });
    }
    return [...made.values()];
  };
}

function isOpen(node: YamlNode | undefined): boolean {
  switch (node?.kind) {
    case 'hole': return true;
    case 'map': return node.open !== undefined || node.entries.some(({ value }) => isOpen(value));
    case 'seq': return node.open !== undefined || node.items.some(isOpen);
    default: return false;
  }
}
