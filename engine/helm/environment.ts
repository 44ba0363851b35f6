import versions from './api-versions.json' with { type: 'json' };
import type { ChartInstance } from './chart.ts';
import { isDict, mark, Unknown, withEntry, type Dict, type Value } from './value.ts';

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
  const values = isDict(instance.values) && !instance.values.has('global') ? withEntry(instance.values, 'global', new Map()) : instance.values;
  return dict({
    Values: values,
    Chart: instance.about,
    Release: dict({ Name: settings.release ?? mark(new Unknown('.Release.Name')), Namespace: settings.namespace ?? mark(new Unknown('.Release.Namespace')), Service: 'Helm', IsInstall: true, IsUpgrade: false, Revision: 1 }),
    Capabilities: dict({
      KubeVersion: dict({ Version: version, GitVersion: version, Major: '1', Minor: minor }),
      APIVersions: versions,
      HelmVersion: dict({ Version: 'v3.17.0', GitCommit: '', GoVersion: '' }),
    }),
    Files: files,
    Subcharts: new Unknown('.Subcharts'),
    Template: dict({ Name: `${instance.fullName}/${inside}`, BasePath: `${instance.fullName}/templates` }),
  });
}

function dict(entries: Readonly<Record<string, Value>>): Dict {
  return new Map(Object.entries(entries));
}
