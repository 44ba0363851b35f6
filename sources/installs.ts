import type { ChartVariant } from '../engine/lint/charts.ts';
import type { Configuration } from '../engine/lint/config.ts';
import type { SourceFile } from '../engine/lint/workspace.ts';
import { resolvePath } from './path.ts';

/** A chart of a workspace and the ways in which it is installed beside its defaults. Paths are workspace-relative. */
export interface Install {
  readonly scope: string;
  readonly chart: string;
  readonly variants: readonly ChartVariant[];
}

/** The charts among files, each with the profiles that are for it. */
export function installsOf(files: Iterable<Pick<SourceFile, 'path' | 'scope' | 'chart'>>, { profiles }: Configuration): Install[] {
  const charts = new Map<string, string>();
  const paths = new Set<string>();
  for (const { path, scope, chart } of files) {
    paths.add(path);
    if (chart !== undefined) charts.set(chart, scope);
  }
  return [...charts].map(([chart, scope]) => ({
    scope,
    chart,
    variants: profiles.flatMap(({ name, chart: only, values }): ChartVariant[] => {
      const named = values.map((file) => resolvePath(chart, file));
      if (only === undefined ? !named.every((file) => paths.has(file)) : resolvePath('', only) !== chart) return [];
      return [{ name, label: `profile ${name}`, values: named }];
    }),
  }));
}
