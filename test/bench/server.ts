import { spawn } from 'node:child_process';
import { createProtocolConnection, DidChangeTextDocumentNotification, DidOpenTextDocumentNotification, DocumentDiagnosticRequest, ExitNotification, InitializedNotification, InitializeRequest, ShutdownRequest, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver-protocol/node';

/** Milliseconds from an edit to the answered diagnostics of that document, over the real server process, one for each edit. */
export async function timeEdits(lines: readonly string[], edits: readonly { readonly line: number; readonly text: string }[]): Promise<number[]> {
  const server = spawn(process.execPath, ['dist/cli.js', 'lsp', '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const connection = createProtocolConnection(new StreamMessageReader(server.stdout), new StreamMessageWriter(server.stdin));
  connection.listen();
  const capabilities = { textDocument: { diagnostic: { dynamicRegistration: false } }, workspace: { diagnostics: { refreshSupport: true } } };
  await connection.sendRequest(InitializeRequest.type, { processId: process.pid, rootUri: null, capabilities, workspaceFolders: null });
  await connection.sendNotification(InitializedNotification.type, {});
  connection.onRequest('workspace/diagnostic/refresh', () => null);
  const uri = 'untitled:bench.yaml';
  await connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument: { uri, languageId: 'yaml', version: 1, text: lines.join('\n') } });
  await connection.sendRequest(DocumentDiagnosticRequest.type, { textDocument: { uri } });
  const times: number[] = [];
  const now = [...lines];
  let version = 1;
  for (const { line, text } of edits) {
    const start = process.hrtime.bigint();
    const range = { start: { line, character: 0 }, end: { line, character: now[line]!.length } };
    now[line] = text;
    await connection.sendNotification(DidChangeTextDocumentNotification.type, { textDocument: { uri, version: ++version }, contentChanges: [{ range, text }] });
    await connection.sendRequest(DocumentDiagnosticRequest.type, { textDocument: { uri } });
    times.push(Number(process.hrtime.bigint() - start) / 1e6);
  }
  await connection.sendRequest(ShutdownRequest.type);
  await connection.sendNotification(ExitNotification.type);
  connection.dispose();
  server.kill();
  return times;
}
