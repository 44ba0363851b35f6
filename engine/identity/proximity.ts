import { identityOf, type GraphObject } from './objects.ts';

/**
 * What belongs together within a scope (design.md 4): the same kind, namespace and name in two places is two variants
 * of one object, and a reference means the nearest: same file, then same directory, then up the tree. Two subtrees (or
 * files of one directory) that hold a variant of the same object are alternatives, such as staging and production or
 * two examples side by side: nothing in one is joined with anything in the other.
 */
export interface Proximity {
  /** The nearest of some objects, seen from a file; several where they are equally near. Alternatives are none. */
  nearest(from: string, objects: readonly GraphObject[]): GraphObject[];
  /** Whether two files are never applied together. Symmetric; a file is no alternative to itself. */
  alternatives(a: string, b: string): boolean;
}

/** Indexes the objects of one scope. Cost: objects times the depth of their paths, on the first question only. */
export function proximity(objects: readonly GraphObject[]): Proximity {
  let identities: Map<string, Set<string>> | undefined;
  let variants: boolean | undefined;
  const answers = new Map<string, Map<string, boolean>>();
  const paths = new Map<string, readonly string[]>();

  const prefixesOf = (file: string): readonly string[] => {
    let prefixes = paths.get(file);
    if (!prefixes) paths.set(file, (prefixes = prefixesOfPath(file)));
    return prefixes;
  };

  const share = (left: string, right: string): boolean => {
    identities ??= indexIdentities(objects, prefixesOf);
    const a = identities.get(left);
    const b = identities.get(right);
    if (!a || !b) return false;
    const [small, large] = a.size < b.size ? [a, b] : [b, a];
    for (const identity of small) if (large.has(identity)) return true;
    return false;
  };

  const alternatives = (a: string, b: string): boolean => {
    if (a === b || !(variants ??= hasVariants(objects))) return false;
    const left = prefixesOf(a);
    const right = prefixesOf(b);
    const at = commonDirectories(left, right);
    const [one, other] = left[at]! < right[at]! ? [left[at]!, right[at]!] : [right[at]!, left[at]!];
    let known = answers.get(one);
    if (!known) answers.set(one, (known = new Map()));
    let answer = known.get(other);
    if (answer === undefined) known.set(other, (answer = share(one, other)));
    return answer;
  };

  const nearest = (from: string, candidates: readonly GraphObject[]): GraphObject[] => {
    let best = Infinity;
    let found: GraphObject[] = [];
    for (const candidate of candidates) {
      const { file } = candidate.document;
      if (alternatives(from, file)) continue;
      const far = distance(from, file, prefixesOf);
      if (far > best) continue;
      if (far < best) found = [];
      best = far;
      found.push(candidate);
    }
    return found;
  };

  return { nearest, alternatives };
}

/** `a/b/c.yaml` → `a`, `a/b`, `a/b/c.yaml`: the directories from the top, then the file. */
function prefixesOfPath(file: string): string[] {
  const prefixes: string[] = [];
  for (let at = file.indexOf('/'); at >= 0; at = file.indexOf('/', at + 1)) prefixes.push(file.slice(0, at));
  prefixes.push(file);
  return prefixes;
}

/** How many directories two files have in common from the top; at that index their ways part. */
function commonDirectories(left: readonly string[], right: readonly string[]): number {
  const end = Math.min(left.length, right.length) - 1;
  let i = 0;
  while (i < end && left[i] === right[i]) i++;
  return i;
}

/** Whether any object stands in two files: only then can there be alternatives. */
function hasVariants(objects: readonly GraphObject[]): boolean {
  const files = new Map<string, string>();
  return objects.some((object) => {
    if (!isOwnObject(object)) return false;
    const identity = identityOf(object);
    const before = files.get(identity);
    if (before === undefined) files.set(identity, object.document.file);
    return before !== undefined && before !== object.document.file;
  });
}

/** A Namespace is often repeated beside what lives in it, and a name made up at creation is nobody's variant. */
function isOwnObject({ context, name, resource }: GraphObject): boolean {
  return !context && name !== '' && resource.header.kind !== 'Namespace';
}

/** Which objects lie in each directory and file. */
function indexIdentities(objects: readonly GraphObject[], prefixesOf: (file: string) => readonly string[]): Map<string, Set<string>> {
  const index = new Map<string, Set<string>>();
  for (const object of objects) {
    if (!isOwnObject(object)) continue;
    const identity = identityOf(object);
    for (const prefix of prefixesOf(object.document.file)) {
      const set = index.get(prefix);
      if (set) set.add(identity);
      else index.set(prefix, new Set([identity]));
    }
  }
  return index;
}

/** 0 the same file, 1 the same directory, 2 below it, then one more for each directory up. */
function distance(from: string, to: string, prefixesOf: (file: string) => readonly string[]): number {
  if (from === to) return 0;
  const left = prefixesOf(from);
  const right = prefixesOf(to);
  const common = commonDirectories(left, right);
  const ups = left.length - 1 - common;
  return ups === 0 && right.length === left.length ? 1 : 2 + ups;
}
