import { groupOf } from '../kubernetes/header.ts';
import { entryOf, type ScalarNode, type YamlNode } from '../yaml/node.ts';
import { obscure, textAt, withEntry } from './tree.ts';

/** A field that a transformer works on (kustomize api/types/fieldspec.go): `path` with `/`; a list on the way stands for all of its items. */
export interface FieldSpec {
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly path: string;
  readonly create: boolean;
}

/** The fields that a `fieldSpecs` names. */
export function fieldSpecsIn(node: YamlNode | undefined): FieldSpec[] {
  return node?.kind !== 'seq' ? [] : node.items.flatMap((item) => {
    const [path, group, version, kind] = [textAt(item, 'path'), textAt(item, 'group'), textAt(item, 'version'), textAt(item, 'kind')];
    return path === undefined ? [] : [{ path, create: textAt(item, 'create') === 'true', ...(group ? { group } : {}), ...(version ? { version } : {}), ...(kind ? { kind } : {}) }];
  });
}

/** Whether an object is of the kind that a field is of. */
export function isOf(root: YamlNode, { group, version, kind }: FieldSpec): boolean {
  const apiVersion = textAt(root, 'apiVersion') ?? '';
  return (group === undefined || group === groupOf(apiVersion)) && (version === undefined || version === apiVersion.slice(apiVersion.indexOf('/') + 1)) && (kind === undefined || kind === textAt(root, 'kind'));
}

/** The steps of a field's path; `\/` is a slash in a key. */
export function stepsOf({ path }: FieldSpec): string[] {
  return [...path.matchAll(/(?:\\\/|[^/])+/g)].map(([step]) => step.replaceAll('\\/', '/').replace(/\[\]$/, ''));
}

/** An object with the text in some fields changed. What is not there stays away, or is unknown where it may be made. */
export function changeText(root: YamlNode, fields: readonly FieldSpec[], make: (text: string) => string): YamlNode {
  return changeFields(root, fields, (node) => {
    const text = make(node.source);
    return text === node.source ? node : { ...node, value: text, source: text, computed: true };
  });
}

/** An object with the values of some fields unknown. */
export function obscureFields(root: YamlNode, fields: readonly FieldSpec[], why: string): YamlNode {
  return changeFields(root, fields, (node) => obscure(node, [], why));
}

function changeFields(root: YamlNode, fields: readonly FieldSpec[], make: (node: ScalarNode) => YamlNode): YamlNode {
  return fields.filter((field) => isOf(root, field)).reduce((now, field) => changeAt(now, stepsOf(field), field.create, make), root);
}

function changeAt(node: YamlNode, [step, ...rest]: readonly string[], create: boolean, make: (node: ScalarNode) => YamlNode): YamlNode {
  if (node.kind === 'seq') return { ...node, items: node.items.map((item) => changeAt(item, step === undefined ? [] : [step, ...rest], create, make)) };
  if (step === undefined) return node.kind === 'scalar' ? make(node) : node;
  if (node.kind !== 'map') return node;
  const entry = entryOf(node, step);
  if (entry) return withEntry(node, { ...entry, value: changeAt(entry.value, rest, create, make) });
  return create ? obscure(node, [step], step) : node;
}
