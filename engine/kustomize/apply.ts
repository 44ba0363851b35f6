import { isClusterKind } from '../kubernetes/cluster-scoped.ts';
import { groupOf } from '../kubernetes/header.ts';
import { nodeAt, type Path, type YamlNode } from '../yaml/node.ts';
import { applyJsonPatch } from './json-patch.ts';
import { addLabels } from './labels.ts';
import { changeText, isOf, obscureFields, type FieldSpec } from './fields.ts';
import { allFields, noFields, type FurtherFields, type Level, type Step } from './level.ts';
import { listKeys, mergePatch } from './merge.ts';
import { isSelected, type Built, type Id } from './select.ts';
import { change, obscure, obscureAll, textAt, withEntry } from './tree.ts';

/** An object as a build makes it; undefined where it is deleted. */
export function applyLevels(root: YamlNode, levels: readonly Level[]): Built | undefined {
  let now: Built | undefined = { root, ids: [{ name: textAt(root, 'metadata', 'name') ?? '', namespace: textAt(root, 'metadata', 'namespace') ?? '' }] };
  let fields = noFields;
  for (const level of levels) {
    fields = allFields(fields, level.fields);
    for (const step of level.steps) now = now && apply(now, step, fields);
  }
  return now;
}

function apply(object: Built, step: Step, further: FurtherFields): Built | undefined {
  switch (step.step) {
    case 'namespace': return moved(object, step, further);
    case 'affix': return renamed(object, step, further);
    case 'labels': return { ...object, root: addLabels(object.root, step.labels, step.where === 'all' ? [...step.fields, ...further.labels] : step.fields) };
    case 'vars': return { ...object, root: withoutVars(object.root, step.names) };
    case 'unknown': {
      const met = step.target ? isSelected(object, step.target) : true;
      return met === false ? object : { ...object, root: obscureAll(object.root, step.why) };
    }
    case 'replace': {
      const met = isSelected(object, step.target);
      if (met === false || step.reject.some((one) => isSelected(object, one) === true)) return object;
      return { ...object, root: step.fields.reduce((root, field) => replaceAt(root, fieldSteps(field)), object.root) };
    }
    case 'json': return patched(object, isSelected(object, step.target), (root) => {
      const result = applyJsonPatch(root, step.patch);
      return 'root' in result ? result.root : obscure(root, result.failed, 'a patch that does not apply');
    });
    case 'merge': return patched(object, step.target ? isSelected(object, step.target) : isNamed(object, step.patch), (root) => merged(root, step));
  }
}

function patched(object: Built, met: boolean | undefined, make: (root: YamlNode) => YamlNode | undefined): Built | undefined {
  if (met === false) return object;
  const root = met ? make(object.root) : obscureAll(object.root, 'a patch whose target is not told');
  if (!root) return undefined;
  const last = object.ids.at(-1)!;
  const given = (field: 'name' | 'namespace'): string => (isWritten(root, object.root, field) ? textAt(root, 'metadata', field) ?? '' : last[field]);
  const changed = { name: given('name'), namespace: given('namespace') };
  return { root, ids: known(object.ids, changed) };
}

/** Whether what an object is called was written anew between two trees of it: also with the name that stood there before others were given. */
export function isWritten(now: YamlNode, before: YamlNode, field: 'name' | 'namespace'): boolean {
  return nodeAt(now, ['metadata', field]) !== nodeAt(before, ['metadata', field]);
}

/** A patch for a target changes neither what the object is nor what it is called, unless it is let. */
function merged(root: YamlNode, { patch, target, rename }: Extract<Step, { step: 'merge' }>): YamlNode | undefined {
  const result = mergePatch(root, patch, listKeys(groupOf(textAt(root, 'apiVersion') ?? ''), textAt(root, 'kind') ?? ''));
  if (!result || rename || result.kind !== 'map') return result;
  return target || textAt(result, 'metadata', 'name') !== textAt(root, 'metadata', 'name') ? keeping(result, root, [['apiVersion'], ['kind'], ['metadata', 'name'], ['metadata', 'namespace']]) : result;
}

/** A tree with some of its fields as they were before. */
function keeping(now: YamlNode, before: YamlNode, paths: readonly Path[]): YamlNode {
  return paths.reduce((tree, path) => {
    const key = path.at(-1) as string;
    const old = parentOf(before, path);
    const entry = old?.kind === 'map' ? old.entries.findLast((one) => one.key === key) : undefined;
    return change(tree, path.slice(0, -1), (parent) => (parent.kind !== 'map' ? parent : entry ? withEntry(parent, entry) : { ...parent, entries: parent.entries.filter((one) => one.key !== key) }))!;
  }, now);
}

function parentOf(root: YamlNode, path: Path): YamlNode | undefined {
  return path.length === 1 ? root : root.kind === 'map' ? root.entries.findLast(({ key }) => key === path[0])?.value : undefined;
}

/** Whether a patch names this object, by its present or an earlier name. */
function isNamed({ root, ids }: Built, patch: YamlNode): boolean {
  if (textAt(patch, 'apiVersion') !== textAt(root, 'apiVersion') || textAt(patch, 'kind') !== textAt(root, 'kind')) return false;
  const name = textAt(patch, 'metadata', 'name');
  const cluster = isCluster(root);
  const namespace = textAt(patch, 'metadata', 'namespace') || 'default';
  return ids.some((id) => id.name === name && (cluster || (id.namespace || 'default') === namespace));
}

function isCluster(root: YamlNode): boolean {
  return isClusterKind(groupOf(textAt(root, 'apiVersion') ?? ''), textAt(root, 'kind') ?? '');
}

/** Kinds whose names kustomize leaves alone (api/internal/builtins/PrefixTransformer.go). */
export const unprefixed = new Set(['Namespace', 'CustomResourceDefinition', 'APIService']);

/** An object in the namespace that is set (kustomize api/filters/namespace/namespace.go). */
function moved(object: Built, { namespace, fields, where }: Extract<Step, { step: 'namespace' }>, further: FurtherFields): Built {
  const { root, ids } = object;
  const last = ids.at(-1)!;
  // A Namespace is given the name of the namespace that is set (api/internal/konfig/builtinpluginconsts/namespace.go).
  const isNamespace = textAt(root, 'kind') === 'Namespace' && textAt(root, 'apiVersion') === 'v1';
  const name = isNamespace && (where === 'all' || fields.some(({ path }) => path === 'metadata/name')) ? namespace : last.name;
  const stays = isCluster(root) || (where === 'unset' && last.namespace !== '');
  // Subjects of bindings follow their accounts (engine/identity/subjects.ts).
  const others = [...fields, ...(where === 'all' ? further.namespace : [])].filter(({ path }) => !path.startsWith('metadata/') && path !== 'subjects');
  return { root: changeText(root, others, (text) => (where === 'unset' && text !== '' ? text : namespace)), ids: known(ids, { name, namespace: stays ? last.namespace : namespace }) };
}

/** An object with something put around its name, and around other texts. */
function renamed({ root, ids }: Built, { prefix, suffix, fields, where }: Extract<Step, { step: 'affix' }>, further: FurtherFields): Built {
  if (unprefixed.has(textAt(root, 'kind') ?? '')) return { root, ids };
  const last = ids.at(-1)!;
  const isNamed = fields.some((field) => field.path === 'metadata/name' && isOf(root, field));
  const others = (specs: readonly FieldSpec[]) => specs.filter(({ path }) => path !== 'metadata/name');
  const own = where === 'own' ? others(fields) : [];
  const first = changeText(root, where === 'all' ? others(further.prefix) : own, (text) => prefix + text);
  const both = changeText(first, where === 'all' ? others(further.suffix) : own, (text) => text + suffix);
  return { root: obscureFields(both, further.resourceNames, 'nameReference'), ids: isNamed ? known(ids, { ...last, name: prefix + last.name + suffix }) : ids };
}

function known(ids: readonly Id[], next: Id): readonly Id[] {
  const last = ids.at(-1)!;
  return next.name === last.name && next.namespace === last.namespace ? ids : [...ids, next];
}

/** An object in which values that name a variable are not told: what they come to is another object's. */
function withoutVars(node: YamlNode, names: readonly string[]): YamlNode {
  switch (node.kind) {
    case 'scalar': return names.some((name) => node.source.includes(`$(${name})`)) ? obscure(node, [], 'vars') : node;
    case 'seq': {
      const items = node.items.map((item) => withoutVars(item, names));
      return items.every((item, i) => item === node.items[i]) ? node : { ...node, items };
    }
    case 'map': {
      const entries = node.entries.map((entry) => { const value = withoutVars(entry.value, names); return value === entry.value ? entry : { ...entry, value }; });
      return entries.every((entry, i) => entry === node.entries[i]) ? node : { ...node, entries };
    }
    default: return node;
  }
}

/** A field path of a replacement: `spec.containers.[name=web].image`; a key with dots has them as `\.`, or stands in brackets (kyaml/utils/pathsplitter.go, SmarterPathSplitter). */
function fieldSteps(field: string): string[] {
  return [...field.matchAll(/\[[^\]]*\]|(?:\\.|[^.\\])+/g)].map(([step]) => /^\[([^=]*\.[^=]*)\]$/.exec(step)?.[1] ?? step.replace(/\\(.)/g, '$1'));
}

function replaceAt(node: YamlNode, [step, ...rest]: readonly string[]): YamlNode {
  const why = 'replacements';
  if (step === undefined) return obscure(node, [], why);
  if (node.kind !== 'seq') {
    const entry = node.kind === 'map' ? node.entries.findLast(({ key }) => key === step) : undefined;
    return entry ? withEntry(node as Extract<YamlNode, { kind: 'map' }>, { ...entry, value: replaceAt(entry.value, rest) }) : obscure(node, [step], why);
  }
  const [, key, value] = /^\[(.+?)=(.*)\]$/.exec(step) ?? [];
  const isMeant = (item: YamlNode, i: number) => step === '*' || step === String(i) || (key !== undefined && textAt(item, key) === value);
  return { ...node, items: node.items.map((item, i) => (isMeant(item, i) ? replaceAt(item, rest) : item)) };
}
