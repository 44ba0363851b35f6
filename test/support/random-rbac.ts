import fc from 'fast-check';
import type { NaiveBinding, NaiveRequest, NaiveRole, NaiveRule, NaiveSelector, NaiveSubject } from './naive-rbac.ts';

/* Random RBAC over a small world, so that questions often meet what is granted, with every odd spelling in it. */

const namespaces = ['a', 'b'];
const names = ['x', 'y', 'z'];
const labelKeys = ['one', 'two'];
const labelValues = ['true', 'false'];

const some = (values: readonly string[], min = 0, max = 3) => fc.uniqueArray(fc.constantFrom(...values), { minLength: min, maxLength: max });

const rule: fc.Arbitrary<NaiveRule> = fc.oneof(
  { weight: 5, arbitrary: fc.record({
    verbs: some(['get', 'list', 'create', '*', 'GET'], 1),
    apiGroups: some(['', 'apps', '*', 'v1', 'apps/v1'], 1),
    resources: some(['pods', 'pods/log', 'pods/*', '*/log', '*', '*/*', 'secrets', 'Pod'], 1),
    resourceNames: fc.oneof({ weight: 3, arbitrary: fc.constant<string[]>([]) }, { weight: 1, arbitrary: some(['n', 'm', '*', ''], 1) }),
  }) },
  { weight: 1, arbitrary: fc.record({ verbs: some(['get', 'post', '*'], 1), nonResourceURLs: some(['/metrics', '/a/*', '/a*', '*', '/a/**', '/*/b'], 1) }) },
);

const labels = fc.dictionary(fc.constantFrom(...labelKeys), fc.constantFrom(...labelValues), { maxKeys: 2 });
const selector: fc.Arbitrary<NaiveSelector> = fc.record({
  matchLabels: fc.dictionary(fc.constantFrom(...labelKeys), fc.constantFrom(...labelValues), { maxKeys: 1 }),
  matchExpressions: fc.array(
    fc.oneof(
      fc.record({ key: fc.constantFrom(...labelKeys), operator: fc.constantFrom('In', 'NotIn'), values: some(labelValues, 1) }),
      fc.record({ key: fc.constantFrom(...labelKeys), operator: fc.constantFrom('Exists', 'DoesNotExist') }),
    ),
    { maxLength: 1 },
  ),
});

const role: fc.Arbitrary<NaiveRole> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('Role'), metadata: fc.record({ name: fc.constantFrom(...names), namespace: fc.constantFrom(...namespaces), labels }), rules: fc.array(rule, { minLength: 1, maxLength: 3 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('ClusterRole'), metadata: fc.record({ name: fc.constantFrom(...names, 'view'), labels }), rules: fc.array(rule, { minLength: 1, maxLength: 3 }) }) },
  { weight: 2, arbitrary: fc.record({
    kind: fc.constant('ClusterRole'),
    metadata: fc.record({ name: fc.constantFrom(...names, 'agg', 'agg2'), labels }),
    rules: fc.array(rule, { maxLength: 1 }),
    aggregationRule: fc.record({ clusterRoleSelectors: fc.array(selector, { minLength: 1, maxLength: 2 }) }),
  }) },
);

const subject: fc.Arbitrary<NaiveSubject> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('ServiceAccount'), name: fc.constantFrom(...names), namespace: fc.constantFrom(...namespaces) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('ServiceAccount'), name: fc.constantFrom(...names) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('User'), name: fc.constantFrom('jane', 'system:serviceaccount:a:x', '*', 'system:anonymous') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('Group'), name: fc.constantFrom('system:serviceaccounts', 'system:serviceaccounts:a', 'system:serviceaccounts:*', 'system:authenticated', 'dev', 'system:masters') }) },
);

const roleRef = fc.record({ kind: fc.constantFrom('Role', 'ClusterRole', 'ClusterRole'), name: fc.constantFrom(...names, 'agg', 'agg2', 'view', 'absent') });
const binding: fc.Arbitrary<NaiveBinding> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('RoleBinding'), metadata: fc.record({ name: fc.constantFrom(...names), namespace: fc.constantFrom(...namespaces) }), roleRef, subjects: fc.array(subject, { minLength: 1, maxLength: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('ClusterRoleBinding'), metadata: fc.record({ name: fc.constantFrom(...names) }), roleRef: roleRef.map((ref) => ({ ...ref, kind: 'ClusterRole' })), subjects: fc.array(subject, { minLength: 1, maxLength: 4 }) }) },
);

const identity = fc.oneof(
  { weight: 4, arbitrary: fc.record({ namespace: fc.constantFrom(...namespaces), name: fc.constantFrom(...names) }).map(({ namespace, name }) => ({ user: `system:serviceaccount:${namespace}:${name}`, groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'] })) },
  { weight: 1, arbitrary: fc.record({ user: fc.constantFrom('jane', 'joe', 'system:anonymous'), groups: some(['system:authenticated', 'dev', 'system:unauthenticated']) }) },
);

export const request: fc.Arbitrary<NaiveRequest> = fc.oneof(
  { weight: 5, arbitrary: fc.record({
    who: identity,
    what: fc.record(
      { verb: fc.constantFrom('get', 'list', 'create'), group: fc.constantFrom('', 'apps'), resource: fc.constantFrom('pods', 'secrets'), subresource: fc.constantFrom('log', ''), name: fc.constantFrom('n', 'm', 'o', ''), namespace: fc.constantFrom(...namespaces) },
      { requiredKeys: ['verb', 'group', 'resource'] },
    ),
  }).map(({ who, what }) => ({ ...who, ...what })) },
  { weight: 1, arbitrary: fc.record({ who: identity, what: fc.record({ verb: fc.constantFrom('get', 'post'), url: fc.constantFrom('/metrics', '/a', '/a/b', '/abc', '/x/b', '/*/b') }) }).map(({ who, what }) => ({ ...who, ...what })) },
);

/** A role is there once: the last of a name counts, as after applying one after the other. */
const unique = <T extends { kind: string; metadata: { name: string; namespace?: string } }>(list: T[]): T[] => [...new Map(list.map((one) => [`${one.kind}/${one.metadata.namespace ?? ''}/${one.metadata.name}`, one])).values()];

export const world = fc.record({
  roles: fc.array(role, { minLength: 4, maxLength: 12 }).map(unique),
  bindings: fc.array(binding, { minLength: 4, maxLength: 12 }).map(unique),
  requests: fc.array(request, { minLength: 50, maxLength: 50 }),
});
