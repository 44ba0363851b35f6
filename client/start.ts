import { commands, env, version as vscodeVersion, window, workspace, type ExtensionContext, type LogOutputChannel, type TextDocumentChangeEvent, type Uri } from 'vscode';
import type { BaseLanguageClient, LanguageClientOptions } from 'vscode-languageclient';
import { documentSelector, mayBeManifest } from './documents.ts';
import { showRendered } from './rendered.ts';
import { StatusItem, type ServerStatus, type StatusText } from './status.ts';

/** What other extensions and tests can ask. */
export interface Api {
  /** What the status item shows. */
  readonly status: StatusText;
}

/** Makes the client; how it talks to its server is its own business. */
export type MakeClient = (options: LanguageClientOptions) => BaseLanguageClient;

/** Sets everything up; the server starts with the first document that may be a manifest, and ends with `stop`. */
export function start(context: ExtensionContext, makeClient: MakeClient): { readonly api: Api; stop(): Promise<void> } {
  const log = window.createOutputChannel('kubewho', { log: true });
  const status = new StatusItem();
  /** Changes that were told: the client would tell of one once for each selector that its document meets. */
  const told = new WeakSet<TextDocumentChangeEvent>();
  const client = makeClient({
    documentSelector,
    diagnosticCollectionName: 'kubewho',
    diagnosticPullOptions: { onChange: true, onSave: false },
    initializationOptions: () => ({ status: true, trusted: workspace.isTrusted, settings: workspace.getConfiguration('kubewho') }),
    outputChannel: log,
    middleware: {
      didChange: async (change, tell) => {
        if (told.has(change)) return;
        told.add(change);
        await tell(change);
      },
    },
  } satisfies Partial<LanguageClientOptions> as LanguageClientOptions);
  client.onDidChangeState(({ newState }) => status.stateChanged(newState));
  client.onNotification('kubewho/status', (said: ServerStatus) => {
    status.serverSaid(said);
    for (const { uri, reason } of said.skipped) log.info(`not read: ${uri}: ${reason}`);
  });

  let started = false;
  const startOnce = (): void => {
    if (started) return;
    started = true;
    client.start().catch((error: unknown) => log.error(`The language server did not start: ${String(error)}`));
  };
  const consider = (): void => { if (!started && workspace.textDocuments.some(mayBeManifest)) startOnce(); };

  context.subscriptions.push(
    log, status,
    workspace.onDidOpenTextDocument(consider),
    workspace.onDidGrantWorkspaceTrust(() => { if (started) client.sendNotification('kubewho/trusted').catch((error: unknown) => log.error(String(error))); }),
    workspace.onDidChangeTextDocument(({ document }) => { if (!started && mayBeManifest(document)) startOnce(); }),
    commands.registerCommand('kubewho.showLog', () => log.show()),
    commands.registerCommand('kubewho.restart', async () => {
      if (!started) return startOnce();
      await client.stop();
      await client.start();
    }),
    commands.registerCommand('kubewho.fixFile', () => commands.executeCommand('editor.action.codeAction', { kind: 'source.fixAll.kubewho', apply: 'first' })),
    commands.registerCommand('kubewho.showRendered', (uri?: Uri) => {
      startOnce();
      return showRendered(client, uri);
    }),
    commands.registerCommand('kubewho.copyReport', async () => {
      await env.clipboard.writeText(await report(context, client, log));
      await window.showInformationMessage('The report of kubewho is in the clipboard.');
    }),
  );
  consider();
  return {
    api: { get status() { return status.current; } },
    stop: async () => { if (client.needsStop()) await client.stop(); },
  };
}

/** What someone who helps wants to know: versions, settings and the server's state. No text of any manifest. */
async function report(context: ExtensionContext, client: BaseLanguageClient, log: LogOutputChannel): Promise<string> {
  const status = await client.sendRequest<ServerStatus>('kubewho/status').catch((error: unknown) => String(error));
  return JSON.stringify({
    kubewho: (context.extension.packageJSON as { version: string }).version,
    vscode: vscodeVersion, app: env.appName, remote: env.remoteName ?? null, trusted: workspace.isTrusted,
    folders: (workspace.workspaceFolders ?? []).length,
    settings: workspace.getConfiguration('kubewho'),
    logLevel: log.logLevel,
    server: typeof status === 'string' ? status : { ...status, skipped: status.skipped.map(({ reason }) => reason), notRendered: status.notRendered.length },
  }, null, 2);
}
