import { diffLines } from 'diff';
import type { TextEdit, WorkspaceEdit } from 'vscode-languageserver';
import { fixAll } from '../../engine/lint/fix-all.ts';
import type { Fix } from '../../engine/lint/fix.ts';
import type { Client } from '../client.ts';
import type { Project } from '../project.ts';
import type { Place } from '../session.ts';
import { versioned } from './edits.ts';

/** The kind of the action, narrow enough that nobody's "fix all on save" takes it unasked. */
export const fixAllKind = 'source.fixAll.kubewho';

/** Whether a document has a finding that the action would fix. */
export function canFixAll({ project, path }: Place): boolean {
  return project.findingsOf(path).some((finding) => project.workspace.fixesOf(finding).some((fix) => fix.safe && !fix.choice && staysIn(path, fix)));
}

function staysIn(path: string, { edits }: Fix): boolean {
  return edits.every((edit) => edit.file === path && !edit.create);
}

/** Applies the safe fixes that edit this document and no other, as `--fix` does, and says which lines change. Undefined where there is nothing to do. */
export function fixAllEdit(project: Project, path: string, client: Client): WorkspaceEdit | undefined {
  const shown = new Set(project.findingsOf(path).map((finding) => finding.fingerprint));
  const { changes } = fixAll(project.workspace, {
    unsafe: false,
    wants: (finding) => finding.file === path && shown.has(finding.fingerprint),
    allows: (fix) => staysIn(path, fix),
    sourceOf: (file) => (file === path ? project.sourceOf(path) : undefined),
  });
  const change = changes.get(path);
  if (change?.before === undefined) return undefined;
  const edits = changedLines(project, path, change.before, change.after);
  return client.versionedEdits ? { documentChanges: [versioned(project, path, edits)] } : { changes: { [project.uri(path)]: edits } };
}

/** One edit for each run of lines that differ: folds, marks and the cursor elsewhere stay where they are. */
function changedLines(project: Project, path: string, before: string, after: string): TextEdit[] {
  const edits: TextEdit[] = [];
  let at = 0;
  let removed = '';
  let added = '';
  const flush = (): void => {
    if (removed !== '' || added !== '') edits.push({ range: project.range(path, { start: at - removed.length, end: at }), newText: added });
    removed = '';
    added = '';
  };
  for (const part of diffLines(before, after)) {
    if (part.added) added += part.value;
    else if (part.removed) {
      removed += part.value;
      at += part.value.length;
    } else {
      flush();
      at += part.value.length;
    }
  }
  flush();
  return edits;
}
