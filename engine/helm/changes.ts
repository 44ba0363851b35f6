import { isCollection, originOf, setEntry, type Dict, type Origin, type Value } from './value.ts';

/*
 * Some functions change a mapping in place (`set`, `unset`, `merge`), the values of the chart included. To Helm that lasts
 * for all templates that come after; here each template is expanded for itself, so what it changed of the release is taken
 * back when it is done, and made anew before those that Helm writes out later.
 */

/** An entry of a mapping that was set, or taken away (`has` is false). */
export interface Change {
  readonly dict: Dict;
  readonly key: string;
  readonly has: boolean;
  readonly value: Value;
  readonly origin: Origin | undefined;
}

let log: { readonly made: Change; readonly before: Change }[] | undefined;

/** Sets a key of a mapping, or takes it away (undefined). */
export function change(dict: Dict, key: string, value: Value, origin?: Origin): void {
  const made = { dict, key, has: value !== undefined, value, origin };
  log?.push({ made, before: { dict, key, has: dict.has(key), value: dict.get(key), origin: originOf(dict, key) } });
  make(made);
}

function make({ dict, key, has, value, origin }: Change): void {
  if (has) setEntry(dict, key, value, origin);
  else dict.delete(key);
}

/** What lasts from template to template: mappings that hang together with the values of a release. */
export class Shared {
  private readonly collections = new WeakSet<object>();

  constructor(values: readonly Value[]) {
    for (const value of values) this.add(value);
  }

  has(dict: Dict): boolean {
    return this.collections.has(dict);
  }

  add(value: Value): void {
    if (!isCollection(value) || this.collections.has(value)) return;
    this.collections.add(value);
    for (const one of value.values()) this.add(one);
  }
}

/**
 * Runs an evaluation and takes back what it changed of the values of its release.
 * @param before what the templates before it changed
 * @returns what it changed itself
 */
export function lastingChanges(shared: () => Shared, before: readonly Change[], evaluation: () => void): Change[] {
  const outer = log;
  log = [];
  try {
    for (const { dict, key, value, has, origin } of before) {
      shared().add(value);
      change(dict, key, has ? value : undefined, origin);
    }
    const [from, changes] = [log.length, log];
    evaluation();
    return changes.slice(from).flatMap(({ made }) => {
      if (!shared().has(made.dict)) return [];
      shared().add(made.value);
      return [made];
    });
  } finally {
    for (const { before: old } of log.reverse()) if (shared().has(old.dict)) make(old);
    log = outer;
  }
}

/** Runs what may not happen, and takes all of its changes back; gives what it changed. */
export function tentativeChanges(evaluation: () => void): Change[] {
  if (!log) {
    evaluation();
    return [];
  }
  const from = log.length;
  try {
    evaluation();
    return log.slice(from).map(({ made }) => made);
  } finally {
    for (const { before } of log.splice(from).reverse()) make(before);
  }
}
