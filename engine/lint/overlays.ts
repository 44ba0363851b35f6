import { symbol, type GraphObject } from '../identity/objects.ts';
import { isClusterKind } from '../kubernetes/cluster-scoped.ts';
import { isUnplaced, Overlays, type BuiltObject } from '../kustomize/overlay.ts';
import type { DocumentEntry } from './document.ts';
import type { Skipped } from './skipped.ts';
import { graphObject, type FileEntry, type SourceFile } from './files.ts';
import { objectsOfOutput, type BuildOutput } from './overlay-output.ts';

/** The objects of a scope as its Kustomize builds make them. */
export interface BuiltScope {
  /** One of each object: as the first of its builds has it. */
  readonly objects: readonly GraphObject[];
  /** The builds in which some object is another than that, by the file of the outermost kustomization; and those that kustomize has built. */
  readonly others: readonly string[];
  /** Those of them that are more than are linked again, the outermost kustomization of each once. */
  readonly left: readonly string[];
  /** Documents whose namespaces and names are not told: their builds give them different ones, and are too many. */
  readonly unplaced: readonly { readonly file: string; readonly document: number }[];
  /** The objects as one of those builds has them; what it does not build as the first does. */
  in(other: string): readonly GraphObject[];
}

/** Why some builds of a scope are not judged each for itself, once for each kind of reason. */
export function buildsLeft({ objects, left, unplaced }: BuiltScope): Skipped[] {
  const [build] = left;
  const [document] = unplaced;
  return [
    ...(build === undefined ? [] : [{ file: build, document: null, reason: 'builds' as const, detail: `${left.length === 1 ? 'this build is' : `this build and ${left.length - 1} more are`} not judged apart from others: ${objects.length} objects are too many to link again for each; give parts of them scopes of their own in kubewho.yaml` }]),
    ...(document === undefined ? [] : [{ ...document, reason: 'builds' as const, detail: `its objects${unplaced.length === 1 ? '' : `, and those of ${unplaced.length - 1} more documents,`} are given different namespaces or names by too many builds: these are not told; divide the file` }]),
  ];
}

/** No more objects than this are linked again for builds that differ: an edit has to stay fast. */
const objectBudget = 20_000;

/** What Kustomize makes of objects, kept up to date edit by edit. */
export class BuiltFiles {
  private readonly overlays = new Overlays();
  private readonly objects = new WeakMap<BuiltObject, GraphObject>();
  private readonly outputs = new Map<string, BuildOutput>();
  private ids = 0;

  /** Takes in what kustomize wrote for a build. */
  take(output: BuildOutput): void {
    this.outputs.set(output.overlay, output);
  }

  /** Whether kustomize has built a file's objects. */
  hasOutput({ build }: SourceFile): boolean {
    return build !== undefined && [...this.outputs.values()].some(({ root }) => build.roots.includes(root));
  }

  /** Forgets what kustomize wrote of a file that is another now. */
  forget(source: SourceFile): void {
    for (const [overlay, { root }] of this.outputs) if (source.build?.roots.includes(root) || source.role !== 'manifest') this.outputs.delete(overlay);
  }

  /** @param documentsOf the documents of any file of the workspace */
  scope(files: readonly FileEntry[], documentsOf: (path: string) => readonly DocumentEntry[]): BuiltScope {
    const outputs = new Map([...this.outputs.values()].filter(({ root }) => files.some(({ source }) => source.build?.roots.includes(root))).map((output) => [`${output.overlay}\nbuilt`, output]));
    if (outputs.size === 0 && files.every(({ source }) => source.overlays === undefined)) {
      const objects = files.flatMap((file) => file.objects);
      return { objects, others: [], left: [], unplaced: [], in: () => objects };
    }
    const slots = files.flatMap((file) => this.slotsOf(file, documentsOf));
    const objects = slots.flatMap(({ firsts }) => [...firsts.values()].flatMap((first) => first ?? []));
    const others = [...new Map(slots.flatMap((slot) => waysElsewhere(slot)).map((one) => [otherKey(one), one])).entries()].sort(([a], [b]) => (a < b ? -1 : 1));
    const named = new Map(others);
    const inOutput = (output: BuildOutput) => {
      const isBuilt = ({ source }: FileEntry) => source.build?.roots.includes(output.root) === true;
      const built = files.filter(isBuilt).map((file) => ({ file, objects: slots.filter((slot) => slot.file === file).flatMap((slot) => builtBy(slot, output.overlay)) }));
      return [...slots.filter(({ file }) => !isBuilt(file)).flatMap((slot) => [...slot.firsts.values()].flatMap((first) => first ?? [])), ...objectsOfOutput(output, built, documentsOf)];
    };
    const most = Math.floor(objectBudget / Math.max(1, objects.length));
    return {
      objects,
      others: [...others.map(([key]) => key).slice(0, most), ...outputs.keys()],
      left: [...new Set(others.slice(most).map(([, { overlay }]) => overlay))],
      unplaced: files.flatMap(({ source, documents }) => documents.flatMap(({ facts, index }) => (isUnplaced(source.overlays ?? [], facts.resources.length) ? [{ file: source.path, document: index }] : []))),
      in: (other) => { const output = outputs.get(other); return output ? inOutput(output) : slots.flatMap((slot) => inWay(slot, named.get(other))); },
    };
  }

  private slotsOf(file: FileEntry, documentsOf: (path: string) => readonly DocumentEntry[]): Slot[] {
    const { source } = file;
    if (!source.overlays) return file.objects.map((object) => ({ file, firsts: new Map([['', object]]), ways: [] }));
    const plain = new Map(file.objects.map((object) => [object.resource, object]));
    return file.documents.flatMap((document) => this.overlays.of(document, document.facts.resources, source.overlays!, documentsOf).map((builds, i): Slot => {
      const written = plain.get(document.facts.resources[i]!)!;
      const ways = builds.map(({ place, object }, way): SlotWay => ({ overlay: source.overlays![way]!.file, place, object: object && this.objectOf(object, written, document, file) }));
      return { file, firsts: new Map(ways.map(({ place }) => [place, ways.find((one) => one.place === place && one.object)?.object])), ways };
    }));
  }

  private objectOf(built: BuiltObject, written: GraphObject, document: DocumentEntry, { source }: FileEntry): GraphObject {
    const among = source.overlays!.map(({ file }) => file);
    // What all builds leave as it is written, where they all put it, is the object itself.
    if (built.resource === written.resource && !built.renamed && built.by.length === among.length) return written;
    let object = this.objects.get(built);
    if (object) return object;
    const made = graphObject(`o${++this.ids}`, document, built.resource, { ...source, build: built.build });
    const { header } = built.resource;
    const name = !built.renamed ? undefined : header.name.state === 'known' ? built.id.name : symbol(header.name);
    const namespace = !built.renamed || isClusterKind(header.group, header.kind) ? undefined : built.id.namespace || undefined;
    object = {
      ...made,
      ...(namespace === undefined ? {} : { namespace }),
      // References are written to the name before the patch, and follow it.
      ...(name === undefined ? {} : { name: written.name, build: { ...built.build, ...(namespace === undefined ? {} : { namespace }), names: [{ prefix: '', suffix: '', name }] } }),
      built: { root: built.root, by: built.by, among },
    };
    this.objects.set(built, object);
    return object;
  }
}

/** An object of a file as its builds make it. */
interface Slot {
  readonly file: FileEntry;
  /** By where builds put it, as the first of those makes it that has it. */
  readonly firsts: ReadonlyMap<string, GraphObject | undefined>;
  readonly ways: readonly SlotWay[];
}

/** A way of a build to an object, by the file of the outermost kustomization; undefined where it deletes it. */
interface SlotWay {
  readonly overlay: string;
  readonly place: string;
  readonly object: GraphObject | undefined;
}

/** One of the ways in which a build puts something into one place: nearly always the only one. */
interface OtherWay {
  readonly overlay: string;
  readonly way: number;
}

function otherKey({ overlay, way }: OtherWay): string {
  return way === 0 ? overlay : `${overlay}\nway ${way}`;
}

/** The ways in which an object is another than the first in its place. */
function waysElsewhere({ firsts, ways }: Slot): OtherWay[] {
  const counts = new Map<string, number>();
  return ways.flatMap(({ overlay, place, object }) => {
    const key = `${place}\n${overlay}`;
    const way = counts.get(key) ?? 0;
    counts.set(key, way + 1);
    return object === firsts.get(place) ? [] : [{ overlay, way }];
  });
}

/** An object as a way of a build has it; what that does not build as the first does. */
function inWay({ firsts, ways }: Slot, other: OtherWay | undefined): GraphObject[] {
  return [...firsts].flatMap(([place, first]) => {
    const own = ways.filter((one) => one.overlay === other?.overlay && one.place === place);
    return (own.length === 0 ? first : (own[other!.way] ?? own[0]!).object) ?? [];
  });
}

/** What a build makes of an object. */
function builtBy({ firsts, ways }: Slot, overlay: string): GraphObject[] {
  if (ways.length === 0) return [...firsts.values()].flatMap((first) => first ?? []);
  return ways.filter((one) => one.overlay === overlay).flatMap(({ object }) => object ?? []);
}
