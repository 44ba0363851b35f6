import { mayBeCalled, releaseNamespace, symbol, symbolOf } from '../identity/objects.ts';
import { readResources } from '../kubernetes/read.ts';
import { carry } from '../yaml/carry.ts';
import { entryOf, nodeAt, type YamlNode } from '../yaml/node.ts';
import { parseYaml } from '../yaml/parse.ts';
import { splitStream } from '../yaml/split.ts';
import { shift, type Span } from '../yaml/text.ts';
import type { TemplateDocument, WrittenObject } from './reading.ts';

/** A template as its author wrote it, and what of it is known without Helm. */
export interface RenderedFile<D extends TemplateDocument> {
  readonly documents: readonly D[];
  readonly written: readonly WrittenObject<D>[];
}

/** Helm's output, by template. */
export interface RenderedObjects<D extends TemplateDocument> {
  readonly objects: ReadonlyMap<string, readonly WrittenObject<D>[]>;
  /** What stands where templates write the release's namespace; undefined where none does. */
  readonly namespace: string | undefined;
}

/**
 * The objects of Helm's output, with the places of the templates that wrote them: a value stands where the same path
 * stands in what is known of the template without Helm (`exact`), else at the nearest parent that does (`path`), else at
 * the template's `kind:` line (`file`).
 * @param stream the output of `helm template`
 * @param fileOf the template of a `# Source:` comment; undefined for one that is in no file read
 */
export function readRendered<D extends TemplateDocument>(stream: string, fileOf: (source: string) => { readonly path: string; readonly file: RenderedFile<D> } | undefined): RenderedObjects<D> {
  const objects = new Map<string, WrittenObject<D>[]>();
  const taken = new Set<WrittenObject<D>>();
  let namespace: string | undefined;
  const all = documentsIn(stream, fileOf);
  for (const { root, path, file } of all) {
    const match = matchOf(root, file.written, taken, all.filter((one) => one.path === path).map((one) => one.root));
    if (match) {
      taken.add(match);
      namespace ??= releaseNamespaceIn(root, match.root);
    }
    const home = match?.document ?? homeOf(root, file.documents);
    if (!home) continue;
    const place = match ? undefined : kindLine(home);
    const moved = carry(root, match?.root, { span: place ?? { start: 0, end: 0 }, mapping: 'file' });
    const list = objects.get(path) ?? [];
    objects.set(path, list);
    for (const resource of readResources(moved)) list.push({ document: home, resource, root: moved });
  }
  return { objects, namespace };
}

/** The documents of Helm's output with their templates. What has no comment of its own is a further document of the template before. */
function documentsIn<T>(stream: string, fileOf: (source: string) => T | undefined): (T & { readonly root: YamlNode })[] {
  let source: string | undefined;
  return splitStream(stream).flatMap(({ text }) => {
    source = [...text.matchAll(/^# Source: (.+?)[ \t]*$/gm)].at(-1)?.[1] ?? source;
    const template = source === undefined ? undefined : fileOf(source);
    const { root } = parseYaml(text, 'kubernetes');
    return root && template ? [{ ...template, root }] : [];
  });
}

/** The text at a place of an object where its template has the release's namespace and nothing else. */
function releaseNamespaceIn(node: YamlNode, written: YamlNode): string | undefined {
  if (written.kind === 'hole') return node.kind === 'scalar' && symbolOf(written.expression) === releaseNamespace ? node.source : undefined;
  const pairs: (readonly [YamlNode, YamlNode | undefined])[] = node.kind === 'map' && written.kind === 'map' ? node.entries.map(({ key, value }) => [value, entryOf(written, key)?.value])
    : node.kind === 'seq' && written.kind === 'seq' ? node.items.map((item, i) => [item, written.items[i]]) : [];
  for (const [one, other] of pairs) {
    const found = other && releaseNamespaceIn(one, other);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The object that is this one, of its kind: by its name as far as that is told, or by its place among those of its kind
 * where Helm wrote all that may be there, for these keep their order. Undefined where it may be one or another.
 * @param all the objects that Helm wrote from the template
 */
function matchOf<D extends TemplateDocument>(root: YamlNode, written: readonly WrittenObject<D>[], taken: ReadonlySet<WrittenObject<D>>, all: readonly YamlNode[]): WrittenObject<D> | undefined {
  const isSame = (one: YamlNode): boolean => textAt(one, 'kind') === textAt(root, 'kind');
  const same = written.filter((one) => isSame(one.root));
  const name = textAt(root, 'metadata', 'name') ?? '';
  const left = same.filter((one) => !taken.has(one));
  const known = left.find((one) => textAt(one.root, 'metadata', 'name') === name);
  if (known) return known;
  const possible = left.filter((one) => mayBeCalled(writtenName(one), name));
  if (possible.length === 1) return possible[0];
  const theirs = all.filter(isSame);
  const inOrder = theirs.length === same.length ? same[theirs.indexOf(root)] : undefined;
  return inOrder && !taken.has(inOrder) && (possible.length === 0 || possible.includes(inOrder)) ? inOrder : undefined;
}

/** The name of an object as it is known without Helm. */
function writtenName<D extends TemplateDocument>({ resource }: WrittenObject<D>): string {
  return symbol(resource.header.name);
}

function textAt(root: YamlNode, ...path: string[]): string | undefined {
  const node = nodeAt(root, path);
  return node?.kind === 'scalar' ? node.source : undefined;
}

/** The document of a template that an object must come from, where nothing is known of what it writes. */
function homeOf<D extends TemplateDocument>(root: YamlNode, documents: readonly D[]): D | undefined {
  const kind = textAt(root, 'kind') ?? '';
  return documents.find(({ text }) => text.includes(`kind: ${kind}`)) ?? documents.find(({ text }) => text.trim() !== '');
}

function kindLine({ text }: TemplateDocument): Span {
  const kind = /^kind:[ \t]*(.*?)[ \t]*$/m.exec(text);
  if (kind) return shift({ start: 0, end: kind[1]!.length }, kind.index + kind[0].length - kind[1]!.length);
  const first = /\S+/.exec(text);
  return { start: first?.index ?? 0, end: (first?.index ?? 0) + (first?.[0].length ?? 0) };
}
