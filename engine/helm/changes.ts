import type { Dict, Value } from './value.ts';

/*
 * Some functions change a mapping in place (`set`, `unset`, `merge`), the values of the chart included. To Helm that lasts
 * for a rendering; here each template is expanded for itself, and what it changed is changed back.
 */

let undo: (() => void)[] | undefined;

/** Sets a key of a mapping, or takes it away (undefined), for as long as the evaluation lasts. */
export function change(dict: Dict, key: string, value: Value): void {
  const [had, old] = [dict.has(key), dict.get(key)];
  undo?.push(() => (had ? dict.set(key, old) : dict.delete(key)));
  if (value === undefined) dict.delete(key);
  else dict.set(key, value);
}

/** Runs an evaluation and takes its changes back. */
export function undoing(evaluation: () => void): void {
  const outer = undo;
  undo = [];
  try {
    evaluation();
  } finally {
    for (const one of undo.reverse()) one();
    undo = outer;
  }
}
