import { entryOf, type Entry, type MapNode, type SeqNode, type YamlNode } from '../yaml/node.ts';
import { obscure, saysSame, textAt, withEntry, without } from './tree.ts';

/** What is written where in a strategic-merge patch, and what the lists of an object's kind are merged by. */
export type ListKeys = (path: readonly string[]) => readonly string[] | undefined;

/**
 * Applies a strategic-merge patch as kustomize does (kyaml/yaml/merge2, kyaml/yaml/walk): mappings are merged, null
 * takes out, lists with a merge key are merged by it with the patch's items first, all else is replaced; `$patch: delete` and
 * `$patch: replace` as they say. Undefined where the whole is deleted.
 * @param patch a tree that is at home in its own document
 */
export function mergePatch(base: YamlNode, patch: YamlNode, keysOf: ListKeys, path: readonly string[] = []): YamlNode | undefined {
  if (patch.kind !== 'map') return cleaned(patch);
  const directive = textAt(patch, '$patch');
  if (directive === 'delete') return undefined;
  if (directive === 'replace' || base.kind !== 'map') return cleaned(without(patch, '$patch'));
  return patch.entries.reduce<MapNode>((merged, entry) => (entryOf(patch, entry.key) === entry ? mergeEntry(merged, entry, keysOf, path) : merged), base);
}

function mergeEntry(map: MapNode, entry: Entry, keysOf: ListKeys, path: readonly string[]): MapNode {
  if (entry.key === '$patch') return map;
  // Directives of kubectl's own patches, which kustomize does not follow.
  if (entry.key.startsWith('$')) return obscure(map, [entry.key], entry.key) as MapNode;
  const { value } = entry;
  if (value.kind === 'scalar' && value.value === null) return without(map, entry.key);
  const before = entryOf(map, entry.key);
  const here = [...path, entry.key];
  if (before?.value.kind === 'map' && value.kind === 'map') {
    const merged = mergePatch(before.value, value, keysOf, here);
    if (!merged) return without(map, entry.key);
    return withEntry(map, merged.home === value.home ? { ...entry, value: merged } : { ...before, value: merged });
  }
  if (before?.value.kind === 'seq' && value.kind === 'seq') {
    const keys = keysOf(here);
    const merged = keys && mergeList(before.value, value, keys, keysOf, here);
    if (merged) return withEntry(map, { ...before, value: merged });
  }
  // What says the same stays where it was written first.
  if (before?.value.kind === 'scalar' && value.kind === 'scalar' && before.value.source === value.source && before.value.value === value.value) return map;
  const fresh = cleaned(value);
  return fresh ? withEntry(map, { ...entry, value: fresh }) : map;
}

/** Undefined where the patch's own items cannot be told apart: then the whole list is the patch's. */
function mergeList(base: SeqNode, patch: SeqNode, keys: readonly string[], keysOf: ListKeys, path: readonly string[]): SeqNode | undefined {
  const kept = patch.items.filter((item) => item.kind !== 'map' || textAt(item, '$patch') !== 'replace' || item.entries.length > 1);
  if (kept.length < patch.items.length) return { ...patch, items: kept };
  let rest = base.items;
  const merged: YamlNode[] = [];
  for (const item of patch.items) {
    const key = keys.find((one) => textAt(item, one) !== undefined);
    if (key === undefined) return undefined;
    const at = rest.findIndex((one) => isSame(one, item, keys));
    // Kustomize leaves an item as it is that is to be replaced and is told from others by a key.
    const now = at < 0 ? cleaned(item) : textAt(item, '$patch') === 'replace' ? rest[at]! : mergePatch(rest[at]!, item, keysOf, path);
    if (at >= 0) rest = rest.toSpliced(at, 1);
    if (now) merged.push(now);
  }
  return { ...base, items: [...merged, ...rest] };
}

/** The first key tells; further ones where both say them (ports: protocol). */
function isSame(a: YamlNode, b: YamlNode, [first, ...further]: readonly string[]): boolean {
  return textAt(a, first!) !== undefined && textAt(a, first!) === textAt(b, first!) && further.every((key) => (textAt(a, key) ?? textAt(b, key)) === (textAt(b, key) ?? textAt(a, key)));
}

/** What a patch adds, without its nulls and directives; undefined where nothing is to be there. */
function cleaned(node: YamlNode): YamlNode | undefined {
  if (node.kind === 'seq') {
    const items = node.items.flatMap((item) => cleaned(item) ?? []);
    return items.length === node.items.length && items.every((item, i) => item === node.items[i]) ? node : { ...node, items };
  }
  if (node.kind !== 'map') return node;
  if (textAt(node, '$patch') === 'delete') return undefined;
  const entries = node.entries.flatMap((entry): Entry[] => {
    if (entry.key.startsWith('$') || (entry.value.kind === 'scalar' && entry.value.value === null)) return [];
    const value = cleaned(entry.value);
    return value ? [{ ...entry, value }] : [];
  });
  return saysSame(node, { ...node, entries }) ? node : { ...node, entries };
}

const builtIn = new Set(['', 'apps', 'batch', 'rbac.authorization.k8s.io', 'networking.k8s.io', 'policy', 'autoscaling', 'storage.k8s.io', 'admissionregistration.k8s.io']);

/** Lists of a pod, by the `patchMergeKey` and list-map keys of k8s.io/api core/v1 types.go; all of it that identity questions read. */
const podLists: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  volumes: ['name'],
  imagePullSecrets: ['name'],
  env: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  ports: ['containerPort', 'protocol'],
  hostAliases: ['ip'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
  resourceClaims: ['name'],
};

const pods = new Set(['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'Job', 'CronJob', 'PodTemplate']);

/** The merge keys of a kind's lists. Of custom resources kustomize knows none: their lists are replaced. */
export function listKeys(group: string, kind: string): ListKeys {
  if (!builtIn.has(group)) return () => undefined;
  if (pods.has(kind)) return (path) => (path.includes('securityContext') ? undefined : podLists[path.at(-1)!]);
  if (kind === 'Service') return (path) => (path.join('.') === 'spec.ports' ? ['port', 'protocol'] : undefined);
  if (kind === 'ServiceAccount') return (path) => (path.length === 1 && ['secrets', 'imagePullSecrets'].includes(path[0]!) ? ['name'] : undefined);
  if (kind.endsWith('WebhookConfiguration')) return (path) => (path.join('.') === 'webhooks' ? ['name'] : undefined);
  return () => undefined;
}
