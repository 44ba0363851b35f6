import { LSPErrorCodes, ResponseError, type CancellationToken, type Connection, type WorkspaceDocumentDiagnosticReport } from 'vscode-languageserver';
import type { Session } from '../session.ts';
import { reportOf } from './diagnostics.ts';
import { isRendered, renderedReport } from './rendered.ts';

const SETTLE_MS = 100;

/**
 * For this long after a document was pulled or closed it is reported in full with the workspace, whatever the client
 * says it has. When a tab is closed, vscode-languageclient (10.1) pulls once more, throws that answer away and keeps
 * what it showed until a workspace report replaces it; one that comes while it still pulls is dropped as well, though
 * the client then believes to have it.
 */
const TOUCHED_MS = 8000;

/**
 * Pull diagnostics (LSP 3.17): of a document, of the workspace, and the refresh that tells the client when findings
 * changed elsewhere than where it typed. A file whose findings are the ones that the client has is answered `unchanged`.
 */
export function registerPull(connection: Connection, session: Session): void {
  /**
   * What the client was last told of open documents, by URI: the id of the report, and the document's version. Only what
   * it pulled one by one: what a workspace report says of a document that it pulls by itself, the client may drop.
   */
  const told = new Map<string, { resultId: string; version: number | null }>();
  const waiting = new Set<() => void>();
  /** When documents were last pulled or closed, by URI. */
  const touched = new Map<string, number>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  connection.languages.diagnostics.on(async ({ textDocument: { uri }, previousResultId }, token) => {
    const shown = await renderedReport(session, uri);
    const place = await session.place(uri);
    refuseCancelled(token);
    if (shown) return shown.resultId === previousResultId ? { kind: 'unchanged', resultId: shown.resultId } : { kind: 'full', resultId: shown.resultId, items: [...shown.items] };
    const { resultId, items } = place ? reportOf(place.project, place.path, session.client) : { resultId: '', items: [] };
    if (place) told.set(uri, { resultId, version: place.project.version(place.path) });
    if (place?.project.isLoaded()) touch(uri);
    return place && resultId === previousResultId ? { kind: 'unchanged', resultId } : { kind: 'full', resultId, items: [...items] };
  });

  connection.languages.diagnostics.onWorkspace(async ({ previousResultIds }, token, _progress, stream) => {
    // Open documents that show templates are pulled one by one, and belong to no workspace.
    const previous = new Map(previousResultIds.flatMap(({ uri, value }) => (isRendered(uri) && session.documents.get(uri) ? [] : [[uri, value] as const])));
    for (;;) {
      await session.settled();
      refuseCancelled(token);
      const { items, changed } = workspaceReport(session, previous, lately());
      // A client that takes partial results keeps the request open: it is answered when there is something to say, and
      // does not have to ask again every two seconds.
      if (changed || stream === undefined) {
        return { items };
      }
      await nextChange(token);
    }
  });

  session.documents.onDidClose(({ document: { uri } }) => touch(uri));
  session.onChange(() => settle());

  function settle(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      for (const wake of [...waiting]) wake();
      void session.settled().then(() => { if (isBehind()) void connection.languages.diagnostics.refresh().catch(() => {}); });
    }, SETTLE_MS);
  }

  function touch(uri: string): void {
    touched.set(uri, Date.now());
    if (waiting.size > 0) settle();
  }

  /** The documents that were touched not long ago. */
  function lately(): ReadonlySet<string> {
    for (const [uri, at] of touched) if (Date.now() - at > TOUCHED_MS) touched.delete(uri);
    return new Set(touched.keys());
  }

  function nextChange(token: CancellationToken): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        waiting.delete(wake);
        resolve();
      };
      waiting.add(wake);
      token.onCancellationRequested(wake);
    });
  }

  /** Whether the client shows something for an open document that no longer holds, and will not ask by itself: its text did not change. */
  function isBehind(): boolean {
    return session.openPlaces().some(({ uri, project, path }) => {
      const last = told.get(uri);
      return last !== undefined && last.version === project.version(path) && last.resultId !== reportOf(project, path, session.client).resultId;
    });
  }
}

function refuseCancelled(token: CancellationToken): void {
  if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
}

/**
 * The reports of all files: in full for those with findings that the client does not have yet, for those that it has
 * findings of that are gone, and for those touched lately; `unchanged` for the others that it knows.
 */
function workspaceReport(session: Session, previous: ReadonlyMap<string, string>, touched: ReadonlySet<string>): { items: WorkspaceDocumentDiagnosticReport[]; changed: boolean } {
  const items: WorkspaceDocumentDiagnosticReport[] = [];
  const gone = new Map([...[...touched].map((uri) => [uri, ''] as const), ...previous]);
  let changed = false;
  for (const { uri, project, path } of session.reportedPlaces()) {
    const { resultId, items: diagnostics } = reportOf(project, path, session.client);
    const before = touched.has(uri) ? '' : previous.get(uri);
    gone.delete(uri);
    if (before === undefined && diagnostics.length === 0) continue;
    const version = project.version(path);
    if (before === resultId) items.push({ kind: 'unchanged', uri, version, resultId });
    else items.push({ kind: 'full', uri, version, resultId, items: [...diagnostics] });
    changed ||= before !== resultId;
  }
  for (const [uri, before] of gone) {
    const known = before === EMPTY && !touched.has(uri);
    if (known) items.push({ kind: 'unchanged', uri, version: null, resultId: EMPTY });
    else items.push({ kind: 'full', uri, version: null, resultId: EMPTY, items: [] });
    changed ||= !known;
  }
  return { items, changed };
}

/** The id of the report of a file that is no longer there. */
const EMPTY = 'none';
