import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { hasResource, isKnownGroup } from '../../../engine/kubernetes/api-resources.ts';
import { scopeOf } from '../../../engine/kubernetes/cluster-scoped.ts';
import type { Graph } from '../../../engine/identity/graph.ts';
import { isTold } from '../../../engine/identity/grants.ts';
import { identityOf, symbol } from '../../../engine/identity/objects.ts';
import { accountIdentity, authorizer, type Identity } from '../../../engine/identity/permissions.ts';
import { roleReference } from '../../../engine/identity/rbac-roles.ts';
import type { AccessRequest } from '../../../engine/identity/rbac-rules.ts';
import { boundSubjects } from '../../../engine/identity/rbac-subjects.ts';
import type { Rule } from '../../../engine/lint/rule.ts';
import { rules } from '../../../rules/index.ts';
import { applyFix, examplesOf, parseCase, textsOf, workspaceOf, type Case, type Texts } from '../../support/cases.ts';

/*
 * What every fix of the families accounts, tokens and access does to rights. Each is applied wherever a case or an example
 * of its rule offers it, and the permission engine is asked before and after, for everybody whom the files name and for
 * somebody whom they do not.
 */

/** What a fix may change; what it is for, it has to do in one of the cases at least. */
type Effect =
  /** No answer changes. */
  | 'nothing'
  /** Somebody loses a right, and nobody gets one. */
  | 'takes'
  /** Somebody gets a right, and nobody loses one. */
  | 'gives'
  /** A new account gets what the old one has, and nobody loses anything. */
  | 'shares'
  /** One loses what others get in its place; they get nothing else. */
  | 'hands over';

const effects: Readonly<Record<string, Effect>> = {
  'shared-service-account/own-account': 'shares',
  'default-service-account/own-account': 'shares',
  'deprecated-service-account-field/rename': 'nothing',
  'deprecated-service-account-field/remove-alias': 'nothing',
  'missing-service-account/correct': 'nothing',
  'missing-service-account/create': 'nothing',
  'missing-service-account/name-as-built': 'nothing',
  'orphan-service-account/remove': 'takes',
  'shared-image-pull-secret/move-to-pods': 'nothing',
  'automounted-token/opt-out': 'nothing',
  'automounted-token/opt-out-account': 'nothing',
  'automounted-token/keep-opt-out': 'nothing',
  'long-lived-token/remove-secret': 'nothing',
  'long-lived-token/shorten': 'nothing',
  'long-lived-token/remove-from-list': 'nothing',
  'ineffective-identity-field/move': 'nothing',
  'ineffective-identity-field/rename': 'nothing',
  'ineffective-identity-field/boolean': 'nothing',
  'ineffective-identity-field/remove': 'nothing',
  'hand-mounted-token/project': 'nothing',
  'automounting-service-account/opt-out': 'nothing',
  'unscoped-token/audience': 'nothing',
  'cluster-admin-binding/bind-in-namespace': 'takes',
  'cluster-admin-binding/bind-view': 'takes',
  'cluster-admin-binding/bind-admin': 'takes',
  'cluster-admin-binding/bind-edit': 'takes',
  'broad-cluster-role-binding/role-binding': 'takes',
  'secret-access/resource-names': 'takes',
  'secret-access/take-away': 'takes',
  'grants-rbac-escalation/take-away': 'takes',
  'grants-impersonation/take-away': 'takes',
  'grants-impersonation/resource-names': 'takes',
  'grants-credential-issuing/resource-names': 'takes',
  'grants-credential-issuing/take-away': 'takes',
  'grants-workload-control/take-away': 'takes',
  'grants-node-access/take-away': 'takes',
  'grants-admission-control/take-away': 'takes',
  'grants-trust-control/take-away': 'takes',
  'grants-delivery-control/take-away': 'takes',
  'grants-evidence-tampering/take-away': 'takes',
  'everyone-binding/name-accounts': 'takes',
  'everyone-binding/remove-binding': 'takes',
  'everyone-binding/remove-subject': 'takes',
  'default-account-binding/own-accounts': 'hands over',
  'default-account-binding/remove-binding': 'takes',
  'default-account-binding/remove-subject': 'takes',
  'wildcard-role/spell-out': 'takes',
  'invalid-rbac-rule/correct': 'gives',
  'invalid-rbac-rule/take-out': 'nothing',
  'duplicate-grant/remove-subject': 'nothing',
  'duplicate-grant/remove-binding': 'nothing',
  'ineffective-resource-names/split': 'gives',
  'ineffective-resource-names/take-away': 'takes',
  'ineffective-resource-names/name-them': 'gives',
  'ineffective-resource-names/take-out': 'nothing',
  'unresolvable-subject/name-subject': 'gives',
  'unresolvable-subject/remove-binding': 'nothing',
  'unresolvable-subject/remove-subject': 'takes',
  'dangling-subject/remove-binding': 'takes',
  'dangling-subject/correct': 'hands over',
  'dangling-subject/remove-subject': 'takes',
  'dangling-role-ref/correct': 'gives',
  'aggregated-escalation/take-label-off': 'takes',
  'aggregated-escalation/leave-to-controller': 'nothing',
  'aggregated-escalation/drop-aggregation': 'gives',
  'aggregated-escalation/drop-empty-selectors': 'takes',
};

type Answers = ReadonlyMap<string, ReadonlySet<string>>;

/** Everybody whom the bindings and workloads of some files name, and a stranger. */
function identitiesIn(...graphs: readonly Graph[]): Map<string, Identity> {
  const found = new Map<string, Identity>([['account elsewhere/stranger', accountIdentity({ namespace: 'elsewhere', name: 'stranger' })]]);
  // No account can have another name.
  const account = (namespace: string, name: string) => /[:*?]/.test(name) || found.set(`account ${namespace}/${name}`, accountIdentity({ namespace, name }));
  for (const graph of graphs) {
    for (const { namespace, name } of graph.accounts) account(namespace, name);
    for (const binding of graph.all('binding')) {
      for (const { name } of boundSubjects(graph, binding)) {
        if (name?.kind === 'ServiceAccount') account(name.namespace, name.name);
        else if (name?.kind === 'User') found.set(`user ${name.name}`, { user: name.name, groups: ['system:authenticated'] });
        else if (name) found.set(`group ${name.name}`, { user: 'somebody', groups: [name.name, 'system:authenticated'] });
      }
    }
  }
  return found;
}

const known = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection', 'bind', 'escalate', 'impersonate', 'approve', 'sign', 'use'];
const knownSubresources = ['', 'status', 'scale', 'log', 'exec', 'attach', 'portforward', 'proxy', 'eviction', 'token', 'binding', 'finalize', 'approval', 'ephemeralcontainers'];

/** Whether an API server is ever asked it: rules may speak of groups, resources, verbs and names that there are not. */
function isMade(request: AccessRequest): boolean {
  if ('url' in request) return request.url.startsWith('/');
  const { verb, group, resource, subresource = '', name = '', namespace } = request;
  const exists = isKnownGroup(group) ? hasResource(group, resource) : /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(group) && /^[a-z]+$/.test(resource);
  return exists && known.includes(verb) && (knownSubresources.includes(subresource) || !isKnownGroup(group)) && !/[*?]/.test(subresource + name) && (namespace === undefined || scopeOf(group, resource) !== 'cluster');
}

/** What is asked: all that the roles speak of, and what the gravest rights are, in every namespace and in none. */
function requestsIn(...graphs: readonly Graph[]): AccessRequest[] {
  const namespaces = [...new Set([undefined, 'elsewhere', ...graphs.flatMap((graph) => graph.objects.map(({ namespace }) => namespace)).filter((one) => isTold(one))])].slice(0, 6);
  const asked = new Map<string, AccessRequest>();
  const ask = (request: AccessRequest) => isMade(request) && asked.set(JSON.stringify(request), request);
  const askAll = (groups: readonly string[], resources: readonly string[], verbs: readonly string[], names: readonly (string | undefined)[]) => {
    for (const group of groups) for (const word of resources) for (const verb of verbs) for (const name of names) for (const namespace of namespaces) {
      const [resource, subresource] = word.split('/') as [string, string?];
      ask({ verb, group, resource, ...(subresource ? { subresource } : {}), ...(name ? { name } : {}), ...(namespace ? { namespace } : {}) });
    }
  };
  askAll([''], ['secrets', 'pods', 'serviceaccounts'], ['get', 'list', 'create', 'delete'], [undefined]);
  askAll(['rbac.authorization.k8s.io'], ['clusterroles'], ['bind', 'escalate'], [undefined]);
  for (const url of ['/metrics', '/logs/x']) ask({ verb: 'get', url });
  const words = (list: readonly { state: string; value?: unknown }[], star: readonly string[]) => list.flatMap((value) => (symbol(value as never) === '*' ? star : symbol(value as never))).slice(0, 6);
  for (const { fact } of graphs.flatMap((graph) => graph.all('role'))) {
    for (const rule of fact.rules) {
      askAll(words(rule.apiGroups, ['', 'apps']), words(rule.resources, ['pods', 'deployments']).map((word) => word.replace('*/', 'pods/')), words(rule.verbs, ['get', 'delete', 'escalate']), [undefined, ...words(rule.resourceNames, [])]);
      for (const url of words(rule.nonResourceURLs, ['/logs/x'])) ask({ verb: 'get', url });
    }
  }
  return [...asked.values()];
}

function answersOf(graph: Graph, identities: ReadonlyMap<string, Identity>, requests: readonly AccessRequest[]): Answers {
  const rbac = authorizer(graph, { defaults: true, minor: 36 });
  return new Map([...identities].map(([who, identity]) => [who, new Set(requests.filter((request) => rbac.allows(identity, request).allowed).map((request) => JSON.stringify(request)))]));
}

interface Change { readonly lost: readonly string[]; readonly gained: readonly string[]; readonly news: readonly string[] }

/** What one fix changes; `news` is what somebody gets that nobody had before. */
function changeBy(before: readonly Graph[], after: readonly Graph[]): Change {
  const identities = identitiesIn(...before, ...after);
  const requests = requestsIn(...before, ...after);
  const both = [before, after].map((graphs) => graphs.map((graph) => answersOf(graph, identities, requests)));
  const had = (answers: readonly Answers[], who: string, request: string) => answers.some((one) => one.get(who)!.has(request));
  const change: { lost: string[]; gained: string[]; news: string[] } = { lost: [], gained: [], news: [] };
  for (const who of identities.keys()) {
    for (const request of requests.map((one) => JSON.stringify(one))) {
      const [was, is] = both.map((answers) => had(answers, who, request));
      if (was && !is) change.lost.push(`${who} ${request}`);
      if (!is || was) continue;
      change.gained.push(`${who} ${request}`);
      if (![...identities.keys()].some((other) => had(both[0]!, other, request))) change.news.push(`${who} ${request}`);
    }
  }
  return change;
}

/** Bindings of somebody to every role, and to the built-in ones that others add to, in a file of their own: a change of a role is to be seen. */
function holdersOf(graphs: readonly Graph[]): Texts {
  const bindings = graphs.flatMap((graph) => graph.all('role')).filter(({ object }) => isTold(object.name) && !object.context && !object.build).map(({ object, fact }) => `apiVersion: rbac.authorization.k8s.io/v1
kind: ${fact.cluster ? 'ClusterRoleBinding' : 'RoleBinding'}
metadata: {name: ${JSON.stringify(`holders-of-${object.name}`)}${isTold(object.namespace) ? `, namespace: ${object.namespace}` : ''}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ${object.resource.header.kind}, name: ${JSON.stringify(object.name)}}
subjects: [{kind: ServiceAccount, name: holder, namespace: elsewhere}, {kind: ServiceAccount, name: ${JSON.stringify(`holder-of-${object.name.replace(/[^a-z0-9-]/g, '-')}`)}, namespace: elsewhere}]
`);
  const builtin = ['view', 'edit', 'admin'].map((name) => `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: holders-of-built-in-${name}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ${name}}
subjects: [{kind: ServiceAccount, name: built-in-${name}, namespace: elsewhere}]
`);
  return new Map([['holders/all.yaml', [...builtin, ...bindings].join('---\n')]]);
}

/** Bindings that a cluster would keep or refuse to change: those that are gone, and those whose roleRef, which is immutable, is another. */
function orphanedBy(before: readonly Graph[], after: readonly Graph[]): string[] {
  const bindings = (graphs: readonly Graph[]) => new Map(graphs.flatMap((graph) => graph.all('binding')).filter(({ object }) => isTold(object.name)).map((binding) => [identityOf(binding.object), JSON.stringify(roleReference(binding))]));
  const now = bindings(after);
  return [...bindings(before)].filter(([identity, role]) => now.get(identity) !== role).map(([identity]) => identity);
}

/** The graphs of a workspace, each once. */
function graphsOf(texts: Texts, flags: ReadonlyMap<string, string>, holders: Texts = new Map()): Graph[] {
  const workspace = workspaceOf(new Map([...texts, ...holders]), flags, []);
  return [...new Set([...texts.keys()].flatMap((path) => workspace.graphOf(path) ?? []))];
}

/** Every case and bad example of a rule. */
function casesOf(rule: Rule): { name: string; one: Case }[] {
  const folder = join('rules', rule.family, rule.id);
  const examples = examplesOf(readFileSync(join(folder, 'README.md'), 'utf8')).filter(({ kind }) => kind === 'bad').map(({ yaml }, i) => ({ name: `example ${i + 1}`, one: parseCase(yaml) }));
  const files = readdirSync(join(folder, 'cases')).filter((file) => file.endsWith('.yaml') && !file.endsWith('.fixed.yaml')).sort();
  return [...examples, ...files.map((file) => ({ name: file, one: parseCase(readFileSync(join(folder, 'cases', file), 'utf8')) }))];
}

const seen = new Set<string>();

for (const rule of rules.filter(({ family, fixes }) => ['accounts', 'tokens', 'access'].includes(family) && fixes)) {
  describe(rule.id, () => {
    const changes = new Map<string, { name: string; title: string; choice: boolean; orphaned: readonly string[]; change: Change }[]>();
    for (const { name, one } of casesOf(rule)) {
      const texts = textsOf(one);
      const workspace = workspaceOf(texts, one.flags, [rule]);
      const holders = holdersOf(graphsOf(texts, one.flags));
      const before = graphsOf(texts, one.flags, holders);
      // A role with a rule that the API server refuses gives nothing at all; what the rule says is asked here all the same.
      const findings = workspace.findings().filter(({ messageId }) => messageId !== 'pathsBesideResources');
      for (const fix of findings.flatMap((finding) => workspace.fixesOf(finding))) {
        const list = changes.get(fix.id) ?? [];
        changes.set(fix.id, list);
        list.push({ name, title: fix.title, choice: fix.choice, orphaned: orphanedBy(before, graphsOf(applyFix(texts, fix), one.flags, holders)), change: changeBy(before, graphsOf(applyFix(texts, fix), one.flags, holders)) });
      }
    }
    for (const [id, made] of changes) {
      const key = `${rule.id}/${id}`;
      seen.add(key);
      test(`${id}: says what is left to do in a running cluster`, () => {
        for (const { name, title, orphaned } of made) if (orphaned.length > 0) assert.match(title, /delete .*in the cluster|was refused so far/i, `${name}: ${orphaned.join(', ')}`);
      });
      // What names have kept from everybody so far is nobody's slip of the pen.
      if (id === 'split') test(`${id}: is never made unasked`, () => assert.ok(made.every(({ choice }) => choice)));
      const effect = effects[key];
      test(`${id}: ${effect ?? 'not said'}`, () => {
        assert.ok(effect, `say in this file what ${key} does to rights`);
        for (const { name, change } of made) {
          const told = JSON.stringify(change).slice(0, 400);
          if (effect === 'nothing' || effect === 'takes') assert.equal(change.gained.length, 0, `${name}: ${told}`);
          if (effect === 'nothing' || effect === 'gives' || effect === 'shares') assert.equal(change.lost.length, 0, `${name}: ${told}`);
          if (effect === 'shares' || effect === 'hands over') assert.equal(change.news.length, 0, `${name}: ${told}`);
        }
        if (effect === 'takes' || effect === 'hands over') assert.ok(made.some(({ change }) => change.lost.length > 0), 'no case takes anything');
        if (effect === 'gives' || effect === 'shares' || effect === 'hands over') assert.ok(made.some(({ change }) => change.gained.length > 0), 'no case gives anything');
      });
    }
  });
}

test('a slip is corrected unasked, unless that gives a right that rules warn of', () => {
  const role = (resource: string) => new Map([['role.yaml', `apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: web}\nrules: [{apiGroups: [""], resources: [${resource}], verbs: [get]}]\n`]]);
  const choices = (resource: string) => {
    const workspace = workspaceOf(role(resource), new Map(), rules.filter(({ id }) => id === 'invalid-rbac-rule'));
    return workspace.findings().flatMap((finding) => workspace.fixesOf(finding)).filter(({ id }) => id === 'correct').map(({ title, choice }) => `${title.slice(0, title.indexOf(' ('))}${choice ? ', if chosen' : ''}`);
  };
  assert.deepEqual(choices('pods/logs'), ['Write "pods/log"']);
  assert.deepEqual(choices('proxy/nodes'), ['Write "nodes/proxy", if chosen']);
  assert.deepEqual(choices('secret'), ['Write "secrets", if chosen']);
});

test('every fix that is listed here is offered in a case', () => {
  assert.deepEqual(Object.keys(effects).filter((key) => !seen.has(key)), []);
});
