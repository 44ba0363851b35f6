import * as path from 'node:path';
import type { ExtensionContext } from 'vscode';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';

let client: LanguageClient | undefined;

/** Starts the language server for YAML, Helm templates and JSON manifests. */
export async function activate(context: ExtensionContext): Promise<void> {
  const module = context.asAbsolutePath(path.join('dist', 'server.js'));
  client = new LanguageClient('kubewho', 'kubewho', { run: { module, transport: TransportKind.ipc }, debug: { module, transport: TransportKind.ipc } }, {
    documentSelector: ['yaml', 'helm', 'json'].flatMap((language) => ['file', 'untitled', 'vscode-vfs'].map((scheme) => ({ language, scheme }))),
  });
  await client.start();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}
