import { DidChangeConfigurationNotification, TextDocumentSyncKind, type Connection, type InitializeParams, type ServerCapabilities } from 'vscode-languageserver';
import { parseConfiguration } from '../engine/lint/config.ts';
import validate from '../generated/validate-configuration.mjs';
import manifest from '../package.json' with { type: 'json' };
import { rules } from '../rules/index.ts';
import type { Host } from '../sources/host.ts';
import { readClient, type Client } from './client.ts';
import { openDocuments } from './documents.ts';
import { codeActionKinds, registerCodeActions } from './features/codeActions.ts';
import { registerDocumentation, showDocumentation } from './features/documentation.ts';
import { registerHelm } from './features/helm.ts';
import { registerHover } from './features/hover.ts';
import { registerPull } from './features/pull.ts';
import { registerPush } from './features/push.ts';
import { registerReadFiles } from './features/readFiles.ts';
import { registerRendered, renderedScheme } from './features/rendered.ts';
import { registerStatus } from './features/status.ts';
import { registerWatchedFiles, watchFiles } from './features/watchedFiles.ts';
import { Positions } from './positions.ts';
import { Session } from './session.ts';
import { defaultSettings, readSettings } from './settings.ts';

/**
 * Wires the language server to a connection.
 * @param host where files are read; without one, open documents are all there is
 */
export function startServer(connection: Connection, host?: Host): void {
  let session: Session;
  /** What the client said at the start: it holds where its settings say nothing. */
  let initial = defaultSettings;
  let positions = new Positions('utf-16');
  const documents = openDocuments(() => positions);

  connection.onInitialize((params) => {
    const client = readClient(params);
    positions = new Positions(client.encoding);
    session = new Session({
      host, client, positions, documents,
      folders: foldersOf(params),
      configure: (text, file) => parseConfiguration(text, file, validate, rules),
      log: (message) => connection.console.error(message),
    });
    const { settings, trusted } = (params.initializationOptions ?? {}) as { settings?: unknown; trusted?: unknown };
    initial = readSettings(settings);
    session.settings = initial;
    // Handlers are there before the first message that needs them: nothing else is answered before `initialize` is.
    documents.onDidChangeContent(({ document }) => session.documentChanged(document));
    documents.onDidClose(({ document }) => session.documentClosed(document));
    if (client.pulls) registerPull(connection, session);
    else registerPush(connection, session);
    registerCodeActions(connection, session);
    registerDocumentation(connection);
    registerHelm(connection, session, host, trusted === true);
    registerHover(connection, session);
    registerReadFiles(connection, session);
    registerRendered(connection, session);
    registerStatus(connection, session);
    registerWatchedFiles(connection, session);
    return { capabilities: capabilitiesFor(client), serverInfo: { name: 'kubewho', version: manifest.version } };
  });

  connection.onInitialized(async () => {
    session.reload();
    if (session.client.folderChanges) connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => session.setFolders(added.map((folder) => folder.uri), removed.map((folder) => folder.uri)));
    watchFiles(connection, session);
    if (!session.client.configuration) return;
    await connection.client.register(DidChangeConfigurationNotification.type, { section: 'kubewho' });
    await askSettings();
  });
  connection.onDidChangeConfiguration(({ settings }) => {
    if (session.client.configuration) return askSettings();
    session.applySettings(readSettings((settings as { kubewho?: unknown } | null)?.kubewho, initial));
  });

  async function askSettings(): Promise<void> {
    session.applySettings(readSettings(await connection.workspace.getConfiguration('kubewho'), initial));
  }

  documents.listen(connection);
  connection.listen();
}

function capabilitiesFor(client: Client): ServerCapabilities {
  const anyFile = { filters: [{ scheme: 'file', pattern: { glob: '**/*' } }] };
  return {
    positionEncoding: client.encoding,
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
    ...(client.pulls ? { diagnosticProvider: { identifier: 'kubewho', interFileDependencies: true, workspaceDiagnostics: true } } : {}),
    hoverProvider: true,
    ...(client.actions ? { codeActionProvider: { codeActionKinds: [...codeActionKinds], resolveProvider: client.resolvesEdits } } : {}),
    ...(client.showsDocuments ? { executeCommandProvider: { commands: [showDocumentation] } } : {}),
    workspace: {
      ...(client.showsContents ? { textDocumentContent: { schemes: [renderedScheme] } } : {}),
      workspaceFolders: { supported: true, changeNotifications: true },
      fileOperations: { didCreate: anyFile, didRename: anyFile, didDelete: anyFile },
    },
  };
}

/** The client's folders, also as older clients name the one they have (LSP: rootUri, rootPath). */
function foldersOf({ workspaceFolders, rootUri, rootPath }: InitializeParams): string[] {
  if (workspaceFolders) return workspaceFolders.map((folder) => folder.uri);
  if (rootUri) return [rootUri];
  return rootPath ? [`file://${rootPath.startsWith('/') ? '' : '/'}${rootPath.replaceAll('\\', '/')}`] : [];
}
