import type { Connection } from 'vscode-languageserver';
import type { Session } from '../session.ts';

/** What the kubewho client shows of the server (`kubewho/status`). */
export interface Status {
  readonly state: 'reading' | 'ready';
  readonly files: number;
  readonly findings: number;
  /** Documents and files that could not be read, each with its reason. */
  readonly skipped: readonly { readonly uri: string; readonly reason: string }[];
  /** Faults of kubewho.yaml files. */
  readonly faults: number;
  /** Charts whose findings count what Helm writes, and those that it does not render, each with its words. */
  readonly rendered: number;
  readonly notRendered: readonly { readonly uri: string; readonly reason: string }[];
}

/** How much the server has done since it started (`kubewho/work`): what an edit costs can be measured. */
export interface WorkDone {
  readonly parsed: number;
  readonly asked: number;
}

const SETTLE_MS = 200;
const SHOWN = 20;

export function registerStatus(connection: Connection, session: Session): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sent = '';
  const send = (status: Status): void => {
    const text = JSON.stringify(status);
    if (text !== sent) void connection.sendNotification('kubewho/status', status);
    sent = text;
  };

  if (session.client.status) {
    session.onChange(() => {
      if (session.isReading()) send({ state: 'reading', files: 0, findings: 0, skipped: [], faults: 0, rendered: 0, notRendered: [] });
      clearTimeout(timer);
      timer = setTimeout(() => void session.settled().then(() => send(statusOf(session))), SETTLE_MS);
    });
  }
  connection.onRequest('kubewho/work', async (): Promise<WorkDone> => {
    await session.settled();
    const work = session.allProjects().map((project) => project.workspace.work);
    return { parsed: sum(work.map((one) => one.parsed)), asked: sum(work.map((one) => one.asked)) };
  });
  connection.onRequest('kubewho/status', async (): Promise<Status> => {
    await session.settled();
    return statusOf(session);
  });
}

function statusOf(session: Session): Status {
  const projects = session.allProjects();
  const skipped = projects.flatMap((project) => [...project.unreadable, ...project.workspace.skipped()].map(({ file, detail }) => ({ uri: project.uri(file), reason: detail })));
  const charts = projects.flatMap((project) => [...project.charts.counted()].map((one) => ({ ...one, uri: project.uri(one.chart) })));
  return {
    state: 'ready',
    files: sum(projects.map((project) => project.workspace.paths().length)),
    findings: sum([...session.reportedPlaces()].map(({ project, path }) => project.findingsOf(path).length)),
    skipped: skipped.slice(0, SHOWN),
    faults: sum(projects.map((project) => project.faults.length)),
    rendered: charts.filter(({ rendered }) => rendered).length,
    notRendered: charts.flatMap(({ uri, failures }) => failures.map(({ message }) => ({ uri, reason: message }))).slice(0, SHOWN),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
