import type { Kustomization } from './kustomization.ts';

/**
 * The kustomizations that make something else of what they build where some files are others: those with a file among
 * them, itself included, that says what becomes of objects, and those that write values of objects, or of ConfigMaps
 * that they make, into others, with any file among them that these are read from.
 * @param changed paths of files
 * @returns the files of the kustomizations
 */
export function alteredBy(changed: ReadonlySet<string>, byFolder: ReadonlyMap<string, Kustomization>): ReadonlySet<string> {
  const isChanged = (one: Kustomization, field: (of: Kustomization) => readonly string[], seen: Set<Kustomization>): boolean => {
    if (seen.has(one)) return false;
    seen.add(one);
    return changed.has(one.path) || field(one).some((path) => { const below = byFolder.get(path); return below ? isChanged(below, filesOf, seen) : changed.has(path); });
  };
  const isAltered = (one: Kustomization): boolean => {
    if (one.copies && isChanged(one, filesOf, new Set())) return true;
    if (!one.changes && one.namespace === undefined && one.namePrefix === '' && one.nameSuffix === '' && one.parts.length === 0) return false;
    return isChanged(one, ({ parts, contents }) => parts.filter((path) => !contents.includes(path)), new Set());
  };
  return new Set([...byFolder.values()].filter(isAltered).map(({ path }) => path));
}

/** All that a kustomization reads. */
function filesOf({ resources, components, parts }: Kustomization): readonly string[] {
  return [...resources, ...components, ...parts];
}
