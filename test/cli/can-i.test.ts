// `can-i` and `who-can`, as processes: answers, what grants them and where, what is not known, and the questions of a real authorizer.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { corpusAbsent } from '../support/absent.ts';
import { folderWith, kubewho, write } from './support.ts';

const rbac = `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: reader, namespace: shop }
rules:
  - apiGroups: [""]
    resources: [pods, pods/log]
    verbs: [get, list]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: readers, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader }
subjects:
  - { kind: ServiceAccount, name: web }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: scrapers }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: scraper }
subjects:
  - { kind: Group, name: team-metrics }
`;
const accounts = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: web, namespace: shop }\n';
const cwd = folderWith({ 'k8s/rbac.yaml': rbac, 'k8s/accounts.yaml': accounts, 'other/scraper.yaml': `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: scraper }
rules: [{ nonResourceURLs: [/metrics], verbs: [get] }]
` });
const canI = (...args: string[]) => kubewho(['can-i', ...args], { cwd });
const asked = (...args: string[]) => JSON.parse(canI(...args, '--format', 'json').stdout);

describe('can-i', () => {
  test('answers about an account by the name that Kustomize gives it', () => {
    const built = folderWith({ 'base/kustomization.yaml': 'resources: [rbac.yaml, accounts.yaml]\n', 'base/rbac.yaml': rbac, 'base/accounts.yaml': accounts, 'prod/kustomization.yaml': 'namePrefix: p-\nresources: [../base]\n' });
    const { code, stdout } = kubewho(['can-i', '--as', 'shop/p-web', 'list', 'pods', '-n', 'shop', '--in', 'prod'], { cwd: built });
    assert.deepEqual([code, stdout.split('\n')[0]], [0, 'yes: ServiceAccount "shop/p-web" can list pods in namespace "shop"']);
    const written = kubewho(['can-i', '--as', 'shop/web', 'list', 'pods', '-n', 'shop', '--in', 'prod'], { cwd: built });
    assert.deepEqual([written.code, written.stdout], [1, 'no: ServiceAccount "shop/web" cannot list pods in namespace "shop"\n  note: account "shop/web" is only written so; Kustomize builds it as "shop/p-web": ask about that\n']);
    const listed = kubewho(['can-i', '--as', 'shop/web', '--list', '--in', 'prod'], { cwd: built }).stdout;
    assert.doesNotMatch(listed, /RoleBinding "shop/);
    assert.match(listed, /^note: account "shop\/web" is only written so/m);
    assert.match(kubewho(['who-can', 'list', 'pods', '-n', 'shop', '--in', 'prod'], { cwd: built }).stdout, /^ServiceAccount "shop\/p-web" +RoleBinding "shop\/readers"/m);
  });

  test('answers about each of the names that builds give an account in one namespace', () => {
    const grant = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: admin}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\nsubjects: [{kind: ServiceAccount, name: web, namespace: shop}]\n';
    const built = folderWith({ 'base/kustomization.yaml': 'resources: [accounts.yaml]\n', 'base/accounts.yaml': accounts, 'blue/kustomization.yaml': 'namePrefix: blue-\nresources: [../base, grant.yaml]\n', 'blue/grant.yaml': grant, 'green/kustomization.yaml': 'nameSuffix: -green\nresources: [../base]\n' });
    const answers = ['blue-web', 'web-green', 'web'].map((name) => kubewho(['can-i', '--as', `shop/${name}`, 'delete', 'nodes'], { cwd: built }).stdout);
    assert.deepEqual(answers.map((answer) => answer.slice(0, answer.indexOf(':'))), ['yes', 'no', 'no']);
    assert.match(answers[2]!, /note: account "shop\/web" is only written so; Kustomize builds it as "shop\/blue-web", "shop\/web-green": ask about that/);
  });

  test('yes: which binding and which rule, each with file and line; exit code 0', () => {
    assert.deepEqual(canI('--as', 'shop/web', 'get', 'pods/log', 'one', '-n', 'shop', '--in', 'k8s'), {
      code: 0,
      stderr: '',
      stdout: `yes: ServiceAccount "shop/web" can get pods/log "one" in namespace "shop"
  RoleBinding "shop/readers" (k8s/rbac.yaml:10:7) names ServiceAccount "shop/web" (k8s/rbac.yaml:14:35)
  Role "shop/reader" (k8s/rbac.yaml:2:7) allows get, list on pods, pods/log (k8s/rbac.yaml:5:5)
`,
    });
    const { allowed, by, doubts } = asked('--as', 'shop/web', 'get', 'pods', '-n', 'shop', '--in', 'k8s');
    assert.equal(allowed, true);
    assert.deepEqual([by.binding.name, by.binding.at.line, by.role.name, by.role.at.line, by.rule.at], ['readers', 10, 'reader', 2, { file: 'k8s/rbac.yaml', line: 5, column: 5 }]);
    assert.deepEqual(doubts, []);
  });

  test('no, where it would be allowed, and exit code 1', () => {
    const { code, stdout } = canI('--as', 'shop/web', 'list', 'pods', '--in', 'k8s');
    assert.equal(code, 1);
    assert.equal(stdout, 'no: ServiceAccount "shop/web" cannot list pods\n  note: not everywhere, but in namespace "shop" (-n)\n');
    assert.equal(canI('--as', 'shop/web', 'delete', 'pods', '-n', 'shop', '--in', 'k8s').code, 1);
  });

  test('says of a role that it is not among the files read, never that there is none', () => {
    const { code, stdout } = canI('--as', 'metrics/agent', '--as-group', 'team-metrics', 'get', '/metrics', '--in', 'k8s');
    assert.equal(code, 1);
    assert.match(stdout, /not known: ClusterRole "scraper" of ClusterRoleBinding "scrapers" is not among the files read \(k8s\/rbac\.yaml:17:7\)/);
    assert.match(stdout, /note: account "metrics\/agent" is not among the files read/);
    assert.equal(canI('--as', 'metrics/agent', '--as-group', 'team-metrics', 'get', '/metrics', '--in', 'k8s', 'other').code, 0);
    assert.doesNotMatch(stdout, /does not exist/);
  });

  const chart = (text: string) => folderWith({ 'Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n', 'values.yaml': 'verbs: [get]\n', 'templates/rbac.yaml': text });

  test('asks what a template writes with the values of its chart', () => {
    const cwd = chart(rbac.replace('verbs: [get, list]', 'verbs: {{ toJson .Values.verbs }}'));
    assert.equal(kubewho(['can-i', '--as', 'shop/web', 'get', 'pods', '-n', 'shop'], { cwd }).code, 0);
    assert.equal(kubewho(['can-i', '--as', 'shop/web', 'list', 'pods', '-n', 'shop'], { cwd }).code, 1);
  });

  test('says that a template hides a binding or its role', () => {
    const cwd = chart(rbac.replace('verbs: [get, list]', 'verbs: [get, "{{ .Release.Name }}"]'));
    const { code, stdout } = kubewho(['can-i', '--as', 'shop/web', 'list', 'pods', '-n', 'shop'], { cwd });
    assert.equal(code, 1);
    assert.match(stdout, /not known: a template hides part of RoleBinding "shop\/readers" or of its role/);
  });

  test('reads the PATHs of --in and nothing else', () => {
    const nothing = canI('--as', 'shop/web', 'get', 'pods', '-n', 'shop', '--in', 'k8s/accounts.yaml');
    assert.deepEqual([nothing.code, nothing.stdout], [1, 'no: ServiceAccount "shop/web" cannot get pods in namespace "shop"\n']);
    assert.equal(canI('--as', 'shop/web', 'get', 'pods', '-n', 'shop', '--in', 'k8s/accounts.yaml', 'k8s/rbac.yaml').code, 0);
    assert.equal(canI('--as', 'shop/web', 'get', 'pods', '-n', 'shop').code, 0);
  });

  test('the built-in roles count, unless they are left out', () => {
    const discovery = ['--as', 'shop/web', 'get', '/healthz', '--in', 'k8s'];
    assert.equal(canI(...discovery).code, 0);
    assert.match(canI(...discovery).stdout, /built-in ClusterRole/);
    assert.equal(canI(...discovery, '--no-default-roles').code, 1);
    assert.equal(canI('--as', 'shop/web', '--as-group', 'system:masters', 'delete', 'nodes', '--no-default-roles').code, 0);
  });

  test('warns of a resource whose group was forgotten, and of a namespace for what has none', () => {
    assert.match(canI('--as', 'shop/web', 'get', 'deployments', '-n', 'shop').stdout, /note: "deployments" without a group .* deployments\.apps/);
    assert.match(canI('--as', 'shop/web', 'get', 'nodes', '-n', 'shop').stdout, /note: "nodes" is cluster-scoped/);
  });

  test('--list: every right, by its rule', () => {
    const { code, stdout } = canI('--as', 'shop/web', '--list', '--in', 'k8s', '--no-default-roles');
    assert.equal(code, 0);
    assert.equal(stdout, 'WHERE  RIGHT                        BINDING                     ROLE\nshop   get, list on pods, pods/log  RoleBinding "shop/readers"  Role "shop/reader" (k8s/rbac.yaml:5:5)\n');
    assert.deepEqual(asked('--as', 'shop/web', '--list', '-n', 'bank', '--in', 'k8s', '--no-default-roles').permissions, []);
    const unknown = asked('--as', 'shop/web', '--as-group', 'team-metrics', '--list', '--in', 'k8s');
    assert.match(unknown.doubts[0], /not among the files read/);
  });

  test('wrong usage and a missing PATH: a sentence and exit code 2', () => {
    for (const args of [['get', 'pods'], ['--as', 'shop/web'], ['--as', 'shop/web', 'get'], ['--as', 'a/b/c', 'get', 'pods'], ['--as', 'shop/web', 'get', 'pods', 'one', 'two'], ['--as', 'shop/web', 'get', '/metrics', '-n', 'shop'], ['--as', 'shop/web', '--list', 'get', 'pods'], ['--as', 'shop/web', 'get', 'pods', '--in']]) {
      const { code, stdout, stderr } = canI(...args);
      assert.deepEqual([code, stdout], [2, ''], args.join(' '));
      assert.match(stderr, /^kubewho: .+\n$/);
    }
    const missing = canI('--as', 'shop/web', 'get', 'pods', '-n', 'shop', '--in', 'k8s', 'nowhere');
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /nowhere: no such file/);
    assert.match(missing.stdout, /^yes/);
  });
});

describe('can-i --questions', () => {
  const review = (spec: unknown) => ({ apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', metadata: { name: 'kept' }, spec });
  const get = { verb: 'get', resource: 'pods', namespace: 'shop' };
  const ask = (questions: unknown, ...args: string[]) => kubewho(['can-i', '--questions', '-', ...args], { cwd, stdin: JSON.stringify(questions) });

  test('the same array in the same order, with a status', () => {
    const questions = [
      review({ user: 'system:serviceaccount:shop:web', resourceAttributes: get }),
      review({ user: 'system:serviceaccount:shop:web', resourceAttributes: { ...get, namespace: 'bank' } }),
      review({ groups: ['team-metrics'], nonResourceAttributes: { verb: 'get', path: '/metrics' } }),
      // No group is implied: a ServiceAccount that is not said to be in system:authenticated is not.
      review({ user: 'system:serviceaccount:shop:web', nonResourceAttributes: { verb: 'get', path: '/api' } }),
      review({ user: 'anyone', groups: ['system:masters'], resourceAttributes: { verb: 'delete', resource: 'nodes' } }),
    ];
    const { code, stdout } = ask(questions, 'k8s', 'other');
    assert.equal(code, 0);
    const answers = JSON.parse(stdout) as { status: { allowed: boolean; reason: string } }[];
    assert.deepEqual(answers.map(({ status, ...rest }) => rest), questions);
    assert.deepEqual(answers.map(({ status }) => status.allowed), [true, false, true, false, true]);
    assert.equal(answers[0]!.status.reason, 'RoleBinding "shop/readers" gives Role "shop/reader" to ServiceAccount "shop/web"; rule: get, list on pods, pods/log (k8s/rbac.yaml:5:5)');
    const unresolved = JSON.parse(ask([questions[2]], 'k8s').stdout);
    assert.match(unresolved[0].status.reason, /"scraper" .* not among the files read/);
  });

  test('a bad element gets an evaluationError; the others are answered', () => {
    const bad = [42, null, {}, review({ resourceAttributes: get }), review({ user: 'a' }), review({ user: 'a', resourceAttributes: get, nonResourceAttributes: { verb: 'get', path: '/' } }), review({ user: 1, resourceAttributes: get }), review({ user: 'a', groups: 'b', resourceAttributes: get }), review({ user: 'a', resourceAttributes: { ...get, name: 7 } }), { ...review({ user: 'a', resourceAttributes: get }), kind: 'Pod' }];
    const { code, stdout } = ask([...bad, review({ user: 'system:serviceaccount:shop:web', resourceAttributes: get })], 'k8s');
    assert.equal(code, 0);
    const answers = JSON.parse(stdout) as { status: { allowed: boolean; evaluationError?: string } }[];
    assert.equal(answers.length, bad.length + 1);
    for (const { status } of answers.slice(0, -1)) {
      assert.equal(status.allowed, false);
      assert.ok(status.evaluationError);
    }
    assert.deepEqual([answers.at(-1)!.status.allowed, answers.at(-1)!.status.evaluationError], [true, undefined]);
  });

  test('what is no array is wrong usage', () => {
    assert.equal(ask({}, 'k8s').code, 2);
    assert.equal(kubewho(['can-i', '--questions', 'k8s/rbac.yaml'], { cwd }).code, 2);
    assert.equal(kubewho(['can-i', '--questions', 'nowhere.json'], { cwd }).code, 2);
    assert.equal(ask([], '--as', 'shop/web').code, 2);
    assert.equal(ask([], 'nowhere').code, 2);
    assert.deepEqual(ask([]), { code: 0, stdout: '[]\n', stderr: '' });
  });
});

interface OracleCase {
  readonly id: string;
  readonly objects: readonly unknown[];
  readonly expected: 'allow' | 'deny';
  readonly sar: unknown;
  readonly question: { readonly serviceAccount?: { readonly namespace: string; readonly name: string }; readonly groups?: readonly string[]; readonly verb: string; readonly group?: string; readonly resource?: string; readonly subresource?: string; readonly name?: string; readonly namespace?: string; readonly nonResourceURL?: string };
}

const oracle = '../shared/oracle/rbac-cases.json';
if (!existsSync(oracle)) corpusAbsent(120);
else {
  const { cases } = JSON.parse(readFileSync(oracle, 'utf8')) as { cases: OracleCase[] };
  test(`${cases.length} questions to a real authorizer, asked of the command`, () => {
    const folder = folderWith({});
    write(folder, { 'objects.json': JSON.stringify({ apiVersion: 'v1', kind: 'List', items: cases.flatMap((one) => one.objects) }), 'questions.json': JSON.stringify(cases.map((one) => one.sar)) });
    const { code, stdout, stderr } = kubewho(['can-i', '--questions', 'questions.json', 'objects.json'], { cwd: folder });
    assert.deepEqual([code, stderr], [0, '']);
    const answers = JSON.parse(stdout) as { status: { allowed: boolean } }[];
    assert.deepEqual(answers.map(({ status }, i) => `${cases[i]!.id} ${status.allowed ? 'allow' : 'deny'}`), cases.map((one) => `${one.id} ${one.expected}`));
  });

  test('a few of them with flags', () => {
    const folder = folderWith({});
    const some = cases.filter(({ question }) => question.serviceAccount && !question.groups && question.verb && !question.name?.startsWith('-')).filter((_, i) => i % 12 === 0);
    assert.ok(some.length >= 5);
    for (const { id, objects, expected, question } of some) {
      write(folder, { [`${id}.json`]: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }) });
      const { serviceAccount, verb, group, resource, subresource, name, namespace, nonResourceURL } = question;
      const what = nonResourceURL ?? `${resource}${group ? `.${group}` : ''}${subresource ? `/${subresource}` : ''}`;
      const { code } = kubewho(['can-i', '--as', `${serviceAccount!.namespace}/${serviceAccount!.name}`, verb, what, ...(name ? [name] : []), ...(namespace ? ['-n', namespace] : []), '--in', `${id}.json`], { cwd: folder });
      assert.equal(code, expected === 'allow' ? 0 : 1, id);
    }
  });
}

describe('who-can', () => {
  const whoCan = (...args: string[]) => kubewho(['who-can', ...args], { cwd });

  test('every subject, by which binding and rule', () => {
    assert.deepEqual(whoCan('list', 'pods', '-n', 'shop', '--in', 'k8s', '--no-default-roles'), {
      code: 0,
      stderr: '',
      stdout: 'SUBJECT                    BINDING                                           ROLE AND RULE\nServiceAccount "shop/web"  RoleBinding "shop/readers" (k8s/rbac.yaml:14:35)  Role "shop/reader": get, list on pods, pods/log (k8s/rbac.yaml:5:5)\nnot known: ClusterRole "scraper" of ClusterRoleBinding "scrapers" is not among the files read (k8s/rbac.yaml:17:7)\n',
    });
    const { subjects } = JSON.parse(whoCan('get', '/metrics', '--format', 'json').stdout);
    assert.deepEqual(subjects.map(({ subject }: { subject: { kind: string; name: string } }) => `${subject.kind} ${subject.name}`).slice(0, 1), ['Group team-metrics']);
  });

  test('nobody is an answer too', () => {
    assert.deepEqual(whoCan('delete', 'pods', '-n', 'shop', '--in', 'other', '--no-default-roles'), { code: 0, stdout: 'nobody can delete pods in namespace "shop" through the files read\n', stderr: '' });
    assert.equal(whoCan('delete').code, 2);
  });
});
