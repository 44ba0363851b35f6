import table from './default-roles.json' with { type: 'json' };

/** A rule as plain data; a list that is not said is empty. */
export interface DefaultRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

/** A role that every API server creates at its start. */
export interface DefaultRole {
  /** "" for a ClusterRole. */
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The label whose value "true" makes another ClusterRole part of this one, where it is aggregated. */
  readonly aggregates: string | undefined;
  readonly rules: readonly DefaultRule[];
}

/** A binding that every API server creates at its start. */
export interface DefaultBinding {
  /** "" for a ClusterRoleBinding. */
  readonly namespace: string;
  readonly name: string;
  readonly roleName: string;
  readonly subjects: readonly DefaultSubject[];
}

export interface DefaultSubject {
  readonly kind: 'ServiceAccount' | 'User' | 'Group';
  readonly namespace: string;
  readonly name: string;
}

export interface Defaults {
  readonly roles: readonly DefaultRole[];
  readonly bindings: readonly DefaultBinding[];
}

interface Versioned { readonly since?: number }
interface RuleRow extends Versioned { readonly verbs: string; readonly groups?: string; readonly resources?: string; readonly names?: string; readonly urls?: string }
interface RoleRow extends Versioned { readonly name: string; readonly namespace?: string; readonly aggregateTo?: string; readonly aggregates?: string; readonly rules: readonly RuleRow[] }
interface BindingRow extends Versioned { readonly name: string; readonly namespace?: string; readonly role?: string; readonly subjects: readonly string[] }
interface Table { readonly clusterRoles: readonly RoleRow[]; readonly clusterRoleBindings: readonly BindingRow[]; readonly roles: readonly RoleRow[]; readonly roleBindings: readonly BindingRow[] }

const cache = new Map<number, Defaults>();

/**
 * The built-in roles and bindings of a Kubernetes minor (36 for 1.36). Minors that were not compared one by one get the
 * rules of the next older one that was; those before 28 get what 28 has. Source: the note in default-roles.json.
 */
export function defaultsOf(minor: number): Defaults {
  const cached = cache.get(minor);
  if (cached) return cached;
  const { clusterRoles, clusterRoleBindings, roles, roleBindings } = table as Table;
  const there = ({ since }: Versioned) => since === undefined || since <= minor;
  const defaults: Defaults = {
    roles: [...clusterRoles, ...roles].filter(there).map((row) => roleOf(row, there)),
    bindings: [...clusterRoleBindings, ...roleBindings].filter(there).map(bindingOf),
  };
  cache.set(minor, defaults);
  return defaults;
}

/** The label that adds a ClusterRole to view, edit or admin (semantics.md 4.6). */
export function aggregateTo(role: string): string {
  return `rbac.authorization.k8s.io/aggregate-to-${role}`;
}

function roleOf(row: RoleRow, there: (row: Versioned) => boolean): DefaultRole {
  return {
    namespace: row.namespace ?? '',
    name: row.name,
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...(row.aggregateTo ? { [aggregateTo(row.aggregateTo)]: 'true' } : {}) },
    aggregates: row.aggregates && aggregateTo(row.aggregates),
    rules: row.rules.filter(there).map((rule) => ({
      apiGroups: words(rule.groups).map((group) => (group === 'core' ? '' : group)),
      resources: words(rule.resources),
      verbs: words(rule.verbs),
      resourceNames: words(rule.names),
      nonResourceURLs: words(rule.urls),
    })),
  };
}

function bindingOf(row: BindingRow): DefaultBinding {
  return { namespace: row.namespace ?? '', name: row.name, roleName: row.role ?? row.name, subjects: row.subjects.map(subjectOf) };
}

/** `Kind name`, accounts as `ServiceAccount namespace/name`. */
function subjectOf(text: string): DefaultSubject {
  const [kind, name] = text.split(' ') as [DefaultSubject['kind'], string];
  const slash = kind === 'ServiceAccount' ? name.indexOf('/') : -1;
  return { kind, namespace: name.slice(0, Math.max(slash, 0)), name: name.slice(slash + 1) };
}

function words(text: string | undefined): string[] {
  return text ? text.split(' ') : [];
}
