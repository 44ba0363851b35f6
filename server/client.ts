import type { InitializeParams, PositionEncodingKind } from 'vscode-languageserver';
import { chooseEncoding } from './positions.ts';

/** What the client on the other end can do, asked once and then known by name. Everything not said is not there. */
export interface Client {
  readonly encoding: PositionEncodingKind;
  /** Findings are pulled, with a refresh when other files are concerned; else they are pushed. Never both. */
  readonly pulls: boolean;
  readonly related: boolean;
  readonly links: boolean;
  readonly tags: boolean;
  readonly diagnosticData: boolean;
  /** Code actions as objects with edits; older clients take commands only and get none. */
  readonly actions: boolean;
  /** Edits of code actions are computed when one is chosen. */
  readonly resolvesEdits: boolean;
  readonly versionedEdits: boolean;
  readonly createsFiles: boolean;
  readonly snippets: boolean;
  readonly markdown: boolean;
  readonly showsDocuments: boolean;
  readonly watchesFiles: boolean;
  readonly relativePatterns: boolean;
  readonly configuration: boolean;
  readonly folderChanges: boolean;
  /** Which documents it tells of can be asked of it later. */
  readonly syncsDynamically: boolean;
  /** The kubewho client, which shows the server's state (`kubewho/status`). */
  readonly status: boolean;
  /** Texts that only the server has are shown as documents, and fetched again when it says so. */
  readonly showsContents: boolean;
}

/** Reads the capabilities that matter here (LSP 3.18, initialize). */
export function readClient({ capabilities, initializationOptions }: InitializeParams): Client {
  const { general, textDocument, workspace, window } = capabilities;
  const diagnostics = { ...textDocument?.publishDiagnostics, ...textDocument?.diagnostic };
  const action = textDocument?.codeAction;
  const edit = workspace?.workspaceEdit;
  return {
    encoding: chooseEncoding(general?.positionEncodings),
    pulls: textDocument?.diagnostic !== undefined && workspace?.diagnostics?.refreshSupport === true,
    related: diagnostics.relatedInformation === true,
    links: diagnostics.codeDescriptionSupport === true,
    tags: diagnostics.tagSupport !== undefined,
    diagnosticData: diagnostics.dataSupport === true,
    actions: action?.codeActionLiteralSupport !== undefined,
    resolvesEdits: action?.dataSupport === true && action.resolveSupport?.properties.includes('edit') === true,
    versionedEdits: edit?.documentChanges === true,
    createsFiles: edit?.documentChanges === true && edit.resourceOperations?.includes('create') === true,
    snippets: edit?.documentChanges === true && edit.snippetEditSupport === true,
    markdown: textDocument?.hover?.contentFormat?.includes('markdown') === true,
    showsDocuments: window?.showDocument?.support === true,
    watchesFiles: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    relativePatterns: workspace?.didChangeWatchedFiles?.relativePatternSupport === true,
    configuration: workspace?.configuration === true,
    folderChanges: workspace?.workspaceFolders === true,
    syncsDynamically: textDocument?.synchronization?.dynamicRegistration === true,
    showsContents: workspace?.textDocumentContent !== undefined,
    status: (initializationOptions as { status?: unknown } | undefined)?.status === true,
  };
}
