import type { Connection } from 'vscode-languageserver';
import type { Session } from '../session.ts';
import { reportOf } from './diagnostics.ts';

/** Typing settles for this long before findings are pushed. */
const DEBOUNCE_MS = 100;

/** Push diagnostics, for clients that cannot pull with refresh: open documents, each with its version, cleared when closed. */
export function registerPush(connection: Connection, session: Session): void {
  /** What was last published, by URI. */
  const published = new Map<string, { resultId: string; version: number | null }>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  session.onChange(() => {
    clearTimeout(timer);
    timer = setTimeout(() => void publish(), DEBOUNCE_MS);
  });
  session.documents.onDidClose(({ document: { uri } }) => {
    if (published.delete(uri)) void connection.sendDiagnostics({ uri, diagnostics: [] });
  });

  async function publish(): Promise<void> {
    await session.settled();
    for (const { uri, project, path } of session.openPlaces()) {
      const version = project.version(path);
      const { resultId, items } = reportOf(project, path, session.client);
      const last = published.get(uri);
      if (last?.resultId === resultId && last.version === version) continue;
      published.set(uri, { resultId, version });
      void connection.sendDiagnostics({ uri, diagnostics: [...items], ...(version === null ? {} : { version }) });
    }
  }
}
