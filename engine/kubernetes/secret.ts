import type { Cursor, Place, Value } from '../yaml/cursor.ts';

/** A Secret by its type and keys. What it holds is never kept. */
export interface SecretFact {
  readonly fact: 'secret';
  readonly type: Value<string>;
  /** Where the entries of `data` and `stringData` stand, by key; those of a known empty value are left out. */
  readonly entries: Readonly<Record<string, Place>>;
  /** Whether a template may add entries that cannot be seen. */
  readonly open: boolean;
}

/** Reads a v1 Secret (core/v1 types.go). */
export function readSecret(cursor: Cursor): SecretFact[] {
  const parts = [cursor.get('data'), cursor.get('stringData')];
  const entries: Record<string, Place> = Object.create(null);
  for (const { key, value } of parts.flatMap((part) => part.fields())) {
    if (value.string().state !== 'absent') entries[key] = value.place();
  }
  return [{ fact: 'secret', type: cursor.get('type').string(), entries, open: cursor.open || parts.some((part) => part.open) }];
}
