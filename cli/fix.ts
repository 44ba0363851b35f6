import type { Finding } from '../engine/lint/finding.ts';
import { fixAll, type FixAllResult } from '../engine/lint/fix-all.ts';
import { encodeText } from '../sources/encoding.ts';
import { HostError } from '../sources/host.ts';
import { unifiedDiff, type FileChange } from './diff.ts';
import type { LintInput } from './input.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import type { Io } from './io.ts';

/** What fixing a workspace would write. */
export interface Fixed {
  readonly opened: OpenWorkspace;
  readonly changes: FixAllResult['changes'];
}

/** What the fixes of the wanted findings would write. With standard input no other file may change. */
export function fixesOf({ opened: workspaces, stdin }: LintInput, unsafe: boolean, wants: (opened: OpenWorkspace, finding: Finding) => boolean): Fixed[] {
  return workspaces.map((opened) => ({
    opened,
    changes: fixAll(opened.workspace, {
      unsafe,
      wants: (finding) => wants(opened, finding),
      ...(stdin ? { allows: (fix) => fix.edits.every((edit) => edit.file === stdin.path) } : {}),
      sourceOf: opened.sourceOf,
    }).changes,
  }));
}

/** Writes fixed texts, each file as a whole or not at all, and takes them in. What cannot be written is said, and stays. Returns whether all were written. */
export async function writeFixes(fixed: readonly Fixed[], { host, err }: Io): Promise<boolean> {
  let written = true;
  for (const { opened, changes } of fixed) {
    for (const [path, { after }] of changes) {
      try {
        await host.writeFile!(opened.absolute(path), encodeText(after, opened.encodingOf(path)));
        takeIn(opened, path, after);
      } catch (error) {
        if (!(error instanceof HostError)) throw error;
        written = false;
        err.write(`kubewho: cannot write ${opened.naming.nameOf(path)}: ${error.message}\n`);
      }
    }
  }
  return written;
}

/** The fixed bytes of standard input, in its encoding, taken in as well; the bytes as they came where nothing changes. */
export function fixedStdin({ opened, path, bytes }: NonNullable<LintInput['stdin']>, fixed: readonly Fixed[]): Uint8Array {
  const after = fixed.find((one) => one.opened === opened)?.changes.get(path)?.after;
  if (after === undefined) return bytes;
  takeIn(opened, path, after);
  return encodeText(after, opened.encodingOf(path));
}

/** One diff over all workspaces, of the texts as they are on disk, byte order mark included. */
export function diffOf(fixed: readonly Fixed[]): string {
  const files = fixed.flatMap(({ opened, changes }) => [...changes].map(([path, { before, after }]): FileChange => {
    const mark = opened.encodingOf(path) === 'utf-8' ? '' : '\uFEFF';
    return { file: opened.naming.nameOf(path), before: before === undefined ? undefined : mark + before, after: mark + after };
  }));
  return unifiedDiff(files.sort((a, b) => (a.file < b.file ? -1 : 1)));
}

function takeIn({ workspace, sourceOf }: OpenWorkspace, path: string, text: string): void {
  workspace.set({ ...sourceOf(path)!, text });
}
