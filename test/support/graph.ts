import { buildGraph, type Graph } from '../../engine/identity/graph.ts';
import type { DocumentRef } from '../../engine/identity/objects.ts';
import { symbol } from '../../engine/identity/objects.ts';
import { readResources } from '../../engine/kubernetes/read.ts';
import type { Dialect } from '../../engine/yaml/node.ts';
import { parseYaml } from '../../engine/yaml/parse.ts';
import { splitStream } from '../../engine/yaml/split.ts';

/** The graph of some files by path, as a workspace builds it; those of a folder `templates/` are Helm's, without values. */
export function graphOfFiles(files: Readonly<Record<string, string>>): Graph {
  const objects = Object.entries(files).flatMap(([file, text]) => {
    const dialect: Dialect = file.startsWith('templates/') ? 'template' : 'kubernetes';
    return splitStream(text).flatMap((part) => {
      const document: DocumentRef = { file, dialect, index: part.index, start: part.start };
      return readResources(parseYaml(part.text, dialect).root).map((resource, i) => ({
        key: `${file}.${part.index}.${i}`,
        document,
        resource,
        namespace: symbol(resource.header.namespace),
        name: symbol(resource.header.name),
        context: false,
      }));
    });
  });
  return buildGraph(objects);
}

/** The graph of plain objects, as if all of them stood in one file. */
export function graphOfObjects(objects: readonly unknown[]): Graph {
  return graphOfFiles({ 'objects.yaml': objects.map((object) => JSON.stringify(object)).join('\n---\n') });
}
