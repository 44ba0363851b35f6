import { Bytes } from './bytes.ts';
import type { ChartInstance, Release } from './release.ts';
import { pathPattern } from './path-pattern.ts';
import { Unknown, type Dict, type Value } from './value.ts';
import { toYaml } from './yaml-out.ts';

/**
 * The files of a chart that are no templates, by their paths in it (`.Files`: helm pkg/engine/files.go). To a template they
 * are a mapping to bytes, which also has methods. What is no text, or too long to be read, is unknown.
 */
export class Files extends Map<string, Value> {
  constructor(contents: Iterable<readonly [string, Value]>, readonly folder: string) {
    super(contents);
  }

  override get(path: string): Value {
    return this.has(path) ? super.get(path) : new Bytes('', true);
  }
}

/** What a method of `.Files` gives; undefined where there is none of that name. `reads` is told which files it gives, from the folder of the chart that is installed. */
export function callFiles(files: Files, method: string, args: readonly Value[], reads: (path: string) => void): { readonly value: Value } | undefined {
  const called = valueFrom(files, method, args);
  const paths = called?.value instanceof Files ? called.value.keys() : typeof args[0] === 'string' ? [args[0]] : [];
  for (const path of paths) reads(`${files.folder}${path}`);
  return called;
}

function valueFrom(files: Files, method: string, [first]: readonly Value[]): { readonly value: Value } | undefined {
  switch (method) {
    case 'Get': return { value: named(first, (path) => textOf(files.get(path))) };
    case 'GetBytes': return { value: named(first, (path) => (files.has(path) ? files.get(path) : new Bytes(''))) };
    case 'Lines': return { value: named(first, (path) => linesOf(textOf(files.get(path)))) };
    case 'Glob': return { value: named(first, (pattern) => matching(files, pattern)) };
    case 'AsConfig': return { value: toYaml(byName(files, ({ text }) => text)) };
    case 'AsSecrets': return { value: toYaml(byName(files, (content) => content.toBase64())) };
    default: return undefined;
  }
}

function textOf(content: Value): Value {
  return content instanceof Bytes ? content.text : content;
}

function named(argument: Value, of: (text: string) => Value): Value {
  return typeof argument === 'string' ? of(argument) : new Unknown('.Files');
}

function matching(files: Files, pattern: string): Value {
  const unknown = new Unknown(`.Files.Glob ${JSON.stringify(pattern)}`);
  const matches = pathPattern(pattern);
  if (!matches) return unknown;
  try {
    return new Files([...files].filter(([path]) => matches(path)), files.folder);
  } catch {
    return unknown;
  }
}

/** A line break at the very end ends the last line, and begins no further one. */
function linesOf(content: Value): Value {
  if (content === '') return [];
  return typeof content === 'string' ? content.replace(/\n$/, '').split('\n') : content;
}

/** Contents by the last step of their paths, which is what keys of a ConfigMap may be called. */
function byName(files: Files, of: (content: Bytes) => string): Dict {
  return new Map([...files].map(([path, content]): [string, Value] => [path.slice(path.lastIndexOf('/') + 1), content instanceof Bytes ? of(content) : content]));
}

const kept = new WeakMap<ReadonlyMap<string, string | undefined>, Map<string, Files>>();

/** The `.Files` of a chart of a release; unknown where the chart's files were not looked at. */
export function filesOf({ files }: Release, { folder }: Pick<ChartInstance, 'folder'>): Files | Unknown {
  if (!files) return new Unknown('.Files');
  const known = kept.get(files) ?? new Map<string, Files>();
  kept.set(files, known);
  let own = known.get(folder);
  if (!own) known.set(folder, (own = filesIn(files, folder)));
  return own;
}

function filesIn(files: ReadonlyMap<string, string | undefined>, folder: string): Files {
  const prefix = folder === '' ? '' : `${folder}/`;
  const contents = [...files].flatMap(([path, text]): [string, Value][] => {
    const inside = path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
    return inside === undefined || !isFile(inside) ? [] : [[inside, text === undefined ? new Unknown(`.Files.Get ${JSON.stringify(inside)}`) : new Bytes(text)]];
  });
  return new Files(contents, prefix);
}

/** What Helm reads for itself is none of a chart's files (helm pkg/chart/loader, LoadFiles). */
function isFile(path: string): boolean {
  return !/^(?:templates|charts)\//.test(path) && !/^(?:Chart\.(?:yaml|lock)|values\.yaml|values\.schema\.json|requirements\.(?:yaml|lock))$/.test(path);
}
