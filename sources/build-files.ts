import { isDiscoverable } from './discover.ts';
import type { Host } from './host.ts';
import { isKustomizationName, readKustomization } from './kustomization.ts';
import { nameOf, resolvePath } from './path.ts';
import { readText } from './read-files.ts';

/**
 * Every file that the Kustomize build of a path takes in, wherever it lies: kustomizations, resources, components, patches,
 * and the folders of the charts that it has Helm write.
 * None for a path that is no kustomization. What is not there, or lies in another repository, is left out.
 * @param path absolute; a kustomization file, or the folder of one
 */
export async function buildFiles(host: Host, path: string): Promise<readonly string[]> {
  const found = new Set<string>();
  const waiting = [path];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const file = await fileAt(host, next);
    if (file === undefined || found.has(file)) continue;
    if (!isKustomizationName(file)) {
      if (next !== path && isDiscoverable(nameOf(file))) found.add(file);
      continue;
    }
    const result = await readText(host, file, new Map());
    const read = 'text' in result ? readKustomization(file, result.text) : undefined;
    if (!read) continue;
    found.add(file);
    for (const chart of read.charts) if ((await host.stat(resolvePath(chart, 'Chart.yaml')))?.kind === 'file') found.add(chart);
    waiting.push(...read.resources, ...read.components, ...read.parts);
  }
  return [...found].sort();
}

/** The file itself, or the kustomization of a folder. */
async function fileAt(host: Host, path: string): Promise<string | undefined> {
  const kind = (await host.stat(path))?.kind;
  if (kind !== 'directory') return kind === 'file' ? path : undefined;
  const names = (await host.readDirectory(path).catch(() => [])).filter((entry) => entry.kind === 'file' && isKustomizationName(entry.name));
  return names[0] && resolvePath(path, names[0].name);
}
