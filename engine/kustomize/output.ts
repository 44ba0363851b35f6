import { groupOf } from '../kubernetes/header.ts';
import { isRead } from '../kubernetes/read.ts';
import { nodeAt, type YamlNode } from '../yaml/node.ts';
import { parseYaml } from '../yaml/parse.ts';
import { splitStream } from '../yaml/split.ts';
import { change, textAt, without } from './tree.ts';

/** An object that kustomize wrote, and the file that it read it from; undefined for one that a generator made. */
export interface OutputObject {
  readonly root: YamlNode;
  readonly file: string | undefined;
}

/** What `buildMetadata: [originAnnotations]` has kustomize write (kustomize api/resource/origin.go). */
const originAnnotation = 'config.kubernetes.io/origin';

/**
 * The objects of a build's output.
 * @param stream what `kustomize build` wrote, with origin annotations
 * @param fileOf the file at a path that counts from the outermost kustomization
 */
export function readOutput(stream: string, fileOf: (path: string) => string): OutputObject[] {
  return splitStream(stream).flatMap(({ text }) => {
    // Nothing reads the large ones, definitions of custom resources.
    const { root } = mayBeRead(text) ? parseYaml(text, 'kubernetes') : { root: undefined };
    if (root?.kind !== 'map') return [];
    const origin = parseYaml(textAt(root, 'metadata', 'annotations', originAnnotation) ?? '', 'kubernetes').root;
    const path = textAt(origin, 'repo') === undefined ? textAt(origin, 'path') : undefined;
    return [{ root: unmarked(root), file: path === undefined ? undefined : fileOf(path) }];
  });
}

/** Kustomize writes both keys at the left margin. */
function mayBeRead(text: string): boolean {
  const [version, kind] = ['apiVersion', 'kind'].map((key) => new RegExp(`^${key}: ["']?([^\\s"']+)`, 'm').exec(text)?.[1]);
  return version !== undefined && kind !== undefined && isRead(groupOf(version), kind, text);
}

/** An object without the annotation that is of this reading's own making. */
function unmarked(root: YamlNode): YamlNode {
  const annotations = nodeAt(root, ['metadata', 'annotations']);
  if (annotations?.kind !== 'map') return root;
  const rest = without(annotations, originAnnotation);
  return change(root, ['metadata', 'annotations'], () => (rest.entries.length > 0 ? rest : undefined))!;
}
