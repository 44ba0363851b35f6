// What a client is told, how, and when: pull and push, unchanged reports, refreshes, encodings, links and related places.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ClientCapabilities, PublishDiagnosticsParams } from 'vscode-languageserver-protocol/node';
import { capable, deployment, Editor, eventually, pause, plain, rangeOf, roleBinding, textIn, withEditor } from './support.ts';

const RULE = 'automounted-token';

describe('a diagnostic', () => {
  it('says which rule, how bad, and where it is documented', () =>
    withEditor({}, async (editor) => {
      await editor.open('web.yaml', deployment('web'));
      const [finding] = await editor.findings('web.yaml', RULE);
      assert.equal(finding!.source, 'kubewho');
      assert.equal(finding!.severity, 2);
      assert.match(String(finding!.message), /shop\/default/);
      assert.match(finding!.codeDescription!.href, /^https:\/\/.*\/rules\/tokens\/automounted-token\/README\.md$/);
      assert.match(finding!.data.fingerprint, /^[0-9a-f]{16}$/);
    }));

  it('holds nothing that the client did not ask for', () =>
    withEditor({ capabilities: { textDocument: { diagnostic: {} }, workspace: { diagnostics: { refreshSupport: true } } } }, async (editor) => {
      await editor.open('web.yaml', deployment('web'));
      const [finding] = await editor.findings('web.yaml', RULE);
      assert.deepEqual(Object.keys(finding!).sort(), ['code', 'message', 'range', 'severity', 'source']);
    }));

  it('leads to the other files that it speaks of', () =>
    withEditor({ files: { 'accounts/default.yaml': account('default', false) } }, async (editor) => {
      await editor.open('web.yaml', deployment('web'));
      const [finding] = await editor.findings('web.yaml', RULE);
      const [related] = finding!.relatedInformation!;
      assert.equal(related!.location.uri, editor.uri('accounts/default.yaml'));
      assert.equal(textIn(account('default', false), related!.location.range), 'false');
    }));
});

describe('pulling', () => {
  it('is offered for documents that depend on each other, and for the workspace', () =>
    withEditor({}, async (editor) => {
      assert.deepEqual(editor.initialized.capabilities.diagnosticProvider, { identifier: 'kubewho', interFileDependencies: true, workspaceDiagnostics: true });
      await editor.open('web.yaml', deployment('web'));
      await editor.findings('web.yaml');
      await pause(300);
      assert.deepEqual(editor.published, [], 'nothing is pushed to a client that pulls');
    }));

  it('answers unchanged for as long as nothing changed', () =>
    withEditor({}, async (editor) => {
      await editor.open('web.yaml', deployment('web'));
      const first = await editor.pull('web.yaml');
      assert.equal(first.kind, 'full');
      const again = await editor.pull('web.yaml', first.resultId);
      assert.deepEqual(again, { kind: 'unchanged', resultId: first.resultId });
      await editor.replace('web.yaml', 'true', 'false');
      const fixed = await editor.pull('web.yaml', first.resultId);
      assert.deepEqual(fixed.kind === 'full' && fixed.items, []);
      await editor.replace('web.yaml', 'false', 'true');
      assert.equal((await editor.pull('web.yaml', first.resultId)).kind, 'unchanged');
    }));

  it('shows the whole workspace: what has findings, then only what changed', () =>
    withEditor({ files: { 'a.yaml': deployment('a'), 'b.yaml': deployment('b'), 'clean.yaml': deployment('clean', { automount: false }) } }, async (editor) => {
      const first = await editor.pullWorkspace();
      assert.deepEqual(first.items.map(({ kind, uri, version }) => ({ kind, uri, version })), ['a.yaml', 'b.yaml'].map((path) => ({ kind: 'full', uri: editor.uri(path), version: null })));
      const known = first.items.map(({ uri, resultId }) => ({ uri, value: resultId! }));
      const second = await editor.pullWorkspace(known);
      assert.deepEqual(second.items.map((item) => item.kind), ['unchanged', 'unchanged']);

      editor.write('a.yaml', deployment('a', { automount: false }));
      editor.remove('b.yaml');
      await editor.tell({ 'a.yaml': 'changed', 'b.yaml': 'deleted' });
      const third = await editor.pullWorkspace(known);
      assert.deepEqual(third.items.map((item) => [item.uri, item.kind, item.kind === 'full' && item.items.length]), [[editor.uri('a.yaml'), 'full', 0], [editor.uri('b.yaml'), 'full', 0]]);
      const fourth = await editor.pullWorkspace(third.items.map(({ uri, resultId }) => ({ uri, value: resultId! })));
      assert.deepEqual(fourth.items.map((item) => item.kind), ['unchanged', 'unchanged']);
    }));

  it('shows open documents of the workspace as they are typed, with their version', () =>
    withEditor({ files: { 'web.yaml': deployment('web') } }, async (editor) => {
      await editor.open('web.yaml', deployment('web'));
      await editor.replace('web.yaml', 'metadata:', '\nmetadata:');
      const { items: [report] } = await editor.pullWorkspace();
      assert.equal(report!.version, 2);
      assert.equal(report!.kind === 'full' && report!.items[0]!.range.start.line, rangeOf(editor.text('web.yaml'), 'true').start.line);
    }));

  it('keeps a workspace request open for a client that streams, until there is something to say', () =>
    withEditor({ files: { 'a.yaml': deployment('a') } }, async (editor) => {
      const first = await editor.pullWorkspace([], 'stream-1');
      assert.equal(first.items.length, 1);
      let answered = false;
      const held = editor.pullWorkspace(first.items.map(({ uri, resultId }) => ({ uri, value: resultId! })), 'stream-2').then((report) => {
        answered = true;
        return report;
      });
      await pause(400);
      assert.equal(answered, false);
      editor.write('a.yaml', deployment('a', { automount: false }));
      await editor.tell({ 'a.yaml': 'changed' });
      const report = await held;
      assert.deepEqual(report.items.map((item) => item.kind === 'full' && item.items), [[]]);
      void editor.pullWorkspace(report.items.map(({ uri, resultId }) => ({ uri, value: resultId! })), 'stream-3').catch(() => {});
      await pause(50); // a request that is open when the client leaves does not keep the server
    }));

  it('reports a document in full for a while after it was pulled, for clients that drop an answer while they close a tab', () =>
    withEditor({ files: { 'a.yaml': deployment('a'), 'clean.yaml': deployment('clean', { automount: false }) } }, async (editor) => {
      const known = (await editor.pullWorkspace()).items.map(({ uri, resultId }) => ({ uri, value: resultId! }));
      const held = editor.pullWorkspace(known, 'stream-1');
      await editor.open('clean.yaml', deployment('clean', { automount: false }));
      assert.deepEqual(await editor.findings('clean.yaml'), []);
      const { items } = await held;
      assert.deepEqual(items.map((item) => [item.uri, item.kind]), [[editor.uri('clean.yaml'), 'full'], [editor.uri('a.yaml'), 'unchanged']]);
    }));

  it('asks for a refresh when an edit changes what another open file shows, and only then', () =>
    withEditor({}, async (editor) => {
      await editor.open('web.yaml', deployment('web'));
      await editor.open('rbac.yaml', roleBinding('other'));
      assert.equal((await editor.findings('web.yaml', RULE)).length, 1);
      await editor.findings('rbac.yaml');
      await pause(300);
      const before = editor.refreshes;
      await editor.replace('rbac.yaml', 'other-view', 'another-view');
      await pause(400);
      assert.equal(editor.refreshes, before);
      await editor.replace('rbac.yaml', 'name: other\n', 'name: default\n');
      await eventually('a refresh', () => editor.refreshes > before);
      assert.deepEqual(await editor.findings('web.yaml', RULE), []);
    }));

  it('can be cancelled', () =>
    withEditor({ files: Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`f${i}.yaml`, deployment(`app-${i}`)])) }, async (editor) => {
      const cancelled = editor.connection.sendRequest('textDocument/diagnostic', { textDocument: { uri: editor.uri('f1.yaml') } }, { isCancellationRequested: true, onCancellationRequested: (listener: () => void) => { setTimeout(listener, 0); return { dispose() {} }; } } as never);
      await assert.rejects(cancelled, { code: -32800 });
      assert.equal((await editor.findings('f1.yaml', RULE)).length, 1);
    }));
});

describe('pushing', () => {
  const count = ({ diagnostics }: PublishDiagnosticsParams) => diagnostics.filter((one) => one.code === RULE).length;

  for (const [what, capabilities] of Object.entries({
    'a client that cannot pull': plain,
    'a client that pulls and cannot be told to pull again': { ...plain, textDocument: { ...plain.textDocument, diagnostic: {} } } satisfies ClientCapabilities,
  })) {
    it(`serves ${what}: open documents with their version, nothing when closed`, () =>
      withEditor({ capabilities, files: { 'other.yaml': deployment('other') } }, async (editor) => {
        assert.equal(editor.initialized.capabilities.diagnosticProvider, undefined);
        await editor.open('web.yaml', deployment('web'));
        await eventually('findings', () => editor.published.some((one) => one.version === 1 && count(one) === 1));
        await editor.replace('web.yaml', 'true', 'false');
        await eventually('none', () => editor.published.some((one) => one.version === 2 && count(one) === 0));
        await editor.replace('web.yaml', 'false', 'true');
        await eventually('findings', () => editor.published.some((one) => one.version === 3 && count(one) === 1));
        await editor.close('web.yaml');
        await eventually('nothing', () => editor.published.at(-1)!.diagnostics.length === 0);
        assert.deepEqual([...new Set(editor.published.map((one) => one.uri))], [editor.uri('web.yaml')]);
      }));
  }

  it('waits for typing to settle and never publishes an older version after a newer one', () =>
    withEditor({ capabilities: plain }, async (editor) => {
      await editor.open('web.yaml', deployment('web'));
      for (let i = 0; i < 20; i++) await editor.replace('web.yaml', 'name: web', 'name: web');
      await eventually('the last version', () => editor.published.at(-1)?.version === 21);
      assert.ok(editor.published.length <= 3, `${editor.published.length} notifications for 21 versions`);
    }));

  it('reaches the other open documents that an edit concerns', () =>
    withEditor({ capabilities: plain }, async (editor) => {
      await editor.open('web.yaml', deployment('web'));
      await editor.open('rbac.yaml', roleBinding('other'));
      await eventually('findings', () => editor.published.find((one) => one.uri === editor.uri('web.yaml') && count(one) === 1));
      await editor.replace('rbac.yaml', 'name: other\n', 'name: default\n');
      await eventually('none', () => editor.published.filter((one) => one.uri === editor.uri('web.yaml')).map(count).at(-1) === 0);
    }));
});

describe('positions', () => {
  const text = deployment('web').replace('automountServiceAccountToken: true', '"automountServiceAccountToken": true').replace('      serviceAccountName: web\n', '').replace('    spec:\n', '    spec: # 🔑 ключ\n');
  const flow = `{apiVersion: v1, kind: Pod, metadata: {name: "🔑ключ"}, spec: {automountServiceAccountToken: true, containers: [{name: web, image: web}]}}\n`;
  const columns = { 'utf-16': (before: string) => before.length, 'utf-8': (before: string) => Buffer.byteLength(before), 'utf-32': (before: string) => [...before].length };

  for (const [encoding, columnOf] of Object.entries(columns)) {
    it(`count in ${encoding}, in answers and in edits`, () =>
      withEditor({ capabilities: { ...capable, general: { positionEncodings: [encoding, 'utf-16'] } } }, async (editor) => {
        assert.equal(editor.initialized.capabilities.positionEncoding, encoding);
        await editor.open('pod.yaml', flow);
        const at = flow.indexOf('true');
        const [finding] = await editor.findings('pod.yaml', RULE);
        assert.deepEqual(finding!.range, { start: { line: 0, character: columnOf(flow.slice(0, at)) }, end: { line: 0, character: columnOf(flow.slice(0, at + 4)) } });
        await editor.change('pod.yaml', finding!.range, 'false', flow.replace('true', 'false'));
        assert.deepEqual(await editor.findings('pod.yaml', RULE), []);
        const back = { start: finding!.range.start, end: { line: 0, character: finding!.range.start.character + 5 } };
        await editor.change('pod.yaml', back, 'true', flow);
        assert.deepEqual((await editor.findings('pod.yaml', RULE)).map((one) => one.range), [finding!.range]);
      }));
  }

  it('of faults in kubewho.yaml count likewise', () =>
    withEditor({ capabilities: { ...capable, general: { positionEncodings: ['utf-8'] } } }, async (editor) => {
      const settings = '{scopes: [{name: "ключ", paths: ["**"]}], nonsense: 1}\n';
      await editor.open('kubewho.yaml', settings);
      const [fault] = await editor.findings('kubewho.yaml');
      assert.deepEqual(fault!.range.start, { line: 0, character: Buffer.byteLength(settings.slice(0, settings.indexOf('nonsense'))) });
    }));

  it('are in UTF-16 when the client says nothing, or nothing known', async () => {
    for (const positionEncodings of [undefined, [], ['utf-7']]) {
      await withEditor({ capabilities: { ...capable, general: { positionEncodings } } }, async (editor) => {
        assert.equal(editor.initialized.capabilities.positionEncoding, 'utf-16');
      });
    }
  });

  it('are right with CRLF, a lone CR in a comment, tabs and a byte order mark', () =>
    withEditor({}, async (editor) => {
      for (const [path, variant] of Object.entries({ 'crlf.yaml': text.replaceAll('\n', '\r\n'), 'mark.yaml': `\uFEFF${flow}`, 'emoji.yaml': text })) {
        await editor.open(path, variant);
        const [finding] = await editor.findings(path, RULE);
        assert.equal(textIn(variant, finding!.range), 'true', path);
      }
    }));
});

describe('settings', () => {
  it('are taken from initializationOptions and changed by the client', () =>
    withEditor({ initializationOptions: { settings: { enable: false } } }, async (editor) => {
      await editor.open('web.yaml', deployment('web'));
      assert.deepEqual(await editor.findings('web.yaml'), []);
      await editor.connection.sendNotification('workspace/didChangeConfiguration', { settings: { kubewho: { enable: true } } });
      assert.equal((await editor.findings('web.yaml', RULE)).length, 1);
      await editor.connection.sendNotification('workspace/didChangeConfiguration', { settings: { kubewho: { minSeverity: 'error', persona: 3 } } });
      assert.deepEqual(await editor.findings('web.yaml'), []);
      await editor.connection.sendNotification('workspace/didChangeConfiguration', { settings: { kubewho: { enable: true } } });
      assert.equal((await editor.findings('web.yaml', RULE)).length, 1);
      await editor.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
      assert.deepEqual(await editor.findings('web.yaml'), [], 'what is not set is as it was said at first');
    }));

  it('stay as they were said at first where the client has none to answer with', async () => {
    const editor = await Editor.start({ capabilities: { ...capable, workspace: { ...capable.workspace, configuration: true } }, initializationOptions: { settings: { enable: false } } });
    let asked = 0;
    editor.connection.onRequest('workspace/configuration', () => { asked++; return [null]; });
    await editor.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    await editor.open('web.yaml', deployment('web'));
    await eventually('asked', async () => asked > 0);
    assert.deepEqual(await editor.findings('web.yaml'), []);
    assert.equal(await editor.stop(), 0);
  });

  it('are asked for where the client answers', async () => {
    const editor = await Editor.start({ capabilities: { ...capable, workspace: { ...capable.workspace, configuration: true } } });
    editor.connection.onRequest('workspace/configuration', () => [{ enable: false }]);
    await editor.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    await editor.open('web.yaml', deployment('web'));
    await eventually('no findings', async () => (await editor.findings('web.yaml')).length === 0);
    assert.ok(editor.registrations.some((one) => one.method === 'workspace/didChangeConfiguration'));
    assert.equal(await editor.stop(), 0);
  });
});

function account(name: string, automount: boolean): string {
  return `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ${name}\n  namespace: shop\nautomountServiceAccountToken: ${automount}\n`;
}
