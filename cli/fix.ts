import { fixAll, type FixAllResult } from '../engine/lint/fix-all.ts';
import { encodeText, type Encoding } from '../sources/encoding.ts';
import { HostError } from '../sources/host.ts';
import { unifiedDiff, type FileChange } from './diff.ts';
import type { LintInput, OpenWorkspace } from './input.ts';
import type { Io } from './io.ts';
import { isSelected } from './select.ts';
import type { LintSettings } from './settings.ts';

/** What the fixes of a workspace would write. Findings outside of the PATHs stay; with standard input every other file does. */
export function fixesFor(opened: OpenWorkspace, { stdin }: LintInput, settings: LintSettings): FixAllResult {
  return fixAll(opened.workspace, {
    unsafe: settings.fix === 'all',
    wants: (finding) => opened.reports(finding.file) && isSelected(settings.selection, finding),
    ...(stdin ? { allows: (fix) => fix.edits.every((edit) => edit.file === stdin.path) } : {}),
    sourceOf: opened.sourceOf,
  });
}

/** Writes fixed texts, each file as a whole or not at all, and takes them into the workspace. What cannot be written is said, and stays. */
export async function writeFixes(opened: OpenWorkspace, { changes }: FixAllResult, { host, err }: Io): Promise<{ readonly failed: boolean }> {
  let failed = false;
  for (const [path, { after }] of changes) {
    try {
      await host.writeFile!(opened.absolute(path), encodeText(after, opened.encodingOf(path)));
      opened.workspace.set({ ...opened.sourceOf(path)!, text: after });
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      failed = true;
      err.write(`kubewho: cannot write ${opened.naming.nameOf(path)}: ${error.message}\n`);
    }
  }
  return { failed };
}

/** One diff over all workspaces. Texts are compared as they are on disk, byte order mark included. */
export function diffOf(results: readonly (readonly [OpenWorkspace, FixAllResult])[]): string {
  const changes = results.flatMap(([opened, result]) => [...result.changes].map(([path, { before, after }]): FileChange => {
    const mark = hasMark(opened.encodingOf(path)) ? '\uFEFF' : '';
    return { file: opened.naming.nameOf(path), before: before === undefined ? undefined : mark + before, after: mark + after };
  }));
  return unifiedDiff(changes.sort((a, b) => (a.file < b.file ? -1 : 1)));
}

/** The text of standard input after its fixes, in its encoding; the bytes as they came where nothing changes. */
export function fixedStdin({ opened, path, bytes }: NonNullable<LintInput['stdin']>, { changes }: FixAllResult): Uint8Array {
  const change = changes.get(path);
  return change ? encodeText(change.after, opened.encodingOf(path)) : bytes;
}

function hasMark(encoding: Encoding): boolean {
  return encoding !== 'utf-8';
}

