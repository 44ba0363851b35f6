import { Uri, type ExtensionContext } from 'vscode';
import { LanguageClient } from 'vscode-languageclient/browser';
import { start, type Api } from './start.ts';

let running: ReturnType<typeof start> | undefined;

/** In a browser, the language server is a web worker; it knows the open documents only. */
export function activate(context: ExtensionContext): Api {
  const script = Uri.joinPath(context.extensionUri, 'dist', 'server.browser.js');
  running = start(context, (options) => new LanguageClient('kubewho', 'kubewho', async () => new Worker(script.toString(true)), options));
  return running.api;
}

export async function deactivate(): Promise<void> {
  await running?.stop();
}
