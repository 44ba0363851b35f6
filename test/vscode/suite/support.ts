// What the suites share: the workspace's files, waiting, and kubewho's findings as VS Code shows them.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';

const PATIENCE_MS = 15_000;

/** The URI of a file in the workspace. */
export function workspaceFile(name: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'a workspace folder is open');
  return vscode.Uri.joinPath(folder.uri, name);
}

/** Resolves as soon as the question has an answer other than undefined or false; fails with what VS Code shows when it never has. */
export async function eventually<T>(what: string, ask: () => T | undefined | false | PromiseLike<T | undefined | false>): Promise<T> {
  for (const end = Date.now() + PATIENCE_MS; ;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > end) assert.fail(`waited ${PATIENCE_MS / 1000} s for: ${what}\nVS Code shows: ${allFindings().join('\n') || 'no finding of kubewho'}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** kubewho's findings on a file; with a rule, only that rule's. */
export function findings(uri: vscode.Uri, rule?: string): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter((d) => d.source === 'kubewho' && (rule === undefined || ruleOf(d) === rule));
}

/** The rule id of a finding: the diagnostic's code, which may carry a link beside it. */
export function ruleOf(diagnostic: vscode.Diagnostic): string {
  return String(typeof diagnostic.code === 'object' ? diagnostic.code.value : diagnostic.code);
}

/**
 * Shows a file in an editor, as a click in the Explorer does. (A document that an extension opens through the API stays open
 * for minutes after its editor is closed.)
 */
export async function show(uri: vscode.Uri): Promise<vscode.TextEditor> {
  await vscode.commands.executeCommand('vscode.open', uri);
  return eventually(`an editor for ${uri.path}`, () => vscode.window.visibleTextEditors.find((editor) => editor.document.uri.toString() === uri.toString()));
}

/** Writes a new manifest into the workspace. */
export async function write(name: string, text: string): Promise<vscode.Uri> {
  const uri = workspaceFile(name);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  return uri;
}

/** Closes every editor; what was not saved is dropped. */
export async function closeAll(): Promise<void> {
  while (vscode.window.activeTextEditor) await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}

function allFindings(): string[] {
  return vscode.languages.getDiagnostics().flatMap(([uri]) => findings(uri).map((d) => `${uri.path}:${d.range.start.line + 1} ${ruleOf(d)}: ${d.message}`));
}
