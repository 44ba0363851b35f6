import { DidChangeWatchedFilesNotification, FileChangeType, WatchKind, type Connection, type FileSystemWatcher } from 'vscode-languageserver';
import type { Session } from '../session.ts';
import { ownUri, pathOf } from '../uris.ts';

const BATCH_MS = 75;

/** A folder that goes away says nothing of the files in it, so every deletion is looked at. */
const watched: readonly FileSystemWatcher[] = [
  { globPattern: '**/*.{yaml,yml,json,tpl}' },
  { globPattern: '**/{Kustomization,.helmignore,.gitignore,.kubewhoignore}' },
  { globPattern: '**/charts/*.tgz' },
  { globPattern: '**/templates/**' },
  { globPattern: '**/*', kind: WatchKind.Delete },
];

/** Keeps up with files that change outside the editor: `git checkout`, generators, a file manager. Changes are taken in batches. */
export function registerWatchedFiles(connection: Connection, session: Session): void {
  const pending = new Map<string, boolean>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  connection.onDidChangeWatchedFiles(({ changes }) => {
    for (const { uri, type } of changes) note(uri, type === FileChangeType.Deleted);
  });
  // What the editor itself creates, renames or deletes may be folders: their files are found by looking.
  connection.workspace.onDidCreateFiles(() => session.reload());
  connection.workspace.onDidRenameFiles(({ files }) => {
    for (const { oldUri } of files) note(oldUri, true);
    session.reload();
  });
  connection.workspace.onDidDeleteFiles(({ files }) => { for (const { uri } of files) note(uri, true); });

  function note(uri: string, deleted: boolean): void {
    const own = ownUri(uri);
    if (own?.scheme !== 'file') return;
    pending.set(pathOf(own), deleted);
    timer ??= setTimeout(() => {
      timer = undefined;
      const changes = [...pending].map(([path, gone]) => ({ path, deleted: gone }));
      pending.clear();
      session.filesChanged(changes);
    }, BATCH_MS);
  }
}

/**
 * Asks the client to watch. Patterns of its own folders come first; the root of a repository may lie above them, and is
 * watched as soon as it is read. A client that cannot watch keeps the server up to date with its open documents and its
 * own file operations.
 */
export function watchFiles(connection: Connection, session: Session): void {
  const { watchesFiles, relativePatterns } = session.client;
  if (!watchesFiles) return;
  const register = (watchers: FileSystemWatcher[]) => void connection.client.register(DidChangeWatchedFilesNotification.type, { watchers }).catch((error: unknown) => connection.console.error(String(error)));
  register([...watched]);
  if (!relativePatterns) return;
  const registered = new Set<string>();
  session.onChange(() => {
    for (const baseUri of session.rootsOutside()) {
      if (registered.has(baseUri)) continue;
      registered.add(baseUri);
      register(watched.map((watcher) => ({ ...watcher, globPattern: { baseUri, pattern: watcher.globPattern as string } })));
    }
    for (const baseUri of session.chartsReadingFiles()) {
      if (registered.has(baseUri)) continue;
      registered.add(baseUri);
      register([{ globPattern: { baseUri, pattern: '**/*' } }]);
    }
  });
}
