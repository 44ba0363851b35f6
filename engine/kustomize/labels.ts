import { entryOf, type Entry, type MapNode, type YamlNode } from '../yaml/node.ts';
import { isOf, stepsOf, type FieldSpec } from './fields.ts';
import { withEntry } from './tree.ts';

const workloads: readonly (readonly [group: string, kind: string])[] = [['apps', 'Deployment'], ['apps', 'ReplicaSet'], ['apps', 'DaemonSet'], ['apps', 'StatefulSet']];
const job = { group: 'batch', kind: 'Job' };
const cronJob = { group: 'batch', kind: 'CronJob' };

export const ownLabels: readonly FieldSpec[] = [{ path: 'metadata/labels', create: true }];

/** kustomize api/internal/konfig/builtinpluginconsts/metadatalabels.go: `includeTemplates`. */
export const templateLabels: readonly FieldSpec[] = [
  ...ownLabels,
  { group: '', kind: 'ReplicationController', path: 'spec/template/metadata/labels', create: true },
  ...workloads.map(([group, kind]): FieldSpec => ({ group, kind, path: 'spec/template/metadata/labels', create: true })),
  { ...job, path: 'spec/template/metadata/labels', create: true },
  { ...cronJob, path: 'spec/jobTemplate/metadata/labels', create: true },
  { ...cronJob, path: 'spec/jobTemplate/spec/template/metadata/labels', create: true },
];

/** kustomize api/internal/konfig/builtinpluginconsts/commonlabels.go: `commonLabels`, `includeSelectors`. */
export const selectorLabels: readonly FieldSpec[] = [
  ...templateLabels,
  { group: '', kind: 'Service', path: 'spec/selector', create: true },
  { group: '', kind: 'ReplicationController', path: 'spec/selector', create: true },
  ...workloads.map(([group, kind]): FieldSpec => ({ group, kind, path: 'spec/selector/matchLabels', create: true })),
  { ...job, path: 'spec/selector/matchLabels', create: false },
  { ...cronJob, path: 'spec/jobTemplate/spec/selector/matchLabels', create: false },
  { group: 'policy', kind: 'PodDisruptionBudget', path: 'spec/selector/matchLabels', create: false },
  ...['spec/podSelector/matchLabels', 'spec/ingress/from/podSelector/matchLabels', 'spec/egress/to/podSelector/matchLabels'].map((path): FieldSpec => ({ group: 'networking.k8s.io', kind: 'NetworkPolicy', path, create: false })),
];

/** An object with labels written into its fields. */
export function addLabels(root: YamlNode, labels: readonly Entry[], fields: readonly FieldSpec[]): YamlNode {
  return fields.filter((field) => isOf(root, field)).reduce((now, field) => write(now, stepsOf(field), field.create, labels) ?? now, root);
}

/** Undefined where the field is not there and is not to be made. */
function write(node: YamlNode, [step, ...rest]: readonly string[], create: boolean, labels: readonly Entry[]): YamlNode | undefined {
  if (node.kind === 'seq') return step === undefined ? node : { ...node, items: node.items.map((item) => write(item, [step, ...rest], create, labels) ?? item) };
  if (node.kind !== 'map') return undefined;
  if (step === undefined) return labels.reduce<MapNode>((map, label) => (isSaid(map, label) ? map : withEntry(map, label)), node);
  const before = entryOf(node, step);
  if (before && !(before.value.kind === 'scalar' && before.value.value === null)) {
    const value = write(before.value, rest, create, labels);
    return value && withEntry(node, { ...before, value });
  }
  const [first] = labels;
  if (!create || !first) return undefined;
  const made: MapNode = { kind: 'map', flow: false, entries: [], span: first.keySpan, ...(first.value.home ? { home: first.value.home } : {}) };
  const value = write(made, rest, create, labels);
  return value && withEntry(node, { key: step, keySpan: first.keySpan, value, branch: [] });
}

function isSaid(map: MapNode, { key, value }: Entry): boolean {
  const before = entryOf(map, key)?.value;
  return before?.kind === 'scalar' && value.kind === 'scalar' && before.source === value.source;
}
