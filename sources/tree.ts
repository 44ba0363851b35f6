import type { ChartSupply } from '../engine/lint/chart-supply.ts';
import { defaultConfiguration, type Configuration, type ConfigurationProblem, type ParsedConfiguration, type PlaceOfSetting } from '../engine/lint/config.ts';
import type { SourceFile } from '../engine/lint/workspace.ts';
import type { Skipped } from '../engine/lint/skipped.ts';
import { buildFiles } from './build-files.ts';
import { readChartFiles } from './chart-files.ts';
import { discover, isDiscoverable, rootMarks, type Discovery } from './discover.ts';
import type { Encoding } from './encoding.ts';
import type { Host } from './host.ts';
import { kustomizationFaults } from './kustomization-faults.ts';
import { mostWays } from './kustomizations.ts';
import { isWithin, nameOf, parentOf, relativeTo, resolvePath } from './path.ts';
import { isLiteral, pathMatcher, patternBase } from './patterns.ts';
import { isPlanningFile, makePlan, type FilePlan, type Plan } from './plan.ts';
import { bytesRead, readAll, readText, type ReadResult } from './read-files.ts';
import { configurationName, workspaceRoot } from './workspace-root.ts';

export interface LoadOptions {
  /** Reads the text of a kubewho.yaml (parseConfiguration with the schema's validator and the rules). */
  readonly configure: (text: string, file: string) => ParsedConfiguration;
  /** `--workspace`: the root, whatever lies above the PATHs. */
  readonly workspace?: string;
  /** `--config`: this file in place of the workspace's kubewho.yaml; its patterns count from the workspace. */
  readonly configurationFile?: string;
  /** `--no-config`: neither kubewho.yaml nor .kubewhoignore is read; .gitignore still counts. */
  readonly noConfiguration?: boolean;
  /** `--namespace`. */
  readonly namespace?: string;
  /** Texts of open buffers by absolute path; they count as named, whether or not they are on disk. */
  readonly overlay?: ReadonlyMap<string, string>;
}

/** A file as the engine takes it, with what is needed to write it back. */
export interface LoadedFile extends SourceFile {
  readonly absolute: string;
  readonly encoding: Encoding;
}

/** One workspace: everything that is analysed together, and the part of it that was asked about. */
export interface LoadedWorkspace {
  /** Absolute path; files of the workspace are named from here. */
  readonly root: string;
  readonly configuration: Configuration;
  /** Absolute path of the kubewho.yaml that was read. */
  readonly configurationFile: string | undefined;
  /** Where that says something. */
  readonly placeOf: PlaceOfSetting;
  /** Sorted by path. */
  readonly files: readonly LoadedFile[];
  /** Absolute paths of the files and folders whose findings are reported. */
  readonly reported: readonly string[];
  /** What its charts are made of beside these files. */
  readonly supplies: readonly ChartSupply[];
  /** Files and folders that could not be read. */
  readonly skipped: readonly Skipped[];
  /** How any path of this workspace is read, also one that was not there yet. */
  readonly plan: Plan;
}

/** What is wrong with what was asked for: a PATH that is not there, a faulty kubewho.yaml. The rest is loaded all the same. */
export interface LoadProblem extends ConfigurationProblem {
  readonly kind: 'path' | 'configuration';
}

export interface LoadedTree {
  /** Sorted by root. */
  readonly workspaces: readonly LoadedWorkspace[];
  readonly problems: readonly LoadProblem[];
}

/**
 * Reads the workspaces of some PATHs (contract.md, "PATHs and the workspace" and "Discovery"). PATHs narrow what is
 * reported, never what is analysed: each workspace is read as a whole. A folder below a PATH that has a kubewho.yaml of
 * its own is a workspace of its own, so that a file belongs to the same one from wherever it is asked about.
 * @param paths absolute paths, each a file or a folder
 */
export async function loadTree(host: Host, paths: readonly string[], options: LoadOptions): Promise<LoadedTree> {
  const problems: LoadProblem[] = [];
  const requests = new Map<string, { named: string[]; reported: string[] }>();
  const overlay = options.overlay ?? new Map<string, string>();
  for (const path of new Set(paths)) {
    const kind = overlay.has(path) ? 'file' : (await host.stat(path))?.kind;
    if (!kind) {
      problems.push({ kind: 'path', file: path, message: 'no such file or directory' });
      continue;
    }
    const root = options.workspace ?? (await workspaceRoot(host, kind === 'file' ? (parentOf(path) ?? path) : path));
    const request = requests.get(root) ?? { named: [], reported: [] };
    request.named.push(path);
    request.reported.push(path);
    requests.set(root, request);
  }

  const workspaces: LoadedWorkspace[] = [];
  const loaded = new Set<string>();
  // Folders found on the way are loaded after those that were asked for, each once.
  for (const [root, { named, reported }] of requests) {
    if (loaded.has(root)) continue;
    loaded.add(root);
    const { workspace, nestedRoots, faults } = await loadWorkspace(host, root, named, reported, { ...options, overlay });
    workspaces.push(workspace);
    problems.push(...faults);
    for (const nested of nestedRoots) {
      if (!reported.some((path) => isWithin(path, nested))) continue;
      const request = requests.get(nested);
      // A workspace that is loaded already shares this array.
      if (request) request.reported.push(nested);
      else requests.set(nested, { named: [nested], reported: [nested] });
    }
  }
  workspaces.sort((a, b) => (a.root < b.root ? -1 : 1));
  return { workspaces, problems };
}

/**
 * Reads PATHs as the whole input (contract.md: all commands but `lint`): nothing beside them is read, but for what the
 * build of a PATH that is a kustomization takes in. They are one workspace, rooted in the folder that they have in common
 * (or in `--workspace`); its kubewho.yaml counts where that folder is a PATH, or was named.
 * @param paths absolute paths, each a file or a folder
 */
export async function loadInput(host: Host, paths: readonly string[], options: LoadOptions): Promise<{ workspace: LoadedWorkspace | undefined; problems: readonly LoadProblem[] }> {
  const problems: LoadProblem[] = [];
  const named: string[] = [];
  const folders: string[] = [];
  for (const path of new Set(paths)) {
    const kind = (await host.stat(path))?.kind;
    if (!kind) problems.push({ kind: 'path', file: path, message: 'no such file or directory' });
    else {
      named.push(path);
      folders.push(kind === 'file' ? (parentOf(path) ?? path) : path);
    }
  }
  if (folders.length === 0) return { workspace: undefined, problems };
  const built = (await Promise.all(named.map((path) => buildFiles(host, path)))).flat();
  const own = folders.reduce(commonFolder);
  const root = options.workspace ?? ((await hasConfiguration(host, own)) ? own : [own, ...built.map((file) => parentOf(file)!)].reduce(commonFolder));
  const { workspace, faults } = await loadWorkspace(host, root, [...new Set([...named, ...built])], named, { ...options, overlay: new Map(), alone: true });
  return { workspace, problems: [...problems, ...faults] };
}

function commonFolder(a: string, b: string): string {
  let at = a;
  while (!isWithin(at, b)) at = parentOf(at) ?? '';
  return at;
}

/** Whether findings in a file (workspace-relative) are reported: it lies in one of the PATHs. */
export function isReported(workspace: LoadedWorkspace, file: string): boolean {
  const absolute = resolvePath(workspace.root, file);
  return workspace.reported.some((path) => isWithin(path, absolute));
}

type LoadWorkspaceOptions = LoadOptions & {
  readonly overlay: ReadonlyMap<string, string>;
  /** What is named is all that is read, folders that would be workspaces of their own included. */
  readonly alone?: boolean;
};

async function loadWorkspace(host: Host, root: string, named: readonly string[], reported: readonly string[], options: LoadWorkspaceOptions): Promise<{ workspace: LoadedWorkspace; nestedRoots: readonly string[]; faults: LoadProblem[] }> {
  const unconfigured = options.noConfiguration === true || (options.alone === true && options.configurationFile === undefined && options.workspace === undefined && !named.includes(root));
  const { configuration, configurationFile, placeOf, faults } = await loadConfiguration(host, root, { ...options, noConfiguration: unconfigured });
  const relative = (path: string) => relativeTo(root, path);
  const marks = options.workspace === undefined && !options.alone ? rootMarks(await hasConfiguration(host, root)) : [];
  const found = await findFiles(host, root, named, configuration, { ...options, marks });
  const relativePaths = new Set(found.files.map(relative));
  for (const pattern of found.missingContext) faults.push({ kind: 'configuration', file: configurationFile ?? root, ...placeOf('context', pattern), message: `context: "${pattern}" is not there; correct the path or take it out` });

  const texts = new Map<string, ReadResult>();
  const readInto = async (paths: readonly string[], limitOf?: (path: string) => number) => (await readAll(host, paths, options.overlay, limitOf)).forEach((result, i) => texts.set(paths[i]!, result));
  await readInto(found.files.filter(isPlanningFile));
  const plan = makePlan({
    paths: found.files.map(relative),
    textOf: (path) => textIn(texts.get(resolvePath(root, path))),
    configuration,
    namespace: options.namespace,
  });
  const planned = found.files.flatMap((absolute) => {
    const filePlan = nameOf(absolute) === configurationName && !found.named.has(absolute) ? undefined : plan.of(relative(absolute));
    // A name that is none of a manifest's was found for being a template's.
    const isMeant = filePlan?.dialect === 'template' || isDiscoverable(nameOf(absolute)) || found.named.has(absolute);
    return filePlan && isMeant ? [{ absolute, path: relative(absolute), filePlan }] : [];
  });
  const limits = new Map(planned.map(({ absolute, filePlan }) => [absolute, bytesRead(filePlan)]));
  await readInto([...limits.keys()].filter((path) => !texts.has(path)), (path) => limits.get(path)!);

  const files: LoadedFile[] = [];
  const skipped: Skipped[] = found.unreadable.map(({ path, message }) => ({ file: relative(path), document: null, reason: 'unreadable', detail: message }));
  for (const { absolute, path, filePlan } of planned) {
    const result = texts.get(absolute)!;
    const isNamed = found.named.has(absolute);
    if ('reason' in result) {
      if (isNamed || filePlan.dialect === 'template' || !path.endsWith('.json')) skipped.push({ file: path, document: null, reason: result.reason, detail: result.detail });
    } else if (isNamed || mayMatter(path, result.text, filePlan)) {
      files.push({ path, absolute, text: result.text, encoding: result.encoding, ...filePlan });
    }
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const isInput = (path: string): boolean => !options.alone || named.some((one) => isWithin(one, path));
  for (const { written, path } of valuesOf(root, configuration, isInput)) {
    if (!relativePaths.has(relative(path))) faults.push({ kind: 'configuration', file: configurationFile ?? root, ...placeOf('profiles', written), message: `profiles: the values file "${relative(path)}" is not there; correct the path or take it out` });
  }
  skipped.push(...plan.cut.map(({ file, folder }) => ({ file, document: null, reason: 'builds' as const, detail: `it reaches "${folder || '.'}" in more than ${mostWays} ways: the first ${mostWays} are followed, and names there are not told; let fewer of its levels lead there, or have kustomize build it (lint --render always)` })));
  skipped.push(...(await kustomizationFaults(host, root, plan.kustomizations, relativePaths)));
  const charts = await readChartFiles(host, root, files, options.overlay);
  skipped.push(...charts.skipped);
  return { workspace: { root, configuration, configurationFile, placeOf, files, supplies: charts.supplies, reported, skipped, plan }, nestedRoots: found.nestedRoots, faults };
}

/** The values files, as written and by absolute path, of the profiles that name a chart which is part of the input. */
function valuesOf(root: string, { profiles }: Configuration, isInput: (path: string) => boolean): { written: string; path: string }[] {
  return profiles.flatMap(({ chart, values }) => {
    const folder = chart === undefined ? undefined : resolvePath(root, chart);
    return folder !== undefined && isInput(folder) ? values.map((written) => ({ written, path: resolvePath(folder, written) })) : [];
  });
}

function textIn(result: ReadResult | undefined): string | undefined {
  return result && 'text' in result ? result.text : undefined;
}

/**
 * Whether a discovered file's text is worth looking at. Most JSON in a repository is something else (package.json,
 * tsconfig.json, data), and some of it is not even JSON: it has to say both keys of a resource, each with a string. A
 * template may define what others use.
 */
export function mayMatter(path: string, text: string, { dialect }: Pick<FilePlan, 'dialect'>): boolean {
  return dialect === 'template' || !path.endsWith('.json') || (/"apiVersion"\s*:\s*"/.test(text) && /"kind"\s*:\s*"/.test(text));
}

async function hasConfiguration(host: Host, root: string): Promise<boolean> {
  return (await host.stat(resolvePath(root, configurationName))) !== undefined;
}

/** The settings of a workspace; where kubewho.yaml is faulty, what can be used of it, with the faults. */
async function loadConfiguration(host: Host, root: string, options: LoadWorkspaceOptions): Promise<{ configuration: Configuration; configurationFile: string | undefined; placeOf: PlaceOfSetting; faults: LoadProblem[] }> {
  const nothing = { configuration: defaultConfiguration, configurationFile: undefined, placeOf: () => undefined, faults: [] };
  if (options.noConfiguration) return nothing;
  const file = options.configurationFile ?? resolvePath(root, configurationName);
  if (options.configurationFile === undefined && !options.overlay.has(file) && !(await host.stat(file))) return nothing;
  const result = await readText(host, file, options.overlay);
  if ('reason' in result) return { ...nothing, faults: [{ kind: 'configuration', file, message: result.detail }] };
  const { configuration, problems, placeOf = () => undefined } = options.configure(result.text, file);
  const source = configuration.exceptions.length > 0 ? { source: { path: relativeTo(root, file), text: result.text } } : {};
  return { configuration: { ...configuration, ...source }, configurationFile: file, placeOf, faults: problems.map((problem) => ({ kind: 'configuration', ...problem })) };
}

interface FoundFiles extends Omit<Discovery, 'entered'> {
  /** Files that were named, by PATH, by kubewho.yaml or by being open: no ignore file and no extension keeps them out. */
  readonly named: ReadonlySet<string>;
  /** Context that kubewho.yaml names and that is not there. */
  readonly missingContext: readonly string[];
}

/** All files of a workspace: what is discovered in it and below each named folder, the named files, and the context. */
async function findFiles(host: Host, root: string, named: readonly string[], configuration: Configuration, options: LoadWorkspaceOptions & { marks: readonly string[] }): Promise<FoundFiles> {
  const settings = { ownIgnoreFile: !options.noConfiguration, ignoreFiles: true, rootMarks: options.marks };
  const files = new Set<string>();
  const nestedRoots = new Set<string>();
  const unreadable = new Map<string, string>();
  const take = (discovery: Discovery): void => {
    for (const path of discovery.files) files.add(path);
    for (const path of discovery.nestedRoots) nestedRoots.add(path);
    for (const { path, message } of discovery.unreadable) unreadable.set(path, message);
  };

  const whole = options.alone ? undefined : await discover(host, root, settings);
  if (whole) take(whole);
  const namedFiles = new Set<string>([...options.overlay.keys()].filter((path) => isWithin(root, path) && ![...nestedRoots].some((nested) => isWithin(nested, path))));
  for (const path of named) {
    if (whole?.entered.has(path)) continue;
    const isFolder = !options.overlay.has(path) && (await host.stat(path))?.kind === 'directory';
    if (!isFolder) namedFiles.add(path);
    // A folder that is ignored, or lies outside of --workspace, was named all the same.
    else take(await discover(host, path, settings));
  }
  const missingContext: string[] = [];
  for (const pattern of configuration.context) {
    if (options.alone && !named.some((path) => isWithin(path, resolvePath(root, patternBase(pattern))))) continue;
    const context = await findContext(host, root, pattern, settings);
    if (context) for (const path of context) namedFiles.add(path);
    else missingContext.push(pattern);
  }
  // A chart that is asked about is asked about with its profiles, wherever their values lie.
  if (options.alone) for (const { path } of valuesOf(root, configuration, (chart) => named.some((one) => isWithin(one, chart)))) if ((await host.stat(path))?.kind === 'file') namedFiles.add(path);
  for (const path of namedFiles) files.add(path);
  return { files: [...files].sort(), nestedRoots: [...nestedRoots].sort(), unreadable: [...unreadable].map(([path, message]) => ({ path, message })), named: namedFiles, missingContext };
}

/** The files of one context pattern. A cluster's dump is seldom under version control, so no ignore file keeps it out. */
async function findContext(host: Host, root: string, pattern: string, settings: { ownIgnoreFile: boolean; rootMarks: readonly string[] }): Promise<readonly string[] | undefined> {
  const base = resolvePath(root, patternBase(pattern));
  const kind = (await host.stat(base))?.kind;
  if (isLiteral(pattern) && kind !== 'directory') return kind === 'file' ? [base] : undefined;
  if (kind !== 'directory') return [];
  const matches = pathMatcher([pattern]);
  const { files } = await discover(host, base, { ...settings, ignoreFiles: false });
  // Context is read as it is: templates are none.
  return files.filter((path) => isDiscoverable(nameOf(path)) && matches(relativeTo(root, path)));
}
