import { sameBuild, type Build } from '../identity/build.ts';
import { symbol, type GraphObject } from '../identity/objects.ts';
import { isClusterKind } from '../kubernetes/cluster-scoped.ts';
import type { Resource } from '../kubernetes/read.ts';
import type { Overlay } from '../kustomize/overlay.ts';
import type { Dialect } from '../yaml/node.ts';
import type { DocumentEntry } from './document.ts';
import type { Suppression } from './suppress.ts';

/** A file as a shell hands it in, with what the sources know of it. */
export interface SourceFile {
  /** Workspace-relative, with `/`. */
  readonly path: string;
  /** Decoded, without a byte order mark. */
  readonly text: string;
  readonly dialect: Dialect;
  /** Files of different scopes are never joined: a Helm release, a Kustomize build, a configured scope. "" is the workspace's own. */
  readonly scope: string;
  /** `context` resolves references in every scope and is never reported on; `patch` is part of an object and judged nowhere by itself; `part` is what a chart is made of beside its templates, and a kustomization. */
  readonly role: 'manifest' | 'context' | 'patch' | 'part';
  /** The namespace that objects get that name none (release namespace, kustomization), else undefined. */
  readonly namespace?: string;
  /** What Kustomize makes of its objects, where it builds them. */
  readonly build?: Build;
  /** The builds that reach its objects, where one of them may change what these say. */
  readonly overlays?: readonly Overlay[];
  /** The folder of the chart that is installed, for all files of that chart and its subcharts. */
  readonly chart?: string;
}

/** A file as the workspace keeps it. */
export interface FileEntry {
  readonly source: SourceFile;
  readonly documents: readonly DocumentEntry[];
  readonly objects: readonly GraphObject[];
  readonly suppressions: readonly Suppression[];
}

/** A file whose objects are read when they are first asked for. */
export function fileEntry(entry: Omit<FileEntry, 'objects'>, read: () => readonly GraphObject[]): FileEntry {
  let objects: readonly GraphObject[] | undefined;
  return { ...entry, get objects() { return (objects ??= read()); } };
}

/** Whether two states of a file are read alike, whatever their texts. */
export function sameHousehold(a: SourceFile, b: SourceFile): boolean {
  return a.dialect === b.dialect && a.scope === b.scope && a.role === b.role && a.namespace === b.namespace && sameBuild(a.build, b.build) && JSON.stringify(a.overlays) === JSON.stringify(b.overlays) && a.chart === b.chart;
}

/** The object of a resource, where its file puts it. */
export function graphObject(key: string, entry: DocumentEntry, resource: Resource, source: SourceFile): GraphObject {
  return {
    key,
    document: entry,
    resource,
    namespace: isClusterKind(resource.header.group, resource.header.kind) ? '' : source.build?.namespace ?? (symbol(resource.header.namespace) || (source.namespace ?? '')),
    // Kustomize gives a Namespace the name of the namespace that it sets.
    name: (isNamespace(resource) && source.build?.namespace) || symbol(resource.header.name),
    context: source.role === 'context',
    ...(source.chart === undefined && entry.facts.problem ? { unfinished: true } : {}),
    ...(source.build ? { build: source.build } : {}),
  };
}

function isNamespace({ header }: Resource): boolean {
  return header.group === '' && header.kind === 'Namespace';
}

/** What went out of some objects and what came in. */
export function difference(before: readonly GraphObject[], after: readonly GraphObject[]): { removed: GraphObject[]; added: GraphObject[] } {
  const old = new Set(before);
  const now = new Set(after);
  return { removed: before.filter((object) => !now.has(object)), added: after.filter((object) => !old.has(object)) };
}

/** Whether a file says what Kustomize builds. */
export function isKustomization({ role, dialect }: SourceFile): boolean {
  return role === 'part' && dialect === 'kustomization';
}

/** Whether parts of other files' objects may stand in a file. */
export function isPatch(source: SourceFile): boolean {
  return source.role === 'patch' || isKustomization(source);
}
