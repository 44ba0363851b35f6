import type { ChartSupply } from '../engine/lint/chart-supply.ts';
import { toData } from '../engine/yaml/node.ts';
import { parseYaml } from '../engine/yaml/parse.ts';
import type { Host } from '../sources/host.ts';
import { nameOf, relativeTo, resolvePath } from '../sources/path.ts';
import type { LoadedWorkspace } from '../sources/tree.ts';
import { visible } from './display.ts';

/**
 * Charts that others need and that nobody has fetched, as in a fresh clone: Helm refuses to install without them, whatever
 * switches them off (helm pkg/action, CheckDependencies), and what is made of them is not known here.
 * @param reports whether a file is reported on
 * @param refusals what Helm says against charts in this run: what it has said of dependencies is not said again
 */
export async function missingDependencies(loaded: LoadedWorkspace, reports: (path: string) => boolean, refusals: readonly string[], host: Host, cwd: string): Promise<string[]> {
  const { root, files, supplies } = loaded;
  const shown = (path: string): string => visible(relativeTo(cwd, resolvePath(root, path)) || '.');
  const charts = [...new Set(files.flatMap(({ chart, path }) => (chart !== undefined && reports(path) ? [chart] : [])))];
  const told = await Promise.all(charts.map(async (chart): Promise<string[]> => {
    if (refusals.some((one) => one.startsWith(`${shown(chart)}: helm template: `) && one.includes('missing in charts/ directory'))) return [];
    const textAt = (name: string): string | undefined => files.find(({ path }) => path === within(chart, name))?.text;
    const held = namesHeld(loaded, supplies.find((one) => one.chart === chart));
    const missing = (needed(textAt('requirements.yaml')) ?? needed(textAt('Chart.yaml')) ?? []).filter((name) => !held(chart, name));
    const unread = (await Promise.all(missing.map(async (name) => ((await host.stat(resolvePath(root, within(chart, `charts/${name}`))))?.kind === 'directory' ? [name] : [])))).flat();
    const absent = missing.filter((name) => !unread.includes(name));
    const file = shown(within(chart, 'Chart.yaml'));
    return [
      ...(absent.length > 0 ? [`${file}: ${listed(absent)} not under charts/: templates that need ${absent.length === 1 ? 'it' : 'them'} are not judged; run helm dependency build`] : []),
      ...(unread.length > 0 ? [`${file}: ${listed(unread)} under charts/ and not among the files read (a link, or left out by an ignore file): templates that need ${unread.length === 1 ? 'it' : 'them'} are not judged`] : []),
    ];
  }));
  return told.flat();
}

function listed(names: readonly string[]): string {
  return `${names.length === 1 ? 'dependency' : 'dependencies'} ${[...new Set(names)].map((name) => `"${visible(name)}"`).join(', ')} ${names.length === 1 ? 'is' : 'are'}`;
}

/** Whether a chart called like this lies below a chart: as files, in an archive, or in an archive that cannot be read, which is said by itself. */
function namesHeld({ files, skipped }: LoadedWorkspace, supply: ChartSupply | undefined): (chart: string, name: string) => boolean {
  return (chart, name) => {
    const isBeside = (path: string): boolean => path.startsWith(within(chart, 'charts/')) && /^[^/]+\/Chart\.yaml$/.test(path.slice(within(chart, 'charts/').length));
    return [...files, ...(supply?.packed ?? [])].some(({ path, text }) => isBeside(path) && dataOf(text)['name'] === name)
      || skipped.some(({ file }) => file.startsWith(within(chart, 'charts/')) && nameOf(file).startsWith(`${name}-`) && file.endsWith('.tgz'));
  };
}

/** The names of the charts that a Chart.yaml, or the requirements.yaml of older charts, asks for; undefined where it says nothing of any. */
function needed(text: string | undefined): string[] | undefined {
  const { dependencies } = dataOf(text ?? '');
  if (!Array.isArray(dependencies)) return undefined;
  return dependencies.flatMap((one: unknown) => (isRecord(one) && typeof one['name'] === 'string' ? [one['name']] : []));
}

function dataOf(text: string): Readonly<Record<string, unknown>> {
  const data = toData(parseYaml(text, 'kubernetes').root);
  return isRecord(data) ? data : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function within(chart: string, path: string): string {
  return chart === '' ? path : `${chart}/${path}`;
}
