import { identityOf, type GraphObject } from './objects.ts';

/**
 * What belongs together within a scope (design.md 4): the same kind, namespace and name in two places is two variants
 * of one object, and a reference means the nearest: same file, then same directory, then up the tree. Two subtrees (or
 * files of one directory) that hold a variant of the same object are alternatives, such as staging and production or
 * two examples side by side: nothing in one is joined with anything in the other.
 */
export interface Proximity {
  /** The nearest of some objects, seen from a file; several where they are equally near. */
  nearest(from: string, objects: readonly GraphObject[]): GraphObject[];
  /** Whether two files are never applied together. */
  alternatives(a: string, b: string): boolean;
}

/** Indexes the objects of one scope. Cost: objects times the depth of their paths, on the first question only. */
export function proximity(objects: readonly GraphObject[]): Proximity {
  let identities: Map<string, Set<string>> | undefined;
  const answers = new Map<string, boolean>();

  const under = (prefix: string): Set<string> => {
    identities ??= indexIdentities(objects);
    return identities.get(prefix) ?? new Set();
  };

  const alternatives = (a: string, b: string): boolean => {
    if (a === b) return false;
    const [left, right] = branchPoints(a, b);
    const key = left < right ? `${left}\n${right}` : `${right}\n${left}`;
    const cached = answers.get(key);
    if (cached !== undefined) return cached;
    const [small, large] = under(left).size < under(right).size ? [under(left), under(right)] : [under(right), under(left)];
    let answer = false;
    for (const identity of small) if (large.has(identity)) { answer = true; break; }
    answers.set(key, answer);
    return answer;
  };

  const nearest = (from: string, candidates: readonly GraphObject[]): GraphObject[] => {
    let best = Infinity;
    let found: GraphObject[] = [];
    for (const candidate of candidates) {
      if (alternatives(from, candidate.document.file)) continue;
      const far = distance(from, candidate.document.file);
      if (far > best) continue;
      if (far < best) found = [];
      best = far;
      found.push(candidate);
    }
    return found;
  };

  return { nearest, alternatives };
}

function indexIdentities(objects: readonly GraphObject[]): Map<string, Set<string>> {
  const index = new Map<string, Set<string>>();
  for (const object of objects) {
    // A Namespace is often repeated beside what lives in it, and a name made up at creation is nobody's variant.
    if (object.context || object.name === '' || object.resource.header.kind === 'Namespace') continue;
    const identity = identityOf(object);
    const parts = object.document.file.split('/');
    for (let i = 1; i <= parts.length; i++) {
      const prefix = parts.slice(0, i).join('/');
      const set = index.get(prefix);
      if (set) set.add(identity);
      else index.set(prefix, new Set([identity]));
    }
  }
  return index;
}

/** The two paths where the ways to two files part. */
function branchPoints(a: string, b: string): [string, string] {
  const left = a.split('/');
  const right = b.split('/');
  let i = 0;
  while (i < left.length - 1 && i < right.length - 1 && left[i] === right[i]) i++;
  return [left.slice(0, i + 1).join('/'), right.slice(0, i + 1).join('/')];
}

/** 0 the same file, 1 the same directory or below it, then one more for each directory up. */
function distance(from: string, to: string): number {
  if (from === to) return 0;
  const left = from.split('/');
  const right = to.split('/');
  let common = 0;
  while (common < left.length - 1 && common < right.length - 1 && left[common] === right[common]) common++;
  const ups = left.length - 1 - common;
  return ups === 0 && right.length - 1 === common ? 1 : 2 + ups;
}
