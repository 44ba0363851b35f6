// What a chart is made of beside its manifests, in the editor: archives below charts/, and the files that templates read.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type Editor, textIn, withEditor } from './support.ts';

const RULE = 'automounted-token';
const template = 'chart/templates/web.yaml';
const web = (line: string): string => `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  serviceAccountName: web
${line}
  containers: [{name: web, image: "example.com/web:1"}]
`;
const chart = {
  'chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'chart/values.yaml': '{}\n',
  'chart/templates/account.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: web\n',
};

async function found(editor: Editor, path = template): Promise<string[]> {
  return (await editor.findings(path, RULE)).map(({ range }) => textIn(editor.read(path), range));
}

/** Packs a chart from its files, as `helm package` does. */
function pack(editor: Editor, archive: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) editor.write(`.packed/lib/${path}`, text);
  mkdirSync(join(editor.folder, 'chart/charts'), { recursive: true });
  execFileSync('tar', ['-czf', join(editor.folder, archive), '-C', join(editor.folder, '.packed'), 'lib']);
  editor.remove('.packed');
}

describe('an archive below charts/', () => {
  const archive = 'chart/charts/lib-1.0.0.tgz';
  const lib = (automount: boolean) => ({ 'Chart.yaml': 'apiVersion: v2\nname: lib\ntype: library\nversion: 1.0.0\n', 'templates/_token.tpl': `{{ define "lib.token" }}automountServiceAccountToken: ${automount}{{ end }}` });
  const action = '{{ include "lib.token" . | indent 2 }}';

  it('counts from when it comes, whatever git says of it, until it goes', () =>
    withEditor({ files: { ...chart, '.gitignore': '*.tgz\n', [template]: web(action) } }, async (editor) => {
      assert.deepEqual(await found(editor), []);
      pack(editor, archive, lib(true));
      await editor.tell({ [archive]: 'created' });
      assert.deepEqual(await found(editor), [action]);
      pack(editor, archive, lib(false));
      await editor.tell({ [archive]: 'changed' });
      assert.deepEqual(await found(editor), []);
      pack(editor, archive, lib(true));
      await editor.tell({ [archive]: 'changed' });
      assert.deepEqual(await found(editor), [action]);
      editor.remove(archive);
      await editor.tell({ [archive]: 'deleted' });
      assert.deepEqual(await found(editor), []);
    }));

  it('that cannot be unpacked is said to be', () =>
    withEditor({ files: { ...chart, [archive]: 'no archive', [template]: web(action) } }, async (editor) => {
      const { skipped } = await editor.status();
      assert.deepEqual(skipped.map(({ uri }) => uri), [editor.uri(archive)]);
      assert.match(skipped[0]!.reason, /^not a chart that can be unpacked/);
    }));
});

describe('a file that a template reads', () => {
  const action = '{{ .Files.Get "files/token.conf" | indent 2 }}';
  const token = (automount: boolean): string => `automountServiceAccountToken: ${automount}`;

  it('counts as it is on disk, whatever it is called', () =>
    withEditor({ files: { ...chart, [template]: web(action), 'chart/files/token.conf': token(true) } }, async (editor) => {
      assert.deepEqual(await found(editor), [action]);
      editor.write('chart/files/token.conf', token(false));
      await editor.tell({ 'chart/files/token.conf': 'changed' });
      assert.deepEqual(await found(editor), []);
    }));

  it('is looked for when somebody begins to read it', () =>
    withEditor({ files: { ...chart, [template]: web('  automountServiceAccountToken: false'), 'chart/files/token.conf': token(true) } }, async (editor) => {
      await editor.open(template, editor.read(template), 'helm');
      assert.deepEqual(await found(editor), []);
      await editor.replace(template, '  automountServiceAccountToken: false', action);
      assert.equal((await editor.findings(template, RULE)).length, 1);
    }));

  it('counts as it is typed', () => {
    const yaml = action.replace('.conf', '.yaml');
    return withEditor({ files: { ...chart, [template]: web(yaml), 'chart/files/token.yaml': token(true) } }, async (editor) => {
      assert.deepEqual(await found(editor), [yaml]);
      await editor.open('chart/files/token.yaml', token(true));
      await editor.replace('chart/files/token.yaml', 'true', 'false');
      assert.deepEqual(await found(editor), []);
      await editor.close('chart/files/token.yaml');
      assert.deepEqual(await found(editor), [yaml]);
    });
  });

  it('counts through links that stay in the workspace; with one that leads elsewhere nothing is known of files', { skip: process.platform === 'win32' }, () =>
    withEditor({ files: { ...chart, [template]: web(action), 'shared/token.conf': token(true) } }, async (editor) => {
      mkdirSync(join(editor.folder, 'chart/files'));
      const has = async (): Promise<string[]> => {
        await editor.tell({ [template]: 'changed', 'chart/values.yaml': 'changed', 'chart/Chart.yaml': 'changed' });
        return found(editor);
      };
      assert.deepEqual(await has(), [template].map(() => 'web'), 'what is not there is an empty text');
      symlinkSync('../../shared/token.conf', join(editor.folder, 'chart/files/token.conf'));
      assert.deepEqual(await has(), [action]);
      symlinkSync('/', join(editor.folder, 'chart/files/elsewhere'));
      assert.deepEqual(await has(), []);
      editor.remove('chart/files/elsewhere');
      symlinkSync('.', join(editor.folder, 'chart/files/circle'));
      assert.deepEqual(await has(), [], 'nor with one that leads in a circle');
    }));

  it('counts as it is typed whatever it is called, where the client tells of it', () =>
    withEditor({ files: { ...chart, [template]: web(action), 'chart/files/token.conf': token(true) } }, async (editor) => {
      assert.deepEqual(await found(editor), [action]);
      await editor.open('chart/files/token.conf', token(true), 'ini');
      assert.deepEqual(await found(editor), [action]);
      await editor.replace('chart/files/token.conf', 'true', 'false');
      assert.deepEqual(await found(editor), []);
      assert.deepEqual(await found(editor, 'chart/files/token.conf'), []);
      await editor.close('chart/files/token.conf');
      assert.deepEqual(await found(editor), [action]);
    }));
});

describe('a template of any name', () => {
  const action = '{{ include "web.token" . | indent 2 }}';
  const names = 'chart/templates/names.txt';
  const token = (automount: boolean): string => `{{ define "web.token" }}automountServiceAccountToken: ${automount}{{ end }}\n`;

  it('counts as it is typed, in whatever language', () =>
    withEditor({ files: { ...chart, [template]: web(action), [names]: token(true) } }, async (editor) => {
      assert.deepEqual(await found(editor), [action]);
      await editor.open(names, token(true), 'plaintext');
      await editor.replace(names, 'true', 'false');
      assert.deepEqual(await found(editor), []);
      await editor.close(names);
      assert.deepEqual(await found(editor), [action]);
    }));

  it('counts from when it comes until it goes', () =>
    withEditor({ files: { ...chart, [template]: web(action) } }, async (editor) => {
      assert.deepEqual(await found(editor), []);
      editor.write(names, token(true));
      await editor.tell({ [names]: 'created' });
      assert.deepEqual(await found(editor), [action]);
      editor.write(names, token(false));
      await editor.tell({ [names]: 'changed' });
      assert.deepEqual(await found(editor), []);
      editor.write(names, token(true));
      await editor.tell({ [names]: 'changed' });
      assert.equal((await found(editor)).length, 1);
      editor.remove(names);
      await editor.tell({ [names]: 'deleted' });
      assert.deepEqual(await found(editor), []);
    }));

  it('has findings of its own, open or not', () =>
    withEditor({ files: { ...chart, 'chart/templates/web': web('  automountServiceAccountToken: true') } }, async (editor) => {
      assert.deepEqual(await found(editor, 'chart/templates/web'), ['true']);
      await editor.open('chart/templates/web', editor.read('chart/templates/web'), 'plaintext');
      assert.deepEqual(await found(editor, 'chart/templates/web'), ['true']);
      await editor.replace('chart/templates/web', 'true', 'false');
      assert.deepEqual(await found(editor, 'chart/templates/web'), []);
    }));

  it('of another kind is nobody’s manifest', () =>
    withEditor({ files: { ...chart, 'mail/templates/welcome.txt': '' } }, async (editor) => {
      await editor.open('mail/templates/welcome.txt', web('  automountServiceAccountToken: true'), 'plaintext');
      assert.deepEqual(await found(editor, 'mail/templates/welcome.txt'), []);
    }));
});
