import { DiagnosticSeverity, TextDocuments, TextDocumentSyncKind, type Connection, type Diagnostic } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { Workspace } from '../engine/lint/workspace.ts';
import { rules } from '../rules/index.ts';

const severities = { error: DiagnosticSeverity.Error, warning: DiagnosticSeverity.Warning, info: DiagnosticSeverity.Information };

/** Wires the language server to a connection; the caller says where the connection comes from. */
export function startServer(connection: Connection): void {
  const workspace = new Workspace(rules);
  const documents = new TextDocuments(TextDocument);
  connection.onInitialize(() => ({
    capabilities: { textDocumentSync: TextDocumentSyncKind.Incremental, diagnosticProvider: { identifier: 'kubewho', interFileDependencies: true, workspaceDiagnostics: false } },
    serverInfo: { name: 'kubewho' },
  }));
  documents.onDidChangeContent(({ document }) => workspace.set({ path: document.uri, text: document.getText(), dialect: 'kubernetes', scope: '', role: 'manifest' }));
  documents.onDidClose(({ document }) => workspace.remove(document.uri));
  connection.languages.diagnostics.on(({ textDocument }) => {
    const document = documents.get(textDocument.uri);
    if (!document) return { kind: 'full', items: [] };
    const items = workspace.findings().filter((finding) => finding.file === textDocument.uri).map((finding): Diagnostic => ({
      range: { start: document.positionAt(finding.span.start), end: document.positionAt(finding.span.end) },
      severity: severities[finding.severity],
      code: finding.rule,
      source: 'kubewho',
      message: finding.message,
    }));
    return { kind: 'full', items };
  });
  documents.listen(connection);
  connection.listen();
}
