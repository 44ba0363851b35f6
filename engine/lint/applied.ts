import { symbol, type GraphObject } from '../identity/objects.ts';
import { nodeAt } from '../yaml/node.ts';
import { parseYaml } from '../yaml/parse.ts';
import { shift } from '../yaml/text.ts';
import type { FileEntry } from './files.ts';
import { writtenHere, type Finding } from './finding.ts';
import type { Signal } from './rule.ts';

/**
 * What templates write of manifests that they read through `.Files`: each object with the one of such a file that it is. What
 * a template only keeps as data (a ConfigMap that holds the file) writes no object, and the file stays a manifest by itself.
 * @param read files that the templates read
 * @param objects what the templates write, among others
 */
export function appliedIn(read: readonly FileEntry[], objects: readonly GraphObject[]): Map<GraphObject, GraphObject> {
  const plain = new Map(read.filter(isManifest).flatMap((file) => file.objects.map((object) => [identityOf(object), object])));
  return new Map(plain.size === 0 ? [] : objects.flatMap((object) => {
    const one = object.written && plain.get(identityOf(object));
    return one ? [[object, one]] : [];
  }));
}

function isManifest({ source }: FileEntry): boolean {
  return source.role === 'manifest' && source.dialect === 'kubernetes' && source.chart === undefined;
}

function identityOf({ resource: { header } }: GraphObject): string {
  return [header.group, header.kind, symbol(header.namespace), symbol(header.name)].join('\n');
}

/** A finding about what a template writes of a file, with the place in that file. */
export function withOwnPlace(finding: Finding, { at: { object, place } }: Signal, plain: GraphObject, file: FileEntry): Finding {
  const document = file.documents.find((one) => one === plain.document);
  const { root } = document ? parseYaml(document.text, 'kubernetes') : { root: undefined };
  const path = [...plain.resource.header.root, ...place.path.slice(object.resource.header.root.length)];
  const depth = [...path.keys(), path.length].findLast((length) => root && nodeAt(root, path.slice(0, length))) ?? 0;
  const node = root && nodeAt(root, path.slice(0, depth));
  // Of a mapping its first key says enough.
  const span = node?.kind === 'map' ? node.entries[0]?.keySpan ?? node.span : node?.span;
  return document && span ? { ...finding, related: [...finding.related, { file: file.source.path, span: shift(span, document.start), message: writtenHere }] } : finding;
}
