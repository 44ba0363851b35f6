import { HostError, type DirectoryEntry, type Host } from './host.ts';
import { decodeText } from './encoding.ts';
import { ignoreRules, isIgnored, type IgnoreRules } from './ignore.ts';
import { isWithin, parentOf, resolvePath } from './path.ts';
import { configurationName, nearestWith } from './workspace-root.ts';

/** What lies below a folder: files that may matter, and folders that are workspaces of their own. Paths are absolute. */
export interface Discovery {
  readonly files: readonly string[];
  /** Every folder that was looked into. */
  readonly entered: ReadonlySet<string>;
  readonly nestedRoots: readonly string[];
  readonly unreadable: readonly { readonly path: string; readonly message: string }[];
}

export interface DiscoverOptions {
  /** Whether .kubewhoignore counts (not with `--no-config`). */
  readonly ownIgnoreFile: boolean;
  /** Whether .gitignore and .kubewhoignore count at all: context that kubewho.yaml names may well be ignored by git. */
  readonly ignoreFiles: boolean;
  /** Entries that make a folder below a workspace of its own. */
  readonly rootMarks: readonly string[];
}

/** Files of these names matter to others whatever their extension: charts and kustomizations. */
const planningNames = new Set(['Kustomization', '.helmignore']);
/** Manifests, and the helpers of charts. Below a chart's `templates/` there is any extension. */
const extensions = /\.(?:ya?ml|json|tpl)$/;
const neverEntered = new Set(['.git', 'node_modules']);

/** Whether discovery takes a file of this name. */
export function isDiscoverable(name: string): boolean {
  return extensions.test(name) || planningNames.has(name);
}

/**
 * Lists a folder and everything below it: `*.yaml`, `*.yml`, `*.json`, charts and kustomizations; all that lies below
 * `templates/` beside a Chart.yaml, for to Helm that are templates (helm pkg/chart/loader, LoadFiles); not `.git`,
 * `node_modules`, symlinks (which hosts leave out) or what is ignored. The folder itself was named, so it is listed even
 * where an ignore file above it says otherwise; then only ignore files inside it count.
 */
export async function discover(host: Host, folder: string, options: DiscoverOptions): Promise<Discovery> {
  const files: string[] = [];
  const entered = new Set<string>();
  const nestedRoots: string[] = [];
  const unreadable: { path: string; message: string }[] = [];

  const visit = async (directory: string, above: IgnoreRules | undefined, areTemplates: boolean): Promise<void> => {
    const entries = await host.readDirectory(directory).catch((error: unknown) => {
      unreadable.push({ path: directory, message: error instanceof HostError ? error.message : String(error) });
      return [] as DirectoryEntry[];
    });
    if (directory !== folder && entries.some((entry) => options.rootMarks.includes(entry.name))) {
      nestedRoots.push(directory);
      return;
    }
    entered.add(directory);
    const rules = await rulesOf(host, directory, entries.map((entry) => entry.name), above, options);
    const isChart = entries.some(({ name, kind }) => name === 'Chart.yaml' && kind === 'file' && !isIgnored(rules, resolvePath(directory, name), false));
    const below: Promise<void>[] = [];
    for (const { name, kind } of entries) {
      const path = resolvePath(directory, name);
      if (kind === 'file' && (areTemplates || isDiscoverable(name)) && !isIgnored(rules, path, false)) files.push(path);
      if (kind === 'directory' && !neverEntered.has(name) && !isIgnored(rules, path, true)) below.push(visit(path, rules, areTemplates || (isChart && name === 'templates')));
    }
    await Promise.all(below);
  };

  await visit(folder, await rulesAbove(host, folder, options), false);
  return { files: files.sort(), entered, nestedRoots: nestedRoots.sort(), unreadable };
}

/** The ignore files between the git top level and a folder; none where they ignore the folder itself, or outside git. */
async function rulesAbove(host: Host, folder: string, options: DiscoverOptions): Promise<IgnoreRules | undefined> {
  const top = options.ignoreFiles ? await nearestWith(host, folder, '.git') : undefined;
  if (top === undefined || top === folder) return undefined;
  const between: string[] = [];
  for (let at = parentOf(folder); at !== undefined && isWithin(top, at); at = parentOf(at)) between.unshift(at);
  let rules: IgnoreRules | undefined;
  for (const [i, directory] of between.entries()) {
    const names = (await host.readDirectory(directory).catch(() => [])).map((entry) => entry.name);
    rules = await rulesOf(host, directory, names, rules, options);
    if (isIgnored(rules, between[i + 1] ?? folder, true)) return undefined;
  }
  return rules;
}

async function rulesOf(host: Host, directory: string, names: readonly string[], above: IgnoreRules | undefined, options: DiscoverOptions): Promise<IgnoreRules | undefined> {
  if (!options.ignoreFiles) return undefined;
  const wanted = ['.kubewhoignore', '.gitignore'].filter((name) => names.includes(name) && (name === '.gitignore' || options.ownIgnoreFile));
  const texts: string[] = [];
  for (const name of wanted) {
    const decoded = await host.readFile(resolvePath(directory, name)).then(decodeText).catch(() => undefined);
    if (decoded && 'text' in decoded) texts.push(decoded.text);
  }
  return ignoreRules(directory, texts, above);
}

/** Entries that end a workspace: a kubewho.yaml always, a git repository where the workspace itself has no kubewho.yaml. */
export function rootMarks(configured: boolean): readonly string[] {
  return configured ? [configurationName] : [configurationName, '.git'];
}
