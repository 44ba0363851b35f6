import { isBuiltinGroup, scopeOf } from '../kubernetes/cluster-scoped.ts';
import type { ResolvedRole } from './rbac-roles.ts';
import type { AccessRule } from './rbac-rules.ts';
import { grantedBy, isWide } from './rights.ts';

/**
 * What a role is worth to whoever holds it. `writes`: it changes objects of Kubernetes, or reads Secrets, or leads to
 * another identity. `reads`: it reads objects of Kubernetes, or changes those of a project. `narrow`: it reads paths, named
 * objects or kinds of one project, or has reviews, events and leases.
 */
const weights = ['nothing', 'narrow', 'reads', 'writes'] as const;
export type Weight = (typeof weights)[number];

export interface RoleWeight {
  readonly weight: Weight;
  /** The rule that weighs most; absent where there is none. */
  readonly rule?: AccessRule;
}

/** How a binding passes a role on: a RoleBinding grants no paths and no cluster-scoped resources (semantics.md 4.1). */
export interface Through {
  readonly cluster: boolean;
  readonly minor: number;
}

/** The least that a role gives in all its variants; undefined where it is in no file read, or where a template says what it gives. */
export function weightOf(role: ResolvedRole, through: Through): RoleWeight | undefined {
  if (role.unknown) return undefined;
  const least = role.variants.map(({ rules }) => heaviest(rules, through)).reduce((a, b) => (rank(b) < rank(a) ? b : a));
  const hidden = role.open || role.rules.some(({ open }) => open.length > 0);
  return least.weight === 'nothing' && hidden ? undefined : least;
}

function rank({ weight }: RoleWeight): number {
  return weights.indexOf(weight);
}

function heaviest(rules: readonly AccessRule[], through: Through): RoleWeight {
  return rules.map((rule): RoleWeight => ({ weight: ruleWeight(rule, through), rule })).reduce((a, b) => (rank(b) > rank(a) ? b : a), { weight: 'nothing' });
}

/** Nothing is lost by these (semantics.md 5.2). */
const harmless = new Set(['events', 'leases', 'tokenreviews', 'selfsubjectreviews', 'selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'subjectaccessreviews', 'localsubjectaccessreviews']);
const reading = new Set(['get', 'list', 'watch']);

function ruleWeight(rule: AccessRule, { cluster, minor }: Through): Weight {
  if (rule.verbs.length === 0) return 'nothing';
  if (rule.nonResourceURLs.length > 0) return !cluster ? 'nothing' : rule.nonResourceURLs.some((url) => /^\/?\*+$/.test(url)) ? 'reads' : 'narrow';
  const words = rule.resources.filter((word) => matchesSome(word) && (cluster || !isClusterScoped(rule, word)));
  if (words.length === 0 || rule.apiGroups.length === 0 || isDeadPodSecurityPolicy(rule, minor)) return 'nothing';
  const granted = grantedBy(rule).filter(({ right }) => right.area !== 'evidence' && (cluster || right.scope === 'namespace') && minor < (right.before ?? Infinity));
  if (granted.some((one) => isWide(one) || one.right.id === 'read-secrets')) return 'writes';
  const telling = words.filter((word) => !harmless.has(word));
  if (telling.length === 0) return 'narrow';
  const named = rule.resourceNames.length > 0;
  const writes = rule.verbs.some((verb) => verb !== 'use' && !reading.has(verb));
  const ofKubernetes = rule.apiGroups.some((group) => group === '*' || isBuiltinGroup(group));
  if (writes) return named || !ofKubernetes ? 'reads' : 'writes';
  return named || !ofKubernetes ? 'narrow' : 'reads';
}

/** Globs other than `*` and a star before the slash match nothing (semantics.md 4.2). */
function matchesSome(word: string): boolean {
  return !word.includes('*') || word === '*' || /^\*\/[^*]+$/.test(word);
}

/** A request for one Namespace carries its name as namespace, so a RoleBinding may grant it (semantics.md 4.1). */
function isClusterScoped({ apiGroups }: AccessRule, word: string): boolean {
  return word !== '*' && word !== 'namespaces' && apiGroups.every((group) => scopeOf(group, word) === 'cluster');
}

/** PodSecurityPolicy went with Kubernetes 1.25; everyone was bound to one by its own documentation (kubernetes.io/docs/concepts/security/pod-security-policy). */
function isDeadPodSecurityPolicy({ resources, verbs }: AccessRule, minor: number): boolean {
  return minor >= 25 && resources.every((word) => word === 'podsecuritypolicies') && verbs.every((verb) => verb === 'use');
}
