import { isKustomizationName, readKustomization, type Kustomization } from './kustomization.ts';

/** What a file is to the kustomizations around it. */
export interface BuildPart {
  /** `resource` is built as an object, `part` only changes others or configures the build. */
  readonly part: 'resource' | 'part';
  /** What the builds that reach a resource say of its namespace: one name, none at all, or different ones (`untold`). */
  readonly namespace: { readonly told: 'one'; readonly name: string } | { readonly told: 'none' | 'untold' };
}

/** The kustomizations of a workspace. Paths are workspace-relative. */
export interface Kustomizations {
  isKustomization(path: string): boolean;
  partOf(path: string): BuildPart | undefined;
}

/** Reads all kustomizations among paths and follows what they build. */
export function findKustomizations(paths: readonly string[], textOf: (path: string) => string | undefined): Kustomizations {
  const files = new Set<string>();
  const byFolder = new Map<string, Kustomization>();
  for (const path of paths.filter(isKustomizationName)) {
    const text = textOf(path);
    const read = text === undefined ? undefined : readKustomization(path, text);
    if (!read) continue;
    files.add(path);
    if (!byFolder.has(read.folder)) byFolder.set(read.folder, read);
  }

  const machinery = machineryOf(byFolder);
  const namespaces = namespacesOf(byFolder, machinery);
  const resources = new Map<string, Set<string | undefined>>();
  const parts = new Set<string>();
  for (const one of byFolder.values()) {
    const built = [...one.resources, ...one.components].filter((path) => !byFolder.has(path));
    for (const path of one.parts) parts.add(path);
    if (machinery.has(one.folder)) for (const path of built) parts.add(path);
    else for (const path of built) resources.set(path, new Set([...(resources.get(path) ?? []), ...namespaces(one.folder)]));
  }

  return {
    isKustomization: (path) => files.has(path),
    partOf(path) {
      const told = resources.get(path);
      // Built by one and a part of another: it is an object.
      if (told) return { part: 'resource', namespace: agreed(told) };
      return parts.has(path) ? { part: 'part', namespace: { told: 'none' } } : undefined;
    },
  };
}

function agreed(told: ReadonlySet<string | undefined>): BuildPart['namespace'] {
  const [name] = told;
  if (told.size > 1) return { told: 'untold' };
  return name === undefined ? { told: 'none' } : { told: 'one', name };
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

/**
 * The namespaces that a kustomization's objects end in, one for each way from a root of the tree to it: the outermost
 * `namespace:` wins, because each level overwrites what the levels below it set (semantics.md 10.2).
 */
function namespacesOf(byFolder: ReadonlyMap<string, Kustomization>, machinery: ReadonlySet<string>): (folder: string) => ReadonlySet<string | undefined> {
  const parents = new Map<string, Kustomization[]>();
  for (const one of byFolder.values()) {
    if (machinery.has(one.folder)) continue;
    for (const folder of [...one.resources, ...one.components]) if (byFolder.has(folder)) parents.set(folder, [...(parents.get(folder) ?? []), one]);
  }

  // A component works on what its parent has built so far, before the parent's own settings do.
  const own = (one: Kustomization): string | undefined =>
    one.namespace ?? one.components.map((folder) => byFolder.get(folder)?.namespace).filter((name) => name !== undefined).at(-1);

  const known = new Map<string, ReadonlySet<string | undefined>>();
  const namespaces = (folder: string): ReadonlySet<string | undefined> => {
    const before = known.get(folder);
    if (before) return before;
    // Kustomize refuses a circle; whoever comes back here finds a level that says nothing.
    known.set(folder, new Set([undefined]));
    const self = own(byFolder.get(folder)!);
    const above = (parents.get(folder) ?? []).flatMap((parent) => [...namespaces(parent.folder)]);
    const answer = new Set(above.length === 0 ? [self] : above.map((name) => name ?? self));
    known.set(folder, answer);
    return answer;
  };
  return namespaces;
}

