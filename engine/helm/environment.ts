import versions from './api-versions.json' with { type: 'json' };
import { withNature } from './lists.ts';
import type { ChartInstance } from './release.ts';
import { isDict, mark, Struct, Unknown, type Dict, type Value } from './value.ts';

/** What is known of the release that a chart is read for. */
export interface ReleaseSettings {
  /** The namespace of `--namespace`; without it nobody knows. */
  readonly namespace: string | undefined;
  /** The name of the release; without it nobody knows. */
  readonly release?: string;
  /** The Kubernetes minor version to render for, such as 36. */
  readonly kubernetesMinor: number;
}

/**
 * The dot of a template (helm.sh/docs/chart_template_guide/builtin_objects), as `helm template` makes it: an installation,
 * no cluster, the API versions that Helm has built in. The release's name and namespace are in no file.
 * @param files the chart's `.Files`
 */
export function dotOf(instance: ChartInstance, template: string, settings: ReleaseSettings, files: Value): Dict {
  const inside = instance.folder === '' ? template : template.slice(instance.folder.length + 1);
  const minor = String(settings.kubernetesMinor);
  const version = `v1.${minor}.0`;
  const dot = ownDot(instance);
  dot.clear();
  for (const [name, value] of Object.entries<Value>({
    Values: isDict(instance.values) ? withNature(instance.values, { isNamed: true }) : instance.values,
    Chart: instance.about,
    Release: dict({ Name: settings.release ?? mark(new Unknown('.Release.Name')), Namespace: settings.namespace ?? mark(new Unknown('.Release.Namespace')), Service: 'Helm', IsInstall: true, IsUpgrade: false, Revision: 1 }),
    // Of whose Helm it is, no file tells.
    Capabilities: struct('.Capabilities', {
      KubeVersion: struct('.Capabilities.KubeVersion', { Version: version, GitVersion: version, Major: '1', Minor: minor }, version),
      APIVersions: versions,
    }),
    Files: files,
    Subcharts: new Unknown('.Subcharts'),
    Template: withNature(dict({ Name: `${instance.fullName}/${inside}`, BasePath: `${instance.fullName}/templates` }), { isNamed: true }),
  })) dot.set(name, value);
  return dot;
}

const dots = new WeakMap<ChartInstance, Dict>();

/** The mapping that all templates of a chart have as their dot: what one puts into it lasts as what it does to the values does (helm pkg/engine/engine.go, recAllTpls). */
export function ownDot(instance: ChartInstance): Dict {
  let dot = dots.get(instance);
  if (!dot) dots.set(instance, (dot = withNature<Dict>(new Map(), { isNamed: true })));
  return dot;
}

/** A mapping of texts: one that is not there is empty (map[string]string). */
class Texts extends Map<string, Value> {
  override get(key: string): Value {
    return super.get(key) ?? '';
  }
}

const texts = ['Name', 'Home', 'Version', 'Description', 'Icon', 'APIVersion', 'Condition', 'Tags', 'AppVersion', 'KubeVersion', 'Type'];

/**
 * What Chart.yaml says, with the names that templates know it by (helm pkg/chart/metadata.go): what is not said is empty.
 * @param name the chart's name, or its alias
 */
export function metadataOf(said: Dict, name: string, isRoot: boolean): Dict {
  const of = (field: string): Value => said.get(field === 'APIVersion' ? 'apiVersion' : field.charAt(0).toLowerCase() + field.slice(1));
  const lists = (field: string): Value[] => [of(field)].flat().filter((one) => one !== undefined && one !== null);
  const annotations = of('Annotations');
  return struct('.Chart', {
    ...Object.fromEntries(texts.map((field) => [field, printedField(field, of(field))])),
    Name: name,
    Keywords: lists('Keywords'),
    Sources: lists('Sources'),
    Annotations: isDict(annotations) ? new Texts(annotations) : withNature(new Texts(), { isNil: true }),
    Deprecated: of('Deprecated') === true,
    IsRoot: isRoot,
  });
}

/** A field of Chart.yaml as the text that it is to templates; of one that cannot be read nobody knows it. */
function printedField(field: string, value: Value): Value {
  return value instanceof Unknown ? new Unknown(`.Chart.${field}`) : String(value ?? '');
}

function struct(expression: string, fields: Readonly<Record<string, Value>>, printed?: string): Dict {
  return new Struct(Object.entries(fields), expression, printed);
}

function dict(entries: Readonly<Record<string, Value>>): Dict {
  return new Map(Object.entries(entries));
}
