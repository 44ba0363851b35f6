import { entryOf, type Entry, type MapNode, type YamlNode } from '../yaml/node.ts';
import { treeOf, treesIn, type SourceDocument } from './block.ts';
import { fieldSpecsIn, type FieldSpec } from './fields.ts';
import { ownLabels, selectorLabels, templateLabels } from './labels.ts';
import { readSelection, type Selection } from './select.ts';
import { textAt } from './tree.ts';

/** What one kustomization does to an object, step by step. */
export type Step =
  /** A strategic-merge patch; without a target it is for the object that it names. */
  | { readonly step: 'merge'; readonly patch: YamlNode; readonly target: Selection | undefined; readonly rename: boolean }
  | { readonly step: 'json'; readonly patch: YamlNode; readonly target: Selection }
  /** `fields` are those in which names, or the namespace, stand beside `metadata`. */
  | { readonly step: 'namespace'; readonly namespace: string; readonly fields: readonly FieldSpec[]; readonly where: 'all' | 'own' | 'unset' }
  | { readonly step: 'affix'; readonly prefix: string; readonly suffix: string; readonly fields: readonly FieldSpec[]; readonly where: 'all' | 'own' }
  /** Labels for some fields; `where`: and for those that `configurations` add. */
  | { readonly step: 'labels'; readonly labels: readonly Entry[]; readonly fields: readonly FieldSpec[]; readonly where: 'all' | 'own' }
  /** Values that name one of these variables are another's. */
  | { readonly step: 'vars'; readonly names: readonly string[] }
  /** Something writes a value that is not told into a field of what is selected. */
  | { readonly step: 'replace'; readonly target: Selection; readonly reject: readonly Selection[]; readonly fields: readonly string[] }
  /** Something that is not followed may change what is selected, or all. */
  | { readonly step: 'unknown'; readonly target: Selection | undefined; readonly why: string };

/** The fields that the files of `configurations` add to those that kustomize knows; they count for outer kustomizations, too. */
export interface FurtherFields {
  readonly namespace: readonly FieldSpec[];
  readonly prefix: readonly FieldSpec[];
  readonly suffix: readonly FieldSpec[];
  readonly labels: readonly FieldSpec[];
  /** Names of other objects that are given to API rules: what they come to is not followed. */
  readonly resourceNames: readonly FieldSpec[];
}

/** A kustomization with the documents that were read for it. */
export interface Level {
  readonly steps: readonly Step[];
  readonly fields: FurtherFields;
  readonly inputs: readonly { readonly path: string; readonly documents: readonly SourceDocument[] }[];
}

/** Reads what a kustomization does, in kustomize's order (api/internal/target/kusttarget_configplugin.go, kusttarget.go runTransformers). */
export function readLevel(path: string, documentsOf: (path: string) => readonly SourceDocument[]): Level {
  const inputs = new Map<string, readonly SourceDocument[]>();
  const open = (one: string): readonly SourceDocument[] => {
    if (!inputs.has(one)) inputs.set(one, documentsOf(one));
    return inputs.get(one)!;
  };
  const [document, root] = open(path).map((one) => [one, treeOf(one)] as const).find(([, tree]) => tree?.kind === 'map') ?? [];
  const reading = document && { document, folder: path.slice(0, path.lastIndexOf('/') + 1), open };
  const [steps, fields] = reading && root?.kind === 'map' ? [stepsOf(root, reading), furtherFields(root, reading)] : [[], noFields];
  return { steps, fields, inputs: [...inputs].map(([one, documents]) => ({ path: one, documents })) };
}

export const noFields: FurtherFields = { namespace: [], prefix: [], suffix: [], labels: [], resourceNames: [] };

/** Fields that two sets of configurations name. */
export function allFields(a: FurtherFields, b: FurtherFields): FurtherFields {
  return { namespace: [...a.namespace, ...b.namespace], prefix: [...a.prefix, ...b.prefix], suffix: [...a.suffix, ...b.suffix], labels: [...a.labels, ...b.labels], resourceNames: [...a.resourceNames, ...b.resourceNames] };
}

/** kustomize api/internal/plugins/builtinconfig/transformerconfig.go. */
function furtherFields(root: MapNode, reading: Reading): FurtherFields {
  const trees = listIn(root, 'configurations').flatMap((item) => treesOf(item, reading) ?? []);
  const named = (key: string): FieldSpec[] => trees.flatMap((tree) => (tree.kind === 'map' ? fieldSpecsIn(entryOf(tree, key)?.value) : []));
  const references = trees.flatMap((tree) => listIn(tree, 'nameReference')).flatMap((one) => (one.kind === 'map' ? fieldSpecsIn(entryOf(one, 'fieldSpecs')?.value) : []));
  return { namespace: named('namespace'), prefix: named('namePrefix'), suffix: named('nameSuffix'), labels: named('commonLabels'), resourceNames: references.filter(({ path }) => path.endsWith('resourceNames')) };
}

interface Reading {
  readonly document: SourceDocument;
  /** With its slash. */
  readonly folder: string;
  readonly open: (path: string) => readonly SourceDocument[];
}

function stepsOf(root: MapNode, reading: Reading): Step[] {
  const list = (key: string): readonly YamlNode[] => listIn(root, key);
  return [
    ...list('patchesStrategicMerge').flatMap((item) => mergeSteps(treesOf(item, reading), undefined, false, undefined)),
    ...list('patches').flatMap((item) => patchSteps(item, reading)),
    ...namespaceStep(textAt(root, 'namespace'), [], 'all'),
    ...affixStep(textAt(root, 'namePrefix'), textAt(root, 'nameSuffix'), ownName, 'all'),
    ...list('labels').flatMap((item) => labelSteps(item)),
    ...labelsIn(entryOf(root, 'commonLabels')?.value, selectorLabels, 'all'),
    ...list('patchesJson6902').flatMap((item) => patchSteps(item, reading)),
    ...list('replacements').flatMap((item) => replaceSteps(item, reading)),
    ...list('transformers').flatMap((item) => transformerSteps(item, reading)),
    ...varsStep(list('vars').flatMap((item) => textAt(item, 'name') ?? [])),
  ];
}

function listIn(node: YamlNode, key: string): readonly YamlNode[] {
  const value = node.kind === 'map' ? entryOf(node, key)?.value : undefined;
  return value?.kind === 'seq' ? value.items : [];
}

const ownName: readonly FieldSpec[] = [{ path: 'metadata/name', create: false }];

function namespaceStep(namespace: string | undefined, fields: readonly FieldSpec[], where: 'all' | 'own' | 'unset'): Step[] {
  return namespace ? [{ step: 'namespace', namespace, fields, where }] : [];
}

function affixStep(prefix: string | undefined, suffix: string | undefined, fields: readonly FieldSpec[], where: 'all' | 'own'): Step[] {
  return prefix || suffix ? [{ step: 'affix', prefix: prefix ?? '', suffix: suffix ?? '', fields, where }] : [];
}

function varsStep(names: readonly string[]): Step[] {
  return names.length > 0 ? [{ step: 'vars', names }] : [];
}

/** An entry of `patches` or `patchesJson6902`: text or a file, for a target or for the object that it names. */
function patchSteps(item: YamlNode, reading: Reading): Step[] {
  if (item.kind !== 'map') return [];
  const target = readSelection(entryOf(item, 'target')?.value);
  const where = entryOf(item, 'patch')?.value ?? entryOf(item, 'path')?.value;
  const options = entryOf(item, 'options')?.value;
  const rename = textAt(options, 'allowNameChange') === 'true' || textAt(options, 'allowKindChange') === 'true';
  const trees = where && treesOf(where, reading);
  if (trees?.length === 1 && trees[0]!.kind === 'seq') return [target ? { step: 'json', patch: trees[0]!, target } : { step: 'unknown', target: undefined, why: 'a patch without a target' }];
  return mergeSteps(trees, target, rename, where);
}

function mergeSteps(trees: readonly YamlNode[] | undefined, target: Selection | undefined, rename: boolean, where: YamlNode | undefined): Step[] {
  if (!trees) return [{ step: 'unknown', target, why: where?.kind === 'scalar' && !where.source.includes('\n') ? where.source : 'a patch that is not read' }];
  return trees.map((patch): Step => ({ step: 'merge', patch, target, rename }));
}

/** The documents that an entry names by path, or has as text; undefined where they cannot be read. */
function treesOf(node: YamlNode, { document, folder, open }: Reading): YamlNode[] | undefined {
  if (node.kind !== 'scalar') return undefined;
  const { source } = node;
  if (node.style === 'block' || /\n|^\s*[[{]|:\s/.test(source)) return treesIn(document, node);
  const documents = open(resolve(folder, source)).filter(({ text }) => text.trim() !== '');
  const trees = documents.flatMap((one) => treeOf(one) ?? []);
  return trees.length > 0 ? trees : undefined;
}

function resolve(folder: string, entry: string): string {
  const steps = folder.split('/').filter((step) => step !== '');
  for (const step of entry.split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '.' && step !== '') steps.push(step);
  }
  return steps.join('/');
}

/** An entry of `labels` (kustomize api/types/labels.go). */
function labelSteps(item: YamlNode): Step[] {
  if (item.kind !== 'map') return [];
  const selects = textAt(item, 'includeSelectors') === 'true';
  const own = selects ? selectorLabels : textAt(item, 'includeTemplates') === 'true' ? templateLabels : ownLabels;
  return labelsIn(entryOf(item, 'pairs')?.value, [...own, ...fieldSpecsIn(entryOf(item, 'fields')?.value)], selects ? 'all' : 'own');
}

function labelsIn(pairs: YamlNode | undefined, fields: readonly FieldSpec[], where: 'all' | 'own'): Step[] {
  return pairs?.kind === 'map' && pairs.entries.length > 0 ? [{ step: 'labels', labels: pairs.entries, fields, where }] : [];
}

/** An entry of `replacements`, written there or in a file of one or several. */
function replaceSteps(item: YamlNode, reading: Reading): Step[] {
  const path = textAt(item, 'path');
  if (path !== undefined) return (treesOf(entryOf(item as MapNode, 'path')!.value, reading) ?? []).flatMap((tree) => (tree.kind === 'seq' ? tree.items : [tree])).flatMap((one) => replaceSteps(one, reading));
  const targets = item.kind === 'map' ? entryOf(item, 'targets')?.value : undefined;
  return targets?.kind !== 'seq' ? [] : targets.items.flatMap((target): Step[] => {
    if (target.kind !== 'map') return [];
    const reject = entryOf(target, 'reject')?.value;
    const fields = entryOf(target, 'fieldPaths')?.value;
    const strings = fields?.kind === 'seq' ? fields.items.flatMap((one) => (one.kind === 'scalar' ? [one.source] : [])) : ['metadata.name'];
    return [{ step: 'replace', target: readSelection(entryOf(target, 'select')?.value) ?? {}, reject: reject?.kind === 'seq' ? reject.items.flatMap((one) => readSelection(one) ?? []) : [], fields: strings }];
  });
}

/** Kinds of transformers that change nothing that questions of identity read. */
const harmless = new Set(['AnnotationsTransformer', 'ImageTagTransformer', 'ReplicaCountTransformer', 'SortOrderTransformer']);

function transformerSteps(item: YamlNode, reading: Reading): Step[] {
  const trees = treesOf(item, reading);
  if (!trees) return [{ step: 'unknown', target: undefined, why: 'transformers' }];
  return trees.flatMap((tree) => builtinSteps(tree, reading) ?? [{ step: 'unknown', target: undefined, why: 'transformers' }]);
}

/** What a transformer that kustomize has itself does, given as an object (kustomize api/internal/builtins); undefined for any other. */
function builtinSteps(tree: YamlNode, reading: Reading): Step[] | undefined {
  if (tree.kind !== 'map') return [];
  if (textAt(tree, 'apiVersion') !== 'builtin') return undefined;
  const fields = fieldSpecsIn(entryOf(tree, 'fieldSpecs')?.value);
  const items = (key: string): readonly YamlNode[] => listIn(tree, key);
  // Text in it stands in its own file; files that it names are counted from the kustomization's folder.
  const home = tree.home;
  const inner: Reading = home && 'text' in home ? { ...reading, document: home as SourceDocument } : reading;
  const kind = textAt(tree, 'kind') ?? '';
  switch (kind) {
    case 'NamespaceTransformer': return namespaceStep(textAt(tree, 'metadata', 'namespace'), fields, textAt(tree, 'unsetOnly') === 'true' ? 'unset' : 'own');
    case 'PrefixTransformer':
    case 'SuffixTransformer':
    case 'PrefixSuffixTransformer': return affixStep(textAt(tree, 'prefix'), textAt(tree, 'suffix'), fields, 'own');
    case 'LabelTransformer': return labelsIn(entryOf(tree, 'labels')?.value, fields, 'own');
    case 'PatchTransformer': return patchSteps(tree, inner);
    case 'PatchJson6902Transformer': return patchSteps(withPatch(tree, 'jsonOp'), inner);
    case 'PatchStrategicMergeTransformer': {
      const text = entryOf(tree, 'patches')?.value;
      return [...items('paths'), ...(text ? [text] : [])].flatMap((item) => mergeSteps(treesOf(item, inner), undefined, false, undefined));
    }
    case 'ReplacementTransformer': return items('replacements').flatMap((item) => replaceSteps(item, inner));
    default: return harmless.has(kind) ? [] : undefined;
  }
}

/** An object whose patch has another name. */
function withPatch(tree: MapNode, key: string): MapNode {
  return { ...tree, entries: tree.entries.map((entry) => (entry.key === key ? { ...entry, key: 'patch' } : entry)) };
}
