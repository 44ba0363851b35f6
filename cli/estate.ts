import { buildGraph, type Graph } from '../engine/identity/graph.ts';
import { isReleases, releaseNamespace, type Location } from '../engine/identity/objects.ts';
import { authorizer, type Authorizer } from '../engine/identity/permissions.ts';
import { defaultConfiguration, type Configuration } from '../engine/lint/config.ts';
import type { Rule } from '../engine/lint/rule.ts';
import { fileOf, spanIn } from '../engine/lint/finding.ts';
import { Workspace } from '../engine/lint/workspace.ts';
import { indexLines, positionAt, type LineIndex, type Span } from '../engine/yaml/text.ts';
import { environmentOf } from '../sources/environment.ts';
import { installsOf } from '../sources/installs.ts';
import { isWithin, relativeTo, resolvePath } from '../sources/path.ts';
import { loadInput, type LoadOptions } from '../sources/tree.ts';
import { UsageError, type Arguments } from './args.ts';
import { visible } from './display.ts';
import { configure } from './input.ts';
import type { Io } from './io.ts';
import { problemLine, skipLine } from './messages.ts';
import { missingDependencies } from './missing-dependencies.ts';
import { resolveFrom } from './paths.ts';
import { answeredFor, chooseVariants, judgedAlone, variantsIn, whereLooked } from './profiles.ts';
import { positionIn } from './report.ts';
import { minorOf } from './settings.ts';
import { unusedSettings } from './unused-settings.ts';

/** The identity graphs of some PATHs, one a scope, and what is needed to name places in them. */
export interface Estate {
  readonly graphs: readonly Graph[];
  /** The Kubernetes minor to judge by. */
  readonly minor: number;
  /** Whether all that was asked for is there; else a message went to standard error. */
  readonly complete: boolean;
  /** For which of several values and builds it answers. */
  readonly notes: readonly string[];
  place(location: Location): SourcePlace;
}

/** An estate with the findings of some rules. */
export interface JudgedEstate extends Estate {
  readonly workspace: Workspace;
  readonly configuration: Configuration;
  /** Where a kubewho.yaml was looked for in vain; undefined where one was read. */
  readonly unconfigured: string | undefined;
  /** Of a span of a file of the workspace. */
  placeIn(file: string, span: Span): SourcePlace;
}

/** A place in a file, the file relative to the current folder; line and column from 1. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What is asked of an estate's files beside their graphs. */
export interface Judge {
  readonly rules: readonly Rule[];
  /** The day on which phases start and exceptions end, as `YYYY-MM-DD`; without it none does. */
  readonly today?: string;
}

/** Reads PATHs (default: the current folder) as the whole input, and says on standard error what could not be read. */
export async function readEstate(paths: readonly string[], args: Arguments, io: Io, judge: Judge = { rules: [] }): Promise<JudgedEstate> {
  if (paths.includes('')) throw new UsageError('a PATH is empty');
  const asked = (paths.length === 0 ? ['.'] : paths).map((path) => resolveFrom(io.cwd, path));
  const minor = minorOf(args.value('kubernetes-version'));
  const { workspace: loaded, problems } = await loadInput(io.host, asked, { configure, ...(await readingOf(args, io)) });
  for (const problem of problems) io.err.write(problemLine(problem, io.cwd));
  const configuration = { ...(loaded?.configuration ?? defaultConfiguration), ...(minor === undefined ? {} : { kubernetesMinor: minor }) };
  const workspace = new Workspace(judge.rules, environmentOf(configuration), { today: () => judge.today ?? '' });
  workspace.configure(configuration);
  for (const file of loaded?.files ?? []) workspace.set(file);
  for (const supply of loaded?.supplies ?? []) workspace.supply(supply);
  const nameOf = (path: string): string => relativeTo(io.cwd, resolvePath(loaded!.root, path));
  const label = (path: string): string => nameOf(path) || '.';
  const installs = installsOf(loaded?.files ?? [], configuration);
  const profile = args.value('profile');
  const unconfigured = loaded && (await whereLooked(loaded.root, loaded.configurationFile, args.has('no-config'), io.host, io.cwd));
  const chosen = chooseVariants(installs, profile, unconfigured, label, (chart) => asked.some((path) => isWithin(path, resolvePath(loaded!.root, chart))));
  const indexed = new Map<string, LineIndex>();
  const linesOf = (path: string): LineIndex => {
    const lines = indexed.get(path) ?? indexLines(workspace.textOf(path) ?? '');
    indexed.set(path, lines);
    return lines;
  };
  for (const { span, ...skip } of [...(loaded?.skipped ?? []), ...workspace.skipped()]) {
    io.err.write(skipLine({ ...skip, file: nameOf(skip.file), line: span ? positionIn(linesOf(skip.file), span.start).line : null }));
  }
  const missing = loaded ? await missingDependencies(loaded, () => true, [], io.host, io.cwd) : [];
  const placeIn = (file: string, { start }: Span): SourcePlace => {
    const { line, character } = positionAt(linesOf(file), start);
    return { file: nameOf(file), line: line + 1, column: character + 1 };
  };
  const sources = [...workspace.sources()];
  const graphs = [...new Set(sources.flatMap(({ path, scope }) => variantsIn(scope, chosen).map((variant) => workspace.graphOf(path, variant)!)))];
  return {
    // Without a file there are still the built-in roles.
    graphs: graphs.length > 0 ? graphs : [buildGraph([])],
    minor: configuration.kubernetesMinor,
    complete: problems.length === 0,
    notes: [...missing, ...(judge.rules.length > 0 ? [...judgedAlone(installs, label), ...(loaded ? unusedSettings(loaded, workspace, io.cwd) : [])] : answeredFor(installs, sources, profile, chosen, label))],
    workspace,
    configuration,
    unconfigured,
    place: (location) => placeIn(fileOf(location), spanIn(location)),
    placeIn,
  };
}

/** How the flags that all questions have in common say that files are read. */
async function readingOf(args: Arguments, { host, cwd }: Io): Promise<Pick<LoadOptions, 'configurationFile' | 'noConfiguration' | 'workspace'>> {
  if (args.has('config') && args.has('no-config')) throw new UsageError('--config and --no-config exclude each other');
  const [file, folder] = [args.value('config'), args.value('workspace')];
  const workspace = folder === undefined ? undefined : resolveFrom(cwd, folder);
  if (workspace !== undefined && (await host.stat(workspace))?.kind !== 'directory') throw new UsageError(`--workspace ${folder!}: no such folder`);
  return { workspace, noConfiguration: args.has('no-config'), configurationFile: file === undefined ? undefined : resolveFrom(cwd, file) };
}

/** What an answer says of itself below its table. */
export function noteLines(notes: readonly string[]): string {
  return notes.map((note) => `note: ${visible(note)}\n`).join('');
}

/** The authorizers of an estate's scopes; the built-in roles count unless they are left out. */
export function authorizersOf({ graphs, minor }: Estate, args: Arguments): readonly Authorizer[] {
  return graphs.map((graph) => authorizer(graph, { defaults: !args.has('no-default-roles'), minor }));
}

/** A place as tables show it. */
export function placeLabel({ file, line, column }: SourcePlace): string {
  return `${visible(file)}:${line}:${column}`;
}

/** What to ask about where a name is that of an object in the namespace of a chart's release, which no file tells; else nothing. */
export function inRelease({ graphs }: Pick<Estate, 'graphs'>, name: string): string {
  const isThere = graphs.some(({ accounts, workloads }) => accounts.some((one) => isReleases(one.namespace) && one.name === name) || workloads.some((one) => isReleases(one.namespace) && one.object.name === name));
  return isThere ? `; a chart has "${name}" in the namespace of its release: ask about "${releaseNamespace}/${name}"` : '';
}

/** The namespace and name of `ns/name`. Throws a UsageError for anything else. */
export function accountName(text: string, what: string): { namespace: string; name: string } {
  const [namespace, name, ...more] = text.split('/');
  if (!namespace || !name || more.length > 0) throw new UsageError(`${what}: write NAMESPACE/NAME`);
  return { namespace, name };
}
