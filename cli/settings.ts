import type { Rule } from '../engine/lint/rule.ts';
import { UsageError, type Arguments } from './args.ts';
import type { Io } from './io.ts';
import { outputPlans, type OutputPlan } from './outputs.ts';
import { resolveFrom } from './paths.ts';
import { selectionOf, type Selection } from './select.ts';

/** What `lint` was asked to do: the flags, checked against one another. Paths are absolute. */
export interface LintSettings {
  readonly paths: readonly string[];
  /** The text comes from standard input. */
  readonly stdin: boolean;
  readonly stdinFile: string | undefined;
  readonly workspace: string | undefined;
  readonly configurationFile: string | undefined;
  readonly noConfiguration: boolean;
  readonly namespace: string | undefined;
  readonly kubernetesMinor: number | undefined;
  readonly noIgnores: boolean;
  /** Whether Helm renders charts, and kustomize builds kustomizations. */
  readonly render: 'auto' | 'never' | 'always';
  /** The chart whose output standard input is. */
  readonly helmChart: string | undefined;
  readonly selection: Selection;
  /** A file of known findings; with `updateBaseline` it is written anew. */
  readonly baseline: string | undefined;
  readonly updateBaseline: boolean;
  /** A git revision: only what changed since is reported. */
  readonly changedSince: string | undefined;
  readonly failOn: string;
  readonly fix: 'safe' | 'all' | undefined;
  readonly diff: boolean;
  readonly showFixes: boolean;
  readonly strict: boolean;
  readonly quiet: boolean;
  readonly statistics: boolean;
  readonly fold: boolean;
  readonly colour: string;
  readonly outputs: readonly OutputPlan[];
}

/** Checks the arguments of `lint`. Throws a UsageError for what cannot be meant. */
export function lintSettings(args: Arguments, io: Io, rules: readonly Rule[]): LintSettings {
  const stdin = args.operands.includes('-');
  if (stdin && args.operands.length > 1) throw new UsageError('"-" stands alone: lint standard input or PATHs, not both');
  if (args.operands.includes('')) throw new UsageError('a PATH is empty');
  if (args.has('stdin-filename') && !stdin) throw new UsageError('--stdin-filename goes with "-"');
  if (args.has('helm-chart') && (!stdin || args.has('stdin-filename'))) throw new UsageError('--helm-chart goes with "-", and takes the place of --stdin-filename');
  if (args.has('config') && args.has('no-config')) throw new UsageError('--config and --no-config exclude each other');
  if (args.has('baseline') && args.has('no-config')) throw new UsageError('--baseline and --no-config exclude each other');
  if (args.has('update-baseline') && !args.has('baseline')) throw new UsageError('--update-baseline goes with --baseline FILE');
  if (args.has('update-baseline') && (args.has('fix') || args.has('diff'))) throw new UsageError('--update-baseline keeps findings, --fix and --diff clear them: one or the other');
  if (args.has('changed-since') && stdin) throw new UsageError('--changed-since is of files, not of "-"');
  if (args.has('helm-chart') && (args.has('fix') || args.has('diff'))) throw new UsageError('--helm-chart shows findings on the chart; fix the chart itself: kubewho lint --fix DIR');
  const absolute = (path: string | undefined): string | undefined => (path === undefined ? undefined : resolveFrom(io.cwd, path));
  const fix = args.value('fix') as 'safe' | 'all' | undefined;
  const diff = args.has('diff');
  const outputs = outputPlans(args);
  if (stdin && fix && !diff && outputs.some(({ format, file }) => format === 'json' && file === undefined)) throw new UsageError('--fix - prints the fixed text: give --format json an --output FILE');
  return {
    paths: stdin ? [] : (args.operands.length === 0 ? ['.'] : args.operands).map((path) => absolute(path)!),
    stdin,
    stdinFile: absolute(args.value('stdin-filename')),
    workspace: absolute(args.value('workspace')),
    configurationFile: absolute(args.value('config')),
    noConfiguration: args.has('no-config'),
    namespace: args.value('namespace'),
    kubernetesMinor: minorOf(args.value('kubernetes-version')),
    noIgnores: args.has('no-ignores'),
    render: (args.value('render') ?? 'auto') as 'auto' | 'never' | 'always',
    helmChart: absolute(args.value('helm-chart')),
    selection: selectionOf(args, rules),
    baseline: absolute(args.value('baseline')),
    updateBaseline: args.has('update-baseline'),
    changedSince: args.value('changed-since'),
    failOn: args.value('fail-on') ?? 'warning',
    fix,
    diff,
    showFixes: args.has('show-fixes'),
    strict: args.has('strict'),
    quiet: args.has('quiet'),
    statistics: args.has('statistics'),
    fold: !args.has('no-fold'),
    colour: args.value('color') ?? 'auto',
    outputs,
  };
}

/** The minor of `--kubernetes-version 1.NN`. */
export function minorOf(version: string | undefined): number | undefined {
  if (version === undefined) return undefined;
  const minor = /^v?1\.(\d{1,3})(?:\.\d+)?$/.exec(version)?.[1];
  if (minor === undefined) throw new UsageError(`--kubernetes-version ${version}: a version looks like 1.30`);
  return Number(minor);
}
