import { isTold } from '../engine/identity/grants.ts';
import { displayName } from '../engine/identity/objects.ts';
import { fits } from '../engine/kubernetes/name-pattern.ts';
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
  const { configuration: { phases, profiles, risk }, configurationFile, files, placeOf } = loaded;
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
  const charts = profiles.length > 0 ? installsOf(files, loaded.configuration) : [];
  return [
    ...(isTemplated ? [] : [
      ...unused('phases', phases.flatMap(({ namespaces = [] }) => namespaces), new Set(namespaces), 'object of namespace'),
      ...unused('risk', risk.flatMap((one) => one.workloads), new Set(workloads.map(({ object }) => displayName(object))), 'workload'),
    ]),
    ...profiles.filter(({ name }) => !charts.some(({ variants }) => variants.some((variant) => variant.name === name))).map(({ name, chart }) => say('profiles', name, chart === undefined ? `no chart has the values files of "${name}"` : `no chart is at "${chart}", which "${name}" is for`)),
  ];
}
