import type { CreateFile, SnippetTextEdit, TextDocumentEdit, TextEdit, WorkspaceEdit } from 'vscode-languageserver';
import type { FileEdit } from '../../engine/lint/fix.ts';
import type { Client } from '../client.ts';
import type { Project } from '../project.ts';

/** Whether a client can take edits like these: it may not be able to create files. */
export function canApply(edits: readonly FileEdit[], client: Client): boolean {
  return client.createsFiles || edits.every((edit) => !edit.create);
}

/**
 * The engine's edits as a WorkspaceEdit: for open documents with the version that the edits were made for, so that a
 * client refuses them when it has typed on. New files come first, then files in the order of their first edit.
 */
export function workspaceEdit(project: Project, edits: readonly FileEdit[], client: Client): WorkspaceEdit {
  const files = new Map<string, TextEdit[]>();
  const created: CreateFile[] = [];
  for (const { file, span, newText, create } of edits) {
    if (create) created.push({ kind: 'create', uri: project.uri(file), options: { ignoreIfExists: false, overwrite: false } });
    const list = files.get(file) ?? [];
    list.push({ range: create ? { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } } : project.range(file, span), newText });
    files.set(file, list);
  }
  if (!client.versionedEdits) return { changes: Object.fromEntries([...files].map(([file, list]) => [project.uri(file), list])) };
  return { documentChanges: [...created, ...[...files].map(([file, list]) => versioned(project, file, list))] };
}

/** Edits of one document with its version; null for one that is not open. */
export function versioned(project: Project, file: string, edits: (TextEdit | SnippetTextEdit)[]): TextDocumentEdit {
  return { textDocument: { uri: project.uri(file), version: project.version(file) }, edits };
}
