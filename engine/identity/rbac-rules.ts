import { ruleLists, type PolicyRule, type RuleList } from '../kubernetes/rbac.ts';
import { symbol, type GraphObject } from './objects.ts';

/** A rule with its values as text, ready to be asked. A hole stands as its symbol and is equal to no real name. */
export interface AccessRule extends Readonly<Record<RuleList, readonly string[]>> {
  /** The lists that may hold more, or something else, than can be seen. */
  readonly open: readonly RuleList[];
  /** Where the rule is written; absent for built-in roles. */
  readonly source?: { readonly object: GraphObject; readonly rule: PolicyRule };
}

/** A request for a resource, as authorizers see it: verbs are lower-case, resources plural, "" is the core group. */
export interface ResourceRequest {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly name?: string;
  /** Undefined for cluster-scoped objects and requests over all namespaces; "" is the namespace that the files do not tell. */
  readonly namespace?: string;
}

/** A request for a path that is no resource, such as /metrics. */
export interface UrlRequest {
  readonly verb: string;
  readonly url: string;
}

export type AccessRequest = ResourceRequest | UrlRequest;

/** The askable form of a rule that is written in a file. */
export function accessRule(object: GraphObject, rule: PolicyRule): AccessRule {
  const lists = Object.fromEntries(ruleLists.map((list) => [list, rule[list].map((value) => symbol(value))])) as Record<RuleList, string[]>;
  return { ...lists, open: rule.open, source: { object, rule } };
}

/**
 * Whether one rule allows a request; `unknown` where only what a template hides could make it so. All parts must match
 * in the same rule, and a resource rule never matches a path (k8s.io/kubernetes pkg/apis/rbac/v1/evaluation_helpers.go,
 * plugin/pkg/auth/authorizer/rbac/rbac.go RuleAllows).
 */
export function ruleAllows(rule: AccessRule, request: AccessRequest): boolean | 'unknown' {
  const verb = orOpen(rule, 'verbs', rule.verbs.includes('*') || rule.verbs.includes(request.verb));
  if (verb === false) return false;
  if ('url' in request) return all(verb, orOpen(rule, 'nonResourceURLs', urlMatches(rule.nonResourceURLs, request.url)));
  return all(
    verb,
    orOpen(rule, 'apiGroups', rule.apiGroups.includes('*') || rule.apiGroups.includes(request.group)),
    orOpen(rule, 'resources', resourceMatches(rule.resources, request.resource, request.subresource ?? '')),
    nameMatches(rule, request.name ?? ''),
  );
}

function orOpen(rule: AccessRule, list: RuleList, matches: boolean): boolean | 'unknown' {
  return matches || (rule.open.includes(list) ? 'unknown' : false);
}

function all(...answers: (boolean | 'unknown')[]): boolean | 'unknown' {
  if (answers.includes(false)) return false;
  return answers.includes('unknown') ? 'unknown' : true;
}

/** `*` is every resource with every subresource, a subresource named by a `*` before the slash is that of any resource; globs such as `pods` with a star match nothing. */
function resourceMatches(resources: readonly string[], resource: string, subresource: string): boolean {
  const whole = subresource === '' ? resource : `${resource}/${subresource}`;
  return resources.some((one) => one === '*' || one === whole || (subresource !== '' && one === `*/${subresource}`));
}

/** No names means any; there are no wildcards, and "" is the name of a request without one. */
function nameMatches(rule: AccessRule, name: string): boolean | 'unknown' {
  const open = rule.open.includes('resourceNames');
  if (rule.resourceNames.length === 0) return open ? 'unknown' : true;
  return rule.resourceNames.includes(name) || (open ? 'unknown' : false);
}

/** `*`, the path itself, or a prefix followed by stars; a star inside is a plain character. */
function urlMatches(urls: readonly string[], url: string): boolean {
  return urls.some((one) => one === '*' || one === url || (one.endsWith('*') && url.startsWith(withoutStars(one))));
}

function withoutStars(url: string): string {
  let end = url.length;
  while (url[end - 1] === '*') end--;
  return url.slice(0, end);
}
