import { known } from '../yaml/cursor.ts';
import { isBuiltinGroup, scopeOf } from '../kubernetes/cluster-scoped.ts';
import { defaultsOf, type DefaultBinding, type DefaultSubject } from '../kubernetes/default-roles.ts';
import type { BindingFact } from '../kubernetes/rbac.ts';
import type { ObjectWith } from './parts.ts';
import { symbol } from './objects.ts';
import type { ResolvedRole } from './rbac-roles.ts';
import { ruleAllows, type AccessRule } from './rbac-rules.ts';

/**
 * Whether rules give what cluster-admin gives: every verb on every resource of every group, those of later versions and
 * of kinds installed later included, so only three stars in one rule will do. The paths that cluster-admin has besides
 * are not asked for: a RoleBinding never grants them (semantics.md 4.1), and who has every verb on every resource of a
 * cluster has `bind` on ClusterRoles too, and can give itself cluster-admin.
 */
export function allPowerfulRule(rules: readonly AccessRule[]): AccessRule | undefined {
  return rules.find((rule) => rule.apiGroups.includes('*') && rule.resources.includes('*') && rule.verbs.includes('*') && unnamed(rule));
}

/** The rule that reads any Secret: list and watch return whole Secrets, and get reads each one whose name is guessed (semantics.md 4.3). */
export function secretsReadRule(rules: readonly AccessRule[]): AccessRule | undefined {
  return rules.find((rule) => unnamed(rule) && ['get', 'list', 'watch'].some((verb) => ruleAllows(rule, { verb, group: '', resource: 'secrets' }) === true));
}

/** What a test finds in each variant of a role; undefined where a variant passes, or where the role is unknown. A claim on a binding has to hold whichever variant is applied. */
export function inEveryVariant<T>(role: ResolvedRole, find: (rules: readonly AccessRule[]) => T | undefined): T | undefined {
  const found = role.variants.map((variant) => find(variant.rules));
  return found.includes(undefined) ? undefined : found[0];
}

/** A star in a rule, and what it stands for. */
export interface Wildcard {
  readonly rule: AccessRule;
  readonly list: 'resources' | 'verbs';
  /** The resources that it is about: `*`, or those that every verb is allowed on. */
  readonly resources: readonly string[];
}

/** Nothing can be taken over with these, whatever the verb (semantics.md 5.2). */
const harmlessSubresources = new Set(['status', 'finalizers', 'metrics', 'stats', 'log']);
const harmless = new Set(['events', 'leases', 'tokenreviews', 'selfsubjectreviews', 'selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'subjectaccessreviews', 'localsubjectaccessreviews']);

/**
 * The first star that reaches over resources of Kubernetes itself: every resource of such a group (or of every group), or
 * every verb on such resources. A star inside a project's own API group is that project's business.
 */
export function wildcardIn(rules: readonly AccessRule[]): Wildcard | undefined {
  const wide = rules.filter((rule) => unnamed(rule) && rule.apiGroups.some((group) => group === '*' || isBuiltinGroup(group)));
  const resources = wide.find((rule) => rule.resources.includes('*'));
  if (resources) return { rule: resources, list: 'resources', resources: ['*'] };
  const verbs = wide.find((rule) => rule.verbs.includes('*') && rule.resources.some(matters));
  return verbs && { rule: verbs, list: 'verbs', resources: verbs.resources.filter(matters) };
}

/**
 * Whether a role is a controller's: it writes the status or the finalizers of objects, which only those who reconcile
 * them do (kubernetes.io/docs/concepts/architecture/controller). What it watches, it watches by design.
 */
export function isController(rules: readonly AccessRule[]): boolean {
  return rules.some((rule) => rule.resources.some((resource) => /\/(?:status|finalizers)$/.test(resource)) && rule.verbs.some((verb) => verb === 'update' || verb === 'patch' || verb === '*'));
}

/**
 * Whether a role works in a RoleBinding too. `needed`: it has paths, cluster-scoped resources or reviews, which a
 * RoleBinding does not grant (semantics.md 4.1). `unknown`: a wildcard, an open rule, or a group whose resources are not
 * known here.
 */
export function clusterScopeNeed(rules: readonly AccessRule[]): 'needed' | 'unknown' | 'not needed' {
  let answer: 'unknown' | 'not needed' = 'not needed';
  for (const rule of rules) {
    if (rule.nonResourceURLs.length > 0) return 'needed';
    if (rule.open.length > 0) answer = 'unknown';
    for (const group of rule.apiGroups) {
      for (const resource of rule.resources) {
        const scope = resource.startsWith('*') ? 'unknown' : scopeOf(group, resource);
        if (scope === 'cluster') return 'needed';
        if (scope === 'unknown') answer = 'unknown';
      }
    }
  }
  return answer;
}

/** Whether a binding has the name of one that every API server creates itself. */
export function isDefaultName({ object, fact }: ObjectWith<BindingFact>, minor: number): boolean {
  return defaultNamed(object.name, fact.cluster ? '' : object.namespace, minor) !== undefined;
}

/** Whether a binding is one that every API server creates itself: known by name, role and subjects, never by a label that anyone can set. */
export function isDefaultBinding({ object, fact }: ObjectWith<BindingFact>, minor: number): boolean {
  const builtin = defaultNamed(object.name, fact.cluster ? '' : object.namespace, minor);
  if (!builtin || fact.open || known(fact.roleName) !== builtin.roleName || known(fact.roleKind) !== (fact.cluster ? 'ClusterRole' : 'Role')) return false;
  return fact.subjects.every((subject) => builtin.subjects.some((one) => known(subject.kind) === one.kind && symbol(subject.name) === one.name && sameNamespace(one, symbol(subject.namespace))));
}

function defaultNamed(name: string, namespace: string, minor: number): DefaultBinding | undefined {
  return defaultsOf(minor).bindings.find((one) => one.name === name && one.namespace === namespace);
}

function sameNamespace(builtin: DefaultSubject, namespace: string): boolean {
  return builtin.kind !== 'ServiceAccount' || builtin.namespace === namespace;
}

function unnamed(rule: AccessRule): boolean {
  return rule.resourceNames.length === 0 && !rule.open.includes('resourceNames');
}

/** `pods` with a star and the like match nothing (semantics.md 4.2). */
function matters(resource: string): boolean {
  const [name, subresource] = resource.split('/', 2);
  return !harmless.has(name!) && subresource !== '*' && !harmlessSubresources.has(subresource ?? '');
}
