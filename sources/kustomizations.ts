import { joinBuilds, type Build } from '../engine/identity/build.ts';
import type { Overlay } from '../engine/kustomize/overlay.ts';
import { alteredBy } from './kustomize-changes.ts';
import { isKustomizationName, readKustomization, type Kustomization } from './kustomization.ts';

/** What a file is to the kustomizations around it. */
export interface BuildPart {
  /** `resource` is built as an object, `part` only changes others or configures the build. */
  readonly part: 'resource' | 'part';
  /** What the builds that reach a resource say of its namespace: one name, none at all, or different ones (`untold`). */
  readonly namespace: { readonly told: 'one'; readonly name: string } | { readonly told: 'none' | 'untold' };
  /** What those builds make of a resource. */
  readonly build?: Build;
  /** The builds that reach a resource and may change what it says. */
  readonly overlays?: readonly Overlay[];
}

/** What is built by itself: an outermost kustomization. */
export interface KustomizeBuild {
  /** Its file, and its folder. */
  readonly file: string;
  readonly folder: string;
  /** An entry that kustomize would fetch from elsewhere, there or in what it builds on. */
  readonly remote: string | undefined;
}

/** The kustomizations of a workspace. Paths are workspace-relative. */
export interface Kustomizations {
  isKustomization(path: string): boolean;
  /** Whether it changes what objects say or are called, or has charts written: then its text is needed to judge them. */
  isChanging(path: string): boolean;
  /** The builds that a kustomization is part of which has charts written; none for any other. */
  buildsWith(path: string): readonly Overlay[];
  partOf(path: string): BuildPart | undefined;
  /** As they are read, in the order of the paths. */
  readonly all: readonly Kustomization[];
  /** Sorted by folder. */
  readonly builds: readonly KustomizeBuild[];
  /** Builds that reach a kustomization in more ways than are followed: each with the first folder of which that is so. */
  readonly cut: readonly { readonly file: string; readonly folder: string }[];
  /** Says which files hold objects of which builds make something else where some files are others; also of the kustomizations that do. */
  touchedBy(changed: ReadonlySet<string>): (path: string) => boolean;
}

/** Reads all kustomizations among paths and follows what they build. */
export function findKustomizations(paths: readonly string[], textOf: (path: string) => string | undefined): Kustomizations {
  const files = new Map<string, Kustomization>();
  const byFolder = new Map<string, Kustomization>();
  for (const path of paths.filter(isKustomizationName)) {
    const text = textOf(path);
    const read = text === undefined ? undefined : readKustomization(path, text);
    if (!read) continue;
    files.set(path, read);
    if (!byFolder.has(read.folder)) byFolder.set(read.folder, read);
  }

  const machinery = machineryOf(byFolder);
  const cut = new Map<string, string>();
  const ways = waysOf(byFolder, machinery, openness(byFolder, new Set(paths)), (file, folder) => void (cut.has(file) || cut.set(file, folder)));
  const resources = new Map<string, readonly Way[]>();
  const parts = new Set<string>();
  for (const one of byFolder.values()) {
    const built = [...one.resources, ...one.components].filter((path) => !byFolder.has(path));
    for (const path of one.parts) parts.add(path);
    if (machinery.has(one.folder)) for (const path of built) parts.add(path);
    else for (const path of built) resources.set(path, [...(resources.get(path) ?? []), ...ways(one.folder)]);
  }

  return {
    isKustomization: (path) => files.has(path),
    isChanging: (path) => isChanging(files.get(path)),
    buildsWith(path) {
      const one = files.get(path);
      return one?.installs && !machinery.has(one.folder) ? ways(one.folder).map(overlayOf) : [];
    },
    partOf(path) {
      const told = resources.get(path);
      // Built by one and a part of another: it is an object.
      if (told) return { part: 'resource', namespace: agreed(told), build: joinBuilds(told.map(buildOf)), ...overlaysOf(told) };
      return parts.has(path) ? { part: 'part', namespace: { told: 'none' } } : undefined;
    },
    all: [...files.values()],
    builds: buildsOf(byFolder, machinery),
    cut: [...cut].map(([file, folder]) => ({ file, folder })).sort((a, b) => (a.file < b.file ? -1 : 1)),
    touchedBy(changed) {
      const altered = alteredBy(changed, byFolder);
      return (path) => altered.has(path) || (resources.get(path) ?? []).some(({ levels }) => levels.some((level) => altered.has(level)));
    },
  };
}

function isChanging(one: Kustomization | undefined): boolean {
  return one !== undefined && (one.changes || one.installs || one.namespace !== undefined || one.namePrefix !== '' || one.nameSuffix !== '');
}

function buildsOf(byFolder: ReadonlyMap<string, Kustomization>, machinery: ReadonlySet<string>): KustomizeBuild[] {
  const below = ({ resources, components, parts }: Kustomization): Kustomization[] => [...resources, ...components, ...parts].flatMap((path) => byFolder.get(path) ?? []);
  const inner = new Set([...byFolder.values()].flatMap((one) => below(one).filter((two) => two !== one)));
  const remoteOf = (one: Kustomization, seen: Set<Kustomization>): string | undefined => {
    if (seen.has(one)) return undefined;
    seen.add(one);
    return one.remote[0] ?? below(one).map((two) => remoteOf(two, seen)).find((entry) => entry !== undefined);
  };
  return [...byFolder.values()]
    .filter((one) => !inner.has(one) && !one.component && !machinery.has(one.folder))
    .map((one) => ({ file: one.path, folder: one.folder, remote: remoteOf(one, new Set()) }))
    .sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

function agreed(ways: readonly Way[]): BuildPart['namespace'] {
  const told = new Set(ways.map((way) => way.namespace));
  const [name] = told;
  if (told.size > 1) return { told: 'untold' };
  return name === undefined ? { told: 'none' } : { told: 'one', name };
}

function buildOf({ root, namespace, prefix, suffix, rewrites, open }: Way): Build {
  return { roots: [root], ...(namespace === undefined ? {} : { namespace }), names: [{ prefix, suffix }], ...(rewrites ? { rewrites } : {}), ...(open ? { open } : {}) };
}

/** Nothing where no build changes what objects say and all put them into one namespace under one name: then they are what is written. */
function overlaysOf(ways: readonly Way[]): { overlays?: readonly Overlay[] } {
  const isCalledAlike = new Set(ways.map(({ prefix, suffix }) => `${prefix}\n${suffix}`)).size < 2;
  if (ways.every(({ changes }) => !changes) && agreed(ways).told !== 'untold' && isCalledAlike) return {};
  return { overlays: [...ways].sort((a, b) => (a.root < b.root ? -1 : a.root > b.root ? 1 : 0)).map(overlayOf) };
}

function overlayOf(way: Way): Overlay {
  return { file: way.file, levels: way.levels, build: buildOf(way) };
}

/** Folders given as transformers, generators or validators, with all they build: configuration of the build, no objects of it. */
function machineryOf(byFolder: ReadonlyMap<string, Kustomization>): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting = [...byFolder.values()].flatMap((one) => one.parts.filter((path) => byFolder.has(path)));
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    if (found.has(folder)) continue;
    found.add(folder);
    waiting.push(...byFolder.get(folder)!.resources.filter((path) => byFolder.has(path)));
  }
  // What an ordinary kustomization builds as well is an object all the same.
  const built = new Set([...byFolder.values()].filter((one) => !found.has(one.folder)).flatMap((one) => one.resources));
  return new Set([...found].filter((folder) => !built.has(folder)));
}

/** A way from an outermost kustomization down to one, with what its levels make of the objects that are built there. */
interface Way {
  /** The folder of the outermost one. */
  readonly root: string;
  readonly namespace: string | undefined;
  readonly prefix: string;
  readonly suffix: string;
  /** Whether one of its levels may change other fields. */
  readonly rewrites: boolean;
  /** Whether what the outermost one builds is not all there. */
  readonly open: boolean;
  /** The file of the outermost one. */
  readonly file: string;
  /** The files of all levels, innermost first. */
  readonly levels: readonly string[];
  /** Whether one of its levels changes what objects say in ways that are followed. */
  readonly changes: boolean;
}

/**
 * Every way from a root of the tree to a kustomization: the outermost `namespace:` wins, because each level overwrites
 * what the levels below it set, and each puts its own prefix and suffix around the names (semantics.md 10.2).
 * @param onCut told of a build that reaches a folder in more ways than are followed
 */
function waysOf(byFolder: ReadonlyMap<string, Kustomization>, machinery: ReadonlySet<string>, isOpen: (one: Kustomization) => boolean, onCut: (file: string, folder: string) => void): (folder: string) => readonly Way[] {
  const parents = new Map<string, Kustomization[]>();
  for (const one of byFolder.values()) {
    if (machinery.has(one.folder)) continue;
    for (const folder of new Set([...one.resources, ...one.components])) if (byFolder.has(folder)) parents.set(folder, [...(parents.get(folder) ?? []), one]);
  }

  // Components work on what their parent has built so far, theirs included, one after the other and before the parent's own settings.
  const ownWay = (one: Kustomization): Way => {
    const levels = [...one.components.flatMap((folder) => byFolder.get(folder) ?? []), one];
    return levels.reduce<Way>((inner, level) => ({
      ...inner,
      namespace: level.namespace ?? inner.namespace,
      prefix: level.namePrefix + inner.prefix,
      suffix: inner.suffix + level.nameSuffix,
      rewrites: inner.rewrites || level.rewrites,
      levels: [...inner.levels, level.path],
      changes: inner.changes || level.changes,
    }), emptyWay(one, isOpen(one)));
  };

  const known = new Map<string, readonly Way[]>();
  const ways = (folder: string): readonly Way[] => {
    const before = known.get(folder);
    if (before) return before;
    const one = byFolder.get(folder)!;
    const own = ownWay(one);
    // Kustomize refuses a circle; whoever comes back here finds a level that says nothing.
    known.set(folder, [emptyWay(one, isOpen(one))]);
    const above = (parents.get(folder) ?? []).flatMap((parent) => ways(parent.folder).map((way) => (parent.components.includes(folder) ? { ...way, namespace: way.namespace ?? own.namespace } : around(way, own))));
    const answer = above.length === 0 ? [own] : withinReason([...new Map(above.map((way) => [JSON.stringify(way), way])).values()], (file) => onCut(file, folder));
    known.set(folder, answer);
    return answer;
  };
  return ways;
}

/** A build that reaches one kustomization in more ways than this is not followed in all of them: they double with each level. */
export const mostWays = 100;

/** The first ways of each build; where there are more, nobody can tell what becomes of names. */
function withinReason(ways: readonly Way[], onCut: (file: string) => void): readonly Way[] {
  const counts = new Map<string, number>();
  const kept = ways.filter(({ root }) => { const count = (counts.get(root) ?? 0) + 1; counts.set(root, count); return count <= mostWays; });
  for (const { root, file } of kept) if (counts.get(root)! > mostWays) onCut(file);
  return kept.length === ways.length ? ways : kept.map((way) => (counts.get(way.root)! > mostWays ? { ...way, rewrites: true } : way));
}

function around(outer: Way, inner: Way): Way {
  return {
    root: outer.root,
    file: outer.file,
    namespace: outer.namespace ?? inner.namespace,
    prefix: outer.prefix + inner.prefix,
    suffix: inner.suffix + outer.suffix,
    rewrites: outer.rewrites || inner.rewrites,
    open: outer.open,
    levels: [...inner.levels, ...outer.levels],
    changes: inner.changes || outer.changes,
  };
}

function emptyWay({ folder, path }: Kustomization, open: boolean): Way {
  return { root: folder, file: path, namespace: undefined, prefix: '', suffix: '', rewrites: false, open, levels: [], changes: false };
}

/** Says of kustomizations whether what they build is not all there: it would be fetched or is written by a program, or is in no file read. */
function openness(byFolder: ReadonlyMap<string, Kustomization>, paths: ReadonlySet<string>): (one: Kustomization) => boolean {
  const known = new Map<Kustomization, boolean>();
  const isOpen = (one: Kustomization): boolean => {
    const before = known.get(one);
    if (before !== undefined) return before;
    known.set(one, false);
    const open = one.fetches || [...one.resources, ...one.components].some((path) => { const below = byFolder.get(path); return below ? isOpen(below) : !paths.has(path); });
    known.set(one, open);
    return open;
  };
  return isOpen;
}
