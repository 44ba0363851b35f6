import { symbol, type GraphObject } from '../identity/objects.ts';
import { isClusterKind } from '../kubernetes/cluster-scoped.ts';
import { Overlays, type BuiltObject } from '../kustomize/overlay.ts';
import type { DocumentEntry } from './document.ts';
import { graphObject, type FileEntry, type SourceFile } from './files.ts';
import { objectsOfOutput, type BuildOutput } from './overlay-output.ts';

/** The objects of a scope as its Kustomize builds make them. */
export interface BuiltScope {
  /** One of each object: as the first of its builds has it. */
  readonly objects: readonly GraphObject[];
  /** The builds in which some object is another than that, by the file of the outermost kustomization; and those that kustomize has built. */
  readonly others: readonly string[];
  /** The objects as one of those builds has them; what it does not build as the first does. */
  in(other: string): readonly GraphObject[];
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
      return { objects, others: [], in: () => objects };
    }
    const slots = files.flatMap((file) => this.slotsOf(file, documentsOf));
    const objects = slots.flatMap(({ first }) => first ?? []);
    const others = [...new Set(slots.flatMap((slot) => [...slot.by].filter(([, object]) => object !== slot.first).map(([overlay]) => overlay)))].sort();
    const inOverlay = (overlay: string, some = slots) => some.flatMap(({ first, by }) => (by.has(overlay) ? by.get(overlay) : first) ?? []);
    const inOutput = (output: BuildOutput) => {
      const isBuilt = ({ source }: FileEntry) => source.build?.roots.includes(output.root) === true;
      const built = files.filter(isBuilt).map((file) => ({ file, objects: inOverlay(output.overlay, slots.filter((slot) => slot.file === file)) }));
      return [...inOverlay('', slots.filter(({ file }) => !isBuilt(file))), ...objectsOfOutput(output, built, documentsOf)];
    };
    return {
      objects,
      others: [...others.slice(0, Math.floor(objectBudget / Math.max(1, objects.length))), ...outputs.keys()],
      in: (other) => { const output = outputs.get(other); return output ? inOutput(output) : inOverlay(other); },
    };
  }

  private slotsOf(file: FileEntry, documentsOf: (path: string) => readonly DocumentEntry[]): Slot[] {
    const { source } = file;
    if (!source.overlays) return file.objects.map((first) => ({ file, first, by: new Map() }));
    const plain = new Map(file.objects.map((object) => [object.resource, object]));
    return file.documents.flatMap((document) => this.overlays.of(document, document.facts.resources, source.overlays!, documentsOf).map((builds, i): Slot => {
      const written = plain.get(document.facts.resources[i]!)!;
      const by = new Map<string, GraphObject | undefined>();
      source.overlays!.forEach(({ file: overlay }, way) => { if (!by.has(overlay)) by.set(overlay, builds[way] && this.objectOf(builds[way], written, document, file)); });
      return { file, first: [...by.values()].find((one) => one !== undefined), by };
    }));
  }

  private objectOf(built: BuiltObject, written: GraphObject, document: DocumentEntry, { source }: FileEntry): GraphObject {
    // What all builds leave as it is written is the object itself.
    const among = source.overlays!.map(({ file }) => file);
    if (built.resource === written.resource && !built.renamed && new Set(built.by).size === new Set(among).size) return written;
    let object = this.objects.get(built);
    if (object) return object;
    const made = graphObject(`o${++this.ids}`, document, built.resource, source);
    const { header } = built.resource;
    const name = !built.renamed ? undefined : header.name.state === 'known' ? built.id.name : symbol(header.name);
    const namespace = !built.renamed || isClusterKind(header.group, header.kind) ? undefined : built.id.namespace || undefined;
    object = {
      ...made,
      ...(namespace === undefined ? {} : { namespace }),
      // References are written to the name before the patch, and follow it.
      ...(name === undefined ? {} : { name: written.name, build: { ...source.build!, ...(namespace === undefined ? {} : { namespace }), names: [{ prefix: '', suffix: '', name }] } }),
      built: { root: built.root, by: built.by, among },
    };
    this.objects.set(built, object);
    return object;
  }
}

/** An object of a file: as the first of its builds that has it makes it, and as each does. */
interface Slot {
  readonly file: FileEntry;
  readonly first: GraphObject | undefined;
  readonly by: ReadonlyMap<string, GraphObject | undefined>;
}
