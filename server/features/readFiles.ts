import { DidChangeTextDocumentNotification, DidCloseTextDocumentNotification, DidOpenTextDocumentNotification, TextDocumentSyncKind, type Connection } from 'vscode-languageserver';
import type { Session } from '../session.ts';

/**
 * Asks the kubewho client to tell of every document in charts whose templates read files of them, of whatever language, so
 * that such a file counts while it is typed. Only that client is asked: it tells of a change once, however many
 * registrations a document meets.
 */
export function registerReadFiles(connection: Connection, session: Session): void {
  if (!session.client.status || !session.client.syncsDynamically) return;
  const registered = new Set<string>();
  session.onChange(() => {
    for (const baseUri of session.chartsReadingFiles()) {
      if (registered.has(baseUri)) continue;
      registered.add(baseUri);
      const documentSelector = [{ scheme: 'file', pattern: { baseUri, pattern: '**/*' } }];
      const types = [
        connection.client.register(DidOpenTextDocumentNotification.type, { documentSelector }),
        connection.client.register(DidChangeTextDocumentNotification.type, { documentSelector, syncKind: TextDocumentSyncKind.Incremental }),
        connection.client.register(DidCloseTextDocumentNotification.type, { documentSelector }),
      ];
      void Promise.all(types).catch((error: unknown) => connection.console.error(String(error)));
    }
  });
}
