import type { Cursor, Place, Value } from '../yaml/cursor.ts';
import type { Header } from './header.ts';
import { readSelector, type LabelSelector } from './selector.ts';

/** The lists of a rule: a request has to be met by each that applies to it. */
export const ruleLists = ['apiGroups', 'resources', 'verbs', 'resourceNames', 'nonResourceURLs'] as const;
export type RuleList = (typeof ruleLists)[number];

/** One rule of a Role or ClusterRole. */
export interface PolicyRule extends Readonly<Record<RuleList, readonly Value<string>[]>> {
  /** The lists that a template may extend or that hold values which cannot be read. */
  readonly open: readonly RuleList[];
  readonly at: Place;
}

export interface RoleFact {
  readonly fact: 'role';
  /** ClusterRole, else Role. */
  readonly cluster: boolean;
  readonly rules: readonly PolicyRule[];
  /** Selectors of `aggregationRule`; the controller overwrites `rules` where there are any (semantics.md 4.7). */
  readonly aggregation: readonly LabelSelector[] | undefined;
  /** Whether a template may add rules, or fields to a rule, that cannot be seen. */
  readonly open: boolean;
}

export interface Subject {
  readonly kind: Value<string>;
  readonly name: Value<string>;
  readonly namespace: Value<string>;
  readonly apiGroup: Value<string>;
  /** The subject's path; underlined is its name. */
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

/** Reads a Role or ClusterRole (rbac/v1 types.go). */
export function readRole(cursor: Cursor, header: Header): RoleFact[] {
  const rules = cursor.get('rules');
  const aggregation = cursor.get('aggregationRule');
  return [{
    fact: 'role',
    cluster: header.kind === 'ClusterRole',
    rules: rules.items().map(readRule),
    aggregation: aggregation.isMap ? aggregation.get('clusterRoleSelectors').items().map(readSelector) : undefined,
    open: cursor.open || rules.open || rules.items().some((rule) => rule.open) || aggregation.open || aggregation.get('clusterRoleSelectors').open,
  }];
}

function readRule(rule: Cursor): PolicyRule {
  const lists = Object.fromEntries(ruleLists.map((key) => [key, strings(rule.get(key))])) as Record<RuleList, Value<string>[]>;
  const open = ruleLists.filter((key) => rule.get(key).open || lists[key].some((value) => value.state === 'hole'));
  return { ...lists, open, at: rule.place() };
}

/**
 * Unlike most strings of the API, "" is a value here: it is the core group, or a request without a name. A null in a
 * list of strings decodes to "" too (encoding/json leaves the zero value); other types are refused and left out.
 */
function strings(list: Cursor): Value<string>[] {
  return list.items().flatMap((item): Value<string>[] => {
    if (item.node?.kind === 'hole') return [{ state: 'hole', expression: item.node.expression, at: item.place() }];
    if (item.isNull) return [{ state: 'known', value: '', at: item.place() }];
    return item.node?.kind === 'scalar' && typeof item.node.value === 'string' ? [{ state: 'known', value: item.node.value, at: item.place() }] : [];
  });
}

/** Reads a RoleBinding or ClusterRoleBinding (rbac/v1 types.go). */
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
      at: subject.get('name').exists ? { ...subject.place(), span: subject.get('name').place().span } : subject.place(),
    })),
    open: cursor.open || subjects.open || subjects.items().some((subject) => subject.open),
  }];
}
