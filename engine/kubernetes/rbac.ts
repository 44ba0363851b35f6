import type { Cursor, Place, Value } from '../yaml/cursor.ts';
import type { Header } from './header.ts';
import { readSelector, type LabelSelector } from './selector.ts';

/** One rule of a Role or ClusterRole. A list that a template may extend is `open`. */
export interface PolicyRule {
  readonly apiGroups: readonly Value<string>[];
  readonly resources: readonly Value<string>[];
  readonly verbs: readonly Value<string>[];
  readonly resourceNames: readonly Value<string>[];
  readonly nonResourceURLs: readonly Value<string>[];
  readonly open: boolean;
  readonly at: Place;
}

export interface RoleFact {
  readonly fact: 'role';
  /** ClusterRole, else Role. */
  readonly cluster: boolean;
  readonly rules: readonly PolicyRule[];
  /** Selectors of `aggregationRule`; the controller overwrites `rules` where there are any (semantics.md 4.7). */
  readonly aggregation: readonly LabelSelector[] | undefined;
  readonly open: boolean;
}

export interface Subject {
  readonly kind: Value<string>;
  readonly name: Value<string>;
  readonly namespace: Value<string>;
  readonly apiGroup: Value<string>;
  readonly at: Place;
}

export interface BindingFact {
  readonly fact: 'binding';
  /** ClusterRoleBinding, else RoleBinding. */
  readonly cluster: boolean;
  readonly roleKind: Value<string>;
  readonly roleName: Value<string>;
  readonly subjects: readonly Subject[];
  /** Whether a template may add subjects that cannot be seen. */
  readonly open: boolean;
}

export function readRole(cursor: Cursor, header: Header): RoleFact[] {
  const rules = cursor.get('rules');
  const aggregation = cursor.get('aggregationRule');
  return [{
    fact: 'role',
    cluster: header.kind === 'ClusterRole',
    rules: rules.items().map(readRule),
    aggregation: aggregation.isMap ? aggregation.get('clusterRoleSelectors').items().map(readSelector) : undefined,
    open: rules.open || rules.items().some((rule) => rule.open),
  }];
}

function readRule(rule: Cursor): PolicyRule {
  const lists = ['apiGroups', 'resources', 'verbs', 'resourceNames', 'nonResourceURLs'].map((key) => rule.get(key));
  const [apiGroups, resources, verbs, resourceNames, nonResourceURLs] = lists.map(strings);
  return { apiGroups: apiGroups!, resources: resources!, verbs: verbs!, resourceNames: resourceNames!, nonResourceURLs: nonResourceURLs!, open: lists.some((list) => list.open), at: rule.place() };
}

/** Unlike most strings of the API, "" is a value here: it is the core group, or a request without a name. */
function strings(list: Cursor): Value<string>[] {
  return list.items().flatMap((item): Value<string>[] => {
    if (item.node?.kind === 'hole') return [{ state: 'hole', expression: item.node.expression, at: item.place() }];
    return item.node?.kind === 'scalar' && typeof item.node.value === 'string' ? [{ state: 'known', value: item.node.value, at: item.place() }] : [];
  });
}

export function readBinding(cursor: Cursor, header: Header): BindingFact[] {
  const subjects = cursor.get('subjects');
  return [{
    fact: 'binding',
    cluster: header.kind === 'ClusterRoleBinding',
    roleKind: cursor.at('roleRef', 'kind').string(),
    roleName: cursor.at('roleRef', 'name').string(),
    subjects: subjects.items().map((subject) => ({
      kind: subject.get('kind').string(),
      name: subject.get('name').string(),
      namespace: subject.get('namespace').string(),
      apiGroup: subject.get('apiGroup').string(),
      at: subject.place(),
    })),
    open: subjects.open,
  }];
}
