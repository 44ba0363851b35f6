import type { Cursor, Value } from '../yaml/cursor.ts';
import type { Header } from './header.ts';
import { follow, podCarrier, walk, type PodCarrier } from './podspec.ts';

/** An account that an object names: to run pods as, to act as, to get tokens of, or to check the rights of (semantics.md 1.2). */
export interface AccountUseFact {
  readonly fact: 'accountUse';
  readonly name: Value<string>;
  /** Absent where the object's own namespace is meant. */
  readonly namespace: Value<string>;
}

/** Kinds that are not in podspec-paths.json and hold whole objects that name accounts (tektoncd/triggers trigger_template_types.go). */
export const furtherAccountUsers: readonly string[] = ['triggers.tekton.dev/TriggerTemplate'];

/** The keys under which an account is named, at any depth: a string, or an object with its name. */
const keys = new Set(['serviceAccountName', 'serviceAccount', 'serviceAccountRef', 'taskServiceAccountName']);

/** Reads the accounts that an object names: where its kind does, and wherever else something looks like it, which only ever keeps an account from being called unused. */
export function readAccountUses(cursor: Cursor, { group, kind }: Header): AccountUseFact[] {
  const carrier = podCarrier(group, kind);
  const told = carrier ? inPlaces(cursor, carrier) : [];
  const seen = new Set(told.map(({ name }) => name.at.path.join('\n')));
  return [...told, ...anywhere(cursor).filter(({ name }) => !seen.has(name.at.path.join('\n')))];
}

function inPlaces(cursor: Cursor, carrier: PodCarrier): AccountUseFact[] {
  const namespace = carrier.namespaceAt === undefined ? undefined : elsewhere(cursor, carrier.namespaceAt);
  return carrier.serviceAccountString.flatMap((path) => {
    const isReference = path.endsWith('.name');
    return (isReference ? walk(cursor, path.slice(0, -'.name'.length)) : walk(cursor, path)).flatMap((place): AccountUseFact[] => {
      const name = (isReference ? place.get('name') : place).string();
      if (name.state === 'absent') return [];
      // A reference's own namespace counts on cluster-scoped objects only (external-secrets, kpack).
      const beside = isReference && carrier.cluster ? place.get('namespace').string() : undefined;
      const fact: AccountUseFact = { fact: 'accountUse', name, namespace: beside && beside.state !== 'absent' ? beside : namespace ?? { state: 'absent', at: name.at } };
      return [withNamespace(fact)];
    });
  });
}

/** The namespace that a field names; a hole where none does. */
function elsewhere(cursor: Cursor, path: string): Value<string> {
  const value = path === '' ? undefined : follow(cursor, path).string();
  return value && value.state !== 'absent' ? value : { state: 'hole', expression: 'a namespace elsewhere', at: cursor.place() };
}

/** `namespace:name`, as projects of Argo CD write an account of another namespace (argo-cd docs/operator-manual/app-sync-using-impersonation.md). */
function withNamespace(fact: AccountUseFact): AccountUseFact {
  const { name } = fact;
  const colon = name.state === 'known' ? name.value.indexOf(':') : -1;
  if (name.state !== 'known' || colon < 0) return fact;
  return { ...fact, name: { ...name, value: name.value.slice(colon + 1) }, namespace: { ...name, value: name.value.slice(0, colon) } };
}

/** The parser bounds the depth. */
function anywhere(cursor: Cursor): AccountUseFact[] {
  if (cursor.isSeq) return cursor.items().flatMap(anywhere);
  return cursor.fields().flatMap(({ key, value }): AccountUseFact[] => {
    if (!keys.has(key)) return anywhere(value);
    return [{ fact: 'accountUse', name: value.isMap ? value.get('name').string() : value.string(), namespace: value.get('namespace').string() }];
  });
}
