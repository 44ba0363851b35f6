import type { InlineValues } from '../engine/lint/variant.ts';
import type { Path } from '../engine/yaml/node.ts';
import { at, listAt, mappingValues, textAt, type Delivery, type DeliveryDocument } from './delivery.ts';
import { resolvePath } from './path.ts';
import { repositoryName, type RepositoryFolder } from './repositories.ts';

/**
 * The charts that an Argo CD Application or ApplicationSet installs from a folder (argo-cd.readthedocs.io/en/stable/user-guide/helm
 * and .../user-guide/multiple_sources). Values files, then `values` or `valuesObject`, then `parameters`, each over what is
 * before. None for a source that something else than Helm makes, or whose values are told by more than its own text.
 */
export function argoDeliveries(document: DeliveryDocument): Delivery[] {
  const { data } = document;
  const isSet = textAt(data, 'kind') === 'ApplicationSet';
  // Generators that bring templates of their own, and patches, change what the template says.
  if (isSet && (at(data, 'spec', 'templatePatch') !== undefined || /"template":/.test(JSON.stringify(at(data, 'spec', 'generators') ?? null)))) return [];
  const top: Path = isSet ? ['spec', 'template'] : [];
  const sources = listAt(data, ...top, 'spec', 'sources');
  const places: Path[] = sources.length > 0 ? sources.map((_, i) => [...top, 'spec', 'sources', i]) : [[...top, 'spec', 'source']];
  return places.flatMap((place) => deliveryFrom(document, top, place, sources) ?? []);
}

/** The folders that an Application or ApplicationSet takes from repositories, whatever is made of them. */
export function argoFolders({ data }: DeliveryDocument): RepositoryFolder[] {
  const top: Path = textAt(data, 'kind') === 'ApplicationSet' ? ['spec', 'template', 'spec'] : ['spec'];
  return [at(data, ...top, 'source'), ...listAt(data, ...top, 'sources')].flatMap((source) => {
    const [url, path] = [textAt(source, 'repoURL'), textAt(source, 'path')];
    return url === undefined || path === undefined || /[{$*]/.test(`${url}${path}`) ? [] : [{ repository: repositoryName(url), folder: resolvePath('', path) }];
  });
}

function deliveryFrom(document: DeliveryDocument, top: Path, place: Path, sources: readonly unknown[]): Delivery | undefined {
  const { file, data } = document;
  const source = at(data, ...place);
  const chart = textAt(source, 'path');
  const isOther = ['chart', 'plugin', 'kustomize', 'directory'].some((key) => at(source, key) !== undefined) || listAt(source, 'helm', 'fileParameters').length > 0;
  if (chart === undefined || isOther || JSON.stringify([chart, at(source, 'helm') ?? null]).includes('{{')) return undefined;
  const files = listAt(source, 'helm', 'valueFiles').map((one) => valuesFile(one, chart, source, sources));
  const parameters = listAt(source, 'helm', 'parameters').map((one, i) => parameterValues(document, one, [...place, 'helm', 'parameters', i]));
  if (files.includes(undefined) || parameters.includes(undefined)) return undefined;
  const name = textAt(data, ...top, 'metadata', 'name');
  const optional = at(source, 'helm', 'ignoreMissingValueFiles') === true;
  return {
    label: `${textAt(data, 'kind')} ${textAt(data, 'metadata', 'name') ?? ''}`.trim(),
    at: { file, document: document.document, path: ['metadata', 'name'] },
    chart: resolvePath('', chart),
    ...(textAt(source, 'repoURL') === undefined ? {} : { repository: repositoryName(textAt(source, 'repoURL')!) }),
    values: files.map((path) => ({ path: path!, optional })),
    replacesDefaults: false,
    inline: [...ownValues(document, place), ...parameters.map((one) => one!)],
    release: told(textAt(source, 'helm', 'releaseName') ?? name),
    namespace: told(textAt(source, 'helm', 'namespace') ?? textAt(data, ...top, 'spec', 'destination', 'namespace')),
  };
}

/** A value that a generator of an ApplicationSet fills in is not told. */
function told(text: string | undefined): string | undefined {
  return text?.includes('{{') ? undefined : text;
}

/** A values file: counted from the chart, from the root with `/`, or in the source of a `$ref` to the same repository. */
function valuesFile(written: unknown, chart: string, source: unknown, sources: readonly unknown[]): string | undefined {
  if (typeof written !== 'string' || /^[a-z]+:\/\/|[*?[]/.test(written)) return undefined;
  const [, ref, below] = /^\$([^/]+)\/(.+)$/.exec(written) ?? [];
  if (ref === undefined) return written.includes('$') ? undefined : resolvePath(written.startsWith('/') ? '' : chart, written.replace(/^\/+/, ''));
  const other = sources.find((one) => textAt(one, 'ref') === ref);
  return other !== undefined && textAt(other, 'repoURL') === textAt(source, 'repoURL') && !below!.includes('$') ? resolvePath('', below!) : undefined;
}

/** `valuesObject` wins over `values`. */
function ownValues(document: DeliveryDocument, place: Path): InlineValues[] {
  const mapping = mappingValues(document, [...place, 'helm', 'valuesObject']);
  const path: Path = [...place, 'helm', 'values'];
  const text = textAt(document.data, ...path);
  return mapping.length > 0 || text === undefined ? mapping : [{ file: document.file, text, part: { document: document.document, path, form: 'text' } }];
}

/** A parameter, as `helm --set` reads it (helm.sh/docs/intro/using_helm, "The Format and Limitations of --set"); undefined for lists and variables of a build. */
function parameterValues({ file, document }: DeliveryDocument, parameter: unknown, path: Path): InlineValues | undefined {
  const name = textAt(parameter, 'name');
  const value = at(parameter, 'value') ?? '';
  if (name === undefined || typeof value !== 'string' || /[[\]{},]/.test(name) || /^\{|[$\\]/.test(value)) return undefined;
  const keys = name.split(/(?<!\\)\./).map((key) => key.replaceAll('\\.', '.'));
  const nested = keys.reduceRight<unknown>((below, key) => ({ [key]: below }), at(parameter, 'forceString') === true ? value : typed(value));
  return { file, text: JSON.stringify(nested), part: { document, path: [...path, 'value'], form: 'parameter' } };
}

/** The type that Helm gives a value on its command line (helm pkg/strvals, typedVal). */
function typed(value: string): unknown {
  if (/^(?:true|false)$/i.test(value)) return value.toLowerCase() === 'true';
  if (/^null$/i.test(value)) return null;
  if (value === '0') return 0;
  return /^[-+]?[1-9]\d{0,14}$/.test(value) ? Number(value) : value;
}
