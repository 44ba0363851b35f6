/*
 * RBAC a second time, as naive as its definition (semantics of k8s.io/kubernetes pkg/apis/rbac/v1/evaluation_helpers.go,
 * pkg/registry/rbac/validation/rule.go and pkg/controller/clusterroleaggregation): plain objects, no index, no shared code.
 * It exists to be compared with engine/identity/permissions.ts.
 */

export interface NaiveRule { verbs: string[]; apiGroups?: string[]; resources?: string[]; resourceNames?: string[]; nonResourceURLs?: string[] }
export interface NaiveSelector { matchLabels?: Record<string, string>; matchExpressions?: { key: string; operator: string; values?: string[] }[] }
export interface NaiveRole { kind: string; metadata: { name: string; namespace?: string; labels?: Record<string, string> }; rules: NaiveRule[]; aggregationRule?: { clusterRoleSelectors: NaiveSelector[] } }
export interface NaiveSubject { kind: string; name: string; namespace?: string }
export interface NaiveBinding { kind: string; metadata: { name: string; namespace?: string }; roleRef: { kind: string; name: string }; subjects: NaiveSubject[] }
export interface NaiveRequest { user: string; groups: string[]; verb: string; group?: string; resource?: string; subresource?: string; name?: string; namespace?: string; url?: string }

export function naiveAllows(roles: readonly NaiveRole[], bindings: readonly NaiveBinding[], request: NaiveRequest): boolean {
  if (request.groups.includes('system:masters')) return true;
  const rules = aggregate(roles);
  for (const binding of bindings) {
    if (binding.kind === 'RoleBinding' && (request.url !== undefined || !request.namespace || binding.metadata.namespace !== request.namespace)) continue;
    if (!binding.subjects.some((subject) => applies(subject, binding, request))) continue;
    for (const [role, given] of rules) {
      if (role.kind !== binding.roleRef.kind || role.metadata.name !== binding.roleRef.name) continue;
      if (role.kind === 'Role' && role.metadata.namespace !== binding.metadata.namespace) continue;
      if (given.some((rule) => naiveMatches(rule, request))) return true;
    }
  }
  return false;
}

function applies(subject: NaiveSubject, binding: NaiveBinding, { user, groups }: NaiveRequest): boolean {
  if (subject.kind === 'User') return user === subject.name;
  if (subject.kind === 'Group') return groups.includes(subject.name);
  const namespace = subject.namespace ?? (binding.kind === 'RoleBinding' ? binding.metadata.namespace : undefined);
  return namespace !== undefined && user === `system:serviceaccount:${namespace}:${subject.name}`;
}

export function naiveMatches(rule: NaiveRule, request: NaiveRequest): boolean {
  if (!rule.verbs.some((verb) => verb === '*' || verb === request.verb)) return false;
  if (request.url !== undefined) {
    for (const url of rule.nonResourceURLs ?? []) {
      if (url === '*' || url === request.url) return true;
      if (!url.endsWith('*')) continue;
      let prefix = url;
      while (prefix.endsWith('*')) prefix = prefix.slice(0, -1);
      if (request.url.startsWith(prefix)) return true;
    }
    return false;
  }
  if (!(rule.apiGroups ?? []).some((group) => group === '*' || group === request.group)) return false;
  let found = false;
  for (const resource of rule.resources ?? []) {
    if (resource === '*') found = true;
    if (request.subresource ? resource === `${request.resource}/${request.subresource}` || resource === `*/${request.subresource}` : resource === request.resource) found = true;
  }
  if (!found) return false;
  return (rule.resourceNames ?? []).length === 0 || rule.resourceNames!.includes(request.name ?? '');
}

/** Round after round, each aggregated role takes over the rules of all that its selectors match, until a round changes nothing. */
function aggregate(roles: readonly NaiveRole[]): Map<NaiveRole, NaiveRule[]> {
  const rules = new Map<NaiveRole, NaiveRule[]>(roles.map((role) => [role, role.aggregationRule ? [] : role.rules]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const role of roles) {
      if (!role.aggregationRule) continue;
      const united = new Set<NaiveRule>();
      for (const other of roles) {
        if (other === role || other.kind !== 'ClusterRole') continue;
        if (role.aggregationRule.clusterRoleSelectors.some((selector) => selects(selector, other.metadata.labels ?? {}))) for (const rule of rules.get(other)!) united.add(rule);
      }
      if (united.size === rules.get(role)!.length) continue;
      rules.set(role, [...united]);
      changed = true;
    }
  }
  return rules;
}

function selects(selector: NaiveSelector, labels: Record<string, string>): boolean {
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) if (labels[key] !== value) return false;
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    const has = key in labels;
    if (operator === 'Exists' && !has) return false;
    if (operator === 'DoesNotExist' && has) return false;
    if (operator === 'In' && !(has && values!.includes(labels[key]!))) return false;
    if (operator === 'NotIn' && has && values!.includes(labels[key]!)) return false;
  }
  return true;
}
