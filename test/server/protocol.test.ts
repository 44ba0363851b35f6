// The process itself: how it starts and ends, and that nothing a client sends brings it down.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { deployment, Editor, pause, withEditor } from './support.ts';

describe('the process', () => {
  it('names itself with the version of the command line', () =>
    withEditor({}, async (editor) => {
      const version = spawnSync(process.execPath, ['dist/cli.js', '--version'], { encoding: 'utf8' }).stdout.trim();
      assert.deepEqual(editor.initialized.serverInfo, { name: 'kubewho', version });
    }));

  it('ends with 0 after shutdown and exit', async () => {
    const editor = await Editor.start();
    assert.equal(await editor.stop(), 0);
  });

  it('ends when its client goes away without a word', async () => {
    const editor = await Editor.start();
    const ended = once(editor.process, 'exit');
    editor.process.stdin!.end();
    assert.deepEqual((await ended)[0], 1);
    editor.connection.dispose();
  });

  it('ends when what it reads is no message at all', async () => {
    const server = spawn(process.execPath, ['dist/cli.js', 'lsp', '--stdio'], { stdio: ['pipe', 'ignore', 'ignore'] });
    server.stdin!.end('GET / HTTP/1.1\r\n\r\n{{{{\r\n\r\n');
    const [code] = await once(server, 'exit');
    assert.notEqual(code, 0);
  });
});

describe('whatever a client sends', () => {
  it('unknown requests are refused and notifications ignored', () =>
    withEditor({}, async (editor) => {
      await assert.rejects(editor.connection.sendRequest('textDocument/nothing', {}), { code: -32601 });
      await editor.connection.sendNotification('nothing/at/all', { x: 1 });
      await editor.open('web.yaml', deployment('web'));
      assert.equal((await editor.findings('web.yaml', 'automounted-token')).length, 1);
    }));

  it('positions outside of a document are clamped', () =>
    withEditor({}, async (editor) => {
      await editor.open('web.yaml', deployment('web'));
      const far = { line: 9999, character: 9999 };
      assert.equal(await editor.hover('web.yaml', far), null);
      assert.deepEqual(await editor.actions('web.yaml', { start: far, end: far }), []);
      await editor.change('web.yaml', { start: far, end: far }, '# the end\n', `${deployment('web')}# the end\n`);
      assert.equal((await editor.findings('web.yaml', 'automounted-token')).length, 1);
    }));

  it('requests about documents that are nowhere have empty answers', () =>
    withEditor({}, async (editor) => {
      for (const uri of ['nowhere.yaml', 'file:', 'not a uri', 'file:///%E0%A4%A', 'untitled:x']) {
        assert.deepEqual(await editor.findings(uri), [], uri);
        assert.equal(await editor.hover(uri, { line: 0, character: 0 }), null);
        assert.deepEqual(await editor.actions(uri, { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }), []);
      }
    }));

  it('text that is no manifest, no YAML or no text leaves the other documents alone', () =>
    withEditor({}, async (editor) => {
      await editor.open('web.yaml', deployment('web'));
      for (const [i, text] of ['\0\0\0', '{', '&a [*a, *a', '- '.repeat(50_000), '\uD800', 'a: &a [x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n', '<<<<<<< HEAD\nkind: Pod\n=======\n>>>>>>> x\n', `${'['.repeat(20_000)}`].entries()) {
        await editor.open(`odd-${i}.yaml`, text);
        assert.deepEqual(await editor.findings(`odd-${i}.yaml`), []);
      }
      assert.equal((await editor.findings('web.yaml', 'automounted-token')).length, 1);
    }));

  it('a broken message does not stop the ones after it', async () => {
    const editor = await Editor.start();
    editor.process.stdin!.write('Content-Length: 13\r\n\r\n{"jsonrpc":!}GET / HTTP/1.1\r\n\r\n');
    await editor.connection.sendNotification('textDocument/didChange', { textDocument: { uri: editor.uri('unopened.yaml'), version: 2 }, contentChanges: [{ text: 'x' }] });
    await editor.connection.sendNotification('textDocument/didOpen', null as never);
    await pause(50);
    await editor.open('web.yaml', deployment('web'));
    assert.equal((await editor.findings('web.yaml', 'automounted-token')).length, 1);
    assert.equal(await editor.stop(), 0);
  });
});
