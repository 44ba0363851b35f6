import { aggregateTo, defaultsOf } from '../../../engine/kubernetes/default-roles.ts';
import type { Graph } from '../../../engine/identity/graph.ts';
import { isSymbol, symbol, type GraphObject } from '../../../engine/identity/objects.ts';
import type { AccessRule } from '../../../engine/identity/rbac-rules.ts';
import { inWords } from '../../../engine/identity/rbac-subjects.ts';
import type { FixStep } from '../../../engine/lint/rule.ts';
import { starIn } from './stars.ts';

const readOnly = ['get', 'list', 'watch'];
/** The paths that monitoring reads: those of the built-in role system:monitoring. */
const monitoring = ['/healthz', '/healthz/*', '/livez', '/livez/*', '/metrics', '/metrics/slis', '/readyz', '/readyz/*'];

export interface Spelled {
  readonly steps: readonly FixStep[];
  /** What stands in place of the stars, in words. */
  readonly words: string;
}

/**
 * A rule without its stars: verbs become read-only, resources those that `view` reads in the group, or, of
 * a project's group, those that other roles in the files name. Undefined where nothing is known to stand in a star's place.
 */
export function spellOut(rule: AccessRule, object: GraphObject, graph: Graph, minor: number): Spelled | undefined {
  if (!rule.source || rule.open.length > 0) return undefined;
  const { path } = rule.source.rule.at;
  const set = (list: string, value: readonly string[]): FixStep => ({ object, change: { op: 'set', path: [...path, list], value } });
  const verbs = rule.verbs.includes('*') ? [set('verbs', rule.nonResourceURLs.length > 0 ? ['get'] : readOnly)] : [];
  if (rule.nonResourceURLs.length > 0) return { steps: [set('nonResourceURLs', monitoring), ...verbs], words: 'the paths that monitoring reads' };
  const words = verbs.length > 0 ? [inWords(readOnly.map((verb) => `"${verb}"`))] : [];
  if (rule.resources.includes('*')) {
    const groups = rule.apiGroups.includes('*') ? [...readByView(minor).keys()] : rule.apiGroups;
    const named = groups.map((group) => readByView(minor).get(group) ?? inFiles(group, object, graph));
    if (named.some((list) => list.length === 0)) return undefined;
    const resources = [...new Set(named.flat())].sort();
    const all = starIn(rule)?.messageId === 'all';
    return { steps: [...(all || rule.apiGroups.includes('*') ? [set('apiGroups', groups)] : []), set('resources', resources), ...(all ? [set('verbs', readOnly)] : verbs)], words: inWords([...words, 'the resources']) };
  }
  if (rule.resources.some((word) => word.startsWith('*/'))) return spellSubresources(rule, object, graph, minor);
  if (rule.resources.some((word) => word.includes('*'))) return undefined;
  if (!rule.apiGroups.includes('*')) return { steps: verbs, words: inWords(words) };
  const groups = groupsOf(rule.resources, minor);
  return groups && { steps: [set('apiGroups', groups), ...verbs], words: inWords([...words, `the API group${groups.length > 1 ? 's' : ''} ${inWords(groups.map((one) => `"${one}"`))}`]) };
}

/** One subresource of everything becomes that of each resource by name: those that built-in roles name in the rule's groups, or, of a project's group, other roles in the files. */
function spellSubresources(rule: AccessRule, object: GraphObject, graph: Graph, minor: number): Spelled | undefined {
  const plain = rule.resources.filter((word) => !word.startsWith('*/'));
  const subs = rule.resources.filter((word) => word.startsWith('*/')).map((word) => word.slice(1));
  // With a star for the groups as well, other words would be narrowed to groups that they are not in.
  if (plain.some((word) => word.includes('*')) || (rule.apiGroups.includes('*') && plain.length > 0)) return undefined;
  const builtin = inDefaults(minor);
  const having = (group: string) => [...new Set([...(builtin.get(group) ?? []), ...inFiles(group, object, graph)])].filter((word) => subs.some((sub) => word.endsWith(sub)));
  const groups = rule.apiGroups.includes('*') ? [...builtin.keys()].filter((group) => having(group).length > 0) : rule.apiGroups;
  const named = [...new Set(groups.flatMap(having))].sort();
  if (subs.some((sub) => !named.some((word) => word.endsWith(sub)))) return undefined;
  const set = (list: string, value: readonly string[]): FixStep => ({ object, change: { op: 'set', path: [...rule.source!.rule.at.path, list], value } });
  const verbs = rule.verbs.includes('*') ? [set('verbs', readOnly)] : [];
  return { steps: [...(rule.apiGroups.includes('*') ? [set('apiGroups', groups)] : []), set('resources', [...plain, ...named]), ...verbs], words: inWords([...(verbs.length > 0 ? [inWords(readOnly.map((verb) => `"${verb}"`))] : []), 'the subresources']) };
}

/** Every resource that a built-in role names, group by group. */
function inDefaults(minor: number): Map<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { apiGroups, resources } of defaultsOf(minor).roles.flatMap(({ rules }) => rules)) {
    for (const group of apiGroups) if (group !== '*' && !legacy.has(group)) found.set(group, [...(found.get(group) ?? []), ...resources.filter((word) => !word.includes('*'))]);
  }
  return found;
}

/** The resources of a group that other roles in the files name. */
function inFiles(group: string, object: GraphObject, graph: Graph): readonly string[] {
  const found = new Set<string>();
  for (const { object: other, fact } of graph.all('role')) {
    if (graph.proximity.alternatives(object.document.file, other.document.file)) continue;
    for (const { apiGroups, resources } of fact.rules) {
      if (apiGroups.length === 1 && symbol(apiGroups[0]!) === group) for (const word of resources.map(symbol)) if (!word.includes('*') && !isSymbol(word)) found.add(word);
    }
  }
  return [...found];
}

/** What the built-in role view reads, group by group; of subresources the logs alone are read. */
function readByView(minor: number): Map<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const role of defaultsOf(minor).roles) {
    if (role.labels[aggregateTo('view')] !== 'true') continue;
    for (const { apiGroups, resources } of role.rules) for (const group of apiGroups) if (!legacy.has(group)) found.set(group, [...(found.get(group) ?? []), ...resources.filter((word) => !word.includes('/') || word === 'pods/log')]);
  }
  return found;
}

/** The groups that have the resources, each of which a built-in role names in one group alone. */
function groupsOf(resources: readonly string[], minor: number): string[] | undefined {
  const homes = resources.map((word) => new Set(defaultsOf(minor).roles.flatMap((role) => role.rules.filter((rule) => rule.resources.includes(word)).flatMap(({ apiGroups }) => apiGroups.filter((group) => !legacy.has(group) && group !== '*')))));
  return homes.every(({ size }) => size === 1) ? [...new Set(homes.flatMap((set) => [...set]))] : undefined;
}

/** Groups whose resources all live in another one today. */
const legacy = new Set(['extensions', 'metrics.k8s.io']);
