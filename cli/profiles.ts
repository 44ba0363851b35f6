import { defaults, type ChartVariant } from '../engine/lint/variant.ts';
import { didYouMean } from '../engine/lint/suggest.ts';
import type { SourceFile } from '../engine/lint/workspace.ts';
import type { Host } from '../sources/host.ts';
import type { Install } from '../sources/installs.ts';
import { relativeTo, resolvePath } from '../sources/path.ts';
import { configurationName, nearestWith } from '../sources/workspace-root.ts';
import { UsageError } from './args.ts';
import { visible } from './display.ts';
import { count } from './reporters/words.ts';

/** The ways of installing charts for which questions are answered, by scope; of a scope that is not there, as its files say. */
export type Chosen = ReadonlyMap<string, readonly ChartVariant[]>;

/**
 * Where a question's profiles were looked for in vain; undefined where a kubewho.yaml was read.
 * @param folder the one whose kubewho.yaml counts, absolute
 */
export async function whereLooked(folder: string, configurationFile: string | undefined, isUnasked: boolean, host: Host, cwd: string): Promise<string | undefined> {
  if (configurationFile !== undefined) return undefined;
  if (isUnasked) return 'no kubewho.yaml is read with --no-config';
  const above = await nearestWith(host, folder, configurationName);
  const shown = (path: string): string => visible(relativeTo(cwd, path) || '.');
  if (above === undefined) return `no kubewho.yaml is in ${shown(folder)} or above it`;
  return `${shown(resolvePath(above, configurationName))} counts with --workspace ${shown(above)}`;
}

/**
 * The ways that `--profile NAME` means: profiles of kubewho.yaml, and objects that install a chart, by their name. A chart
 * without one is asked about with its own values, or as Kustomize has it written where only a build brings it. Throws a UsageError that says what there is instead.
 * @param looked where profiles were looked for in vain
 * @param name of a path of the workspace
 * @param isAsked whether a chart lies in one of the PATHs
 */
export function chooseVariants(installs: readonly Install[], profile: string | undefined, looked: string | undefined, name: (path: string) => string, isAsked: (chart: string) => boolean): Chosen {
  if (profile === undefined) return new Map(installs.filter(({ chart }) => !isAsked(chart)).map(({ scope, variants }) => [scope, variants.filter(({ build }) => build)] as const).filter(([, variants]) => variants.length > 0));
  const chosen = new Map(installs.map(({ scope, variants }) => [scope, variants.filter((one) => one.label === profile || nameOf(one) === profile)] as const).filter(([, variants]) => variants.length > 0));
  if (chosen.size > 0) return chosen;
  const unread = installs.flatMap((one) => one.unread).find((one) => one.label === profile || nameOf(one) === profile);
  if (unread) throw new UsageError(`--profile ${profile}: ${unread.label} (${name(unread.file)}) installs with the values file "${name(unread.values)}", which is not among the files read`);
  const there = installs.flatMap(({ variants }) => variants).filter((one) => nameOf(one) !== '');
  if (there.length === 0) throw new UsageError(`--profile ${profile}: no chart among the files read is installed with other values than its own; ${looked ?? 'its kubewho.yaml has no profile for them'}`);
  throw new UsageError(`--profile ${profile}: not one of ${[...new Set(there.map(called))].join(', ')}${didYouMean(profile, there.map(nameOf))}${looked === undefined ? '' : ` (${looked})`}`);
}

/** For which values of charts and for which Kustomize builds questions are answered, where the files have several. */
export function answeredFor(installs: readonly Install[], sources: Iterable<SourceFile>, profile: string | undefined, chosen: Chosen, name: (path: string) => string): string[] {
  return [
    ...installs.flatMap(({ scope, chart, variants }) => {
      const meant = chosen.get(scope);
      if (meant) return [`chart ${name(chart)}: answered as installed by ${[...new Set(meant.map(called))].join(', ')}`];
      if (profile !== undefined) return [`chart ${name(chart)}: nothing called ${profile} installs it; answered with its own values`];
      return variants.length === 0 ? [] : [`chart ${name(chart)}: answered with its own values; it is also installed by ${[...new Set(variants.map(called))].join(', ')} (--profile NAME)`];
    }),
    ...[...sharedBuilds(sources)].map(([roots, files]) => `${count(files, 'file is', 'files are')} built by ${roots.split('\n').map(name).join(', ')}: answered once for each namespace and name that they give it, and for each as the first of them has it; give the folder of one as PATH to ask about it`),
  ];
}

/** The charts that are judged with their own values only, though the files install them with others too. */
export function judgedAlone(installs: readonly Install[], name: (path: string) => string): string[] {
  return installs.filter(({ variants }) => variants.length > 0).map(({ chart, variants }) => `chart ${name(chart)}: judged with its own values; lint judges it as installed by ${[...new Set(variants.map(called))].join(', ')} too`);
}

/** How many files several Kustomize builds share, by the folders of these. */
function sharedBuilds(sources: Iterable<SourceFile>): ReadonlyMap<string, number> {
  const shared = new Map<string, number>();
  for (const { build } of sources) {
    if (!build || build.roots.length < 2) continue;
    const key = [...build.roots].sort().join('\n');
    shared.set(key, (shared.get(key) ?? 0) + 1);
  }
  return shared;
}

/** The variants of a scope that are answered for. */
export function variantsIn(scope: string, chosen: Chosen): readonly ChartVariant[] {
  return chosen.get(scope) ?? [defaults];
}

/** `prod` of `profile prod`, `web` of `Application web`. */
function nameOf({ label = '' }: Pick<ChartVariant, 'label'>): string {
  return label.slice(label.indexOf(' ') + 1 || label.length);
}

/** `prod (profile)`. */
function called({ label = '' }: ChartVariant): string {
  return `${nameOf({ label })} (${label.split(' ', 1)[0]})`;
}
