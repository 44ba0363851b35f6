import type { ChartSupply } from '../engine/lint/chart-supply.ts';
import { defaultConfiguration, parseConfiguration, type Configuration, type ParsedConfiguration } from '../engine/lint/config.ts';
import type { Finding } from '../engine/lint/finding.ts';
import { Workspace, type SourceFile } from '../engine/lint/workspace.ts';
import type { Skipped } from '../engine/lint/skipped.ts';
import { indexLines, type LineIndex } from '../engine/yaml/text.ts';
import validate from '../generated/validate-configuration.mjs';
import { rules } from '../rules/index.ts';
import { decodeText, type Encoding } from '../sources/encoding.ts';
import { environmentOf } from '../sources/environment.ts';
import { installsOf } from '../sources/installs.ts';
import { relativeTo, resolvePath } from '../sources/path.ts';
import { isReported, loadTree, type LoadedWorkspace, type LoadProblem } from '../sources/tree.ts';
import { UsageError } from './args.ts';
import { changedSince } from './changes.ts';
import type { Io } from './io.ts';
import { missingDependencies } from './missing-dependencies.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import { renderBuilds } from './render-builds.ts';
import { renderCharts } from './render.ts';
import type { Naming } from './report.ts';
import type { LintSettings } from './settings.ts';
import { unreadValues } from './unread-values.ts';
import { unusedProfiles, unusedSettings } from './unused-settings.ts';

/** The name of standard input in reports. */
const stdinName = '<stdin>';

export interface LintInput {
  readonly opened: readonly OpenWorkspace[];
  readonly problems: readonly LoadProblem[];
  /** What is worth knowing about how it was read: charts that Helm does not render, builds that kustomize does not. */
  readonly notes: readonly string[];
  /** Whether Helm or kustomize refused something that was to be rendered. */
  readonly unrendered: boolean;
  /** Whether values files that a profile or an installation names are not there, so that what is installed with them is not judged. */
  readonly unread: boolean;
  /** Whether it is standard input that holds no object. */
  readonly isEmpty: boolean;
  /** Has Helm and kustomize look again at files that were written since. */
  renderAgain(): Promise<void>;
  /** Standard input: the workspace that its text is in, the path there, and the bytes as they came. */
  readonly stdin: { readonly opened: OpenWorkspace; readonly path: string; readonly bytes: Uint8Array } | undefined;
}

/** Reads what is to be linted: the workspaces of the PATHs, or standard input. */
export async function readInput(settings: LintSettings, io: Io): Promise<LintInput> {
  if (settings.stdin) return readStdin(settings, io);
  const { workspaces, problems } = await load(settings.paths, new Map(), settings, io);
  const opened = workspaces.map((loaded) => open(loaded, settings, io, new Map()));
  const render = async (): Promise<string[]> => (await Promise.all(workspaces.map(async (loaded, i) => [...await renderCharts(opened[i]!, loaded, settings, io), ...await renderBuilds(opened[i]!, loaded, settings, io)]))).flat();
  const refusals = await render();
  const missing = await Promise.all(workspaces.map((loaded, i) => missingDependencies(loaded, opened[i]!.reports, refusals, io.host, io.cwd)));
  const unreadBy = workspaces.map((loaded) => unreadValues(loaded, io.cwd));
  const notes = [...refusals, ...workspaces.flatMap((loaded, i) => [...missing[i]!, ...unusedSettings(loaded, opened[i]!.workspace, io.cwd), ...unreadBy[i]!])];
  const unread = workspaces.some((loaded, i) => unreadBy[i]!.length > 0 || unusedProfiles(loaded).length > 0);
  const { changedSince: revision } = settings;
  return {
    opened: revision === undefined ? opened : await Promise.all(opened.map((one, i) => onlyChanged(one, workspaces[i]!, revision, settings, io))), problems, notes, unrendered: refusals.length > 0, unread, isEmpty: false, stdin: undefined,
    renderAgain: async () => void await render(),
  };
}

/**
 * Narrows a workspace's report to what concerns files that changed since a git revision, to objects of which Kustomize builds
 * make something else for it, and to what was not found before: what is Helm's alone was never looked for then.
 */
async function onlyChanged(opened: OpenWorkspace, { plan, reported }: LoadedWorkspace, revision: string, settings: LintSettings, io: Io): Promise<OpenWorkspace> {
  const { files, before } = await changedSince(revision, opened.root, io.host);
  const isTouched = plan.touchedBy(new Set([...files].map((path) => relativeTo(opened.root, path))));
  const reports = (path: string): boolean => opened.reports(path) && (files.has(opened.absolute(path)) || isTouched(path));
  const known = await foundBefore(before, reported, { ...settings, workspace: opened.root }, io);
  const isNew = (finding: Finding): boolean => known !== undefined && finding.tier !== 'rendered' && opened.reports(finding.file) && !known.has(asFound(finding));
  return { ...opened, reports, concerns: (finding) => reports(finding.file) || finding.related.some((one) => reports(one.file)) || isNew(finding), covers: (path) => opened.covers(path) && (files.has(path) || isTouched(relativeTo(opened.root, path))) };
}

/** What was found while some files were as they were; undefined where none was another. */
async function foundBefore(before: ReadonlyMap<string, string>, paths: readonly string[], settings: LintSettings, io: Io): Promise<ReadonlySet<string> | undefined> {
  if (before.size === 0) return undefined;
  const { workspaces } = await load(paths, before, settings, io);
  return new Set(workspaces.flatMap((loaded) => open(loaded, settings, io, new Map()).workspace.findings().map(asFound)));
}

/** The same before and after a change that it does not hang on: a finding that became graver is another. */
function asFound({ fingerprint, severity }: Finding): string {
  return `${fingerprint} ${severity}`;
}

/** Standard input stands alone, unless a file name or a workspace says what it belongs to. */
async function readStdin(settings: LintSettings, io: Io): Promise<LintInput> {
  const bytes = await io.readStdin();
  const decoded = decodeText(bytes);
  const text = 'text' in decoded ? decoded.text : '';
  const encoding = 'text' in decoded ? decoded.encoding : 'utf-8';
  const unreadable: Skipped[] = 'text' in decoded ? [] : [{ file: stdinName, document: null, reason: 'encoding', detail: decoded.problem }];
  const isEmpty = 'text' in decoded && holdsNoObject(text);
  const root = settings.workspace;
  const file = settings.stdinFile ?? (root === undefined ? undefined : resolvePath(root, stdinName));
  if (settings.helmChart !== undefined) return readHelmOutput(text, settings.helmChart, settings, io);
  if (file === undefined) {
    const opened = await openAlone(text, encoding, unreadable, settings, io);
    return { ...opened, notes: [], ...asItIs, isEmpty, stdin: { opened: opened.opened[0]!, path: stdinName, bytes } };
  }
  const { workspaces, problems } = await load([file], new Map([[file, text]]), settings, io);
  const opened = workspaces.map((loaded) => open({ ...loaded, skipped: [...loaded.skipped, ...unreadable] }, settings, io, new Map([[file, encoding]])));
  const path = relativeTo(workspaces[0]!.root, file);
  return { opened, problems, notes: [], ...asItIs, isEmpty, stdin: { opened: opened[0]!, path, bytes } };
}

/** Whether a text is no manifest, whatever else it is: nothing, or what a program says when it fails. */
function holdsNoObject(text: string): boolean {
  return !/\bkind["']?\s*:/.test(text);
}

/** Of standard input nothing is rendered. */
const asItIs = { unrendered: false, unread: false, renderAgain: async (): Promise<void> => {} };

/** The output of Helm on standard input, on the lines of the chart that it is of. */
async function readHelmOutput(text: string, chart: string, settings: LintSettings, io: Io): Promise<LintInput> {
  const { workspaces, problems } = await load([chart], new Map(), settings, io);
  const opened = workspaces.map((loaded) => open(loaded, settings, io, new Map()));
  const [loaded] = workspaces;
  const install = loaded && installsOf(loaded.files, loaded.configuration).find((one) => resolvePath(loaded.root, one.chart) === chart);
  if (!install) throw new UsageError(`--helm-chart ${relativeTo(io.cwd, chart) || '.'}: no Chart.yaml is there`);
  opened[0]!.workspace.install(install.scope, [{ name: stdinName, values: [], rendered: text }], { alone: true });
  return { opened, problems, notes: [], ...asItIs, isEmpty: holdsNoObject(text), stdin: undefined };
}

async function openAlone(text: string, encoding: Encoding, skipped: readonly Skipped[], settings: LintSettings, io: Io): Promise<Pick<LintInput, 'opened' | 'problems'>> {
  const { configuration, problems } = await namedConfiguration(settings, io);
  const workspace = fill({ files: [{ path: stdinName, text, dialect: 'kubernetes', scope: '', role: 'manifest', namespace: settings.namespace }], supplies: [] }, configuration, settings, io);
  return {
    opened: [{
      root: '',
      workspace,
      naming: namingOf(workspace, (path) => path),
      skipped,
      reports: () => true,
      concerns: () => true,
      covers: (path) => path === stdinName,
      sourceOf: (path) => (path === stdinName ? { path, dialect: 'kubernetes', scope: '', role: 'manifest', namespace: settings.namespace } : undefined),
      encodingOf: () => encoding,
      absolute: (path) => path,
    }],
    problems,
  };
}

/** The configuration of text that stands alone: only one that is named is read. */
async function namedConfiguration({ configurationFile }: LintSettings, io: Io): Promise<{ configuration: Configuration; problems: readonly LoadProblem[] }> {
  if (configurationFile === undefined) return { configuration: defaultConfiguration, problems: [] };
  const decoded = await io.host.readFile(configurationFile).then(decodeText, (error: Error) => ({ problem: error.message }));
  if ('problem' in decoded) return { configuration: defaultConfiguration, problems: [{ kind: 'configuration', file: configurationFile, message: decoded.problem }] };
  const { configuration, problems } = configure(decoded.text, configurationFile);
  return { configuration, problems: problems.map((problem) => ({ kind: 'configuration', ...problem })) };
}

function load(paths: readonly string[], overlay: ReadonlyMap<string, string>, settings: LintSettings, io: Io): ReturnType<typeof loadTree> {
  const { workspace, configurationFile, noConfiguration, namespace } = settings;
  return loadTree(io.host, paths, { configure, workspace, configurationFile, noConfiguration, namespace, overlay });
}

/** Reads a kubewho.yaml by its schema and the rules there are. */
export function configure(text: string, file: string): ParsedConfiguration {
  return parseConfiguration(text, file, validate, rules);
}

function open(loaded: LoadedWorkspace, settings: LintSettings, io: Io, encodings: ReadonlyMap<string, Encoding>): OpenWorkspace {
  const files = new Map(loaded.files.map((file) => [file.path, file]));
  const workspace = fill(loaded, loaded.configuration, settings, io);
  const absolute = (path: string): string => resolvePath(loaded.root, path);
  return {
    root: loaded.root,
    workspace,
    naming: namingOf(workspace, (path) => (path === stdinName ? path : relativeTo(io.cwd, absolute(path)))),
    skipped: loaded.skipped,
    reports: (path) => isReported(loaded, path),
    concerns: ({ file }) => isReported(loaded, file),
    covers: (path) => isReported(loaded, relativeTo(loaded.root, path)),
    sourceOf(path) {
      const plan = files.get(path) ?? loaded.plan.of(path);
      return plan && plan.role !== 'context' ? { path, ...plan } : undefined;
    },
    encodingOf: (path) => encodings.get(absolute(path)) ?? files.get(path)?.encoding ?? 'utf-8',
    absolute,
  };
}

function fill({ files, supplies }: { readonly files: readonly SourceFile[]; readonly supplies: readonly ChartSupply[] }, configuration: Configuration, { kubernetesMinor, noIgnores, selection }: LintSettings, { host }: Io): Workspace {
  const effective = kubernetesMinor === undefined ? configuration : { ...configuration, kubernetesMinor };
  const workspace = new Workspace(rules, environmentOf(effective), { today: () => new Date(host.now()).toISOString().slice(0, 10), ignores: !noIgnores });
  workspace.configure(effective);
  workspace.trySwitches(selection.personas.has('pedantic'));
  for (const file of files) workspace.set(file);
  for (const supply of supplies) workspace.supply(supply);
  for (const { scope, variants } of installsOf(files, effective)) workspace.install(scope, variants);
  return workspace;
}

/** Names and lines of a workspace's files as they are now; lines are indexed once. */
function namingOf(workspace: Workspace, nameOf: (path: string) => string): Naming {
  const indexed = new Map<string, LineIndex>();
  return {
    nameOf,
    linesOf(path) {
      const text = workspace.textOf(path) ?? '';
      const before = indexed.get(path);
      if (before?.text === text) return before;
      const lines = indexLines(text);
      indexed.set(path, lines);
      return lines;
    },
  };
}
