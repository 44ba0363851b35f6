import { CodeActionKind, type CodeAction, type Connection } from 'vscode-languageserver';
import { rules } from '../../rules/index.ts';
import { ruleUrl } from '../../rules/url.ts';
import type { Client } from '../client.ts';

export const showDocumentation = 'kubewho.showDocumentation';

/** Opens the documentation of a rule in the browser, on clients that can. */
export function registerDocumentation(connection: Connection): void {
  connection.onExecuteCommand(async ({ command, arguments: [id] = [] }) => {
    const rule = command === showDocumentation ? rules.find((one) => one.id === id) : undefined;
    if (rule) await connection.window.showDocument({ uri: ruleUrl(rule), external: true });
  });
}

export function documentationAction(id: string, client: Client): CodeAction[] {
  if (!client.showsDocuments || !rules.some((rule) => rule.id === id)) return [];
  const title = `Show documentation of ${id}`;
  return [{ title, kind: CodeActionKind.QuickFix, command: { title, command: showDocumentation, arguments: [id] } }];
}
