import { Cursor, known, type Value } from '../yaml/cursor.ts';
import type { Header } from './header.ts';
import { follow, walk, type PodCarrier, type PodUnit } from './podspec.ts';

/** One set of pods of an object, found: its PodSpecs, and who it runs as. */
export interface FoundPods {
  readonly specs: readonly [Cursor, ...Cursor[]];
  /** Of its pods: labels and annotations. */
  readonly metadata: Cursor;
  readonly serviceAccountName: Value<string>;
  /** The deprecated alias, in a whole PodSpec only. */
  readonly serviceAccount: Value<string>;
  readonly automount: Value<boolean>;
  readonly fallback: string | undefined;
  readonly made: boolean;
  readonly client: string | undefined;
  readonly generated: boolean;
  /** Whether what says nothing of automounting leaves open what the pod says. */
  readonly automountOpen: boolean;
}

/** The sets of pods of an object, as its kind has them. Plain kinds run each of their PodSpecs as it stands. */
export function findPods(cursor: Cursor, header: Header, carrier: PodCarrier): FoundPods[] {
  return unitsOf(carrier).flatMap((unit) => {
    if (unit.version !== undefined && !header.apiVersion.endsWith(`/${unit.version}`)) return [];
    if ((unit.unless !== undefined && says(cursor, unit.unless)) || (unit.only !== undefined && !says(cursor, unit.only))) return [];
    return places(cursor, unit).flatMap((at) => findUnit(at, header, unit));
  });
}

const plain = new Map<PodCarrier, readonly PodUnit[]>();

function unitsOf(carrier: PodCarrier): readonly PodUnit[] {
  if (carrier.pods) return carrier.pods;
  const before = plain.get(carrier);
  if (before) return before;
  const units = [...carrier.podSpec, ...carrier.podSpecInline].map(aboveLast);
  plain.set(carrier, units);
  return units;
}

/** A plain PodSpec is looked up from its parent, beside which the metadata of its pods stands: that of a bare Pod is the object's own. */
function aboveLast(path: string): PodUnit {
  const dot = path.lastIndexOf('.');
  return dot < 0 ? { spec: [path] } : { at: path.slice(0, dot), spec: [path.slice(dot + 1)] };
}

function places(cursor: Cursor, { at }: PodUnit): Cursor[] {
  return at === undefined ? [cursor] : walk(cursor, at).filter((one) => !one.isNull);
}

/** `path` says so by standing there, `path=value` by that value. */
function says(cursor: Cursor, condition: string): boolean {
  const [path, value] = condition.split('=') as [string, string?];
  const found = follow(cursor, path);
  if (value === undefined) return found.exists && !found.isNull;
  return (known(found.string()) ?? String(known(found.boolean()))) === value;
}

function findUnit(at: Cursor, header: Header, unit: PodUnit): FoundPods[] {
  const generated = unit.generated === true;
  const specs = unit.spec.map((path) => follow(at, path)) as [Cursor, ...Cursor[]];
  // A plain kind has pods only where it has a PodSpec.
  if (!generated && !specs[0].exists) return [];
  const own = unit.account === undefined;
  const names = own ? [specs[0].get('serviceAccountName')] : unit.account.flatMap((path) => (path.includes('[]') ? walk(at, path) : [follow(at, path)]));
  const said = names.map((name) => name.string()).find(({ state }) => state !== 'absent');
  const serviceAccountName = said ?? names[0]?.string() ?? absent(specs[0]);
  const serviceAccount = own ? specs[0].get('serviceAccount').string() : absent(specs[0]);
  const isNamed = [serviceAccountName, serviceAccount].some(({ state }) => state !== 'absent');
  if (unit.named && !isNamed) return [];
  return [{
    specs,
    metadata: metadataOf(at, unit),
    serviceAccountName,
    serviceAccount,
    automount: automountOf(at, specs[0], unit),
    fallback: fallbackOf(unit, header),
    made: isNamed ? (unit.makes ?? []).some((path) => said?.at.path.join('.') === follow(at, path).path.join('.')) : unit.made === true,
    client: unit.client,
    generated,
    automountOpen: generated && unit.mounts === undefined,
  }];
}

function absent(cursor: Cursor): { state: 'absent'; at: ReturnType<Cursor['place']> } {
  return { state: 'absent', at: cursor.place() };
}

/** Beside the PodSpec; an object whose own spec holds the fields of one says its pods' metadata elsewhere. */
function metadataOf(at: Cursor, { spec: [path = ''], generated, at: above }: PodUnit): Cursor {
  const dot = path.lastIndexOf('.');
  if (path === '' || (dot < 0 && generated && above === undefined)) return Cursor.root(undefined);
  return (dot < 0 ? at : follow(at, path.slice(0, dot))).get('metadata');
}

function automountOf(at: Cursor, spec: Cursor, { automount, disable, mounts }: PodUnit): Value<boolean> {
  const places = automount?.map((path) => follow(at, path)) ?? [spec.get('automountServiceAccountToken')];
  const values = places.map((place) => place.boolean());
  const said = values.find(({ state }) => state !== 'absent') ?? (disable === undefined ? undefined : opposite(follow(at, disable).boolean()));
  if (said && said.state !== 'absent') return said;
  const unsaid = values[0] ?? absent(spec);
  return typeof mounts === 'boolean' ? { state: 'known', value: mounts, at: unsaid.at } : unsaid;
}

function opposite(value: Value<boolean>): Value<boolean> {
  return value.state === 'known' ? { ...value, value: !value.value } : value;
}

/** Whom the pods run as where no account is named; undefined where the files do not tell. */
function fallbackOf({ unset = 'default' }: PodUnit, { name }: Header): string | undefined {
  if (!unset.includes('{name}')) return unset === '' ? undefined : unset;
  return name.state === 'known' ? unset.replace('{name}', name.value) : undefined;
}
