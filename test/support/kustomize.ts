import { applyLevels } from '../../engine/kustomize/apply.ts';
import type { SourceDocument } from '../../engine/kustomize/block.ts';
import { readLevel, type Level } from '../../engine/kustomize/level.ts';
import type { Built, Id } from '../../engine/kustomize/select.ts';
import { defaultConfiguration } from '../../engine/lint/config.ts';
import { nodeAt, type YamlNode } from '../../engine/yaml/node.ts';
import { parseYaml } from '../../engine/yaml/parse.ts';
import { splitStream } from '../../engine/yaml/split.ts';
import { makePlan, type Plan } from '../../sources/plan.ts';

/** Plain data with holes as they are. */
export const hole = '?';

/** What identity questions read of an object. */
export interface Told {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The documents of a project's files, as a workspace would hold them. */
export function documentsOf(texts: ReadonlyMap<string, string>): (path: string) => readonly SourceDocument[] {
  const kept = new Map<string, readonly SourceDocument[]>();
  return (path) => {
    if (!kept.has(path)) kept.set(path, splitStream(texts.get(path) ?? '').map(({ index, start, text }) => ({ file: path, index, start, text })));
    return kept.get(path)!;
  };
}

export function planOf(texts: ReadonlyMap<string, string>): Plan {
  return makePlan({ paths: [...texts.keys()], textOf: (path) => texts.get(path), configuration: defaultConfiguration });
}

/** What kubewho makes of all objects of a build without building it. */
export function staticView(texts: ReadonlyMap<string, string>, plan: Plan, root: string): Told[] {
  const documents = documentsOf(texts);
  const levels = new Map<string, Level>();
  const levelOf = (path: string) => levels.get(path) ?? levels.set(path, readLevel(path, documents)).get(path)!;
  const built: { object: Built; written: Id; copy: number; set: string | undefined }[] = [];
  for (const path of texts.keys()) {
    const planned = plan.of(path);
    if (planned?.role !== 'manifest' || !planned.build?.roots.includes(root)) continue;
    const ways = planned.overlays?.filter(({ file }) => file.slice(0, Math.max(0, file.lastIndexOf('/'))) === root).map((way) => way.levels.map(levelOf));
    for (const document of documents(path)) for (const item of itemsOf(parseYaml(document.text, 'kustomization').root)) {
      for (const [copy, way] of (ways ?? [[]]).entries()) {
        const object = applyLevels(item, way);
        if (!object) continue;
        const written = object.ids[0]!;
        // Where nothing is patched, the plan says what becomes of names and namespaces; a base that one build reaches several times is several objects.
        const { build } = planned;
        const plain = ({ prefix, suffix }: { prefix: string; suffix: string }): Id => ({ name: at(item, 'kind') === 'Namespace' && build.namespace ? build.namespace : isUnprefixed(item) ? written.name : prefix + written.name + suffix, namespace: build.namespace ?? written.namespace });
        if (ways) built.push({ object, written, copy, set: way.flatMap(({ steps }) => steps).findLast((step) => step.step === 'namespace')?.namespace });
        else for (const [i, one] of (build.roots.length === 1 ? build.names : build.names.slice(0, 1)).entries()) built.push({ object: { ...object, ids: [...object.ids, plain(one)] }, written, copy: i, set: build.namespace });
      }
    }
  }
  // Of several copies of a base each refers to its own; of several of one name, the one in the namespace that is meant.
  const called = (kind: RegExp, name: string, copy: number) => {
    const found = built.filter(({ object, written }) => kind.test(String(at(object.root, 'kind'))) && written.name === name);
    const own = found.filter((one) => one.copy === copy);
    return (own.length > 0 ? own : found).map(({ object }) => ({ written: { name, namespace: String(at(object.root, 'metadata', 'namespace') ?? '') }, now: object.ids.at(-1)! }));
  };
  const accountOf = (copy: number) => (name: string, namespace: string | undefined) => {
    const found = called(/^ServiceAccount$/, name, copy);
    if (namespace === undefined) return found.at(-1);
    return found.find(({ written }) => (written.namespace || 'default') === namespace) ?? found.find(({ now }) => now.namespace === namespace);
  };
  const roleOf = (copy: number, namespace: string) => (kind: string, name: string) => called(new RegExp(`^${kind}$`), name, copy).findLast(({ now }) => kind === 'ClusterRole' || now.namespace === namespace)?.now.name;
  return built.map(({ object, copy, set }): Told => {
    const kind = String(at(object.root, 'kind'));
    const id = object.ids.at(-1)!;
    return { kind, name: nodeAt(object.root, ['metadata', 'name'])?.kind === 'hole' ? hole : id.name, namespace: isCluster(kind) ? '' : id.namespace, fields: followed(fieldsOf(plain(object.root) as Data), kind, (isCluster(kind) ? '' : id.namespace) || (set ?? ''), set !== undefined, accountOf(copy), roleOf(copy, id.namespace))  };
  });
}

/** What the output of `kubectl kustomize` says of the same. */
export function builtView(output: string): Told[] {
  return splitStream(output).flatMap(({ text }) => itemsOf(parseYaml(text, 'kustomization').root)).map((root) => {
    const kind = String(at(root, 'kind'));
    return { kind, name: String(at(root, 'metadata', 'name') ?? ''), namespace: isCluster(kind) ? '' : String(at(root, 'metadata', 'namespace') ?? ''), fields: fieldsOf(plain(root) as Data) };
  });
}

function itemsOf(root: YamlNode | undefined): YamlNode[] {
  if (!root || at(root, 'kind') === undefined || at(root, 'apiVersion') === undefined) return [];
  const items = String(at(root, 'kind')).endsWith('List') ? nodeAt(root, ['items']) : undefined;
  return items?.kind === 'seq' ? [...items.items] : [root];
}

type Data = Record<string, unknown>;

function at(root: YamlNode, ...path: string[]): unknown {
  const node = nodeAt(root, path);
  return node?.kind === 'scalar' ? node.value : undefined;
}

function plain(node: YamlNode | undefined): unknown {
  switch (node?.kind) {
    case 'scalar': return node.value;
    case 'hole': return hole;
    case 'seq': return node.open ? hole : node.items.map(plain);
    case 'map': return { ...Object.fromEntries(node.entries.map((entry) => [entry.key, plain(entry.value)])), ...(node.open ? { [hole]: hole } : {}) };
    default: return undefined;
  }
}

function dig(data: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((one, key) => (one === hole ? hole : typeof one === 'object' && one !== null ? ((one as Data)[key] ?? (hole in one ? hole : undefined)) : undefined), data);
}

const podPaths: Readonly<Record<string, string>> = { Pod: 'spec', CronJob: 'spec.jobTemplate.spec.template.spec', ...Object.fromEntries(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'Job'].map((kind) => [kind, 'spec.template.spec'])) };

function fieldsOf(data: Data): Record<string, unknown> {
  const kind = String(data['kind']);
  const pod = podPaths[kind];
  const paths = [
    'metadata.labels',
    ...(pod ? [`${pod}.serviceAccountName`, `${pod}.serviceAccount`, `${pod}.automountServiceAccountToken`, `${pod}.hostNetwork`, `${pod.replace(/spec$/, 'metadata.labels')}`, 'spec.selector'] : []),
    ...(pod ? ['containers', 'initContainers', 'volumes'].map((list) => `${pod}.${list}`) : []),
    ...(kind === 'ServiceAccount' ? ['automountServiceAccountToken', 'imagePullSecrets'] : []),
    ...(/Role$/.test(kind) ? ['rules', 'aggregationRule'] : []),
    ...(/RoleBinding$/.test(kind) ? ['subjects', 'roleRef'] : []),
    ...(kind === 'Service' ? ['spec.selector', 'spec.type', 'spec.ports'] : []),
    ...(kind === 'NetworkPolicy' ? ['spec'] : []),
  ];
  return Object.fromEntries(paths.flatMap((path) => { const value = dig(data, path); return value === undefined || value === null ? [] : [[path, lean(path, value)]]; }));
}

/** Of containers what tells them apart and what they mount: images, replicas and resources are no question of identity. */
function lean(path: string, value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  if (/ontainers$/.test(path)) return value.map((one) => (one === hole ? hole : { name: dig(one, 'name'), env: (dig(one, 'env') as Data[] | undefined)?.map?.((item) => String(item['name'])).sort(), mounts: (dig(one, 'volumeMounts') as Data[] | undefined)?.map?.((item) => item['mountPath']) }));
  if (/volumes$/.test(path)) return value.map((one) => (one === hole ? hole : Object.keys(one as Data).sort().join()));
  return value;
}

/** References follow what they name, as semantics.md 10.2 says and engine/identity joins them by. */
function followed(fields: Record<string, unknown>, kind: string, namespace: string, isMoved: boolean, accountOf: (name: string, namespace: string | undefined) => { written: Id; now: Id } | undefined, roleOf: (kind: string, name: string) => string | undefined): Record<string, unknown> {
  const out = { ...fields };
  for (const path of Object.keys(fields)) {
    if (path.endsWith('.serviceAccountName') && kind !== 'ReplicaSet') out[path] = (accountOf(String(fields[path]), namespace || 'default') ?? accountOf(String(fields[path]), undefined))?.now.name ?? fields[path];
    if (path === 'roleRef') out[path] = { ...(fields[path] as Data), name: roleOf(String((fields[path] as Data)['kind']), String((fields[path] as Data)['name'])) ?? (fields[path] as Data)['name'] };
    if (path === 'subjects' && Array.isArray(fields[path])) out[path] = fields[path].map((subject: Data) => {
      const own = subject['namespace'] === undefined || subject['namespace'] === null ? undefined : String(subject['namespace']);
      const account = subject['kind'] === 'ServiceAccount' ? accountOf(String(subject['name']), own) : undefined;
      if (account && own === undefined && !isMoved) return { ...subject, name: account.now.name };
      if (account && (own === undefined || own === (account.written.namespace || 'default') || own === account.now.namespace)) return { ...subject, name: account.now.name, ...(account.now.namespace || own ? { namespace: account.now.namespace || own } : {}) };
      return subject['kind'] === 'ServiceAccount' && subject['name'] === 'default' && namespace !== '' ? { ...subject, namespace } : subject;
    });
  }
  return out;
}

const clusterKinds = new Set(['Namespace', 'ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition', 'PersistentVolume', 'StorageClass', 'PriorityClass', 'ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding', 'MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding', 'APIService', 'ClusterIssuer', 'Node', 'IngressClass', 'FlowSchema', 'PriorityLevelConfiguration']);

function isCluster(kind: string): boolean {
  return clusterKinds.has(kind);
}

function isUnprefixed(root: YamlNode): boolean {
  return ['Namespace', 'CustomResourceDefinition', 'APIService'].includes(String(at(root, 'kind')));
}

/** How two views of a build agree: field by field of every object; what is told on one side only, and what on both but differently. */
export function compareViews(ours: readonly Told[], theirs: readonly Told[], generated: ReadonlySet<string>): { fields: number; agreed: number; unknown: number; generated: number; differences: string[] } {
  const result = { fields: 0, agreed: 0, unknown: 0, generated: 0, differences: [] as string[] };
  const keyOf = ({ kind, namespace, name }: Told) => `${kind} ${namespace || 'default'}/${name}`;
  const mine = new Map<string, Told[]>();
  for (const one of ours) mine.set(keyOf(one), [...(mine.get(keyOf(one)) ?? []), one]);
  for (const one of theirs) {
    result.fields++;
    const own = mine.get(keyOf(one))?.shift();
    if (!own) {
      if (isGenerated(one, generated)) result.generated++;
      else result.differences.push(`${keyOf(one)}: not in the static view`);
      continue;
    }
    result.agreed++;
    for (const path of new Set([...Object.keys(own.fields), ...Object.keys(one.fields)])) {
      result.fields++;
      const [left, right] = [JSON.stringify(sorted(own.fields[path])), JSON.stringify(sorted(one.fields[path]))];
      if (left === right) result.agreed++;
      else if (left?.includes('"?"')) result.unknown++;
      else result.differences.push(`${keyOf(one)} ${path}: ${left} instead of ${right}`);
    }
  }
  for (const left of [...mine.values()].flat()) { result.fields++; result.differences.push(`${keyOf(left)}: only in the static view`); }
  return result;
}

/** ConfigMaps and Secrets of generators stand in no file; most of their names end in a hash. */
function isGenerated({ kind, name }: Told, generated: ReadonlySet<string>): boolean {
  return (kind === 'ConfigMap' || kind === 'Secret') && [...generated].some((one) => name.includes(one));
}

/** The names that the generators of a project's kustomizations give. */
export function generatedNames(texts: ReadonlyMap<string, string>): Set<string> {
  return new Set([...texts.values()].filter((text) => /^(?:configMap|secret)Generator:/m.test(text)).flatMap((text) => [...text.matchAll(/\bname: *["']?([^\s"'#,}]+)/g)].map((match) => match[1]!)));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined && one !== null).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, sorted(one)]));
}
