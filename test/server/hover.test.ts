// What a hover says: who a workload runs as, how its token gets there, what that identity may do and who else has it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MarkupContent } from 'vscode-languageserver-protocol/node';
import { capable, deployment, type Editor, rangeOf, roleBinding, textIn, withEditor } from './support.ts';

/** The hover's text on the first occurrence of something in an open document. */
async function hoverOn(editor: Editor, path: string, part: string): Promise<string> {
  const hover = await editor.hover(path, rangeOf(editor.text(path), part).start);
  return hover ? (hover.contents as MarkupContent).value : '';
}

describe('hover on a workload', () => {
  it('tells its identity on the kind, the name and the account', () =>
    withEditor({ files: { 'rbac.yaml': roleBinding('web'), 'worker.yaml': deployment('worker', { account: 'web' }) } }, async (editor) => {
      const text = deployment('web', { account: 'web' });
      await editor.open('web.yaml', text);
      for (const part of ['kind: Deployment', 'name: web', 'serviceAccountName: web']) {
        const said = await hoverOn(editor, 'web.yaml', part);
        assert.match(said, /\*\*Deployment shop\/web\*\* runs as account \*\*shop\/web\*\* \(not among the files read\)\./, part);
        assert.match(said, /The API token is mounted: the pod spec says so\./);
        assert.match(said, /`RoleBinding shop\/web-view` to `ClusterRole view`, in namespace `shop`: get, list, watch on /);
        assert.match(said, /shared with `Deployment shop\/worker`/);
      }
      const hover = await editor.hover('web.yaml', rangeOf(text, 'serviceAccountName').start);
      assert.equal(textIn(text, hover!.range!), 'serviceAccountName: web');
      assert.equal(await hoverOn(editor, 'web.yaml', 'selector'), '');
    }));

  it('tells whom the pods of an operator run as, or that no file does', () =>
    withEditor({ files: {} }, async (editor) => {
      const resource = (apiVersion: string, kind: string, spec: string) => `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: main\n  namespace: shop\nspec: ${spec}\n`;
      for (const [path, text, said] of [
        ['a.yaml', resource('monitoring.coreos.com/v1', 'Prometheus', '{serviceAccountName: metrics}'), '**Prometheus shop/main** runs as account **shop/metrics** (not among the files read)'],
        ['b.yaml', resource('opentelemetry.io/v1beta1', 'OpenTelemetryCollector', '{mode: deployment}'), 'runs as account **shop/main-collector** (made by an operator), because it names no other'],
        ['c.yaml', resource('operator.victoriametrics.com/v1beta1', 'VMAgent', '{replicaCount: 1}'), '**VMAgent shop/main** runs as an account that its operator makes or chooses: the files do not tell which.'],
      ] as const) {
        await editor.open(path, text);
        const told = await hoverOn(editor, path, 'kind:');
        assert.ok(told.includes(said), `${path}: ${told}`);
      }
    }));

  it('says why the token is there or not', () =>
    withEditor({ files: { 'account.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: quiet, namespace: shop}\nautomountServiceAccountToken: false\n' } }, async (editor) => {
      const silent = deployment('web', { account: 'quiet' }).replace(/ +automount.*\n/, '');
      for (const [path, text, said] of [
        ['a.yaml', silent, 'not mounted: the account opts out'],
        ['b.yaml', deployment('web', { account: 'quiet' }), 'mounted: the pod spec says so, though the account opts out'],
        ['c.yaml', deployment('web', { account: 'quiet', automount: false }), 'not mounted: the pod spec opts out'],
        ['d.yaml', silent.replace('serviceAccountName: quiet', 'hostname: web'), 'mounted: nothing says otherwise'],
      ] as const) {
        await editor.open(path, text);
        assert.ok((await hoverOn(editor, path, 'kind:')).includes(said), `${path}: ${await hoverOn(editor, path, 'kind:')}`);
        await editor.close(path);
      }
    }));

  it('says that an account is taken because none is named', () =>
    withEditor({}, async (editor) => {
      await editor.open('web.yaml', deployment('web').replace(/ +serviceAccountName.*\n/, ''));
      assert.match(await hoverOn(editor, 'web.yaml', 'kind:'), /runs as account \*\*shop\/default\*\*, because it names no other\./);
    }));

  it('sums up grants that reach it through a group, and roles that are in no file', () =>
    withEditor({}, async (editor) => {
      const group = roleBinding('x', { role: 'cluster-admin' }).replace('kind: RoleBinding', 'kind: ClusterRoleBinding').replace(/ {2}- kind[^]*/, '  - kind: Group\n    name: system:serviceaccounts\n    apiGroup: rbac.authorization.k8s.io\n');
      const unknown = roleBinding('web', { role: 'operators-own' });
      await editor.open('web.yaml', [deployment('web', { account: 'web' }), group, unknown].join('---\n'));
      const said = await hoverOn(editor, 'web.yaml', 'kind: Deployment');
      assert.match(said, /in the whole cluster, as any account in the group `system:serviceaccounts`: everything/);
      assert.match(said, /the role `operators-own` is not among the files read/);
    }));
});

describe('hover on an account', () => {
  it('tells what it may do and who runs as it', () =>
    withEditor({ files: { 'web.yaml': deployment('web', { account: 'web' }), 'rbac.yaml': roleBinding('web', { role: 'edit' }) } }, async (editor) => {
      await editor.open('account.yaml', 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: web\n  namespace: shop\n');
      const said = await hoverOn(editor, 'account.yaml', 'name: web');
      assert.match(said, /Account \*\*shop\/web\*\*\. Pods that do not opt out mount its token\./);
      assert.match(said, /`ClusterRole edit`/);
      assert.match(said, /Used by `Deployment shop\/web`\./);
    }));
});

describe('hover on a finding', () => {
  it('says what its rule is about, with a link', () =>
    withEditor({}, async (editor) => {
      await editor.open('web.yaml', deployment('web'));
      const said = await hoverOn(editor, 'web.yaml', 'true');
      assert.match(said, /`automounted-token`: API token mounted where nothing needs it/);
      assert.match(said, /\[Documentation\]\(https:/);
    }));
});

describe('the text of a hover', () => {
  it('is plain for a client that does not show Markdown', () =>
    withEditor({ capabilities: { ...capable, textDocument: { ...capable.textDocument, hover: {} } } }, async (editor) => {
      await editor.open('web.yaml', deployment('web', { account: 'web' }));
      const hover = await editor.hover('web.yaml', rangeOf(editor.text('web.yaml'), 'kind:').start);
      assert.equal((hover!.contents as MarkupContent).kind, 'plaintext');
      assert.doesNotMatch((hover!.contents as MarkupContent).value, /[*`]/);
    }));

  it('shows names as they are written, whatever Markdown would make of them', () =>
    withEditor({}, async (editor) => {
      await editor.open('web.yaml', deployment('web', { account: 'web' }).replace('name: web\n  namespace', 'name: "*a*[b](c)"\n  namespace'));
      assert.match(await hoverOn(editor, 'web.yaml', 'kind:'), /\*\*Deployment shop\/\\\*a\\\*\\\[b\\\]\(c\)\*\*/);
    }));

  it('is nothing for a document that is not ours', () =>
    withEditor({}, async (editor) => {
      await editor.open('git:/web.yaml', deployment('web', { account: 'web' }));
      assert.equal(await editor.hover('git:/web.yaml', { line: 1, character: 1 }), null);
    }));
});
