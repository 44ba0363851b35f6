import type { Overlay } from '../engine/kustomize/overlay.ts';
import { toData } from '../engine/yaml/node.ts';
import { parseYaml } from '../engine/yaml/parse.ts';
import { splitStream, isBlank } from '../engine/yaml/split.ts';
import { at, listAt, mappingValues, textAt, type Delivery, type DeliveryDocument } from './delivery.ts';
import { parentOf, resolvePath } from './path.ts';

/**
 * The charts that a kustomization has Helm write, once for each build that it is part of (`helmCharts`; kustomize
 * plugin/builtin/helmchartinflationgenerator, api/types/helmchartargs.go). Only those that lie below its `chartHome`, for
 * nothing is fetched. Values files lie over the chart's own, `valuesInline` over them or, with `merge`, under them, or in
 * their place with `replace`; `additionalValuesFiles` come last. None where the values are not told.
 */
export function kustomizeDeliveries(file: string, text: string, overlays: readonly Overlay[]): Delivery[] {
  const document = splitStream(text).findIndex((one) => !isBlank(one.text));
  const data = document < 0 ? undefined : toData(parseYaml(splitStream(text)[document]!.text, 'kubernetes').root);
  return listAt(data, 'helmCharts').flatMap((_, i) => overlays.flatMap((overlay) => deliveryOf({ file, document, data }, i, overlay) ?? []));
}

function deliveryOf(document: DeliveryDocument, index: number, overlay: Overlay): Delivery | undefined {
  const { file, data } = document;
  const place = ['helmCharts', index];
  const entry = at(data, ...place);
  const merge = textAt(entry, 'valuesMerge') ?? 'override';
  const more = listAt(entry, 'additionalValuesFiles');
  const paths = [textAt(entry, 'valuesFile') ?? '', ...more];
  const folder = parentOf(file) ?? '';
  const chart = chartOf(data, entry, folder);
  if (chart === undefined || !['override', 'merge', 'replace'].includes(merge) || !paths.every((path) => typeof path === 'string' && isLocal(path))) return undefined;
  const fileAt = (path: string) => ({ path: resolvePath(folder, path), optional: false });
  const inline = mappingValues(document, [...place, 'valuesInline']).filter(({ text }) => text !== '{}');
  // A null takes away what the values file says, and then the chart's own value counts (kyaml/yaml/merge2).
  if (merge !== 'replace' && hasNull(at(entry, 'valuesInline'))) return undefined;
  const own = textAt(entry, 'valuesFile') === undefined ? [] : [fileAt(textAt(entry, 'valuesFile')!)];
  const last = more.map((path) => fileAt(path as string));
  const isUnder = inline.length > 0 && merge === 'merge';
  const under = inline.length > 0 && merge !== 'override' ? [] : own;
  const over = [...(isUnder ? (own.length > 0 ? own : [{ path: resolvePath(chart, 'values.yaml'), optional: true }]) : []), ...last];
  return {
    label: `Kustomization ${parentOf(overlay.file) || '.'}`,
    at: { file, document: document.document, path: [...place, 'name'] },
    chart,
    values: inline.length > 0 ? under : [...under, ...over],
    replacesDefaults: false,
    inline,
    ...(inline.length > 0 && over.length > 0 ? { over } : {}),
    build: { ...overlay, ...(at(entry, 'skipHooks') === true ? { skipsHooks: true as const } : {}) },
    release: textAt(entry, 'nameTemplate') === undefined ? textAt(entry, 'releaseName') : undefined,
    // Without one of its own, that of the kustomization, or of the outermost one (api/internal/target/kusttarget_configplugin.go).
    namespace: textAt(entry, 'namespace') ?? textAt(data, 'namespace') ?? (overlay.build.namespace || undefined),
  };
}

/** The folders of the charts that a kustomization has Helm write, as far as they may lie in the tree. */
export function chartFolders(data: unknown, folder: string): string[] {
  return listAt(data, 'helmCharts').flatMap((entry) => chartOf(data, entry, folder) ?? []);
}

function chartOf(data: unknown, entry: unknown, folder: string): string | undefined {
  const [name, version] = [textAt(entry, 'name'), textAt(entry, 'version')];
  const home = textAt(data, 'helmGlobals', 'chartHome') ?? 'charts';
  if (name === undefined || !isLocal(home)) return undefined;
  // What has been fetched of a version lies in a folder of its own.
  return resolvePath(folder, [home, ...(version !== undefined && textAt(entry, 'repo') !== undefined ? [`${name}-${version}`] : []), name].join('/'));
}

/** Whether a path lies in the tree: Kustomize also takes addresses and absolute paths. */
function isLocal(path: string): boolean {
  return !path.startsWith('/') && !/^[a-z+]+:\/\//.test(path);
}

function hasNull(value: unknown): boolean {
  if (typeof value !== 'object') return false;
  return value === null || Object.values(value).some(hasNull);
}
