import { URI } from 'vscode-uri';

/**
 * Which documents are ours. Schemes whose documents someone edits: files (local, remote, virtual) and what was never
 * saved. Revisions of a version control system (`git:`, `vscode-scm:`), output panels and other generated, read-only
 * documents are left alone: a finding there could not be acted on.
 */
const schemes: ReadonlySet<string> = new Set(['file', 'untitled', 'vscode-vfs', 'vscode-test-web', 'vscode-remote', 'memfs']);

/** Parses a URI of a document that is ours; undefined for every other, also for a malformed one. */
export function ownUri(uri: string): URI | undefined {
  try {
    const parsed = URI.parse(uri, true);
    return schemes.has(parsed.scheme) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** A URI's path with `/`; for files the path of the machine, with a lower-case drive letter on Windows. */
export function pathOf(uri: URI): string {
  const path = uri.scheme === 'file' ? uri.fsPath.replaceAll('\\', '/') : uri.path;
  return path.replace(/^[A-Z]:/, (drive) => drive.toLowerCase());
}

/** The path of a document relative to a folder, or undefined where it lies outside. */
export function relativeTo(folder: URI, uri: URI): string | undefined {
  if (folder.scheme !== uri.scheme || folder.authority !== uri.authority) return undefined;
  const base = pathOf(folder).replace(/\/+$/, '');
  const path = pathOf(uri);
  return path.startsWith(`${base}/`) ? path.slice(base.length + 1) : undefined;
}

/** The URI of a path in a folder. */
export function uriIn(folder: URI, path: string): string {
  return folder.scheme === 'file' ? URI.file(`${pathOf(folder).replace(/\/+$/, '')}/${path}`).toString() : folder.with({ path: `${folder.path.replace(/\/+$/, '')}/${path}` }).toString();
}
