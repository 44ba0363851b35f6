// The server in a web worker: the same conversation, in a browser where there is one, and always in a context without Node.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CodeAction, Diagnostic, DocumentDiagnosticReport, Hover, InitializeResult, MarkupContent } from 'vscode-languageserver-protocol';
import { applied, capable, deployment, rangeOf, roleBinding, textIn } from '../server/support.ts';
import { startInBareContext } from './bare-context.ts';
import { findBrowser, startInBrowser } from './chromium.ts';
import { client, type WorkerConversation } from './conversation.ts';

const script = 'dist/server.browser.js';
const folder = 'vscode-test-web://mount/repo';

async function converse(worker: WorkerConversation): Promise<void> {
  for (const name of ['require', 'process', 'Buffer', '__dirname', 'module', 'setImmediate']) assert.equal(await worker.evaluate(`typeof ${name}`), 'undefined', `the worker has no ${name}`);
  const { request, notify } = client(worker);
  const initialized = (await request('initialize', { processId: null, capabilities: capable, rootUri: null, workspaceFolders: [{ uri: folder, name: 'repo' }] })) as InitializeResult;
  assert.equal(initialized.serverInfo!.name, 'kubewho');
  await notify('initialized', {});
  const open = (path: string, text: string) => notify('textDocument/didOpen', { textDocument: { uri: `${folder}/${path}`, languageId: 'yaml', version: 1, text } });
  const findings = async (path: string): Promise<Diagnostic[]> => {
    const report = (await request('textDocument/diagnostic', { textDocument: { uri: `${folder}/${path}` } })) as DocumentDiagnosticReport;
    return report.kind === 'full' ? report.items.filter((item) => item.code === 'automounted-token') : [];
  };

  const text = deployment('web');
  await open('web.yaml', text);
  const [finding] = await findings('web.yaml');
  assert.equal(textIn(text, finding!.range), 'true');

  const hover = (await request('textDocument/hover', { textDocument: { uri: `${folder}/web.yaml` }, position: rangeOf(text, 'kind').start })) as Hover;
  assert.match((hover.contents as MarkupContent).value, /runs as account \*\*shop\/default\*\*/);

  const actions = (await request('textDocument/codeAction', { textDocument: { uri: `${folder}/web.yaml` }, range: finding!.range, context: { diagnostics: [] } })) as CodeAction[];
  const ignore = (await request('codeAction/resolve', actions.find((action) => action.title.startsWith('Ignore')))) as CodeAction;
  assert.match(applied(text, `${folder}/web.yaml`, ignore.edit), /# kubewho: ignore\[automounted-token\]/);

  await open('rbac.yaml', roleBinding('default'));
  assert.deepEqual(await findings('web.yaml'), [], 'open documents of one folder count together');
  await notify('textDocument/didClose', { textDocument: { uri: `${folder}/rbac.yaml` } });
  assert.equal((await findings('web.yaml')).length, 1);
  assert.equal(await request('shutdown', undefined), null);
}

describe('the server in a web worker', () => {
  it('talks where nothing of Node exists', async () => {
    await converse(startInBareContext(script));
  });

  it('talks in a browser', async () => {
    const browser = await findBrowser();
    if ('missing' in browser) return assert.fail(browser.missing);
    const worker = await startInBrowser(await browser.launch(), script);
    try {
      await converse(worker);
    } finally {
      await worker.end();
    }
  });
});
