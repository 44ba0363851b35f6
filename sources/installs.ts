import type { ChartVariant } from '../engine/lint/variant.ts';
import type { Configuration } from '../engine/lint/config.ts';
import type { SourceFile } from '../engine/lint/workspace.ts';
import { toData } from '../engine/yaml/node.ts';
import { parseYaml } from '../engine/yaml/parse.ts';
import { splitStream } from '../engine/yaml/split.ts';
import { argoDeliveries, argoFolders } from './argo-cd.ts';
import { documentBuilder, documentsIn } from './built-documents.ts';
import type { Delivery, DeliveryDocument } from './delivery.ts';
import { fluxDeliveries } from './flux.ts';
import { kustomizeDeliveries } from './kustomize-charts.ts';
import { parentOf, resolvePath } from './path.ts';
import { otherRepositories, type RepositoryFolder } from './repositories.ts';

/** A chart of a workspace and the ways in which it is installed beside its defaults. Paths are workspace-relative. */
export interface Install {
  readonly scope: string;
  readonly chart: string;
  /** Whether it is a library of helpers, which nothing installs (helm.sh/docs/topics/library_charts). */
  readonly isLibrary: boolean;
  readonly variants: readonly ChartVariant[];
  /** Objects that install it with a values file that is in no file read: such a way is not judged. */
  readonly unread: readonly UnreadValues[];
}

/** A values file that is not there, and the object that names it. */
export interface UnreadValues {
  readonly label: string;
  readonly file: string;
  readonly values: string;
}

/** The charts among files, each with the profiles that are for it and the objects that install it. */
export function installsOf(files: Iterable<SourceFile>, { profiles }: Configuration): Install[] {
  const all = [...files];
  const build = documentBuilder(documentsIn(all));
  const charts = new Map<string, string>();
  const paths = new Set<string>();
  const asked: Delivery[] = [];
  const folders: RepositoryFolder[] = [];
  const libraries = new Set<string>();
  for (const file of all) {
    paths.add(file.path);
    if (file.chart !== undefined) {
      charts.set(file.chart, file.scope);
      if (file.path === resolvePath(file.chart, 'Chart.yaml') && /^type:[ \t]*["']?library\b/im.test(file.text)) libraries.add(file.chart);
    } else {
      if (file.role === 'part' && file.overlays) asked.push(...kustomizeDeliveries(file.path, file.text, file.overlays));
      for (const [document, reader] of installersIn(file, build)) {
        asked.push(...reader.deliveries(document).map((one) => (document.by === undefined ? one : { ...one, label: `${one.label} as ${document.by} builds it` })));
        folders.push(...(reader.folders?.(document) ?? []));
      }
    }
  }
  const others = otherRepositories(folders, paths);
  const deliveries = asked.filter(({ repository }) => repository === undefined || !others.has(repository));
  return [...charts].map(([chart, scope]) => ({
    scope,
    chart,
    isLibrary: libraries.has(chart),
    variants: [
      ...profiles.flatMap(({ name, chart: only, values }): ChartVariant[] => {
        const named = values.map((file) => resolvePath(chart, file));
        if (only === undefined ? !named.every((file) => paths.has(file)) : resolvePath('', only) !== chart) return [];
        return [{ name, label: `profile ${name}`, values: named }];
      }),
      ...deliveries.filter((one) => one.chart === chart).flatMap((one, i) => variantOf(one, i, paths) ?? []),
    ],
    unread: deliveries.filter((one) => one.chart === chart).flatMap((one) => unreadOf(one, paths).slice(0, 1).map(({ path }) => ({ label: one.label, file: one.at.file, values: path }))),
  }));
}

/** An installation as a variant of its chart; undefined where values of it are in no file read. */
function variantOf(delivery: Delivery, index: number, paths: ReadonlySet<string>): ChartVariant | undefined {
  if (unreadOf(delivery, paths).length > 0) return undefined;
  const { label, at, values, replacesDefaults, inline, over = [], build, release, namespace } = delivery;
  const read = (files: Delivery['values']): string[] => files.map(({ path }) => path).filter((path) => paths.has(path));
  return {
    name: `${label} ${at.file} ${at.document} ${index}`,
    label,
    at,
    values: read(values),
    ...(replacesDefaults ? { replacesDefaults } : {}),
    ...(inline.length > 0 ? { inline } : {}),
    ...(over.length > 0 ? { over: read(over) } : {}),
    ...(build ? { build } : {}),
    ...(release === undefined ? {} : { release }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

function unreadOf({ values, over = [] }: Delivery, paths: ReadonlySet<string>): Delivery['values'] {
  return [...values, ...over].filter(({ path, optional }) => !optional && !paths.has(path));
}

interface Reader {
  readonly deliveries: (document: DeliveryDocument) => Delivery[];
  /** What it takes from repositories that it names. */
  readonly folders?: (document: DeliveryDocument) => RepositoryFolder[];
}

const readers: Readonly<Record<string, Reader>> = {
  'argoproj.io/Application': { deliveries: argoDeliveries, folders: argoFolders },
  'argoproj.io/ApplicationSet': { deliveries: argoDeliveries, folders: argoFolders },
  'helm.toolkit.fluxcd.io/HelmRelease': { deliveries: fluxDeliveries },
};

/** Whether a file may have a part in how a chart is installed: by an object, or by what Kustomize makes of one. */
export function mayInstall({ text, dialect, role }: Pick<SourceFile, 'text' | 'dialect' | 'role'>): boolean {
  return holdsInstaller(text) || (dialect === 'kustomization' && role !== 'manifest');
}

function holdsInstaller(text: string): boolean {
  return /^kind:[ \t]*["']?(?:Application(?:Set)?|HelmRelease)\b/m.test(text);
}

/** The objects of a file that install charts: as they are written, or as each Kustomize build that reaches them makes them. */
function installersIn({ path, text, dialect, role, overlays }: SourceFile, build: ReturnType<typeof documentBuilder>): (readonly [DeliveryDocument, Reader])[] {
  if (role !== 'manifest' || (dialect !== 'kubernetes' && dialect !== 'kustomization') || !holdsInstaller(text)) return [];
  return splitStream(text).flatMap((document, i): (readonly [DeliveryDocument, Reader])[] => {
    if (!holdsInstaller(document.text)) return [];
    const data = toData(parseYaml(document.text, 'kubernetes').root) as { apiVersion?: unknown; kind?: unknown } | undefined;
    const group = String(data?.apiVersion ?? '').split('/')[0]!;
    const reader = readers[`${group}/${String(data?.kind)}`];
    if (!reader) return [];
    if (!overlays) return [[{ file: path, document: i, data }, reader] as const];
    const built = build({ file: path, index: i, start: document.start, text: document.text }, overlays);
    return built.map((one) => [{ file: path, document: i, data: one.data, built: one.tree, ...(built.length > 1 ? { by: parentOf(one.by) ?? '.' } : {}) }, reader] as const);
  });
}
