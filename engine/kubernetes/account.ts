import type { Cursor, Place, Value } from '../yaml/cursor.ts';

/** A ServiceAccount object. */
export interface AccountFact {
  readonly fact: 'account';
  readonly automount: Value<boolean>;
  readonly imagePullSecrets: readonly Value<string>[];
  readonly secrets: readonly Value<string>[];
  readonly at: Place;
}

/** Reads a v1 ServiceAccount. `automountServiceAccountToken` is a top-level field there (core/v1 types.go). */
export function readAccount(cursor: Cursor): AccountFact[] {
  return [{
    fact: 'account',
    automount: cursor.get('automountServiceAccountToken').boolean(),
    imagePullSecrets: cursor.get('imagePullSecrets').items().map((item) => item.get('name').string()),
    secrets: cursor.get('secrets').items().map((item) => item.get('name').string()),
    at: cursor.place(),
  }];
}
