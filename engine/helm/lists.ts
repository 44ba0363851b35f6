/*
 * What Go knows of a list or mapping beside what is in it: the type of its elements, whether it is nil, whether its order
 * is by chance.
 */

interface Nature {
  /** What it is made of, where that is not `interface {}`. */
  readonly of?: 'string' | 'int' | '[]interface {}';
  /** A type of its own, whose name differs between versions of Helm (`.Values`). */
  readonly isNamed?: true;
  /** No list was made: JSON writes it as null. */
  readonly isNil?: true;
  /** The keys of a mapping come in any order (go.dev/ref/spec, For range). */
  readonly isUnordered?: true;
}

const natures = new WeakMap<object, Nature>();

/** A list or mapping with what Go knows of it. */
export function withNature<T extends object>(collection: T, nature: Nature): T {
  natures.set(collection, nature);
  return collection;
}

/** What Go knows of a list or mapping. */
export function natureOf(value: unknown): Nature {
  return (typeof value === 'object' && value !== null ? natures.get(value) : undefined) ?? {};
}

/** Whether it is a list of two or more items in an order that nobody knows. */
export function isShuffled(value: unknown): boolean {
  return Array.isArray(value) && value.length > 1 && natures.get(value)?.isUnordered === true;
}
