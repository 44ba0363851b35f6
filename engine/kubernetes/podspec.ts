import type { Cursor } from '../yaml/cursor.ts';
import table from './podspec-paths.json' with { type: 'json' };

/** How one kind carries pods: paths of whole PodSpecs, of PodSpec fields mixed with others, and of plain account names. `[]` walks a list, `*` a mapping. */
export interface PodCarrier {
  readonly group: string;
  readonly kind: string;
  readonly podSpec: readonly string[];
  readonly podSpecInline: readonly string[];
  readonly serviceAccountString: readonly string[];
  readonly automount: readonly string[];
  /** Where an object may name another one whose template it takes instead of its own. */
  readonly follow?: readonly string[];
  /** Whether the kind is cluster-scoped: its pods run in the namespace of whatever uses it. */
  readonly cluster?: boolean;
  /** Where the spec of an Argo workflow stands, for kinds that hold one. */
  readonly workflow?: string;
}

const carriers = new Map((table.kinds as PodCarrier[]).map((carrier) => [`${carrier.group}/${carrier.kind}`, carrier]));

/** The carrier of a kind, matched by API group and any version (semantics.md 1), or undefined. */
export function podCarrier(group: string, kind: string): PodCarrier | undefined {
  return carriers.get(`${group}/${kind}`);
}

/** The PodSpecs at a path, each with the metadata of its pods: the sibling of the PodSpec, which for a bare Pod is the object's own. */
export function podSpecs(cursor: Cursor, path: string): { spec: Cursor; metadata: Cursor }[] {
  const dot = path.lastIndexOf('.');
  const above = dot < 0 ? [cursor] : walk(cursor, path.slice(0, dot));
  return above.flatMap((one) => walk(one, path.slice(dot + 1)).map((spec) => ({ spec, metadata: one.get('metadata') })));
}

/** All cursors that a path with `[]` and `*` steps leads to, existing ones only. */
export function walk(cursor: Cursor, path: string): Cursor[] {
  let at = [cursor];
  for (const part of path.split('.')) {
    const list = part.endsWith('[]');
    const key = list ? part.slice(0, -2) : part;
    at = at.flatMap((one) => (key === '*' ? one.fields().map((field) => field.value) : [one.get(key)])).filter((one) => one.exists);
    if (list) at = at.flatMap((one) => one.items());
  }
  return at;
}
