import { Cursor, known, type Place, type Value } from '../yaml/cursor.ts';
import type { Path } from '../yaml/node.ts';

/** Labels or annotations. `open` where a template may add more than can be seen. */
export interface Labels {
  readonly entries: Readonly<Record<string, Value<string>>>;
  readonly open: boolean;
  readonly at: Place;
}

/** The controller that made an object and answers for it (`ownerReferences` with `controller: true`), as dumps of a cluster show it. */
export interface Owner {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
}

/** What every object says of itself. */
export interface Header {
  readonly apiVersion: string;
  /** The API group; "" is core. */
  readonly group: string;
  readonly kind: string;
  readonly name: Value<string>;
  readonly namespace: Value<string>;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly owner: Owner | undefined;
  /** The `kind:` line: where a finding sits that has no better place. */
  readonly at: Place;
  /** Where the object stands in its document: [] or ['items', 3]. */
  readonly root: Path;
}

/** Reads apiVersion, kind and metadata; undefined for what is not a resource (contract.md: both are needed). */
export function readHeader(cursor: Cursor): Header | undefined {
  const apiVersion = known(cursor.get('apiVersion').string());
  const kind = known(cursor.get('kind').string());
  if (apiVersion === undefined || kind === undefined) return undefined;
  const metadata = cursor.get('metadata');
  return {
    apiVersion,
    group: groupOf(apiVersion),
    kind,
    name: metadata.get('name').string(),
    namespace: metadata.get('namespace').string(),
    labels: readLabels(metadata.get('labels')),
    annotations: readLabels(metadata.get('annotations')),
    owner: readOwner(metadata.get('ownerReferences')),
    at: cursor.get('kind').place(),
    root: cursor.path,
  };
}

/** At most one owner reference is the controller's (apimachinery meta/v1 types.go, OwnerReference.controller). */
function readOwner(references: Cursor): Owner | undefined {
  const controller = references.items().find((item) => known(item.get('controller').boolean()) === true);
  const kind = controller && known(controller.get('kind').string());
  const name = controller && known(controller.get('name').string());
  if (kind === undefined || name === undefined) return undefined;
  return { group: groupOf(known(controller!.get('apiVersion').string()) ?? ''), kind, name };
}

/** The API group of an apiVersion: `apps/v1` → `apps`, `v1` → "". */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** Reads a map of strings. Keys may be any string, also `__proto__`. */
export function readLabels(cursor: Cursor): Labels {
  const entries: Record<string, Value<string>> = Object.create(null);
  for (const { key, value } of cursor.fields()) entries[key] = value.string();
  return { entries, open: cursor.open, at: cursor.place() };
}
