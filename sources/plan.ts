import { releaseNamespace } from '../engine/identity/objects.ts';
import type { Configuration } from '../engine/lint/config.ts';
import type { SourceFile } from '../engine/lint/workspace.ts';
import { findCharts } from './charts.ts';
import type { Kustomization } from './kustomization.ts';
import { findKustomizations, type BuildPart, type Kustomizations } from './kustomizations.ts';
import { nameOf } from './path.ts';
import { pathMatcher } from './patterns.ts';

/** What is known of a file before its text is read. */
export type FilePlan = Pick<SourceFile, 'dialect' | 'scope' | 'role' | 'namespace' | 'build' | 'overlays' | 'chart'>;

/** Says of any path of a workspace, also one that appeared later, how it is read. */
export interface Plan extends Pick<Kustomizations, 'builds' | 'cut' | 'touchedBy'> {
  /** The kustomizations among the files. */
  readonly kustomizations: readonly Kustomization[];
  /** Undefined for what is read by others and holds no manifest: template helpers, kustomization files that change nothing in an object. */
  of(path: string): FilePlan | undefined;
}

export interface PlanInput {
  /** All workspace-relative paths. */
  readonly paths: readonly string[];
  /** The text of a file that plans depend on (isPlanningFile). */
  readonly textOf: (path: string) => string | undefined;
  readonly configuration: Configuration;
  /** The namespace of objects that name none: `--namespace`. */
  readonly namespace?: string;
}

/** Whether a change of this file's text can change the plan of others. */
export function isPlanningFile(path: string): boolean {
  return /(?:^|\/)(?:kustomization\.ya?ml|Kustomization|\.helmignore)$/.test(path);
}

/** Decides dialect, scope, role and namespace of every file from the charts, kustomizations and settings around it. Pure. */
export function makePlan({ paths, textOf, configuration, namespace }: PlanInput): Plan {
  const charts = findCharts(paths, textOf);
  const kustomizations = findKustomizations(paths, textOf);
  const isContext = pathMatcher(configuration.context);
  const scopes = configuration.scopes.map((scope) => ({ name: scope.name, has: pathMatcher(scope.paths) }));

  return {
    kustomizations: kustomizations.all,
    builds: kustomizations.builds,
    cut: kustomizations.cut,
    touchedBy: kustomizations.touchedBy,
    of(path) {
      if (nameOf(path) === '.helmignore') return undefined;
      if (isContext(path)) return { dialect: 'kubernetes', scope: '', role: 'context' };
      const inChart = charts.partOf(path);
      if (inChart) {
        if (inChart.part === 'ignored') return undefined;
        const dialect = inChart.part === 'template' || (inChart.part === 'source' && !path.endsWith('Chart.yaml') && !path.endsWith('requirements.yaml')) ? 'template' : inChart.part === 'values' ? 'values' : 'kubernetes';
        return { dialect, scope: `helm:${inChart.chart || '.'}`, role: inChart.part === 'source' ? 'part' : 'manifest', namespace: namespace ?? releaseNamespace, chart: inChart.chart };
      }
      if (path.endsWith('.tpl')) return undefined;
      const scope = scopes.find((one) => one.has(path))?.name ?? '';
      if (kustomizations.isKustomization(path)) {
        const overlays = kustomizations.buildsWith(path);
        return kustomizations.isChanging(path) ? { dialect: 'kustomization', scope, role: 'part', ...(overlays.length > 0 ? { overlays } : {}) } : undefined;
      }
      const built = kustomizations.partOf(path);
      if (!built) return { dialect: 'kubernetes', scope, role: 'manifest', namespace };
      if (built.part === 'part') return { dialect: 'kustomization', scope, role: 'patch' };
      return { dialect: 'kustomization', scope, role: 'manifest', namespace: namespaceOf(built, namespace), build: built.build, ...(built.overlays ? { overlays: built.overlays } : {}) };
    },
  };
}

/** Builds that disagree leave the namespace untold, whatever the command line says of objects that name none. */
function namespaceOf({ namespace }: BuildPart, fallback: string | undefined): string | undefined {
  if (namespace.told === 'one') return namespace.name;
  return namespace.told === 'none' ? fallback : undefined;
}
