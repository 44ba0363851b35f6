import { isBuiltinGroup } from '../../../engine/kubernetes/cluster-scoped.ts';
import type { AccessRule } from '../../../engine/identity/rbac-rules.ts';

/** The gravest star of a rule: where it stands, and what it is told as. */
export interface Star {
  readonly messageId: 'all' | 'resources' | 'subresources' | 'verbs' | 'groups' | 'paths';
  readonly list: 'resources' | 'verbs' | 'apiGroups' | 'nonResourceURLs';
  readonly index: number;
  /** Whether nothing of Kubernetes' own can be taken over with it: kinds of a project, events, the status of objects, single names. */
  readonly small: boolean;
}

/** Spelled out for everything they are no less than a star, but for verbs that are no requests (bind, escalate, impersonate). */
const everyVerb = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];
const smallResources = new Set(['events', 'leases', 'tokenreviews', 'selfsubjectreviews', 'selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'subjectaccessreviews', 'localsubjectaccessreviews']);
/** What controllers write, and what autoscalers use: `system:controller:horizontal-pod-autoscaler` has every `scale` itself (default-roles.json). */
const smallSubresources = new Set(['status', 'finalizers', 'scale', 'metrics', 'stats', 'log']);

/** Finds the gravest star of a rule; undefined where it has none, or where it gives nothing. */
export function starIn(rule: AccessRule): Star | undefined {
  const { apiGroups, resources, verbs, nonResourceURLs, resourceNames } = rule;
  if (verbs.length === 0) return undefined;
  const path = nonResourceURLs.findIndex((url) => /^\/?\*+$/.test(url));
  if (path >= 0) return { messageId: 'paths', list: 'nonResourceURLs', index: path, small: false };
  if (resources.length === 0 || apiGroups.length === 0) return undefined;
  const small = resourceNames.length > 0 || !apiGroups.some((group) => group === '*' || isBuiltinGroup(group));
  const all = resources.indexOf('*');
  if (all >= 0) {
    const powerful = apiGroups.includes('*') && resourceNames.length === 0 && (verbs.includes('*') || everyVerb.every((verb) => verbs.includes(verb)));
    return { messageId: powerful ? 'all' : 'resources', list: 'resources', index: all, small };
  }
  const sub = resources.findIndex((word) => /^\*\/[^*]+$/.test(word));
  if (sub >= 0) return { messageId: 'subresources', list: 'resources', index: sub, small: small || smallSubresources.has(resources[sub]!.slice(2)) };
  // Other globs match nothing (semantics.md 4.2).
  const matching = resources.filter((word) => !word.includes('*'));
  if (matching.length === 0) return undefined;
  const onlySmall = matching.every((word) => smallResources.has(word) || smallSubresources.has(word.split('/')[1] ?? ''));
  const verb = verbs.indexOf('*');
  if (verb >= 0) return { messageId: 'verbs', list: 'verbs', index: verb, small: small || onlySmall };
  const group = apiGroups.indexOf('*');
  return group < 0 ? undefined : { messageId: 'groups', list: 'apiGroups', index: group, small: small || onlySmall };
}
