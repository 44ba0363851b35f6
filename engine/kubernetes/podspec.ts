import type { Cursor } from '../yaml/cursor.ts';
import table from './podspec-paths.json' with { type: 'json' };

/** How one kind carries pods or names accounts: paths of whole PodSpecs, of PodSpec fields mixed with others, and of plain account names. `[]` walks a list, `*` a mapping. */
export interface PodCarrier {
  readonly group: string;
  readonly kind: string;
  readonly podSpec: readonly string[];
  readonly podSpecInline: readonly string[];
  readonly serviceAccountString: readonly string[];
  readonly automount: readonly string[];
  /** Where the paths, and what the kind's operator makes of them, were read. */
  readonly source: string;
  /** Where an object may name another one whose template it takes instead of its own. */
  readonly follow?: readonly string[];
  /** Whether the kind is cluster-scoped: its pods run in the namespace of whatever uses it. */
  readonly cluster?: boolean;
  /** Where the spec of an Argo workflow stands, for kinds that hold one. */
  readonly workflow?: string;
  /** The pods of a kind that does not simply run each of its PodSpecs as it stands; none for a kind without pods of its own. */
  readonly pods?: readonly PodUnit[];
  /** Where the namespace of accounts is named that are not its pods' (absent: the object's own is meant); empty where the files cannot tell. */
  readonly namespaceAt?: string;
  /** Whether it holds whole objects, which may name accounts anywhere. */
  readonly embeds?: boolean;
}

/** Pods of one kind that its operator makes: whom they run as and what of them the files tell. Paths count from `at`; an empty one is `at` itself. */
export interface PodUnit {
  /** Where there is such a unit, if anything stands there; absent: the object itself. */
  readonly at?: string;
  /** The PodSpec, or what holds the fields of one; where there are several, each adds containers and volumes. */
  readonly spec: readonly string[];
  /** Where the account is named, the place that wins first; absent: in the PodSpec; none where it cannot be named. A new name is written to the first. */
  readonly account?: readonly string[];
  /** Those of them where a name is that of an account which the operator makes. */
  readonly makes?: readonly string[];
  /** Whom the pods run as where none is named: `default` unless it says otherwise; `{name}` is the object's. Empty where the files cannot tell. */
  readonly unset?: string;
  /** Whether the operator makes that account, so that it is in no file. */
  readonly made?: boolean;
  /** Whether only a unit that names an account is one of pods whose account is known at all. */
  readonly named?: boolean;
  /** Where automounting is decided, the place that wins first; absent: in the PodSpec; none where it cannot be. */
  readonly automount?: readonly string[];
  /** Where it is decided by a boolean of the opposite sense. */
  readonly disable?: string;
  /** What the operator writes where nothing is said: true, false, or nothing (`account`). Absent for generated pods: it is not told. */
  readonly mounts?: boolean | 'account';
  /** What in the pods talks to the API server by the design of the kind. */
  readonly client?: string;
  /** Whether the operator writes the pods: they may have more containers, labels and fields than the files tell. */
  readonly generated?: boolean;
  /** What says that there are no such pods: that something stands at a path of the object, or `path=value`. */
  readonly unless?: string;
  /** What has to be said for there to be such pods, likewise. */
  readonly only?: string;
  /** The one version that has this unit; absent: all. */
  readonly version?: string;
}

const carriers = new Map((table.kinds as unknown as PodCarrier[]).map((carrier) => [`${carrier.group}/${carrier.kind}`, carrier]));

/** The carrier of a kind, matched by API group and any version (semantics.md 1), or undefined. */
export function podCarrier(group: string, kind: string): PodCarrier | undefined {
  return carriers.get(`${group}/${kind}`);
}

/** Whether a kind has pods of its own that are read. */
export function carriesPods({ podSpec, podSpecInline, workflow, pods }: PodCarrier): boolean {
  return workflow !== undefined || (pods ? pods.length > 0 : podSpec.length + podSpecInline.length > 0);
}

/** Whether a kind names accounts, or holds objects that may. */
export function namesAccounts({ serviceAccountString, embeds }: PodCarrier): boolean {
  return serviceAccountString.length > 0 || embeds === true;
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

/** Where a path without lists leads, whether or not anything stands there; the empty path stays. */
export function follow(cursor: Cursor, path: string): Cursor {
  return path === '' ? cursor : cursor.at(...path.split('.'));
}
