import type { Connection } from 'vscode-languageserver';
import type { Host } from '../../sources/host.ts';
import { readAll } from '../../sources/read-files.ts';
import { renderInstall } from '../../sources/rendered-charts.ts';
import type { ChartState } from '../charts.ts';
import type { Project } from '../project.ts';
import type { Session } from '../session.ts';
import { pathOf } from '../uris.ts';

/** Saving settles for this long before Helm is run. */
const SETTLE_MS = 300;

/** What Helm may write, in UTF-16 code units: reading more would hold up the editor. */
const limit = 16 * 1024 * 1024;

/** A chart that Helm is at work on. */
interface Task {
  readonly project: Project;
  readonly state: ChartState;
  readonly abort: AbortController;
}

/**
 * Has the user's Helm render the charts of open documents, beside what is read of them without it: in the background, one
 * chart at a time, when what the editor has is what Helm finds on disk. Only where the client says that the workspace is
 * trusted, and the settings allow it.
 * @param trusted whether the client said so when it started; a notification `kubewho/trusted` says so later
 */
export function registerHelm(connection: Connection, session: Session, host: Host | undefined, trusted: boolean): void {
  if (!host?.run) return;
  /** What was said of charts, by URI: once as long as it is the same. */
  const said = new Map<string, string>();
  let isTrusted = trusted;
  let hasEnded = false;
  let task: Task | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  connection.onNotification('kubewho/trusted', () => {
    isTrusted = true;
    consider();
  });
  connection.onShutdown(() => {
    hasEnded = true;
    clearTimeout(timer);
    task?.abort.abort();
  });
  session.onChange(consider);
  session.documents.onDidSave(consider);

  function mayRun(): boolean {
    return isTrusted && !hasEnded && session.settings.enable && session.settings.render === 'auto';
  }

  function consider(): void {
    if (task && !(mayRun() && task.project.charts.isStill(task.state))) task.abort.abort();
    if (mayRun()) return workIn(SETTLE_MS);
    clearTimeout(timer);
    forget();
  }

  function workIn(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => void work().catch((error: unknown) => connection.console.error(String(error))), ms);
  }

  /** What Helm made goes where settings no longer allow it. */
  function forget(): void {
    for (const project of session.allProjects()) {
      project.charts.clear();
      project.install();
    }
  }

  async function work(): Promise<void> {
    await session.settled();
    if (task || !mayRun()) return;
    for (const project of session.allProjects()) {
      if (!project.isLoaded()) continue;
      for (const state of project.charts.toRender(project.openPaths())) {
        if (await isSaved(host!, project, state)) return run({ project, state, abort: new AbortController() });
      }
    }
  }

  async function run(next: Task): Promise<void> {
    if (task) return;
    task = next;
    try {
      await render(next);
    } finally {
      task = undefined;
    }
    session.changed();
    if (mayRun()) workIn(0);
  }

  async function render({ project, state, abort: { signal } }: Task): Promise<void> {
    const made = await renderInstall(host!, pathOf(project.root), state.install, (path) => state.texts.has(path), { helm: 'helm', namespace: undefined, kubernetesMinor: state.kubernetesMinor, signal, limit });
    // What changed on disk meanwhile, and was not told yet, may be in what Helm wrote.
    if (signal.aborted || !(await isSaved(host!, project, state)) || !project.charts.isStill(state) || !mayRun()) return;
    project.charts.rendered(state, made ?? { variants: [], failures: [] });
    tell(project, state.install.chart, made?.failures.map(({ label, message }) => `${label === undefined ? '' : ` (${label})`}: helm template: ${message}`) ?? []);
  }

  /** Says what Helm says against a chart. */
  function tell(project: Project, chart: string, failures: readonly string[]): void {
    const text = failures.map((one) => `${chart || '.'}${one}`).join('\n');
    if (text !== '' && said.get(project.uri(chart)) !== text) connection.console.info(text);
    said.set(project.uri(chart), text);
  }
}

/** Whether a chart's files on disk are as the project has them: what is typed and not saved, Helm does not see. */
async function isSaved(host: Host, project: Project, { texts }: ChartState): Promise<boolean> {
  const root = pathOf(project.root).replace(/\/+$/, '');
  const areSaved = async (paths: readonly string[]): Promise<boolean> => {
    const found = await readAll(host, paths.map((path) => `${root}/${path}`), new Map());
    return found.every((one, i) => 'text' in one && one.text === texts.get(paths[i]!));
  };
  const isOpen = (path: string): boolean => project.version(path) !== null;
  const paths = [...texts.keys()];
  return await areSaved(paths.filter(isOpen)) && await areSaved(paths.filter((path) => !isOpen(path)));
}
