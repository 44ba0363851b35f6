import type { ChartSupply } from '../engine/lint/chart-supply.ts';
import type { SourceFile } from '../engine/lint/workspace.ts';
import type { Skipped } from '../engine/lint/skipped.ts';
import { unpackChart } from './chart-archive.ts';
import { decodeText } from './encoding.ts';
import { HostError, type Host } from './host.ts';
import { leavesOut, parseIgnoreFile, type IgnoreFile } from './ignore.ts';
import { nameOf, parentOf, relativeTo, resolvePath } from './path.ts';
import { readText } from './read-files.ts';

/** A larger archive holds something else than a chart that people wrote. */
const largestArchive = 16 * 1024 * 1024;
/** What is longer goes into no ConfigMap (kubernetes.io/docs/concepts/configuration/configmap: 1 MiB). */
const longestRead = 1024 * 1024;
/** More files, and more text, than templates put into objects: a chart at the top of a repository has all of that below it. */
const mostFiles = 2_000;
const mostRead = 16 * 1024 * 1024;

/** What the charts among files hold beside these, and archives that cannot be read. */
export interface ChartFiles {
  readonly supplies: readonly ChartSupply[];
  readonly skipped: readonly Skipped[];
}

/**
 * Reads what charts hold beside their manifests: the archives under `charts/`, whether or not an ignore file keeps them out
 * of version control (`helm dependency build` makes them anew), and, where a template speaks of `.Files`, the chart's other
 * files, in so far as .helmignore leaves them in it.
 * @param files the workspace's, named from its root
 */
export async function readChartFiles(host: Host, root: string, files: readonly SourceFile[], overlay: ReadonlyMap<string, string>): Promise<ChartFiles> {
  const charts = new Map<string, SourceFile[]>();
  for (const file of files) if (file.chart !== undefined) charts.set(file.chart, [...(charts.get(file.chart) ?? []), file]);
  const skipped: Skipped[] = [];
  const supplies = await Promise.all([...charts].map(async ([chart, own]): Promise<ChartSupply> => {
    const folder = resolvePath(root, chart);
    const helmignore = await readText(host, `${folder}/.helmignore`, overlay);
    const isIgnored = ignoring(folder, 'text' in helmignore ? parseIgnoreFile(helmignore.text) : []);
    const packed = new Map<string, string | undefined>();
    for (const { archive, fault } of (await Promise.all(own.filter(({ path }) => nameOf(path) === 'Chart.yaml').map(({ path }) => archivesIn(host, root, resolvePath(root, path))))).flat()) {
      if (isIgnored(archive)) continue;
      const path = relativeTo(root, archive);
      const unpacked = fault ?? await unpack(host, archive);
      if (typeof unpacked === 'string') skipped.push({ file: path, document: null, reason: 'unreadable', detail: unpacked });
      else for (const [inside, text] of unpacked) packed.set(`${path}/${inside}`, text);
    }
    const isAsked = own.some(({ text }) => speaksOfFiles(text)) || [...packed.values()].some((text) => text !== undefined && speaksOfFiles(text));
    const others = isAsked ? await filesIn(host, root, folder, isIgnored) : undefined;
    return {
      scope: own[0]!.scope,
      chart,
      packed: [...packed].flatMap(([path, text]) => (text !== undefined && isPart(path) ? [{ path, text }] : [])),
      ...(others ? { files: new Map([...[...others].map(([path, text]) => [relativeTo(root, path), text] as const), ...packed]) } : {}),
    };
  }));
  return { supplies, skipped };
}

/** Whether a template, or a value that is one, may read files of its chart. */
export function speaksOfFiles(text: string): boolean {
  return text.includes('.Files');
}

function ignoring(folder: string, helmignore: IgnoreFile): (path: string) => boolean {
  return (path) => leavesOut(helmignore, relativeTo(folder, path));
}

/** What a chart is made of; the rest of an archive is for `.Files`. */
function isPart(path: string): boolean {
  return /(?:^|\/)(?:Chart|values|requirements)\.yaml$|\/templates\//.test(path);
}

/**
 * The archives that lie beside a Chart.yaml, with what speaks against reading one. Helm takes none whose name begins with
 * `.` or `_`, and refuses a folder that is called as one (pkg/chart/loader, LoadFiles). It follows links; here only those
 * are followed that do not lead out of the workspace.
 */
async function archivesIn(host: Host, root: string, chartFile: string): Promise<{ archive: string; fault?: string }[]> {
  const folder = `${parentOf(chartFile)}/charts`;
  const entries = await host.readDirectory(folder).catch(() => []);
  const links = (await host.links?.(folder, root).catch(() => [])) ?? [];
  return [
    ...entries.map(({ kind, name }) => ({ name, fault: kind === 'directory' ? 'a folder that is called as an archive, which Helm refuses; rename it' : undefined })),
    ...links.map(({ name, kind }) => ({ name, fault: kind === 'file' ? undefined : 'a link that leads to no file of the workspace' })),
  ].filter(({ name }) => /^[^._].*\.tgz$/.test(name)).map(({ name, fault }) => ({ archive: `${folder}/${name}`, ...(fault === undefined ? {} : { fault }) })).sort((a, b) => (a.archive < b.archive ? -1 : 1));
}

/** The texts of an archive, undefined for what is none; or why there are none. */
async function unpack(host: Host, archive: string): Promise<ReadonlyMap<string, string | undefined> | string> {
  try {
    const unpacked = await unpackChart(await host.readFile(archive, largestArchive));
    return new Map([...(unpacked ?? [])].map(([path, bytes]) => [path, textOf(bytes)]));
  } catch (error) {
    if (error instanceof HostError) return error.message;
    return `not a chart that can be unpacked: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** The text of a file as a template gets it; undefined for what is none, or too long. */
function textOf(bytes: Uint8Array): string | undefined {
  const decoded = decodeText(bytes);
  return 'text' in decoded && decoded.encoding.startsWith('utf-8') && !decoded.text.includes('\0') ? decoded.text : undefined;
}

/**
 * The files below a chart's folder by absolute path, its templates apart; undefined where nobody can tell: there are more than
 * a chart has, or a link leads in a circle, to nothing or out of the workspace. Helm follows links wherever they lead (helm
 * internal/sympath, Walk); nothing outside of the workspace is read here.
 */
async function filesIn(host: Host, root: string, folder: string, isIgnored: (path: string) => boolean): Promise<ReadonlyMap<string, string | undefined> | undefined> {
  const found = new Map<string, string | undefined>();
  const folders = [folder];
  let read = 0;
  let entered = 0;
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    if (++entered > mostFiles) return undefined;
    const links = (await host.links?.(next, root).catch(() => [])) ?? [];
    for (const { kind, name } of [...await host.readDirectory(next).catch(() => []), ...links]) {
      const path = `${next}/${name}`;
      if (kind === 'directory') {
        if (name !== '.git' && !(name === 'templates' && isChartFolder(folder, next)) && !isIgnored(`${path}/`)) folders.push(path);
      } else if (!path.endsWith('.tgz') && !isIgnored(path)) {
        if (found.size === mostFiles) return undefined;
        if (kind === undefined) return undefined;
        const bytes = read > mostRead ? undefined : await host.readFile(path, longestRead).catch(() => undefined);
        read += bytes?.length ?? 0;
        found.set(path, bytes && textOf(bytes));
      }
    }
  }
  return found;
}

/** The chart's own folder, and those of charts below `charts/`. */
function isChartFolder(chart: string, folder: string): boolean {
  return /^(?:\/charts\/[^/]+)*$/.test(folder.slice(chart.length));
}
