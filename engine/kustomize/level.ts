import { entryOf, type Entry, type MapNode, type YamlNode } from '../yaml/node.ts';
import { treeOf, treesIn, type SourceDocument } from './block.ts';
import { ownLabels, selectorLabels, templateLabels, type LabelField } from './labels.ts';
import { readSelection, type Selection } from './select.ts';
import { textAt } from './tree.ts';

/** What one kustomization does to an object, step by step. */
export type Step =
  /** A strategic-merge patch; without a target it is for the object that it names. */
  | { readonly step: 'merge'; readonly patch: YamlNode; readonly target: Selection | undefined; readonly rename: boolean }
  | { readonly step: 'json'; readonly patch: YamlNode; readonly target: Selection }
  | { readonly step: 'names'; readonly namespace: string; readonly prefix: string; readonly suffix: string }
  | { readonly step: 'labels'; readonly labels: readonly Entry[]; readonly fields: readonly LabelField[] }
  /** Something writes a value that is not told into a field of what is selected. */
  | { readonly step: 'replace'; readonly target: Selection; readonly reject: readonly Selection[]; readonly fields: readonly string[] }
  /** Something that is not followed may change what is selected, or all. */
  | { readonly step: 'unknown'; readonly target: Selection | undefined; readonly why: string };

/** A kustomization with the documents that were read for it. */
export interface Level {
  readonly steps: readonly Step[];
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
  const steps = document && root?.kind === 'map' ? stepsOf(root, { document, folder: path.slice(0, path.lastIndexOf('/') + 1), open }) : [];
  return { steps, inputs: [...inputs].map(([one, documents]) => ({ path: one, documents })) };
}

interface Reading {
  readonly document: SourceDocument;
  /** With its slash. */
  readonly folder: string;
  readonly open: (path: string) => readonly SourceDocument[];
}

function stepsOf(root: MapNode, reading: Reading): Step[] {
  const list = (key: string): readonly YamlNode[] => { const value = entryOf(root, key)?.value; return value?.kind === 'seq' ? value.items : []; };
  return [
    ...list('patchesStrategicMerge').flatMap((item) => mergeSteps(treesOf(item, reading), undefined, false, undefined)),
    ...list('patches').flatMap((item) => patchSteps(item, reading)),
    namesStep(textAt(root, 'namespace'), textAt(root, 'namePrefix'), textAt(root, 'nameSuffix')),
    ...list('labels').flatMap((item) => labelSteps(item)),
    ...labelsIn(entryOf(root, 'commonLabels')?.value, selectorLabels),
    ...list('patchesJson6902').flatMap((item) => patchSteps(item, reading)),
    ...list('replacements').flatMap((item) => replaceSteps(item, reading)),
    ...list('transformers').flatMap((item) => transformerSteps(item, reading)),
  ];
}

function namesStep(namespace: string | undefined, prefix: string | undefined, suffix: string | undefined): Step {
  return { step: 'names', namespace: namespace ?? '', prefix: prefix ?? '', suffix: suffix ?? '' };
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
  const own = textAt(item, 'includeSelectors') === 'true' ? selectorLabels : textAt(item, 'includeTemplates') === 'true' ? templateLabels : ownLabels;
  return labelsIn(entryOf(item, 'pairs')?.value, [...own, ...fieldsIn(entryOf(item, 'fields')?.value)]);
}

function fieldsIn(node: YamlNode | undefined): LabelField[] {
  return node?.kind !== 'seq' ? [] : node.items.flatMap((item) => {
    const [path, group, kind] = [textAt(item, 'path'), textAt(item, 'group'), textAt(item, 'kind')];
    return path === undefined ? [] : [{ path, create: textAt(item, 'create') === 'true', ...(group ? { group } : {}), ...(kind ? { kind } : {}) }];
  });
}

function labelsIn(pairs: YamlNode | undefined, fields: readonly LabelField[]): Step[] {
  return pairs?.kind === 'map' && pairs.entries.length > 0 ? [{ step: 'labels', labels: pairs.entries, fields }] : [];
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
  return trees.flatMap((tree): Step[] => {
    const kind = textAt(tree, 'apiVersion') === 'builtin' ? textAt(tree, 'kind') ?? '' : '';
    if (tree.kind !== 'map' || harmless.has(kind)) return [];
    if (kind === 'NamespaceTransformer') return [namesStep(textAt(tree, 'metadata', 'namespace'), undefined, undefined)];
    if (kind === 'PrefixTransformer' || kind === 'SuffixTransformer' || kind === 'PrefixSuffixTransformer') return [namesStep(undefined, textAt(tree, 'prefix'), textAt(tree, 'suffix'))];
    if (kind === 'LabelTransformer') return labelsIn(entryOf(tree, 'labels')?.value, fieldsIn(entryOf(tree, 'fieldSpecs')?.value));
    return [{ step: 'unknown', target: undefined, why: 'transformers' }];
  });
}
