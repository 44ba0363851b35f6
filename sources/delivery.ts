import type { InlineValues } from '../engine/lint/variant.ts';
import type { ChartBuild } from '../engine/lint/chart-builds.ts';
import { nodeAt, toData, type Home, type Path, type YamlNode } from '../engine/yaml/node.ts';

/** An installation of a chart as an object asks for it. Paths are workspace-relative. */
export interface Delivery {
  /** What a reader knows it by, such as `Application web`. */
  readonly label: string;
  /** Where its name is written. */
  readonly at: { readonly file: string; readonly document: number; readonly path: Path };
  /** The folder of the chart. */
  readonly chart: string;
  /** The repository that the folder is in, as far as it is told (repositoryName). */
  readonly repository?: string;
  /** Values files, each over the ones before. One that may be missing is left out where it is. */
  readonly values: readonly { readonly path: string; readonly optional: boolean }[];
  readonly replacesDefaults: boolean;
  readonly inline: readonly InlineValues[];
  /** Values files over those. */
  readonly over?: Delivery['values'];
  /** The Kustomize build that makes others of its objects. */
  readonly build?: ChartBuild;
  readonly release: string | undefined;
  readonly namespace: string | undefined;
}

/** A document as plain data, and where it is. */
export interface DeliveryDocument {
  readonly file: string;
  readonly document: number;
  readonly data: unknown;
  /** Its tree, where Kustomize has put it together: parts of it may be at home in patches. */
  readonly built?: YamlNode;
  /** The folder of the kustomization that builds it, where several do differently. */
  readonly by?: string;
}

/** What stands at a path of plain data. */
export function at(data: unknown, ...path: Path): unknown {
  return path.reduce<unknown>((one, step) => (typeof one === 'object' && one !== null ? (one as Record<string | number, unknown>)[step] : undefined), data);
}

/** A text at a path; undefined for anything else, the empty text included. */
export function textAt(data: unknown, ...path: Path): string | undefined {
  const value = at(data, ...path);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A list at a path; empty for anything else. */
export function listAt(data: unknown, ...path: Path): readonly unknown[] {
  const value = at(data, ...path);
  return Array.isArray(value) ? value : [];
}

/** Values that a mapping of a document holds, those of each patch by themselves; none where it is no mapping. */
export function mappingValues({ file, document, data, built }: DeliveryDocument, path: Path): InlineValues[] {
  const value = at(data, ...path);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const node = built && nodeAt(built, path);
  if (!node) return [{ file, text: JSON.stringify(value), part: { document, path, form: 'mapping' } }];
  return [...homesIn(node)].map((home) => ({ file: home?.file ?? file, text: JSON.stringify(partAt(node, home) ?? {}), part: { document: home?.index ?? document, path: home?.block ? [] : path, form: 'mapping' } }));
}

/** The documents in which the values of a tree are written; undefined is the tree's own. */
function homesIn(node: YamlNode): Set<Home | undefined> {
  return node.kind === 'map' && node.entries.length > 0 ? new Set(node.entries.flatMap(({ value }) => [...homesIn(value)])) : new Set([node.home]);
}

/** What of a tree is written in one document, as plain data; undefined where that is nothing. A list is one value. */
function partAt(node: YamlNode, home: Home | undefined): unknown {
  if (node.kind !== 'map' || node.entries.length === 0) return node.home === home ? toData(node) : undefined;
  const entries = node.entries.map(({ key, value }) => [key, partAt(value, home)] as const).filter(([, part]) => part !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
