// What can be done about a finding: quick fixes, "ignore here", the safe fixes of a document, documentation.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CodeAction, TextDocumentEdit } from 'vscode-languageserver-protocol/node';
import { applied, capable, deployment, type Editor, plain, rangeOf, roleBinding, withEditor } from './support.ts';

const RULE = 'automounted-token';
/** In a complete scope taking away a token that nothing needs is safe (contract.md, safe and unsafe). */
const complete = 'scopes:\n  - name: all\n    paths: ["**"]\n    complete: true\n';

const titles = (actions: readonly CodeAction[]) => actions.map((action) => action.title);
const isIgnore = ({ title }: CodeAction) => title.startsWith('Ignore ');
const isFix = (action: CodeAction) => action.kind === 'quickfix' && !isIgnore(action) && action.command === undefined;

async function openFinding(editor: Editor, path: string, text: string, languageId?: string): Promise<{ text: string; actions: CodeAction[] }> {
  await editor.open(path, text, languageId);
  const [finding] = await editor.findings(path, RULE);
  assert.ok(finding, `a finding in ${path}`);
  return { text, actions: await editor.actions(path, finding.range) };
}

describe('a quick fix', () => {
  it('is resolved when it is chosen, to an edit of the version it was made for', () =>
    withEditor({}, async (editor) => {
      const { text, actions } = await openFinding(editor, 'web.yaml', deployment('web'));
      const fix = actions.find(isFix);
      assert.ok(fix, titles(actions).join(', '));
      assert.equal(fix.edit, undefined);
      assert.equal(fix.diagnostics?.[0]?.code, RULE);
      const { edit } = await editor.resolve(fix);
      const [change] = edit!.documentChanges as TextDocumentEdit[];
      assert.deepEqual(change!.textDocument, { uri: editor.uri('web.yaml'), version: 1 });
      assert.equal(applied(text, editor.uri('web.yaml'), edit), text.replace('Token: true', 'Token: false'));
    }));

  it('is made for the text as it is when chosen, and refused when its finding is gone', () =>
    withEditor({}, async (editor) => {
      const { actions } = await openFinding(editor, 'web.yaml', deployment('web'));
      const fix = actions.find(isFix)!;
      await editor.replace('web.yaml', 'metadata:', '# typed on\nmetadata:');
      const { edit } = await editor.resolve(fix);
      assert.equal((edit!.documentChanges![0] as TextDocumentEdit).textDocument.version, 2);
      assert.equal(applied(editor.text('web.yaml'), editor.uri('web.yaml'), edit), editor.text('web.yaml').replace('Token: true', 'Token: false'));
      await editor.replace('web.yaml', 'Token: true', 'Token: false');
      await assert.rejects(editor.resolve(fix), { code: -32801 });
    }));

  it('is not preferred and says what to check when it is unsafe', () =>
    withEditor({}, async (editor) => {
      const { actions } = await openFinding(editor, 'web.yaml', deployment('web'));
      assert.deepEqual(actions.filter((action) => action.isPreferred), []);
      for (const fix of actions.filter(isFix)) assert.match(fix.title, /\(check\b/);
    }));

  it('is preferred when it is the first safe one', () =>
    withEditor({ files: { 'kubewho.yaml': complete } }, async (editor) => {
      const { actions } = await openFinding(editor, 'web.yaml', deployment('web'));
      const preferred = actions.filter((action) => action.isPreferred);
      assert.equal(preferred.length, 1, titles(actions).join(', '));
      assert.ok(isFix(preferred[0]!));
      assert.doesNotMatch(preferred[0]!.title, /\(check\b/);
    }));

  it('holds its edit, without version, for a client that cannot resolve or take versions', () =>
    withEditor({ capabilities: plain }, async (editor) => {
      const text = deployment('web');
      await editor.open('web.yaml', text);
      const fix = (await editor.actions('web.yaml', rangeOf(text, 'true'))).find(isFix);
      assert.equal(fix!.edit!.documentChanges, undefined);
      assert.equal(applied(text, editor.uri('web.yaml'), fix!.edit), text.replace('Token: true', 'Token: false'));
    }));

  it('is not offered where nothing was found, nor when other kinds are asked for', () =>
    withEditor({}, async (editor) => {
      const { text } = await openFinding(editor, 'web.yaml', deployment('web'));
      assert.deepEqual(await editor.actions('web.yaml', rangeOf(text, 'apiVersion')), []);
      assert.deepEqual(await editor.actions('web.yaml', rangeOf(text, 'true'), ['refactor']), []);
    }));

  it('is not offered to a client that only knows commands', () =>
    withEditor({ capabilities: { textDocument: { codeAction: {} } } }, async (editor) => {
      assert.equal(editor.initialized.capabilities.codeActionProvider, undefined);
      await editor.open('web.yaml', deployment('web'));
      assert.deepEqual(await editor.actions('web.yaml', rangeOf(deployment('web'), 'true')), []);
    }));

  it('keeps CRLF and counts in the encoding of the client', () =>
    withEditor({ capabilities: { ...capable, general: { positionEncodings: ['utf-8'] } } }, async (editor) => {
      const flow = '{apiVersion: v1, kind: Pod, metadata: {name: "🔑ключ"}, spec: {automountServiceAccountToken: true, containers: [{name: web, image: web}]}}\r\n';
      const { actions } = await openFinding(editor, 'pod.yaml', flow);
      const { edit } = await editor.resolve(actions.find(isFix)!);
      const [change] = (edit!.documentChanges![0] as TextDocumentEdit).edits;
      const start = Buffer.byteLength(flow.slice(0, flow.indexOf('true')));
      assert.deepEqual(change, { range: { start: { line: 0, character: start }, end: { line: 0, character: start + 4 } }, newText: 'false' });
    }));
});

describe('a quick fix over several files', () => {
  const accounts = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: worker, namespace: shop}\n';
  const files = { 'account.yaml': accounts, 'a.yaml': deployment('a', { account: 'worker' }), 'b.yaml': deployment('b', { account: 'worker' }), 'rbac.yaml': roleBinding('worker') };

  it('edits each with the version that it is open in, and files that are not open as they are on disk', () =>
    withEditor({ files }, async (editor) => {
      await editor.open('a.yaml', files['a.yaml']);
      const [finding] = await editor.findings('a.yaml', 'shared-service-account');
      assert.deepEqual([...new Set(finding!.relatedInformation!.map((one) => one.location.uri))].sort(), ['account.yaml', 'b.yaml', 'rbac.yaml'].map((path) => editor.uri(path)));
      const fix = (await editor.actions('a.yaml', finding!.range)).find((action) => isFix(action) && action.diagnostics![0]!.code === 'shared-service-account');

      const closed = await editor.resolve(fix!);
      const versions = (action: CodeAction) => Object.fromEntries((action.edit!.documentChanges as TextDocumentEdit[]).map(({ textDocument: { uri, version } }) => [uri, version]));
      assert.deepEqual(versions(closed), { [editor.uri('a.yaml')]: 1, [editor.uri('rbac.yaml')]: null });

      await editor.open('rbac.yaml', files['rbac.yaml']);
      await editor.replace('rbac.yaml', 'metadata:', '# typed\nmetadata:');
      const { edit } = await editor.resolve(fix!);
      assert.deepEqual(versions({ ...fix!, edit }), { [editor.uri('a.yaml')]: 1, [editor.uri('rbac.yaml')]: 2 });

      for (const path of ['a.yaml', 'rbac.yaml']) {
        const after = applied(editor.text(path), editor.uri(path), edit);
        await editor.close(path);
        editor.write(path, after);
        await editor.tell({ [path]: 'changed' });
      }
      for (const path of ['a.yaml', 'b.yaml']) assert.deepEqual(await editor.findings(path, 'shared-service-account'), [], path);
      assert.match(editor.read('rbac.yaml'), /# typed\n[^]*name: worker[^]*name: a\n/);
    }));
});

describe('"ignore here"', () => {
  const ignoring = async (editor: Editor, path: string, text: string, languageId?: string): Promise<string> => {
    const { actions } = await openFinding(editor, path, text, languageId);
    const action = actions.find(isIgnore);
    assert.ok(action, titles(actions).join(', '));
    assert.notEqual(action.isPreferred, true);
    const { edit } = await editor.resolve(action);
    return applied(text, editor.uri(path), edit);
  };

  it('writes a comment above the line, and the finding is gone', () =>
    withEditor({}, async (editor) => {
      const text = deployment('web');
      const after = await ignoring(editor, 'web.yaml', text);
      assert.equal(after, text.replace('      automount', '      # kubewho: ignore[automounted-token] -- reason\n      automount'));
      await editor.open('after.yaml', after);
      assert.deepEqual(await editor.findings('after.yaml', RULE), []);
    }));

  it('offers the reason as a placeholder to type over', () =>
    withEditor({}, async (editor) => {
      const { actions } = await openFinding(editor, 'web.yaml', deployment('web'));
      const { edit } = await editor.resolve(actions.find(isIgnore)!);
      assert.deepEqual((edit!.documentChanges![0] as TextDocumentEdit).edits.map((one) => ('snippet' in one ? one.snippet : one)), [
        { kind: 'snippet', value: '      # kubewho: ignore[automounted-token] -- ${1:reason}\n' },
      ]);
    }));

  it('keeps CRLF', () =>
    withEditor({}, async (editor) => {
      const after = await ignoring(editor, 'web.yaml', deployment('web').replaceAll('\n', '\r\n'));
      assert.match(after, /-- reason\r\n {6}automount/);
      assert.doesNotMatch(after, /[^\r]\n/);
    }));

  it('that nothing needs any more is shown as unnecessary, and can be removed', () =>
    withEditor({}, async (editor) => {
      const text = deployment('web', { automount: false }).replace('      automount', '      # kubewho: ignore[automounted-token] -- was needed once\n      automount');
      await editor.open('web.yaml', text);
      const [unused] = await editor.findings('web.yaml', 'unused-suppression');
      assert.deepEqual(unused!.tags, [1]);
      const actions = await editor.actions('web.yaml', unused!.range);
      assert.deepEqual(actions.filter(isIgnore), []);
      const { edit } = await editor.resolve(actions.find(isFix)!);
      assert.equal(applied(text, editor.uri('web.yaml'), edit), deployment('web', { automount: false }));
    }));

  it('writes the comment between the lines of flow style, too', () =>
    withEditor({}, async (editor) => {
      const text = '{"apiVersion": "v1", "kind": "Pod",\n "metadata": {"name": "web"}, "spec": {"containers": [{"name": "web", "image": "web"}],\n "automountServiceAccountToken": true}}\n';
      const after = await ignoring(editor, 'flow.yaml', text);
      assert.equal(after, text.replace(' "automount', ' # kubewho: ignore[automounted-token] -- reason\n "automount'));
      await editor.open('after.yaml', after);
      assert.deepEqual(await editor.findings('after.yaml', RULE), []);
    }));

  it('writes an annotation where the format has no comments', () =>
    withEditor({}, async (editor) => {
      const text = `${JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { automountServiceAccountToken: true, containers: [{ name: 'web', image: 'web' }] } }, null, 2)}\n`;
      const after = await ignoring(editor, 'pod.json', text);
      assert.equal(JSON.parse(after).metadata.annotations['kubewho.dev/ignore.automounted-token'], 'reason');
      await editor.open('after.json', after);
      assert.deepEqual(await editor.findings('after.json', RULE), []);
    }));
});

describe('source.fixAll.kubewho', () => {
  const fixAll = 'source.fixAll.kubewho';
  const everything = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
  const three = ['a', 'b', 'c'].map((name) => deployment(name, { note: '  # kept' })).join('---\n');

  it('applies every safe fix of the document as one versioned edit, and touches nothing else', () =>
    withEditor({ files: { 'kubewho.yaml': complete } }, async (editor) => {
      await editor.open('three.yaml', three);
      const [action, ...others] = await editor.actions('three.yaml', everything, [fixAll]);
      assert.deepEqual(others, []);
      const { edit } = await editor.resolve(action!);
      assert.deepEqual(edit!.documentChanges!.map((one) => 'textDocument' in one && one.textDocument), [{ uri: editor.uri('three.yaml'), version: 1 }]);
      assert.equal(applied(three, editor.uri('three.yaml'), edit), three.replaceAll('Token: true', 'Token: false'));
      assert.equal((edit!.documentChanges![0] as TextDocumentEdit).edits.length, 3, 'one edit for each place');
      assert.equal((await editor.findings('three.yaml', RULE)).length, 3, 'nothing is changed by asking');
    }));

  it('is part of source.fixAll, and never offered unasked', () =>
    withEditor({ files: { 'kubewho.yaml': complete } }, async (editor) => {
      await editor.open('three.yaml', three);
      assert.equal((await editor.actions('three.yaml', everything, ['source.fixAll'])).length, 1);
      assert.deepEqual((await editor.actions('three.yaml', rangeOf(three, 'true'))).filter((action) => action.kind === fixAll), []);
    }));

  it('is not there where no fix is safe', () =>
    withEditor({}, async (editor) => {
      await editor.open('three.yaml', three);
      assert.deepEqual(await editor.actions('three.yaml', everything, [fixAll]), []);
    }));
});

describe('documentation', () => {
  it('is opened by the client', () =>
    withEditor({}, async (editor) => {
      const { actions } = await openFinding(editor, 'web.yaml', deployment('web'));
      const action = actions.find((one) => one.command);
      assert.ok(editor.initialized.capabilities.executeCommandProvider!.commands.includes(action!.command!.command));
      await editor.connection.sendRequest('workspace/executeCommand', { command: action!.command!.command, arguments: action!.command!.arguments });
      assert.match(editor.shown[0]!, /automounted-token\/README\.md$/);
      await editor.connection.sendRequest('workspace/executeCommand', { command: action!.command!.command, arguments: ['https://elsewhere.example'] });
      assert.equal(editor.shown.length, 1, 'only documentation of rules is opened');
    }));

  it('is not offered to a client that cannot open it', () =>
    withEditor({ capabilities: { ...capable, window: {} } }, async (editor) => {
      const { actions } = await openFinding(editor, 'web.yaml', deployment('web'));
      assert.deepEqual(actions.filter((action) => action.command), []);
    }));
});
