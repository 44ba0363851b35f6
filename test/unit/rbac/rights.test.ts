import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { ruleAllows, type AccessRule } from '../../../engine/identity/rbac-rules.ts';
import { grantedBy, isWide, rights, type Right } from '../../../engine/identity/rights.ts';
import { isBuiltinGroup, scopeOf } from '../../../engine/kubernetes/cluster-scoped.ts';
import { corpusAbsent } from '../../support/absent.ts';

const ruleOf = (groups: string, resources: string, verbs: string, names = '', open: AccessRule['open'] = []): AccessRule => ({
  apiGroups: groups.split(' ').map((group) => (group === 'core' ? '' : group)), resources: resources.split(' '), verbs: verbs.split(' '), resourceNames: names === '' ? [] : names.split(' '), nonResourceURLs: [], open,
});
const ids = (rule: AccessRule) => grantedBy(rule).filter(isWide).map(({ right }) => right.id);
const targetsOf = (right: Right) => right.on.map((text) => {
  const [path, subresource] = text.split('/') as [string, string?];
  const [resource, ...group] = path.split('.') as [string, ...string[]];
  return { group: group.join('.'), resource, ...(subresource ? { subresource } : {}) };
});

describe('the table of rights', () => {
  test('says cluster where all that a right is about is cluster-scoped, as the API types do', () => {
    // Requests for one Namespace carry its name as namespace, and `bind` is asked in the binding's namespace (semantics.md 4.1, 4.5).
    const exceptions = new Set(['label-namespaces', 'bind', 'bind-cluster-admin']);
    for (const right of rights.values()) {
      const builtin = targetsOf(right).filter(({ group }) => isBuiltinGroup(group));
      if (builtin.length === 0 || exceptions.has(right.id)) continue;
      assert.equal(right.scope, builtin.every(({ group, resource }) => scopeOf(group, resource) === 'cluster') ? 'cluster' : 'namespace', right.id);
    }
  });
  test('agrees with RBAC: a rule that gives a right allows one of its requests, and a rule for exactly these gives it', () => {
    for (const right of rights.values()) {
      for (const { group, resource, subresource } of targetsOf(right)) {
        if (resource === '*' || subresource === '*') continue;
        for (const verb of right.verbs) {
          const said = verb === '*' ? 'get' : verb;
          const rule = ruleOf(group === '' ? 'core' : group, subresource ? `${resource}/${subresource}` : resource, said);
          assert.ok(ids(rule).includes(right.id), `${right.id} by ${said} on ${resource}`);
          assert.equal(ruleAllows(rule, { verb: said, group, resource, ...(subresource ? { subresource } : {}) }), true);
        }
      }
    }
  });
});

describe('what a rule gives', () => {
  test('by a star, and by a star before the slash', () => {
    assert.ok(ids(ruleOf('core', '*', '*')).includes('read-secrets'));
    assert.ok(ids(ruleOf('*', '*', 'get')).includes('proxy-nodes'));
    assert.deepEqual(ids(ruleOf('core', '*/exec', 'create')), ['exec']);
    assert.deepEqual(ids(ruleOf('constraints.gatekeeper.sh', 'k8srequiredlabels', 'patch')), ['write-policy-engines']);
  });
  test('a rule for every group that names resources does not mean the resources of a whole group', () => {
    assert.deepEqual(ids(ruleOf('*', 'things', 'create')), []);
  });
  test('what matches nothing gives nothing', () => {
    assert.deepEqual(ids(ruleOf('core', 'pods/* secret', 'create get')), []);
    assert.deepEqual(ids(ruleOf('v1 core/v1', 'secrets', 'get')), []);
    assert.deepEqual(ids(ruleOf('authentication.k8s.io', 'userextras/*', 'impersonate')), []);
    assert.deepEqual(ids(ruleOf('core', 'secrets', 'GET')), []);
  });
  test('names are the narrow form, but not for objects that can be rewritten or that are worth all', () => {
    assert.deepEqual(ids(ruleOf('core', 'secrets', 'get list', 'tls')), []);
    assert.deepEqual(ids(ruleOf('core', 'configmaps', 'update', 'leader-lock')), []);
    assert.deepEqual(ids(ruleOf('core', 'configmaps', 'update', 'aws-auth')), ['write-configmaps']);
    assert.deepEqual(ids(ruleOf('core', 'groups', 'impersonate', 'system:masters')), ['impersonate-groups']);
    assert.deepEqual(ids(ruleOf('apps', 'deployments', 'patch', 'api')), ['change-workloads']);
    // A request that creates carries no name, so this rule never matches (semantics.md 4.3).
    assert.deepEqual(ids(ruleOf('core', 'configmaps', 'create', 'aws-auth')), []);
  });
  test('what a template hides gives nothing', () => {
    assert.deepEqual(ids(ruleOf('core', 'secrets', 'get', '', ['resourceNames'])), []);
    assert.deepEqual(ids(ruleOf('core', '{{.Values.resources}}', 'get', '', ['resources'])), []);
    assert.deepEqual(ids(ruleOf('core', 'secrets', 'get', '', ['verbs'])), ['read-secrets']);
  });
  test('what is no escalation (semantics.md 5.2)', () => {
    for (const rule of [
      ruleOf('authentication.k8s.io', 'tokenreviews', 'create'), ruleOf('authorization.k8s.io', 'subjectaccessreviews localsubjectaccessreviews', 'create'),
      ruleOf('coordination.k8s.io', 'leases', '*'), ruleOf('core events.k8s.io', 'events', 'create patch'), ruleOf('core', 'pods services endpoints nodes namespaces configmaps', 'get list watch'),
      ruleOf('core', 'nodes/metrics nodes/stats pods/log', 'get'), ruleOf('example.com', 'things things/status things/finalizers', '*'), ruleOf('core', 'secrets', 'get', 'one'),
    ]) assert.deepEqual(ids(rule), [], JSON.stringify(rule));
  });
});

const predicates = '../shared/knowledge/escalation-predicates.json';
/** Predicates that are no right of their own, and why. */
const left: Readonly<Record<string, string>> = {
  'wildcard-all': 'three stars are no single right: cluster-admin-binding and wildcard-role',
  'impersonate-constrained': 'gives nothing without impersonate-on grants, which say themselves what may be done',
  'pods-binding-eviction': 'places pods, and gives nobody an identity',
  'csr-create': 'harmless without an approver; a right only as a part of paths',
  'token-review': 'no escalation (semantics.md 5.2)',
  'access-review': 'no escalation (semantics.md 5.2)',
  'lease-leader-election': 'no escalation (semantics.md 5.2)',
  'events-write': 'no escalation (semantics.md 5.2)',
  'psp-use': 'PodSecurityPolicy was removed in 1.25',
  'debug-urls': 'paths show data and change no identity',
};

if (!existsSync(predicates)) {
  corpusAbsent(1);
} else {
  test('every predicate of the list is a right, or has a reason to be none', () => {
    const { predicates: list } = JSON.parse(readFileSync(predicates, 'utf8')) as { predicates: { id: string; apiGroups: string[]; resources: string[]; verbs: string[]; resourceNames?: string[] }[] };
    const missing = list.filter(({ id, apiGroups, resources, verbs, resourceNames }) => {
      const names = resourceNames?.join(' ') ?? '';
      const words = resources.join(' ').replace('userextras/<any key>', 'userextras/scopes');
      return !(id in left) && grantedBy(ruleOf(apiGroups.map((group) => group || 'core').join(' '), words, verbs.join(' '), names)).filter(isWide).length === 0;
    });
    assert.deepEqual(missing.map(({ id }) => id), []);
    assert.deepEqual(Object.keys(left).filter((id) => !list.some((one) => one.id === id)), []);
  });
}
