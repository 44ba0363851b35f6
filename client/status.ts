import { LanguageStatusSeverity, languages, type Disposable } from 'vscode';
import { State } from 'vscode-languageclient';
import { documentSelector } from './documents.ts';

/** What the server says of itself (`kubewho/status`). */
export interface ServerStatus {
  readonly state: 'reading' | 'ready';
  readonly files: number;
  readonly findings: number;
  readonly skipped: readonly { readonly uri: string; readonly reason: string }[];
  readonly faults: number;
  readonly rendered: number;
  readonly notRendered: readonly { readonly uri: string; readonly reason: string }[];
}

/** What the status item shows. */
export interface StatusText {
  readonly text: string;
  readonly detail: string;
  readonly busy: boolean;
  readonly trouble: boolean;
}

/** The item in the editor's language status (the braces in the status bar): state, counts, and a way to the log. */
export class StatusItem implements Disposable {
  private readonly item = languages.createLanguageStatusItem('kubewho.status', documentSelector);
  private server: ServerStatus | undefined;
  private state = State.Stopped;

  constructor() {
    this.item.name = 'kubewho';
    this.item.command = { title: 'Open log', command: 'kubewho.showLog' };
    this.show();
  }

  get current(): StatusText {
    return statusText(this.state, this.server);
  }

  serverSaid(status: ServerStatus): void {
    this.server = status;
    this.show();
  }

  stateChanged(state: State): void {
    this.state = state;
    if (state !== State.Running) this.server = undefined;
    this.show();
  }

  dispose(): void {
    this.item.dispose();
  }

  private show(): void {
    const { text, detail, busy, trouble } = this.current;
    this.item.text = text;
    this.item.detail = detail;
    this.item.busy = busy;
    this.item.severity = trouble ? LanguageStatusSeverity.Warning : LanguageStatusSeverity.Information;
  }
}

function statusText(state: State, server: ServerStatus | undefined): StatusText {
  if (state === State.Starting) return { text: 'kubewho', detail: 'starting', busy: true, trouble: false };
  if (state === State.Stopped) return { text: 'kubewho', detail: 'not running', busy: false, trouble: true };
  if (!server || server.state === 'reading') return { text: 'kubewho', detail: 'reading manifests', busy: true, trouble: false };
  const faults = server.faults > 0 ? [`kubewho.yaml has ${plural(server.faults, 'fault')}`] : [];
  const skipped = server.skipped.length > 0 ? [`${plural(server.skipped.length, 'document')} not readable`] : [];
  const rendered = server.rendered > 0 ? [`${plural(server.rendered, 'chart')} rendered by Helm`] : [];
  const charts = new Set(server.notRendered.map(({ uri }) => uri)).size;
  const notRendered = charts > 0 ? [`${plural(charts, 'chart')} not rendered by Helm`] : [];
  return {
    text: `kubewho: ${plural(server.findings, 'finding')}`,
    detail: [`${plural(server.files, 'file')} read`, ...rendered, ...notRendered, ...skipped, ...faults].join(', '),
    busy: false,
    trouble: faults.length + skipped.length > 0,
  };
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
