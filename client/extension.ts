import * as path from 'node:path';
import type { ExtensionContext } from 'vscode';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';
import { start, type Api } from './start.ts';

let running: ReturnType<typeof start> | undefined;

/** Under Node, the language server is a process of its own. */
export function activate(context: ExtensionContext): Api {
  const module = context.asAbsolutePath(path.join('dist', 'server.js'));
  const run = { module, transport: TransportKind.ipc };
  running = start(context, (options) => new LanguageClient('kubewho', 'kubewho', { run, debug: run }, options));
  return running.api;
}

export async function deactivate(): Promise<void> {
  await running?.stop();
}
