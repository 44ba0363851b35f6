import { matches, regex } from '../helm/regex.ts';
import { groupOf } from '../kubernetes/header.ts';
import { nodeAt, toData, type YamlNode } from '../yaml/node.ts';
import { textAt } from './tree.ts';

/** What an object is called at some stage of a build. */
export interface Id {
  readonly name: string;
  /** "" and `default` are the same. */
  readonly namespace: string;
}

/** An object in the course of a build: its tree, and everything it has been called so far, the present name last. */
export interface Built {
  readonly root: YamlNode;
  readonly ids: readonly Id[];
}

/** The `target` of a patch, the `select` of a replacement. Undefined parts select all. */
export interface Selection {
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly annotationSelector?: string;
}

/** Reads a `target`, or undefined where there is none. */
export function readSelection(node: YamlNode | undefined): Selection | undefined {
  if (node?.kind !== 'map') return undefined;
  const keys = ['group', 'version', 'kind', 'name', 'namespace', 'labelSelector', 'annotationSelector'] as const;
  return Object.fromEntries(keys.flatMap((key) => { const text = textAt(node, key); return text === undefined || text === '' ? [] : [[key, text]]; }));
}

/** Whether an object is selected; undefined where a selector cannot be read. All but the label selectors are anchored patterns (kustomize api/types/selector.go, api/resmap/selector.go). */
export function isSelected({ root, ids }: Built, selection: Selection): boolean | undefined {
  try {
    const apiVersion = textAt(root, 'apiVersion') ?? '';
    const isOfKind = matcher(selection.group)(groupOf(apiVersion)) && matcher(selection.version)(apiVersion.slice(apiVersion.indexOf('/') + 1)) && matcher(selection.kind)(textAt(root, 'kind') ?? '');
    if (!isOfKind) return false;
    const [name, namespace] = [matcher(selection.name), matcher(selection.namespace)];
    if (!ids.some((id) => name(id.name) && (namespace(id.namespace) || (id.namespace === '' && namespace('default'))))) return false;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
  const labels = meets(root, 'labels', selection.labelSelector);
  const annotations = meets(root, 'annotations', selection.annotationSelector);
  return labels === false || annotations === false ? false : labels && annotations;
}

/** @throws SyntaxError where the pattern is none, RangeError where it takes too long */
function matcher(pattern: string | undefined): (text: string) => boolean {
  if (pattern === undefined) return () => true;
  // Most targets are plain names, and each of hundreds of patches is held against each of hundreds of objects.
  if (/^[\w/-]*$/.test(pattern)) return (text) => text === pattern;
  const expression = regex(`^(?:${pattern})$`);
  return (text) => matches(expression, text);
}

/** A selector as `kubectl -l` takes it; undefined for set expressions. */
function meets(root: YamlNode, field: string, selector: string | undefined): boolean | undefined {
  if (selector === undefined) return true;
  const found = (toData(nodeAt(root, ['metadata', field])) ?? {}) as Record<string, unknown>;
  let answer: boolean | undefined = true;
  for (const term of selector.split(',').map((one) => one.trim()).filter((one) => one !== '')) {
    const match = /^(!?)([\w./-]+)(?:\s*(==?|!=)\s*([\w.-]*))?$/.exec(term);
    if (!match) { answer = undefined; continue; }
    const [, not, key, operator, value] = match;
    const met = operator === undefined ? (key! in found) !== (not === '!') : (String(found[key!]) === value) === (operator !== '!=');
    if (!met) return false;
  }
  return answer;
}
