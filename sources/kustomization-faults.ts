import type { Skipped } from '../engine/lint/skipped.ts';
import type { Host } from './host.ts';
import type { Kustomization } from './kustomization.ts';
import { resolvePath } from './path.ts';

/** Names of files that one line says. */
const mostListed = 3;

/**
 * What keeps kustomizations from being built as they are written: a text that is no YAML, and files or folders that they
 * name and that are not there. kustomize refuses them; what they build is judged as far as it can be read.
 * @param root absolute; the kustomizations' paths count from it
 * @param known paths that are there, as far as they were found already
 */
export async function kustomizationFaults(host: Host, root: string, kustomizations: readonly Kustomization[], known: ReadonlySet<string>): Promise<Skipped[]> {
  const folders = new Set(kustomizations.map(({ folder }) => folder));
  const isThere = async (path: string): Promise<boolean> => known.has(path) || folders.has(path) || (await host.stat(resolvePath(root, path))) !== undefined;
  const faults = await Promise.all(kustomizations.map(async ({ path, folder, problem, resources, components, parts, contents, remote }): Promise<Skipped[]> => {
    // Inputs of generators are often kept out of repositories on purpose; what may be an address is fetched where it is no path.
    const others = new Set([...contents, ...remote.map((entry) => resolvePath(folder, entry))]);
    const named = [...new Set([...resources, ...components, ...parts])].filter((one) => !others.has(one));
    const missing = (await Promise.all(named.map(async (one) => ((await isThere(one)) ? [] : [one])))).flat();
    const listed = [...missing.slice(0, mostListed).map((one) => `"${one}"`), ...(missing.length > mostListed ? [`${missing.length - mostListed} more`] : [])].join(', ');
    return [
      ...(problem ? [{ file: path, document: 0, reason: problem.reason, detail: problem.detail, span: problem.span }] : []),
      ...(missing.length > 0 ? [{ file: path, document: null, reason: 'missing' as const, detail: `nothing is at ${listed}: kustomize refuses that, and here it is not judged; correct the ${missing.length === 1 ? 'path' : 'paths'}` }] : []),
    ];
  }));
  return faults.flat();
}
