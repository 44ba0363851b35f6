import { structuredPatch } from 'diff';

/** A file before and after; `before` is undefined for a file that is made. Texts include a byte order mark where the file has one. */
export interface FileChange {
  /** As it stands in the diff, with `/`. */
  readonly file: string;
  readonly before: string | undefined;
  readonly after: string;
}

/**
 * One unified diff of some files, in the form that `git apply` and `patch -p1` take from the folder the names are relative
 * to. (A `diff --git` line would make git count the names from the top of the repository instead.) Empty where nothing changes.
 */
export function unifiedDiff(changes: readonly FileChange[], context = 3): string {
  return changes.map(({ file, before, after }) => {
    const hunks = hunksOf(before ?? '', after, context);
    if (hunks.length === 0) return '';
    return [`--- ${before === undefined ? '/dev/null' : quoted(`a/${file}`)}`, `+++ ${quoted(`b/${file}`)}`, ...hunks].map((line) => `${line}\n`).join('');
  }).join('');
}

/** The hunks of a change, line by line, without line ends: only LF ends a line here, so CRLF keeps its CR. */
export function hunksOf(before: string, after: string, context: number): string[] {
  if (before === after) return [];
  const { hunks } = structuredPatch('', '', before, after, '', '', { context });
  return hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [`@@ -${range(oldLines === 0 ? oldStart - 1 : oldStart, oldLines)} +${range(newLines === 0 ? newStart - 1 : newStart, newLines)} @@`, ...lines]);
}

function range(start: number, lines: number): string {
  return lines === 1 ? String(start) : `${Math.max(0, start)},${lines}`;
}

/** A name as git writes it: quoted where it holds a control character, quote or backslash; a tab ends one with a blank. */
function quoted(name: string): string {
  if (/[\u0000-\u001f\u007f"\\]/.test(name)) return `"${name.replace(/[\u0000-\u001f\u007f"\\]/g, (c) => (c === '"' || c === '\\' ? `\\${c}` : `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`))}"`;
  return name.includes(' ') ? `${name}\t` : name;
}
