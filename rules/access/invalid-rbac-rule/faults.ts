import { hasResource, homeOf, isKnownGroup, namedGroups, pluralOf } from '../../../engine/kubernetes/api-resources.ts';
import { scopeOf } from '../../../engine/kubernetes/cluster-scoped.ts';
import { isSymbol } from '../../../engine/identity/objects.ts';
import type { AccessRule } from '../../../engine/identity/rbac-rules.ts';
import type { RuleList } from '../../../engine/kubernetes/rbac.ts';
import { nearest } from '../../../engine/lint/suggest.ts';

/** A word of a rule that grants nothing, or a rule that the API server refuses. */
export interface Fault {
  readonly messageId: 'noVerbs' | 'noGroups' | 'noResources' | 'pathsInRole' | 'pathsBesideResources' | 'verb' | 'pathVerbs' | 'group' | 'glob' | 'word' | 'plural' | 'wrongGroup' | 'clusterScoped' | 'path';
  /** The word at fault; without it the whole rule is. */
  readonly word?: { readonly list: RuleList; readonly index: number };
  /** What was meant, if that can be told: another word, or for `wrongGroup` and `noGroups` another group. */
  readonly meant?: string;
}

/**
 * Finds what a rule says in vain. A rule that is refused is told once (pkg/apis/rbac/validation/validation.go); of others
 * each word that matches no request (semantics.md 4.2). Words of a template are left alone.
 */
export function faultsIn(rule: AccessRule, cluster: boolean): Fault[] {
  const refused = refusalOf(rule, cluster);
  if (refused) return [refused];
  if (rule.nonResourceURLs.length > 0) return [...pathFaults(rule)];
  return [...wordsOf(rule, 'verbs').flatMap(([verb, index]) => verbFault(verb, index, rule) ?? []), ...groupFaults(rule), ...resourceFaults(rule, cluster)];
}

function refusalOf(rule: AccessRule, cluster: boolean): Fault | undefined {
  const { apiGroups, resources, verbs, nonResourceURLs, resourceNames, open } = rule;
  const lacks = (list: RuleList) => rule[list].length === 0 && !open.includes(list);
  if (verbs.length === 0 && lacks('verbs')) return { messageId: 'noVerbs' };
  if (nonResourceURLs.length > 0) {
    const word = { list: 'nonResourceURLs', index: 0 } as const;
    if (!cluster) return { messageId: 'pathsInRole', word };
    return apiGroups.length + resources.length + resourceNames.length > 0 ? { messageId: 'pathsBesideResources', word } : undefined;
  }
  if (open.includes('nonResourceURLs')) return undefined;
  if (lacks('apiGroups')) {
    const homes = new Set(resources.map((word) => homeOf(baseOf(word))));
    const [home] = homes;
    return { messageId: 'noGroups', ...(homes.size === 1 && home !== undefined ? { meant: home } : {}) };
  }
  return lacks('resources') ? { messageId: 'noResources' } : undefined;
}

/** The words of a list that are no template's, with their index. */
function wordsOf(rule: AccessRule, list: RuleList): [string, number][] {
  return rule[list].flatMap((word, index): [string, number][] => (isSymbol(word) ? [] : [[word, index]]));
}

const pathMethods = new Set(['get', 'head', 'options', 'post', 'put', 'patch', 'delete', '*']);

function* pathFaults(rule: AccessRule): Iterable<Fault> {
  if (rule.open.length === 0 && !rule.verbs.some((verb) => pathMethods.has(verb))) yield { messageId: 'pathVerbs', word: { list: 'verbs', index: 0 } };
  for (const [url, index] of wordsOf(rule, 'nonResourceURLs')) if (url !== '*' && (!url.startsWith('/') || /\*[^*]/.test(url))) yield { messageId: 'path', word: { list: 'nonResourceURLs', index } };
}

/** Words that people take for verbs; requests have none of them (kubernetes.io/docs/reference/access-authn-authz/authorization/#determine-the-request-verb). */
const meantVerbs: Readonly<Record<string, string>> = { read: 'get', view: 'get', describe: 'get', head: 'get', write: 'update', edit: 'update', modify: 'update', put: 'update', post: 'create', add: 'create', remove: 'delete', all: '*', any: '*' };

/** The verbs of requests for resources (the same page). A program that asks for reviews of its own may know others, in any case: Kubeflow Pipelines asks for "readArtifact". */
const requestVerbs = new Set(['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection', 'use', 'bind', 'escalate', 'impersonate', 'approve', 'sign', 'attest']);

function verbFault(verb: string, index: number, rule: AccessRule): Fault | undefined {
  const word = { list: 'verbs', index } as const;
  if (verb.includes('*') && verb !== '*' && !verb.includes(':')) return { messageId: 'glob', word };
  const lower = verb.trim().toLowerCase();
  const areKnown = rule.apiGroups.every((group) => isKnownGroup(group) || group === '*');
  if (areKnown && Object.hasOwn(meantVerbs, lower)) return { messageId: 'verb', word, meant: meantVerbs[lower]! };
  return lower !== verb && (areKnown || requestVerbs.has(lower)) ? { messageId: 'verb', word, meant: lower } : undefined;
}

function* groupFaults(rule: AccessRule): Iterable<Fault> {
  for (const [group, index] of wordsOf(rule, 'apiGroups')) {
    const word = { list: 'apiGroups', index } as const;
    if (group === '*' || group === '') continue;
    if (group.includes('*')) yield { messageId: 'glob', word };
    else {
      const meant = meantGroup(group);
      if (meant !== undefined) yield { messageId: 'group', word, meant };
    }
  }
}

/** The group that is meant by its version, by the core group's nickname, or by a shortened or mistyped name. Groups of projects have a dot (apiextensions validation.go). */
function meantGroup(group: string): string | undefined {
  const bare = group.trim().toLowerCase().replace(/\/v\d\w*$/, '');
  if (/^(?:core|v1|""|''|k8s\.io|core\.k8s\.io)$/.test(bare)) return '';
  if (bare !== group) return bare;
  if (group.includes('.') || isKnownGroup(group)) return undefined;
  return namedGroups.find((one) => one.startsWith(`${group}.`)) ?? nearest(group, namedGroups.filter((one) => !one.includes('.')));
}

function baseOf(word: string): string {
  return word.split('/', 1)[0]!;
}

const podSubresources = ['attach', 'binding', 'ephemeralcontainers', 'eviction', 'exec', 'log', 'portforward', 'proxy', 'resize', 'status'];

/** Names of subresources that no resource has: before the slash, the two words are the wrong way round (`proxy/nodes`). */
const subresources = new Set([...podSubresources, 'scale', 'finalizers', 'token', 'approval', 'finalize']);

function* resourceFaults(rule: AccessRule, cluster: boolean): Iterable<Fault> {
  // Groups that are wrong themselves are told as such, and what they mean counts.
  const groups = rule.apiGroups.map((group) => (isSymbol(group) ? group : meantGroup(group) ?? group));
  const known = !rule.open.includes('apiGroups') && groups.every((group) => isKnownGroup(group));
  for (const [name, index] of wordsOf(rule, 'resources')) {
    const word = { list: 'resources', index } as const;
    const base = baseOf(name);
    const rest = name.slice(base.length);
    if (name === '*' || /^\*\/[^*]+$/.test(name)) continue;
    if (name.includes('*')) yield { messageId: 'glob', word };
    else if (!/^[\w.-]+(?:\/[\w.-]+)*$/.test(name)) yield { messageId: 'word', word };
    else if (base.includes('.')) {
      // Projects may ask RBAC about names with a dot (Calico's tier.networkpolicies): a fault is only the group behind it.
      const group = base.slice(base.indexOf('.') + 1);
      if (groups.includes(group) || isKnownGroup(group)) yield { messageId: 'word', word, ...(groups.includes(group) ? { meant: base.slice(0, base.indexOf('.')) + rest } : {}) };
    }
    else if (base !== base.toLowerCase()) yield { messageId: 'plural', word, meant: (pluralOf(base) ?? base.toLowerCase()) + rest };
    else {
      const plural = pluralOf(base);
      const sub = rest.slice(1);
      if (known && plural !== undefined && !groups.some((group) => hasResource(group, base))) yield { messageId: 'plural', word, meant: plural + rest };
      else if (known && homeOf(base) !== undefined && !groups.some((group) => hasResource(group, base))) yield { messageId: 'wrongGroup', word, meant: homeOf(base)! };
      else if (known && homeOf(base) === undefined && groups.some((group) => hasResource(group, sub)) && !groups.some((group) => hasResource(group, base)) && subresources.has(base)) yield { messageId: 'plural', word, meant: `${sub}/${base}` };
      else if (base === 'pods' && known && sub !== '' && !podSubresources.includes(sub) && nearest(sub, podSubresources)) yield { messageId: 'plural', word, meant: `pods/${nearest(sub, podSubresources)}` };
      else if (!cluster && known && isInNoNamespace(base, groups.filter((group) => hasResource(group, base)))) yield { messageId: 'clusterScoped', word };
    }
  }
}

/**
 * Whether a Role gives a resource in vain. A request for one Namespace carries its name as namespace, so a Role in it may
 * allow that (semantics.md 4.1); so did pods that used a PodSecurityPolicy carry theirs.
 */
function isInNoNamespace(resource: string, groups: readonly string[]): boolean {
  return groups.length > 0 && resource !== 'namespaces' && resource !== 'podsecuritypolicies' && groups.every((group) => scopeOf(group, resource) === 'cluster');
}
