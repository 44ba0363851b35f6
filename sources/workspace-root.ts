import type { Host } from './host.ts';
import { parentOf } from './path.ts';

/** The file that marks a workspace and configures it. */
export const configurationName = 'kubewho.yaml';

/**
 * The workspace of a PATH (contract.md): the nearest folder above it with kubewho.yaml, else the git top level, else
 * the PATH itself, for a file its folder. A `.git` may be a file (worktrees, submodules).
 * @param folder absolute path of a folder
 */
export async function workspaceRoot(host: Host, folder: string): Promise<string> {
  return (await nearestWith(host, folder, configurationName)) ?? (await nearestWith(host, folder, '.git')) ?? folder;
}

/** The nearest folder, from this one upwards, that has an entry of a name. */
export async function nearestWith(host: Host, folder: string, name: string): Promise<string | undefined> {
  for (let at: string | undefined = folder; at !== undefined; at = parentOf(at)) {
    if (await host.stat(at.endsWith('/') ? `${at}${name}` : `${at}/${name}`)) return at;
  }
  return undefined;
}
