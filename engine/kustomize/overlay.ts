import { joinBuilds, type Build } from '../identity/build.ts';
import { isClusterKind } from '../kubernetes/cluster-scoped.ts';
import { readResources, type Resource } from '../kubernetes/read.ts';
import { nodeAt, type YamlNode } from '../yaml/node.ts';
import { parseUnfinished } from '../yaml/unfinished.ts';
import { applyLevels, isWritten, unprefixed } from './apply.ts';
import type { SourceDocument } from './block.ts';
import { readLevel, type Level, type Step } from './level.ts';
import type { Id } from './select.ts';
import { change } from './tree.ts';

/** A way in which a build reaches a file. */
export interface Overlay {
  /** The outermost kustomization: its file. */
  readonly file: string;
  /** The files of all kustomizations on the way, innermost first. */
  readonly levels: readonly string[];
  /** What this way makes of names and namespaces. */
  readonly build: Build;
}

/** An object as a build makes it. */
export interface BuiltObject {
  readonly resource: Resource;
  /** The tree of the whole document, with this object in it. */
  readonly root: YamlNode;
  /** What it is called in the end, as far as its kustomizations say. */
  readonly id: Id;
  /** Whether a patch, or a transformer of its own, has had a part in that. */
  readonly renamed: boolean;
  /** The builds that make it so, by the file of the outermost kustomization: once for each of their ways. */
  readonly by: readonly string[];
  /** What the builds that put it there make of its name. */
  readonly build: Build;
}

/** An object of a document as a way of a build makes it; undefined where that deletes it. */
export interface BuiltWay {
  /** Where the build puts it: what builds put into different namespaces, or call differently, is several objects. */
  readonly place: string;
  readonly object: BuiltObject | undefined;
}

/** An object of a document in each way of its builds, in their order. */
export type BuiltObjects = readonly BuiltWay[];

interface Kept {
  readonly levels: readonly Level[];
  readonly objects: readonly BuiltObjects[];
}

/** What builds make of documents, kept from edit to edit. */
export class Overlays {
  private readonly levels = new Map<string, Level>();
  private kept = new WeakMap<SourceDocument, Kept>();

  /**
   * The objects of a document in each of its builds. The same builds with the same texts give the same objects.
   * @param resources what the document says by itself
   */
  of(document: SourceDocument, resources: readonly Resource[], overlays: readonly Overlay[], documentsOf: (path: string) => readonly SourceDocument[]): readonly BuiltObjects[] {
    const ways = overlays.map((overlay) => this.levelsOf(overlay, documentsOf));
    const flat = ways.flat();
    const before = this.kept.get(document);
    if (before && before.levels.length === flat.length && flat.every((level, i) => level === before.levels[i])) return before.objects;
    const objects = resources.length === 0 ? [] : build(document, resources, overlays, ways);
    this.kept.set(document, { levels: flat, objects });
    return objects;
  }

  /** The kustomizations of a way, innermost first: the same ones as long as their texts and those of their parts are. */
  levelsOf({ levels }: Overlay, documentsOf: (path: string) => readonly SourceDocument[]): Level[] {
    return levels.map((path) => this.level(path, documentsOf));
  }

  private level(path: string, documentsOf: (path: string) => readonly SourceDocument[]): Level {
    const before = this.levels.get(path);
    if (before?.inputs.every((input) => isSame(documentsOf(input.path), input.documents))) return before;
    const level = readLevel(path, documentsOf);
    this.levels.set(path, level);
    return level;
  }
}

function isSame(a: readonly SourceDocument[], b: readonly SourceDocument[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}

/** Whether a step names objects otherwise than the fields `namespace`, `namePrefix` and `nameSuffix` do. */
function isOfItsOwn(step: Step): boolean {
  return (step.step === 'namespace' || step.step === 'affix') && step.where !== 'all';
}

/** More objects than this are not made of one document for the namespaces and names that builds give it: then these are not told. */
const mostCopies = 2_000;

/** Whether builds that give the objects of a document different namespaces or names are too many to make each of them. */
export function isUnplaced(overlays: readonly Overlay[], resources: number): boolean {
  return overlays.length * resources > mostCopies && new Set(overlays.map(({ build: { namespace, names } }) => JSON.stringify([namespace, names]))).size > 1;
}

/** Where the builds put an object, and under which name. One outside of all namespaces is in none, unless it follows others into theirs. */
function placesIn({ header }: Resource, overlays: readonly Overlay[], resources: number): string[] {
  const isOne = isClusterKind(header.group, header.kind) && header.kind !== 'ClusterRoleBinding' && header.kind !== 'Namespace';
  if (overlays.length * resources > mostCopies) return overlays.map(() => '');
  const isRenamed = !unprefixed.has(header.kind);
  return overlays.map(({ build: { namespace, names: [around] } }) => `${isOne ? '' : namespace ?? ''}${isRenamed && around ? `\n${around.prefix}\n${around.suffix}` : ''}`);
}

function build(document: SourceDocument, resources: readonly Resource[], overlays: readonly Overlay[], ways: readonly (readonly Level[])[]): readonly BuiltObjects[] {
  const { root } = parseUnfinished(document.text, 'kustomization');
  return resources.map((resource) => {
    const own = root && nodeAt(root, resource.header.root);
    const made = new Map<string, Omit<BuiltObject, 'by'> & { readonly by: string[] }>();
    const places = placesIn(resource, overlays, resources.length);
    const builds = new Map([...new Set(places)].map((place) => [place, joinBuilds(overlays.filter((_, i) => places[i] === place).map(({ build }) => build))]));
    const objectIn = (levels: readonly Level[], { file }: Overlay, place: string): BuiltObject | undefined => {
      const built = own && applyLevels(own, levels);
      if (!built) return undefined;
      const id = built.ids.at(-1)!;
      const renamed = isWritten(built.root, own, 'name') || isWritten(built.root, own, 'namespace') || levels.some(({ steps }) => steps.some(isOfItsOwn));
      // What comes out alike is one object.
      const key = `${place}\n${built.root === own && !renamed ? '' : `${renamed ? `${id.namespace}/${id.name}` : ''} ${signatureOf(built.root)}`}`;
      const before = made.get(key);
      if (before) {
        before.by.push(file);
        return before;
      }
      const whole = built.root === own ? root! : change(root!, resource.header.root, () => built.root)!;
      // What is kept by facts is kept apart for each of several objects.
      const read = built.root === own && builds.size === 1 ? resource : resourceAt(whole, resource);
      const object = read && { resource: read, root: whole, id, renamed, by: [file], build: builds.get(place)! };
      if (object) made.set(key, object);
      return object;
    };
    return ways.map((levels, i) => ({ place: places[i]!, object: objectIn(levels, overlays[i]!, places[i]!) }));
  });
}

/** The resource that stands where another does, in another tree of its document. */
export function resourceAt(root: YamlNode, { header }: Pick<Resource, 'header'>): Resource | undefined {
  const path = header.root.join('/');
  return readResources(root).find((one) => one.header.root.join('/') === path);
}

/** A tree with all its places, as text. */
function signatureOf(node: YamlNode): string {
  const at = `${node.span.start}${node.home ? `@${node.home.file}#${node.home.index}` : ''}`;
  switch (node.kind) {
    case 'scalar': return `${at}=${JSON.stringify(node.value)}`;
    case 'hole': return `${at}?${node.expression}`;
    case 'seq': return `${at}${node.open ?? ''}[${node.items.map(signatureOf).join()}]`;
    case 'map': return `${at}${node.open ?? ''}{${node.entries.map((entry) => `${JSON.stringify(entry.key)}:${signatureOf(entry.value)}`).join()}}`;
  }
}
