// One conversation with the real server process (`kubewho lsp --stdio`), and what the tests ask it.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  createProtocolConnection, StreamMessageReader, StreamMessageWriter, type ClientCapabilities, type CodeAction, type Diagnostic, type DocumentDiagnosticReport, type Hover,
  type InitializeResult, type Position, type ProtocolConnection, type PublishDiagnosticsParams, type Range, type TextDocumentEdit, type WorkspaceDiagnosticReport, type WorkspaceEdit,
} from 'vscode-languageserver-protocol/node';
import type { Status } from '../../server/features/status.ts';

/** What VS Code can do, as far as the server looks at it. */
export const capable = {
  general: { positionEncodings: ['utf-16'] },
  textDocument: {
    diagnostic: { dynamicRegistration: true, relatedInformation: true, tagSupport: { valueSet: [1, 2] }, codeDescriptionSupport: true, dataSupport: true },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix', 'source', 'source.fixAll'] } }, dataSupport: true, resolveSupport: { properties: ['edit'] } },
    hover: { contentFormat: ['markdown', 'plaintext'] },
  },
  workspace: {
    workspaceFolders: true,
    diagnostics: { refreshSupport: true },
    workspaceEdit: { documentChanges: true, resourceOperations: ['create'], snippetEditSupport: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
  },
  window: { showDocument: { support: true } },
} satisfies ClientCapabilities;

/** A client from before pull diagnostics, resolving and versioned edits. */
export const plain = { textDocument: { publishDiagnostics: { versionSupport: true }, codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix'] } } } } } satisfies ClientCapabilities;

export interface EditorOptions {
  /** Files on disk before the server starts, by path in the workspace. */
  readonly files?: Readonly<Record<string, string>>;
  readonly capabilities?: ClientCapabilities;
  /** Folders of the workspace, as paths in it; the workspace itself by default, none for single files. */
  readonly folders?: readonly string[];
  readonly initializationOptions?: unknown;
  /** Variables of the server's environment, over those of the tests. */
  readonly env?: Readonly<Record<string, string>>;
  /** A folder that is there already, in place of a temporary one; it is left as it is. */
  readonly at?: string;
}

/** A server process under way with the client that talks to it, over a temporary folder of files. */
export class Editor {
  readonly published: PublishDiagnosticsParams[] = [];
  readonly registrations: { method: string; registerOptions?: unknown }[] = [];
  readonly shown: string[] = [];
  readonly log: string[] = [];
  refreshes = 0;
  initialized!: InitializeResult;
  private readonly texts = new Map<string, { text: string; version: number }>();

  private constructor(readonly folder: string, private readonly temporary: boolean, readonly process: ChildProcess, readonly connection: ProtocolConnection) {}

  static async start({ files = {}, capabilities = capable, folders = [''], initializationOptions, env = {}, at }: EditorOptions = {}): Promise<Editor> {
    const folder = realpathSync(at ?? mkdtempSync(join(tmpdir(), 'kubewho-lsp-')));
    // A workspace of its own, whatever repository the temporary folder may lie in.
    if (!at) mkdirSync(join(folder, '.git'));
    const server = spawn(process.execPath, ['dist/cli.js', 'lsp', '--stdio'], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    const connection = createProtocolConnection(new StreamMessageReader(server.stdout), new StreamMessageWriter(server.stdin));
    const editor = new Editor(folder, !at, server, connection);
    for (const [path, text] of Object.entries(files)) editor.write(path, text);
    server.stderr.on('data', (data) => editor.log.push(String(data)));
    connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => void editor.published.push(params));
    connection.onNotification('window/logMessage', ({ message }: { message: string }) => void editor.log.push(message));
    connection.onRequest('client/registerCapability', ({ registrations }) => void editor.registrations.push(...registrations));
    connection.onRequest('workspace/diagnostic/refresh', () => void editor.refreshes++);
    connection.onRequest('window/showDocument', ({ uri }) => {
      editor.shown.push(uri);
      return { success: true };
    });
    connection.listen();
    editor.initialized = await connection.sendRequest('initialize', {
      processId: process.pid, capabilities, rootUri: null, initializationOptions,
      workspaceFolders: folders.length === 0 ? null : folders.map((path) => ({ uri: editor.uri(path), name: path })),
    });
    await connection.sendNotification('initialized', {});
    return editor;
  }

  /** Says goodbye as a client should; resolves to the exit code. */
  async stop(): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => this.process.once('exit', resolve));
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    const code = await ended;
    this.connection.dispose();
    if (this.temporary) rmSync(this.folder, { recursive: true, force: true });
    return code;
  }

  uri(path: string): string {
    return /^[\w-]+:/.test(path) ? path : pathToFileURL(path === '' ? this.folder : join(this.folder, path)).toString();
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  remove(path: string): void {
    rmSync(join(this.folder, path), { recursive: true });
  }

  /** Tells of changes on disk, as a client that watches does. */
  async tell(changes: Readonly<Record<string, 'created' | 'changed' | 'deleted'>>): Promise<void> {
    const types = { created: 1, changed: 2, deleted: 3 };
    await this.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: Object.entries(changes).map(([path, type]) => ({ uri: this.uri(path), type: types[type] })) });
    // The server takes changes in batches; this is longer than one.
    await pause(150);
  }

  async open(path: string, text: string, languageId = path.endsWith('.json') ? 'json' : 'yaml'): Promise<void> {
    this.texts.set(path, { text, version: 1 });
    await this.connection.sendNotification('textDocument/didOpen', { textDocument: { uri: this.uri(path), languageId, version: 1, text } });
  }

  /** Replaces the first occurrence of a text in an open document, as an incremental change in UTF-16 positions. */
  async replace(path: string, before: string, after: string): Promise<void> {
    const document = this.texts.get(path)!;
    const at = document.text.indexOf(before);
    if (at < 0) throw new Error(`${path} does not hold ${before}`);
    await this.change(path, { start: positionIn(document.text, at), end: positionIn(document.text, at + before.length) }, after, document.text.slice(0, at) + after + document.text.slice(at + before.length));
  }

  /** Sends one incremental change; `text` is the document afterwards. */
  async change(path: string, range: Range, newText: string, text: string): Promise<void> {
    const version = this.texts.get(path)!.version + 1;
    this.texts.set(path, { text, version });
    await this.connection.sendNotification('textDocument/didChange', { textDocument: { uri: this.uri(path), version }, contentChanges: [{ range, text: newText }] });
  }

  /** Writes an open document to disk and says so, as a client does. */
  async save(path: string): Promise<void> {
    this.write(path, this.text(path));
    await this.connection.sendNotification('textDocument/didSave', { textDocument: { uri: this.uri(path) } });
    await this.tell({ [path]: 'changed' });
  }

  async close(path: string): Promise<void> {
    this.texts.delete(path);
    await this.connection.sendNotification('textDocument/didClose', { textDocument: { uri: this.uri(path) } });
  }

  text(path: string): string {
    return this.texts.get(path)!.text;
  }

  pull(path: string, previousResultId?: string): Promise<DocumentDiagnosticReport> {
    return this.connection.sendRequest('textDocument/diagnostic', { textDocument: { uri: this.uri(path) }, identifier: 'kubewho', previousResultId });
  }

  /** The diagnostics of a document; with a rule, only that rule's. */
  async findings(path: string, rule?: string): Promise<Diagnostic[]> {
    const report = await this.pull(path);
    if (report.kind !== 'full') throw new Error(`${path}: ${report.kind}`);
    return report.items.filter((item) => rule === undefined || item.code === rule);
  }

  pullWorkspace(previousResultIds: { uri: string; value: string }[] = [], partialResultToken?: string): Promise<WorkspaceDiagnosticReport> {
    return this.connection.sendRequest('workspace/diagnostic', { identifier: 'kubewho', previousResultIds, ...(partialResultToken === undefined ? {} : { partialResultToken }) });
  }

  actions(path: string, range: Range, only?: string[]): Promise<CodeAction[]> {
    return this.connection.sendRequest('textDocument/codeAction', { textDocument: { uri: this.uri(path) }, range, context: { diagnostics: [], ...(only ? { only } : {}) } });
  }

  resolve(action: CodeAction): Promise<CodeAction> {
    return this.connection.sendRequest('codeAction/resolve', action);
  }

  hover(path: string, position: Position): Promise<Hover | null> {
    return this.connection.sendRequest('textDocument/hover', { textDocument: { uri: this.uri(path) }, position });
  }

  status(): Promise<Status> {
    return this.connection.sendRequest('kubewho/status');
  }

  work(): Promise<{ parsed: number; asked: number }> {
    return this.connection.sendRequest('kubewho/work');
  }
}

/** Runs a test with an editor of its own and checks that the server ends well and had nothing to complain about. */
export async function withEditor(options: EditorOptions, test: (editor: Editor) => Promise<void>): Promise<void> {
  const editor = await Editor.start(options);
  try {
    await test(editor);
  } catch (error) {
    editor.process.kill();
    throw error instanceof Error && editor.log.length > 0 ? new Error(`${error.message}\nthe server said: ${editor.log.join('\n')}`, { cause: error }) : error;
  }
  const code = await editor.stop();
  if (code !== 0 || editor.log.length > 0) throw new Error(`the server ended with ${code} and said: ${editor.log.join('\n')}`);
}

/** Resolves when the question has an answer other than undefined or false. */
export async function eventually<T>(what: string, ask: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  for (const end = Date.now() + 10_000; Date.now() < end; await pause(20)) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
  }
  throw new Error(`waited for: ${what}`);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, ms); });
}

/** Line and UTF-16 column of an offset. */
export function positionIn(text: string, offset: number): Position {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length - 1, character: before[before.length - 1]!.length };
}

/** The range of the first occurrence of a text, in UTF-16. */
export function rangeOf(text: string, part: string): Range {
  const at = text.indexOf(part);
  if (at < 0) throw new Error(`not there: ${part}`);
  return { start: positionIn(text, at), end: positionIn(text, at + part.length) };
}

/** What a range in UTF-16 covers. */
export function textIn(text: string, { start, end }: Range): string {
  return text.slice(offsetIn(text, start), offsetIn(text, end));
}

/** A document after a WorkspaceEdit in UTF-16; snippets are applied with their placeholders' text. */
export function applied(text: string, uri: string, edit: WorkspaceEdit | undefined): string {
  const changes = (edit?.documentChanges ?? []).filter((one): one is TextDocumentEdit => 'edits' in one && one.textDocument.uri === uri).flatMap((one) => one.edits);
  const edits = [...changes, ...(edit?.changes?.[uri] ?? [])].map((one) => ({ range: one.range, newText: 'snippet' in one ? one.snippet.value.replace(/\$\{\d+:([^}]*)\}/g, '$1').replace(/\\([\\$}])/g, '$1') : one.newText }));
  return edits.map((one) => ({ ...one, start: offsetIn(text, one.range.start), end: offsetIn(text, one.range.end) }))
    .sort((a, b) => b.start - a.start || b.end - a.end)
    .reduce((done, { start, end, newText }) => done.slice(0, start) + newText + done.slice(end), text);
}

function offsetIn(text: string, { line, character }: Position): number {
  return text.split('\n').slice(0, line).reduce((sum, one) => sum + one.length + 1, 0) + character;
}

/** A Deployment whose token is mounted although nothing needs it. */
export function deployment(name: string, { namespace = 'shop', account = 'default', automount = true, note = '' } = {}): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}${note}
  namespace: ${namespace}
spec:
  selector:
    matchLabels: {app: ${name}}
  template:
    metadata:
      labels: {app: ${name}}
    spec:
      serviceAccountName: ${account}
      automountServiceAccountToken: ${automount}
      containers:
        - name: ${name}
          image: registry.example/${name}:1
`;
}

/** A binding of an account to a ClusterRole in its namespace. */
export function roleBinding(account: string, { namespace = 'shop', role = 'view' } = {}): string {
  return `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: ${account}-${role}
  namespace: ${namespace}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: ${role}
subjects:
  - kind: ServiceAccount
    name: ${account}
    namespace: ${namespace}
`;
}
