import { createConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import { startServer } from './server.ts';

/** Serves one client over standard input and output, until it says goodbye. */
export function serve(): Promise<number> {
  return new Promise((resolve) => {
    const connection = createConnection(new StreamMessageReader(process.stdin), new StreamMessageWriter(process.stdout));
    connection.onExit(() => resolve(0));
    startServer(connection);
  });
}
