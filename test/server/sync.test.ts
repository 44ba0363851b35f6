// Nothing stale: what is open, on disk, renamed, deleted or broken, and which documents are looked at at all.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { capable, deployment, eventually, positionIn, rangeOf, roleBinding, textIn, withEditor } from './support.ts';

const RULE = 'automounted-token';

describe('open documents', () => {
  it('are judged as they are typed, not as they are on disk', () =>
    withEditor({ files: { 'web.yaml': deployment('web', { automount: false }) } }, async (editor) => {
      await editor.open('web.yaml', deployment('web', { automount: false }));
      assert.deepEqual(await editor.findings('web.yaml', RULE), []);
      await editor.replace('web.yaml', 'false', 'true');
      const [finding] = await editor.findings('web.yaml', RULE);
      assert.equal(textIn(editor.text('web.yaml'), finding!.range), 'true');
      await editor.replace('web.yaml', 'metadata:', '# a line more\nmetadata:');
      const [moved] = await editor.findings('web.yaml', RULE);
      assert.equal(moved!.range.start.line, finding!.range.start.line + 1);
      await editor.replace('web.yaml', 'true', 'false');
      assert.deepEqual(await editor.findings('web.yaml', RULE), []);
    }));

  it('leave nothing behind that was never saved', () =>
    withEditor({ files: { 'web.yaml': deployment('web', { automount: false }) } }, async (editor) => {
      await editor.open('web.yaml', deployment('web', { automount: true }));
      assert.equal((await editor.findings('web.yaml', RULE)).length, 1);
      await editor.close('web.yaml');
      assert.deepEqual(await editor.findings('web.yaml', RULE), []);
    }));

  it('that were never saved at all are gone when closed', () =>
    withEditor({}, async (editor) => {
      for (const path of ['new.yaml', 'untitled:Untitled-1']) {
        await editor.open(path, deployment('web'));
        assert.equal((await editor.findings(path, RULE)).length, 1);
        await editor.close(path);
        assert.deepEqual(await editor.findings(path), []);
      }
    }));

  it('keep no finding in a document that no longer parses, and keep those of its neighbours', () =>
    withEditor({}, async (editor) => {
      await editor.open('two.yaml', `${deployment('one')}---\n${deployment('two')}`);
      assert.equal((await editor.findings('two.yaml', RULE)).length, 2);
      await editor.replace('two.yaml', 'metadata:', 'metadata: [');
      const left = await editor.findings('two.yaml', RULE);
      assert.deepEqual(left.map((finding) => finding.range.start.line > 17), [true]);
      await editor.replace('two.yaml', 'metadata: [', 'metadata:');
      assert.equal((await editor.findings('two.yaml', RULE)).length, 2);
    }));

  it('are taken in with all changes of one notification, each in the text that the one before left', () =>
    withEditor({}, async (editor) => {
      const text = deployment('web', { automount: false });
      await editor.open('web.yaml', text);
      const at = rangeOf(text, 'false');
      await editor.connection.sendNotification('textDocument/didChange', {
        textDocument: { uri: editor.uri('web.yaml'), version: 2 },
        contentChanges: [
          { range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: '# one\n# two\n' },
          { range: { start: { line: at.start.line + 2, character: at.start.character }, end: { line: at.end.line + 2, character: at.end.character } }, text: 'true' },
        ],
      });
      const [finding] = await editor.findings('web.yaml', RULE);
      assert.equal(finding!.range.start.line, at.start.line + 2);
    }));
});

describe('files that are not open', () => {
  it('count: a binding in another file is a reason for the token', () =>
    withEditor({ files: { 'web.yaml': deployment('web'), 'rbac/web.yaml': roleBinding('default') } }, async (editor) => {
      await editor.open('web.yaml', deployment('web'));
      assert.deepEqual(await editor.findings('web.yaml', RULE), []);
      editor.remove('rbac/web.yaml');
      await editor.tell({ 'rbac/web.yaml': 'deleted' });
      assert.equal((await editor.findings('web.yaml', RULE)).length, 1);
      editor.write('rbac/web.yaml', roleBinding('other'));
      await editor.tell({ 'rbac/web.yaml': 'created' });
      assert.equal((await editor.findings('web.yaml', RULE)).length, 1);
      editor.write('rbac/web.yaml', roleBinding('default'));
      await editor.tell({ 'rbac/web.yaml': 'changed' });
      assert.deepEqual(await editor.findings('web.yaml', RULE), []);
    }));

  it('are forgotten with the folder that they were in', () =>
    withEditor({ files: { 'web.yaml': deployment('web'), 'rbac/web.yaml': roleBinding('default') } }, async (editor) => {
      await editor.open('web.yaml', deployment('web'));
      assert.deepEqual(await editor.findings('web.yaml', RULE), []);
      editor.remove('rbac');
      await editor.tell({ rbac: 'deleted' });
      assert.equal((await editor.findings('web.yaml', RULE)).length, 1);
    }));

  it('are found again where they were renamed to, a folder like a file', () =>
    withEditor({ files: { 'web.yaml': deployment('web'), 'old/api.yaml': deployment('api') } }, async (editor) => {
      assert.equal((await editor.findings('old/api.yaml', RULE)).length, 1);
      editor.remove('old');
      editor.write('new/api.yaml', deployment('api'));
      await editor.connection.sendNotification('workspace/didRenameFiles', { files: [{ oldUri: editor.uri('old'), newUri: editor.uri('new') }] });
      assert.deepEqual(await editor.findings('old/api.yaml'), []);
      assert.equal((await editor.findings('new/api.yaml', RULE)).length, 1);
    }));

  it('are gone when deleted, also while a tab still shows them, until somebody types there', () =>
    withEditor({ files: { 'web.yaml': deployment('web'), 'rbac.yaml': roleBinding('other') } }, async (editor) => {
      await editor.open('web.yaml', deployment('web'));
      assert.equal((await editor.findings('web.yaml', RULE)).length, 1);
      editor.remove('web.yaml');
      await editor.tell({ 'web.yaml': 'deleted' });
      assert.deepEqual(await editor.findings('web.yaml'), []);
      await editor.connection.sendNotification('workspace/didCreateFiles', { files: [{ uri: editor.uri('new.yaml') }] });
      assert.deepEqual(await editor.findings('web.yaml'), [], 'also when everything is read again');
      await editor.replace('web.yaml', 'name: web', 'name: web2');
      assert.equal((await editor.findings('web.yaml', RULE)).length, 1);
    }));

  it('are left alone when they are ignored, also when they change', () =>
    withEditor({ files: { '.gitignore': 'out/\n', 'out/web.yaml': deployment('web') } }, async (editor) => {
      assert.deepEqual(await editor.findings('out/web.yaml'), []);
      editor.write('out/api.yaml', deployment('api'));
      await editor.tell({ 'out/api.yaml': 'created', 'out/web.yaml': 'changed' });
      assert.deepEqual(await editor.findings('out/api.yaml'), []);
      editor.write('.gitignore', '');
      await editor.tell({ '.gitignore': 'changed' });
      assert.equal((await editor.findings('out/api.yaml', RULE)).length, 1);
    }));

  it('count as soon as they can be read, however often they could not', () =>
    withEditor({ files: { 'web.yaml': deployment('web') } }, async (editor) => {
      const change = (text: string, type: 'created' | 'changed') => {
        writeFileSync(join(editor.folder, 'api.yaml'), text, 'latin1');
        return editor.tell({ 'api.yaml': type });
      };
      const unreadable = async () => (await editor.status()).skipped.map(({ uri }) => uri);
      await change('# \xe9', 'created');
      assert.deepEqual(await unreadable(), [editor.uri('api.yaml')]);
      await change('# \xe8', 'changed');
      assert.deepEqual(await unreadable(), [editor.uri('api.yaml')]);
      await change(deployment('api'), 'changed');
      assert.equal((await editor.findings('api.yaml', RULE)).length, 1);
      assert.deepEqual(await unreadable(), []);
      await change('# \xe9', 'changed');
      assert.deepEqual(await editor.findings('api.yaml'), []);
      assert.deepEqual(await unreadable(), [editor.uri('api.yaml')]);
      editor.remove('api.yaml');
      await editor.tell({ 'api.yaml': 'deleted' });
      assert.deepEqual(await unreadable(), []);
    }));

  it('do not stand over an open document that was typed into', () =>
    withEditor({ files: { 'web.yaml': deployment('web') } }, async (editor) => {
      await editor.open('web.yaml', deployment('web', { automount: false }));
      editor.write('web.yaml', deployment('web', { note: '  # on disk' }));
      await editor.tell({ 'web.yaml': 'changed' });
      assert.deepEqual(await editor.findings('web.yaml', RULE), []);
    }));
});

describe('folders', () => {
  it('are workspaces of their own when several are open, and come and go', () =>
    withEditor({ files: { 'a/kubewho.yaml': '', 'b/kubewho.yaml': '', 'a/web.yaml': deployment('web'), 'b/rbac.yaml': roleBinding('default') }, folders: ['a', 'b'] }, async (editor) => {
      assert.equal((await editor.findings('a/web.yaml', RULE)).length, 1, 'the binding of the other folder is no reason');
      await editor.connection.sendNotification('workspace/didChangeWorkspaceFolders', { event: { added: [], removed: [{ uri: editor.uri('a'), name: 'a' }] } });
      assert.deepEqual(await editor.findings('a/web.yaml'), []);
      await editor.connection.sendNotification('workspace/didChangeWorkspaceFolders', { event: { added: [{ uri: editor.uri('a'), name: 'a' }], removed: [] } });
      assert.equal((await editor.findings('a/web.yaml', RULE)).length, 1);
    }));

  it('that are gone leave nothing read, once their documents are closed', () =>
    withEditor({ files: { 'a/kubewho.yaml': '', 'a/web.yaml': deployment('web'), 'b/kubewho.yaml': '', 'b/api.yaml': deployment('api') }, folders: ['a', 'b'] }, async (editor) => {
      await editor.open('a/web.yaml', deployment('web'));
      assert.equal((await editor.status()).files, 2);
      await editor.connection.sendNotification('workspace/didChangeWorkspaceFolders', { event: { added: [], removed: [{ uri: editor.uri('a'), name: 'a' }] } });
      assert.equal((await editor.findings('a/web.yaml', RULE)).length, 1);
      await editor.close('a/web.yaml');
      assert.equal((await editor.status()).files, 1);
      assert.deepEqual(await editor.findings('a/web.yaml'), []);
      assert.equal((await editor.findings('b/api.yaml', RULE)).length, 1);
    }));

  it('are read up to the repository that they lie in, and reported on alone', () =>
    withEditor({ files: { 'apps/web.yaml': deployment('web'), 'rbac/web.yaml': roleBinding('default'), 'other/api.yaml': deployment('api') }, folders: ['apps'] }, async (editor) => {
      assert.deepEqual(await editor.findings('apps/web.yaml', RULE), []);
      const { items } = await editor.pullWorkspace();
      assert.ok(!items.some((item) => item.uri === editor.uri('other/api.yaml')));
    }));

  it('are found from a single file, as the command line finds them', () =>
    withEditor({ files: { 'web.yaml': deployment('web'), 'rbac/web.yaml': roleBinding('default') }, folders: [] }, async (editor) => {
      await editor.open('web.yaml', deployment('web'));
      assert.deepEqual(await editor.findings('web.yaml', RULE), []);
    }));
});

describe('watching', () => {
  const watched = (editor: { registrations: { method: string; registerOptions?: unknown }[] }) =>
    editor.registrations.filter((one) => one.method === 'workspace/didChangeWatchedFiles').flatMap((one) => (one.registerOptions as { watchers: { globPattern: string | { baseUri: string; pattern: string }; kind?: number }[] }).watchers);

  it('is asked of the client: manifests, what decides how they are read, and every deletion', () =>
    withEditor({}, async (editor) => {
      await eventually('the registration', () => watched(editor).length === 5);
      assert.deepEqual(watched(editor).map(({ globPattern, kind }) => [globPattern, kind]), [
        ['**/*.{yaml,yml,json,tpl}', undefined], ['**/{Kustomization,.helmignore,.gitignore,.kubewhoignore}', undefined], ['**/charts/*.tgz', undefined], ['**/templates/**', undefined], ['**/*', 4],
      ]);
    }));

  it('reaches up to the repository that a folder lies in', () =>
    withEditor({ files: { 'apps/web.yaml': deployment('web') }, folders: ['apps'], capabilities: { ...capable, workspace: { ...capable.workspace, didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true } } } }, async (editor) => {
      await eventually('the registration', () => watched(editor).length === 10);
      assert.deepEqual(watched(editor).slice(5).map(({ globPattern }) => (globPattern as { baseUri: string }).baseUri), Array(5).fill(editor.uri('')));
    }));

  it('is not asked of a client that cannot', () =>
    withEditor({ capabilities: { ...capable, workspace: { ...capable.workspace, didChangeWatchedFiles: {} } } }, async (editor) => {
      await editor.findings('web.yaml');
      assert.deepEqual(watched(editor), []);
    }));
});

describe('kubewho.yaml', () => {
  it('counts as it is typed, and its faults are shown in it', () =>
    withEditor({ files: { 'web.yaml': deployment('web') } }, async (editor) => {
      assert.equal((await editor.findings('web.yaml', RULE))[0]!.severity, 2);
      await editor.open('kubewho.yaml', 'rules:\n  automounted-token: error\n');
      assert.equal((await editor.findings('web.yaml', RULE))[0]!.severity, 1);
      await editor.replace('kubewho.yaml', 'error', 'off');
      assert.deepEqual(await editor.findings('web.yaml', RULE), []);
      await editor.replace('kubewho.yaml', 'automounted-token', 'automounted-tokne');
      const [fault] = await editor.findings('kubewho.yaml');
      assert.equal(fault!.code, 'configuration');
      assert.equal(fault!.range.start.line, 1);
      assert.match(String(fault!.message), /automounted-token/);
      assert.equal((await editor.findings('web.yaml', RULE)).length, 1);
      await editor.close('kubewho.yaml');
      assert.equal((await editor.findings('web.yaml', RULE))[0]!.severity, 2);
    }));

  it('counts when it changes on disk', () =>
    withEditor({ files: { 'web.yaml': deployment('web') } }, async (editor) => {
      assert.equal((await editor.findings('web.yaml', RULE)).length, 1);
      editor.write('kubewho.yaml', 'rules:\n  automounted-token: off\n');
      await editor.tell({ 'kubewho.yaml': 'created' });
      assert.deepEqual(await editor.findings('web.yaml', RULE), []);
      await editor.open('kubewho.yaml', 'rules:\n  automounted-token: off\n');
      editor.remove('kubewho.yaml');
      await editor.tell({ 'kubewho.yaml': 'deleted' });
      assert.equal((await editor.findings('web.yaml', RULE)).length, 1, 'though a tab still shows it');
      await editor.close('kubewho.yaml');
      assert.equal((await editor.findings('web.yaml', RULE)).length, 1);
    }));
});

describe('which documents are looked at', () => {
  for (const scheme of ['git:/web.yaml?x', 'output:kubewho', 'vscode-scm:git/scm0/input', 'fugitive:///repo/.git//0/web.yaml', 'kubewho-test-revision:/web.yaml']) {
    it(`not ${scheme}`, () => withEditor({}, async (editor) => {
      await editor.open(scheme, deployment('web'));
      assert.deepEqual(await editor.findings(scheme), []);
    }));
  }

  for (const scheme of ['untitled:Untitled-1', 'vscode-vfs://github/o/r/web.yaml', 'vscode-test-web://mount/web.yaml']) {
    it(`${scheme}`, () => withEditor({}, async (editor) => {
      await editor.open(scheme, deployment('web'));
      assert.equal((await editor.findings(scheme, RULE)).length, 1);
    }));
  }

  it('JSON that is a manifest, and no other JSON', () =>
    withEditor({}, async (editor) => {
      const manifest = JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { automountServiceAccountToken: true, containers: [{ name: 'web', image: 'web' }] } }, null, '\t');
      await editor.open('pod.json', manifest);
      const [finding] = await editor.findings('pod.json', RULE);
      assert.equal(textIn(manifest, finding!.range), 'true');
      const before = await editor.work();
      await editor.open('package.json', JSON.stringify({ name: 'x', kind: 1, dependencies: {} }));
      assert.deepEqual(await editor.findings('package.json'), []);
      assert.equal((await editor.work()).parsed, before.parsed, 'it is not even parsed');
    }));

  it('Helm templates, in a chart and as a document of the language that Helm extensions bring', () =>
    withEditor({ files: { 'chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n', 'chart/values.yaml': 'image: web\n' } }, async (editor) => {
      const template = deployment('web').replace('name: web\n', 'name: {{ .Release.Name }}\n').replace('registry.example/web:1', '{{ .Values.image | quote }}');
      for (const [path, language] of [['chart/templates/web.yaml', 'helm'], ['chart/templates/other.yaml', 'yaml'], ['untitled:web', 'helm']] as const) {
        await editor.open(path, template, language);
        assert.deepEqual((await editor.findings(path, RULE)).map((finding) => textIn(template, finding.range)), ['true'], path);
      }
      await editor.open('chart/values.yaml', deployment('values'));
      assert.deepEqual(await editor.findings('chart/values.yaml'), [], 'values are no manifests');
    }));
});

describe('work', () => {
  const many = Array.from({ length: 300 }, (_, i) => deployment(`app-${i}`)).join('---\n');

  it('an edit in a file of 300 documents parses one of them', () =>
    withEditor({ files: { 'many.yaml': many, 'other.yaml': deployment('other') } }, async (editor) => {
      await editor.open('many.yaml', many);
      assert.equal((await editor.findings('many.yaml', RULE)).length, 300);
      const before = await editor.work();
      const text = editor.text('many.yaml');
      const at = text.indexOf('Token: true', text.indexOf('name: app-150\n')) + 'Token: '.length;
      await editor.change('many.yaml', { start: positionIn(text, at), end: positionIn(text, at + 4) }, 'false', `${text.slice(0, at)}false${text.slice(at + 4)}`);
      assert.equal((await editor.findings('many.yaml', RULE)).length, 299);
      assert.equal((await editor.work()).parsed - before.parsed, 1);
    }));

  it('opening and closing what is on disk parses nothing', () =>
    withEditor({ files: { 'many.yaml': many } }, async (editor) => {
      await editor.pullWorkspace();
      const before = await editor.work();
      assert.ok(before.parsed > 0);
      await editor.open('many.yaml', many);
      assert.equal((await editor.findings('many.yaml', RULE)).length, 300);
      await editor.close('many.yaml');
      assert.equal((await editor.findings('many.yaml', RULE)).length, 300);
      assert.equal((await editor.work()).parsed, before.parsed);
    }));
});
