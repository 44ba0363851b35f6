import { isTold } from '../engine/identity/grants.ts';
import { displayName } from '../engine/identity/objects.ts';
import { fits } from '../engine/kubernetes/name-pattern.ts';
import type { ProfileSettings } from '../engine/lint/config.ts';
import { didYouMean } from '../engine/lint/suggest.ts';
import type { Workspace } from '../engine/lint/workspace.ts';
import { installsOf } from '../sources/installs.ts';
import { relativeTo } from '../sources/path.ts';
import type { LoadedWorkspace } from '../sources/tree.ts';
import { visible } from './display.ts';

/**
 * What kubewho.yaml speaks of and no file has: a slip in a name passes in silence otherwise, and leaves a namespace without
 * its phase. Exceptions are not among it: a rule finds those that nothing needs. Silent about names where a template hides some.
 */
export function unusedSettings(loaded: LoadedWorkspace, workspace: Workspace, cwd: string): string[] {
  const { configuration: { phases, profiles, risk }, configurationFile, placeOf } = loaded;
  if (configurationFile === undefined || phases.length + profiles.length + risk.length === 0) return [];
  const say = (section: string, text: string, message: string): string => {
    const place = placeOf(section, text);
    return visible(`${relativeTo(cwd, configurationFile)}${place ? `:${place.line}:${place.column}` : ''}: ${section}: ${message}`);
  };
  const unused = (section: string, patterns: readonly string[], names: ReadonlySet<string>, what: string): string[] => patterns
    .filter((pattern) => ![...names].some((name) => fits(pattern, name)))
    .map((pattern) => say(section, pattern, `no ${what} "${pattern}" is among the files read${didYouMean(pattern, [...names])}`));

  const named = phases.some(({ namespaces }) => namespaces) || risk.length > 0;
  const graphs = named ? workspace.graphs() : [];
  const workloads = graphs.flatMap((graph) => graph.workloads);
  // What is in no namespace has "" for one, as has what does not say it; of workloads it is the latter.
  const namespaces = graphs.flatMap(({ objects }) => objects.map(({ namespace, name, resource: { header: { kind, group } } }) => (kind === 'Namespace' && group === '' ? name : namespace))).filter((name) => name !== '');
  const isTemplated = [...namespaces, ...workloads.flatMap(({ namespace, object }) => [namespace, object.name])].some((name) => !isTold(name));
  return [
    ...(isTemplated ? [] : [
      ...unused('phases', phases.flatMap(({ namespaces = [] }) => namespaces), new Set(namespaces), 'object of namespace'),
      ...unused('risk', risk.flatMap((one) => one.workloads), new Set(workloads.map(({ object }) => displayName(object))), 'workload'),
    ]),
    ...unusedProfiles(loaded).map(({ name, chart }) => say('profiles', name, chart === undefined ? `no chart has the values files of "${name}"` : `no chart is at "${chart}", which "${name}" is for`)),
  ];
}

/** The profiles with which no chart is installed: their values files are not there, or their chart is not. */
export function unusedProfiles({ configuration, files }: Pick<LoadedWorkspace, 'configuration' | 'files'>): readonly ProfileSettings[] {
  if (configuration.profiles.length === 0) return [];
  const used = new Set(installsOf(files, configuration).flatMap(({ variants }) => variants.map(({ name }) => name)));
  return configuration.profiles.filter(({ name }) => !used.has(name));
}
