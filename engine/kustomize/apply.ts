import { isClusterKind } from '../kubernetes/cluster-scoped.ts';
import { groupOf } from '../kubernetes/header.ts';
import type { Path, YamlNode } from '../yaml/node.ts';
import { applyJsonPatch } from './json-patch.ts';
import { addLabels } from './labels.ts';
import type { Level, Step } from './level.ts';
import { listKeys, mergePatch } from './merge.ts';
import { isSelected, type Built, type Id } from './select.ts';
import { change, obscure, obscureAll, textAt, withEntry } from './tree.ts';

/** An object as a build makes it; undefined where it is deleted. */
export function applyLevels(root: YamlNode, levels: readonly Level[]): Built | undefined {
  let now: Built | undefined = { root, ids: [{ name: textAt(root, 'metadata', 'name') ?? '', namespace: textAt(root, 'metadata', 'namespace') ?? '' }] };
  for (const level of levels) for (const step of level.steps) now = now && apply(now, step);
  return now;
}

function apply(object: Built, step: Step): Built | undefined {
  switch (step.step) {
    case 'names': return { ...object, ids: called(object, step) };
    case 'labels': return { ...object, root: addLabels(object.root, step.labels, step.fields) };
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
  const now: Id = { name: textAt(root, 'metadata', 'name') ?? '', namespace: textAt(root, 'metadata', 'namespace') ?? '' };
  const was: Id = { name: textAt(object.root, 'metadata', 'name') ?? '', namespace: textAt(object.root, 'metadata', 'namespace') ?? '' };
  const last = object.ids.at(-1)!;
  const changed = { name: now.name === was.name ? last.name : now.name, namespace: now.namespace === was.namespace ? last.namespace : now.namespace };
  return { root, ids: changed.name === last.name && changed.namespace === last.namespace ? object.ids : [...object.ids, changed] };
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
const unprefixed = new Set(['Namespace', 'CustomResourceDefinition', 'APIService']);

function called({ root, ids }: Built, { namespace, prefix, suffix }: Extract<Step, { step: 'names' }>): readonly Id[] {
  const last = ids.at(-1)!;
  const next = {
    // A Namespace is given the name of the namespace that is set (api/internal/konfig/builtinpluginconsts/namespace.go).
    name: textAt(root, 'kind') === 'Namespace' && textAt(root, 'apiVersion') === 'v1' && namespace !== '' ? namespace : unprefixed.has(textAt(root, 'kind') ?? '') ? last.name : prefix + last.name + suffix,
    namespace: namespace === '' || isCluster(root) ? last.namespace : namespace,
  };
  return next.name === last.name && next.namespace === last.namespace ? ids : [...ids, next];
}

/** A field path of a replacement: `spec.containers.[name=web].image`, with `\.` for a dot in a key. */
function fieldSteps(field: string): string[] {
  return [...field.matchAll(/\[[^\]]*\]|(?:\\.|[^.\\])+/g)].map(([step]) => step.replace(/\\(.)/g, '$1'));
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
