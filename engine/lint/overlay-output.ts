import { namesInCluster } from '../identity/build.ts';
import { symbol, type GraphObject } from '../identity/objects.ts';
import type { OutputObject } from '../kustomize/output.ts';
import { resourceAt } from '../kustomize/overlay.ts';
import { change } from '../kustomize/tree.ts';
import { readResources, type Resource } from '../kubernetes/read.ts';
import { carry } from '../yaml/carry.ts';
import { nodeAt, type YamlNode } from '../yaml/node.ts';
import { parseYaml } from '../yaml/parse.ts';
import type { DocumentEntry } from './document.ts';
import { graphObject, type FileEntry } from './files.ts';

/** What kustomize wrote for a build. */
export interface BuildOutput {
  /** The outermost kustomization: its file, and its folder. */
  readonly overlay: string;
  readonly root: string;
  readonly objects: readonly OutputObject[];
}

/** The objects of a file as they are read without kustomize, for one build. */
export interface ReadFile {
  readonly file: FileEntry;
  readonly objects: readonly GraphObject[];
}

const nowhere = { start: 0, end: 0 };

/**
 * The objects of a build's output: those that the files hold stand where these write them, the others (generators) are
 * there for what refers to them and are not reported on.
 */
export function objectsOfOutput({ overlay, objects }: BuildOutput, files: readonly ReadFile[], documentsOf: (path: string) => readonly DocumentEntry[]): GraphObject[] {
  const byPath = new Map(files.map((one) => [one.file.source.path, one]));
  return objects.flatMap((output, i): GraphObject[] => {
    const [resource] = readResources(output.root);
    if (!resource) return [];
    const read = output.file === undefined ? undefined : byPath.get(output.file);
    const match = read && matchOf(resource, read.objects);
    const key = `${overlay}\n${i}`;
    return [(match && placed(key, output.root, match, read.file, overlay, documentsOf)) ?? unplaced(key, output.root, overlay)];
  });
}

/** The object that is this one, where there is no doubt: the only one of its kind, or the only one that may be called so. */
function matchOf({ header }: Resource, objects: readonly GraphObject[]): GraphObject | undefined {
  const ofKind = objects.filter(({ resource }) => resource.header.kind === header.kind && resource.header.group === header.group);
  if (ofKind.length < 2) return ofKind[0];
  const called = ofKind.filter((one) => namesInCluster(one).includes(symbol(header.name)));
  const there = called.filter(({ namespace }) => namespace === symbol(header.namespace));
  return called.length < 2 ? called[0] : there.length === 1 ? there[0] : undefined;
}

function placed(key: string, root: YamlNode, match: GraphObject, { source }: FileEntry, overlay: string, documentsOf: (path: string) => readonly DocumentEntry[]): GraphObject | undefined {
  const entry = documentsOf(source.path).find((one) => one.index === match.document.index);
  const whole = match.built?.root ?? (entry && parseYaml(entry.text, 'kustomization').root);
  const known = whole && nodeAt(whole, match.resource.header.root);
  if (!entry || !whole || !known) return undefined;
  const carried = carry(root, known, { span: match.resource.header.at.span, mapping: 'file' });
  const tree = match.resource.header.root.length === 0 ? carried : change(whole, match.resource.header.root, () => carried)!;
  const resource = resourceAt(tree, match.resource);
  if (!resource) return undefined;
  const { build, ...house } = source;
  const among = source.overlays?.map(({ file }) => file) ?? build?.roots ?? [];
  return { ...graphObject(key, entry, resource, house), rendered: true, built: { root: tree, by: [overlay], among } };
}

/** An object whose place is in no file, or is not told. */
function unplaced(key: string, root: YamlNode, file: string): GraphObject {
  const nowhereIn = carry(root, undefined, { span: nowhere, mapping: 'file' });
  const [resource] = readResources(nowhereIn);
  const namespace = symbol(resource!.header.namespace);
  return { key, document: { file, dialect: 'kubernetes', index: 0, start: 0 }, resource: resource!, namespace, name: symbol(resource!.header.name), context: true, rendered: true };
}
