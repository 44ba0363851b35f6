import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Workspace, type SourceFile } from '../../../engine/lint/workspace.ts';
import { rules } from '../../../rules/index.ts';

function file(path: string, text: string, more: Partial<SourceFile> = {}): SourceFile {
  return { path, text, dialect: 'kubernetes', scope: '', role: 'manifest', ...more };
}

const deployment = (name: string, account = '', namespace = 'shop', extra = '') => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  template:
    spec:
${account && `      serviceAccountName: ${account}\n`}${extra}      containers:
        - name: main
          image: registry.example/${name}:1
`;
const account = (name: string, namespace = 'shop', automount = '') => `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\n${automount}`;
const binding = (subject: string, namespace = 'shop', kind = 'RoleBinding') => `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\nmetadata:\n  name: grant-${subject}\n  namespace: ${namespace}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}\nsubjects:\n- {kind: ServiceAccount, name: ${subject}, namespace: shop}\n`;

/** Findings without what a fresh workspace numbers differently. */
/** What is said of accounts and tokens; that nothing keeps callers out is true of all that is written here. */
const said = (workspace: Workspace) => workspace.findings().filter(({ rule }) => rule !== 'unprotected-workload');

describe('Workspace', () => {
  test('an edit in a file of 300 documents parses exactly one of them', () => {
    const documents = Array.from({ length: 300 }, (_, i) => deployment(`app-${i}`));
    const workspace = new Workspace(rules);
    workspace.set(file('all.yaml', documents.join('---\n')));
    workspace.findings();
    const before = { ...workspace.work };
    documents[150] = deployment('app-150', 'own');
    workspace.set(file('all.yaml', documents.join('---\n')));
    workspace.findings();
    assert.equal(workspace.work.parsed - before.parsed, 1);
  });

  test('an edit asks again only rules that read what it touches, in the namespaces it touches', () => {
    const workspace = new Workspace(rules);
    for (const namespace of ['a', 'b', 'c', 'd']) workspace.set(file(`${namespace}.yaml`, Array.from({ length: 20 }, (_, i) => deployment(`app-${i}`, '', namespace)).join('---\n')));
    workspace.findings();
    const all = workspace.work.asked;
    workspace.set(file('a.yaml', Array.from({ length: 20 }, (_, i) => deployment(`app-${i}`, '', 'a', i === 3 ? '      automountServiceAccountToken: false\n' : '')).join('---\n')));
    workspace.findings();
    const again = workspace.work.asked - all;
    assert.ok(again > 0 && again < all / 2, `${again} of ${all} questions asked again`);
  });

  test('an edit leaves the findings alone that stand as they stood, in other scopes and above it', () => {
    const workspace = new Workspace(rules);
    const edited = (name: string) => file('a/all.yaml', [deployment('first'), deployment(name), deployment('last')].join('---\n'), { scope: 'a' });
    workspace.set(edited('web'));
    workspace.set(file('b/all.yaml', deployment('api'), { scope: 'b' }));
    const of = (path: string, name: string) => workspace.findingsOf(path).filter(({ resource }) => resource.name === name);
    const [elsewhere, above, below] = [of('b/all.yaml', 'api'), of('a/all.yaml', 'first'), of('a/all.yaml', 'last')];
    assert.ok(elsewhere.length > 0 && above.length > 0 && below.length > 0);
    workspace.set(edited('website'));
    assert.ok(of('b/all.yaml', 'api').every((finding, i) => finding === elsewhere[i]));
    assert.deepEqual(of('a/all.yaml', 'first'), above);
    assert.deepEqual(of('a/all.yaml', 'last').map(({ span, fingerprint }) => [span.start, fingerprint]), below.map(({ span, fingerprint }) => [span.start + 2 * 'site'.length, fingerprint]));
    // A finding that was answered before the edit is not fixed by what was known then.
    assert.deepEqual(workspace.fixesOf(below[0]!), []);
    assert.ok(workspace.findingsOf('a/all.yaml').some((finding) => workspace.fixesOf(finding).length > 0));
  });

  test('an edit of what operators give to pods without an account is one of these pods', () => {
    const defaults = (name: string) => file('config.yaml', `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: config-defaults, namespace: tekton-pipelines}\ndata: {default-service-account: ${name}}\n`);
    const run = file('run.yaml', 'apiVersion: tekton.dev/v1\nkind: TaskRun\nmetadata: {name: build, namespace: ci}\nspec: {taskRef: {name: build}}\n');
    const workspace = new Workspace(rules.filter(({ id }) => id === 'default-service-account'));
    workspace.set(run);
    workspace.set(defaults('pipeline'));
    assert.deepEqual(said(workspace), []);
    workspace.set(defaults('default'));
    assert.deepEqual(said(workspace).map(({ message }) => message), ['Runs as account "ci/default", as does everything in its namespace that names no account']);
  });

  test('an opt-out without effect and the tokens that it fails to keep out are of one group', () => {
    const workspace = new Workspace(rules);
    const misplaced = deployment('web').replace('    spec:', '    automountServiceAccountToken: false\n    spec:');
    workspace.set(file('a.yaml', [misplaced, deployment('api', 'jobs'), account('jobs').replace('  name: jobs', '  name: jobs\n  automountServiceAccountToken: false'), deployment('other', '', 'elsewhere')].join('---\n')));
    const groups = said(workspace).filter(({ rule }) => rule === 'automounted-token' || rule === 'ineffective-identity-field').map(({ rule, group, resource }) => [rule, resource.name, group]);
    assert.deepEqual(groups, [
      ['ineffective-identity-field', 'web', 'opt-out of apps/Deployment/shop/web in a.yaml'],
      ['automounted-token', 'web', 'opt-out of apps/Deployment/shop/web in a.yaml'],
      ['automounted-token', 'api', 'opt-out of /ServiceAccount/shop/jobs in a.yaml'],
      ['ineffective-identity-field', 'jobs', 'opt-out of /ServiceAccount/shop/jobs in a.yaml'],
      ['automounted-token', 'other', null],
    ]);
  });

  test('moving a document keeps its facts and moves its findings', () => {
    const workspace = new Workspace(rules);
    workspace.set(file('a.yaml', deployment('web')));
    const [first] = workspace.findings();
    const parsed = workspace.work.parsed;
    workspace.set(file('a.yaml', `kind: none\n---\n${deployment('web')}`));
    const [moved] = workspace.findings();
    assert.ok(first && moved);
    assert.equal(moved.span.start - first.span.start, 'kind: none\n---\n'.length);
    assert.equal(moved.document, 1);
    assert.equal(moved.fingerprint, first.fingerprint);
    assert.equal(workspace.work.parsed - parsed, 1, 'only the new document was parsed');
  });

  test('nothing stays of a removed file, and its account is unknown again', () => {
    const workspace = new Workspace(rules);
    workspace.set(file('web.yaml', deployment('web', 'web')));
    workspace.set(file('account.yaml', account('web', 'shop', 'automountServiceAccountToken: false\n')));
    assert.deepEqual(said(workspace), []);
    workspace.remove('account.yaml');
    const fresh = new Workspace(rules);
    fresh.set(file('web.yaml', deployment('web', 'web')));
    assert.deepEqual(said(workspace), said(fresh));
    workspace.remove('web.yaml');
    assert.deepEqual(said(workspace), []);
  });

  test('objects given as context resolve references in every scope and are never reported on', () => {
    const workspace = new Workspace(rules);
    workspace.set(file('chart/web.yaml', deployment('web', 'web'), { scope: 'helm:chart' }));
    workspace.set(file('dump.yaml', `${account('web', 'shop', 'automountServiceAccountToken: false\n')}---\n${deployment('other')}`, { role: 'context' }));
    assert.deepEqual(said(workspace), []);
  });

  test('a namespace is filled in for objects that live in one, never for those of the cluster', () => {
    const workspace = new Workspace(rules);
    workspace.set(file('a.yaml', `${deployment('web').replace('  namespace: shop\n', '')}---\n${binding('web', 'shop', 'ClusterRoleBinding')}---\napiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: a}\n`, { namespace: 'release' }));
    const objects = workspace.graphOf('a.yaml')!.objects.map((object) => `${object.resource.header.kind} ${object.namespace}`);
    assert.ok(objects.includes('Deployment release') && objects.includes('ClusterRoleBinding '), objects.join(', '));
  });

  test('a document that cannot be parsed is skipped with its place; the others are linted', () => {
    const workspace = new Workspace(rules);
    workspace.set(file('a.yaml', `${deployment('web')}---\nkind: Pod\napiVersion: v1\n a: : b\n  c\n`));
    assert.equal(workspace.skipped().length, 1);
    assert.equal(workspace.skipped()[0]!.document, 1);
    assert.ok(workspace.skipped()[0]!.span!.start >= deployment('web').length);
    assert.ok(workspace.findings().length > 0);
  });

  test('which of several equal objects is spoken of does not depend on which file was there first', () => {
    const files = [file('a/web.yaml', deployment('web')), file('b/grant.yaml', binding('default')), file('c/grant.yaml', binding('default'))];
    const [early, late] = [new Workspace(rules), new Workspace(rules)];
    for (const one of files) early.set(one);
    for (const one of [...files].reverse()) {
      late.set(one);
      late.findings();
    }
    assert.ok(early.findings().some(({ related }) => related.some((one) => one.file === 'b/grant.yaml')));
    assert.deepEqual(late.findings(), early.findings());
  });

  test('after any edits the findings are those of a fresh workspace', () => {
    const piece = fc.oneof(
      fc.record({ n: fc.constantFrom('a', 'b', 'c'), sa: fc.constantFrom('', 'x', 'y'), ns: fc.constantFrom('shop', 'ops'), mount: fc.constantFrom('', '      automountServiceAccountToken: true\n', '      automountServiceAccountToken: false\n') }).map(({ n, sa, ns, mount }) => deployment(n, sa, ns, mount)),
      fc.record({ n: fc.constantFrom('x', 'y', 'default'), ns: fc.constantFrom('shop', 'ops'), mount: fc.constantFrom('', 'automountServiceAccountToken: false\n') }).map(({ n, ns, mount }) => account(n, ns, mount)),
      fc.record({ n: fc.constantFrom('x', 'y', 'default'), ns: fc.constantFrom('shop', 'ops'), kind: fc.constantFrom('RoleBinding', 'ClusterRoleBinding') }).map(({ n, ns, kind }) => binding(n, ns, kind)),
      fc.constant('kind: [broken\n'),
    );
    const edit = fc.record({ path: fc.constantFrom('a.yaml', 'dir/b.yaml', 'dir/c.yaml', 'other/b.yaml'), text: fc.option(fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join('---\n'))) });
    fc.assert(fc.property(fc.array(edit, { minLength: 1, maxLength: 8 }), (edits) => {
      const workspace = new Workspace(rules);
      const texts = new Map<string, string>();
      for (const { path, text } of edits) {
        if (text === null) workspace.remove(path);
        else workspace.set(file(path, text));
        if (text === null) texts.delete(path);
        else texts.set(path, text);
        workspace.findings();
      }
      const fresh = new Workspace(rules);
      // As discovery hands them in.
      for (const [path, text] of [...texts].sort(([a], [b]) => (a < b ? -1 : 1))) fresh.set(file(path, text));
      assert.deepEqual(said(workspace), said(fresh));
    }), { numRuns: 150 });
  });
});
