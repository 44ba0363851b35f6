import type { Path } from '../yaml/node.ts';
import { nodeAt, toData } from '../yaml/node.ts';
import { parseYaml } from '../yaml/parse.ts';
import type { Span } from '../yaml/text.ts';

/** Where a chart says that an archive is part of it. */
export interface PackedPlace {
  readonly file: string;
  readonly span: Span;
  readonly path: Path;
}

/**
 * The place in a Chart.yaml at which what an archive under its `charts/` holds is reported: the name of the dependency, or
 * the chart's own where the archive is no dependency that it names. Undefined where Chart.yaml is not held, or not to be read.
 */
export function placeOfPacked(path: string, textOf: (path: string) => string | undefined): PackedPlace | undefined {
  const [, folder, archive] = /^((?:.*?\/)?)charts\/([^/]+)\.tgz\//.exec(path) ?? [];
  if (folder === undefined || archive === undefined) return undefined;
  const file = `${folder}Chart.yaml`;
  const { root } = parseYaml(textOf(file) ?? '', 'kubernetes');
  const { dependencies } = (toData(root) ?? {}) as { readonly dependencies?: unknown };
  const names = Array.isArray(dependencies) ? dependencies.map((one: { readonly name?: unknown } | null) => one?.name) : [];
  const index = names.findIndex((name) => typeof name === 'string' && archive.startsWith(`${name}-`) && /^\d/.test(archive.slice(name.length + 1)));
  const own: Path = index < 0 ? ['name'] : ['dependencies', index, 'name'];
  const node = root && nodeAt(root, own);
  return node && { file, span: node.span, path: own };
}
