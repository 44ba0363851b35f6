import { at, listAt, mappingValues, textAt, type Delivery, type DeliveryDocument } from './delivery.ts';
import { resolvePath } from './path.ts';

/** Longer names of releases are cut short and hashed. */
const longestName = 53;

/**
 * The chart that a Flux HelmRelease installs from a folder of a Git repository (fluxcd.io/flux/components/helm/helmreleases).
 * Values files stand in for the chart's values.yaml and count from the root of the source. None where values come from
 * ConfigMaps, Secrets or variables, or where the result is changed afterwards.
 */
export function fluxDeliveries(document: DeliveryDocument): Delivery[] {
  const { file, data } = document;
  const spec = at(data, 'spec');
  const chart = textAt(spec, 'chart', 'spec', 'chart');
  const kind = textAt(spec, 'chart', 'spec', 'sourceRef', 'kind');
  const isFolder = kind === 'GitRepository' || kind === 'Bucket';
  const isOpen = listAt(spec, 'valuesFrom').length > 0 || listAt(spec, 'postRenderers').length > 0 || JSON.stringify(spec ?? null).includes('${');
  if (chart === undefined || !isFolder || isOpen) return [];
  const name = textAt(data, 'metadata', 'name');
  const target = textAt(spec, 'targetNamespace');
  const release = textAt(spec, 'releaseName') ?? (name === undefined || target === undefined ? name : `${target}-${name}`);
  const optional = at(spec, 'chart', 'spec', 'ignoreMissingValuesFiles') === true;
  const files = listAt(spec, 'chart', 'spec', 'valuesFiles').filter((one) => typeof one === 'string');
  return [{
    label: `HelmRelease ${name ?? ''}`.trim(),
    at: { file, document: document.document, path: ['metadata', 'name'] },
    chart: resolvePath('', chart),
    values: files.map((path) => ({ path: resolvePath('', path), optional })),
    replacesDefaults: files.length > 0,
    inline: mappingValues(document, ['spec', 'values']),
    release: release !== undefined && release.length <= longestName ? release : undefined,
    namespace: target ?? textAt(data, 'metadata', 'namespace'),
  }];
}
