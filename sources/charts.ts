import { isNotes, isPartial } from '../engine/helm/chart.ts';
import { leavesOut, parseIgnoreFile, type IgnoreFile } from './ignore.ts';
import { isWithin, nameOf, parentOf } from './path.ts';

/** What a file is to the chart it lies in; undefined for one that Helm does not read as a manifest, such as `files/*`. */
export type ChartPart =
  | { readonly part: 'template' | 'crd' | 'values'; readonly chart: string }
  /** Chart.yaml, helpers and notes, which hold no manifest and which templates hang on. */
  | { readonly part: 'source'; readonly chart: string }
  /** What .helmignore leaves out, and what Helm leaves out by itself. */
  | { readonly part: 'ignored'; readonly chart: string };

/** The charts of a workspace, found by Chart.yaml. Paths are workspace-relative. */
export interface Charts {
  partOf(path: string): ChartPart | undefined;
}

/** Finds the charts among paths; `textOf` gives the text of a `.helmignore`. */
export function findCharts(paths: readonly string[], textOf: (path: string) => string | undefined): Charts {
  const folders = new Set(paths.filter((path) => nameOf(path) === 'Chart.yaml').map(folderOf));
  const ignores = new Map<string, IgnoreFile>();

  const ignoredBy = (chart: string, path: string): boolean => {
    if (!ignores.has(chart)) {
      const text = textOf(chart === '' ? '.helmignore' : `${chart}/.helmignore`);
      ignores.set(chart, parseIgnoreFile(text ?? ''));
    }
    return leavesOut(ignores.get(chart)!, below(chart, path));
  };

  return {
    partOf(path) {
      const own = nearestOf(folders, path);
      if (own === undefined) return undefined;
      const chart = topChart(folders, own);
      const isLeftOut = ignoredBy(chart, path) || isCalledArchive(below(chart, own)) || below(chart, path).startsWith('templates/.');
      const part = isLeftOut ? 'ignored' : partIn(below(own, path));
      return part && { part, chart };
    },
  };
}

/** What a path within a chart is (helm.sh/docs/topics/charts, "The Chart File Structure"). To Helm a template may be called as it likes. */
function partIn(path: string): ChartPart['part'] | undefined {
  if (path.startsWith('templates/')) return isPartial(path) || isNotes(path) ? 'source' : 'template';
  if (path.startsWith('crds/')) return 'crd';
  if (path.startsWith('charts/')) return 'ignored';
  // `ci/*-values.yaml` are the values that the chart-testing tool installs with.
  if (/^values[^/]*\.(?:ya?ml|json)$/.test(path) || /^ci\/[^/]+\.ya?ml$/.test(path)) return 'values';
  return /^(?:Chart|requirements)\.yaml$/.test(path) ? 'source' : /^(?:Chart|requirements)\.lock$/.test(path) ? 'ignored' : undefined;
}

/** Whether a folder below a chart lies in one that is called as an archive: Helm takes it for one, and refuses it. */
function isCalledArchive(folder: string): boolean {
  return /(?:^|\/)charts\/[^/]+\.tgz(?:\/|$)/.test(folder);
}

/** A chart under another's `charts/` is installed with it: one release. */
function topChart(folders: ReadonlySet<string>, chart: string): string {
  const match = /^(?:(.*)\/)?charts\/[^/]+$/.exec(chart);
  const above = match ? (match[1] ?? '') : undefined;
  return above !== undefined && folders.has(above) ? topChart(folders, above) : chart;
}

function nearestOf(folders: ReadonlySet<string>, path: string): string | undefined {
  if (folders.size === 0) return undefined;
  for (let at: string = path; at !== ''; ) {
    at = folderOf(at);
    if (folders.has(at)) return at;
  }
  return undefined;
}

function folderOf(path: string): string {
  return parentOf(path) ?? '';
}

function below(folder: string, path: string): string {
  return folder === '' || !isWithin(folder, path) ? path : path.slice(folder.length + 1);
}
