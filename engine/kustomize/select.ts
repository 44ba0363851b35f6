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

/** Whether an object is selected; undefined where a selector cannot be read. Names and namespaces are anchored patterns (kustomize api/types/selector.go, api/resmap/selector.go). */
export function isSelected({ root, ids }: Built, selection: Selection): boolean | undefined {
  const apiVersion = textAt(root, 'apiVersion') ?? '';
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  if (selection.group !== undefined && selection.group !== groupOf(apiVersion)) return false;
  if (selection.version !== undefined && selection.version !== version) return false;
  if (selection.kind !== undefined && selection.kind !== textAt(root, 'kind')) return false;
  const [name, namespace] = [pattern(selection.name), pattern(selection.namespace)];
  if (!name || !namespace) return undefined;
  if (!ids.some((id) => name.test(id.name) && (namespace.test(id.namespace) || (id.namespace === '' && namespace.test('default'))))) return false;
  const labels = meets(root, 'labels', selection.labelSelector);
  const annotations = meets(root, 'annotations', selection.annotationSelector);
  return labels === false || annotations === false ? false : labels && annotations;
}

function pattern(text: string | undefined): RegExp | undefined {
  try {
    return text === undefined ? /(?:)/ : new RegExp(`^(?:${text})$`);
  } catch {
    return undefined;
  }
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
