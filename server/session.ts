import type { TextDocuments } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import type { ParsedConfiguration } from '../engine/lint/config.ts';
import { speaksOfFiles } from '../sources/chart-files.ts';
import { isDiscoverable } from '../sources/discover.ts';
import type { Host } from '../sources/host.ts';
import { isWithin, nameOf, parentOf } from '../sources/path.ts';
import { isPlanningFile, type FilePlan } from '../sources/plan.ts';
import { bytesRead, readText } from '../sources/read-files.ts';
import { loadTree, mayMatter, type LoadedWorkspace } from '../sources/tree.ts';
import { configurationName, nearestWith } from '../sources/workspace-root.ts';
import type { Client } from './client.ts';
import { withoutMark, type Positions } from './positions.ts';
import { Project } from './project.ts';
import { defaultSettings, type Settings } from './settings.ts';
import { ownUri, pathOf, relativeTo } from './uris.ts';

/** A document in the project that it belongs to. */
export interface Place {
  readonly uri: string;
  readonly project: Project;
  readonly path: string;
}

export interface SessionOptions {
  /** Where files are read; absent where there are none (a web worker): then open documents are all there is. */
  readonly host: Host | undefined;
  readonly client: Client;
  readonly positions: Positions;
  readonly documents: TextDocuments<TextDocument>;
  readonly folders: readonly string[];
  readonly configure: (text: string, file: string) => ParsedConfiguration;
  /** Reports what went wrong in the background. */
  readonly log: (message: string) => void;
}

/** Slices of work after which typing gets its turn, in milliseconds. */
const SLICE_MS = 30;

/** Typing in a file that decides how others are read settles for this long before they are read again. */
const TYPING_MS = 150;

/**
 * What one client works on: its folders and open documents, and the projects that they belong to. Files are read in the
 * background, one thing after the other; open documents are taken in at once. Whoever asks waits until all that is known
 * has been read, so that no answer is given from half a workspace.
 */
export class Session {
  settings: Settings = defaultSettings;
  readonly client: Client;
  readonly positions: Positions;
  readonly documents: TextDocuments<TextDocument>;
  private readonly host: Host | undefined;
  private folders: readonly URI[];
  private readonly projects = new Map<string, Project>();
  /** The project of each open document that is ours, by URI. */
  private readonly places = new Map<string, Place>();
  private queue: Promise<void> = Promise.resolve();
  /** A reload waits in the queue; what is asked for until it begins is part of it. */
  private reloadQueued = false;
  /** Loads under way. */
  private reading = 0;
  /** Files that changed and turned out to be ignored: their next change is no reason to look again. */
  private readonly leftOut = new Set<string>();
  private readonly listeners: (() => void)[] = [];

  constructor(private readonly options: SessionOptions) {
    this.host = options.host && breathing(options.host);
    this.client = options.client;
    this.positions = options.positions;
    this.documents = options.documents;
    this.folders = options.folders.flatMap((folder) => ownUri(folder) ?? []);
  }

  /** Calls a listener after every change that can alter a finding. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Resolves when everything that is known to have changed has been taken in. */
  async settled(): Promise<void> {
    for (let seen; seen !== this.queue;) await (seen = this.queue);
  }

  /** The project and path of a document, after everything has been taken in. Undefined for what is not ours. */
  async place(uri: string): Promise<Place | undefined> {
    await this.settled();
    return this.places.get(uri) ?? this.placeOnDisk(uri);
  }

  openPlaces(): Place[] {
    return [...this.places.values()];
  }

  /** Every file whose findings are shown: those below the client's folders, and the open documents. */
  *reportedPlaces(): Iterable<Place> {
    yield* this.places.values();
    for (const project of this.projects.values()) {
      const shown = this.shownIn(project);
      for (const path of project.paths()) {
        if (project.version(path) === null && shown.some((folder) => isWithin(folder, path))) yield { uri: project.uri(path), project, path };
      }
    }
  }

  /** The URIs of charts whose templates read files of them, whatever these are called. */
  chartsReadingFiles(): string[] {
    return [...this.projects.values()].filter((project) => project.isLoaded()).flatMap((project) => project.readFolders().map((folder) => project.uri(folder)));
  }

  /** The URIs of roots on disk that lie outside of the client's folders, or above them. */
  rootsOutside(): string[] {
    return [...this.projects.values()].filter((project) => project.isLoaded() && !this.shownIn(project).includes('')).map((project) => project.root.toString());
  }

  allProjects(): Project[] {
    return [...this.projects.values()];
  }

  isReading(): boolean {
    return this.reading > 0 || this.reloadQueued;
  }

  applySettings(settings: Settings): void {
    this.settings = settings;
    for (const project of this.projects.values()) project.generation++;
    this.changed();
  }

  setFolders(added: readonly string[], removed: readonly string[]): void {
    const gone = new Set(removed.map((folder) => ownUri(folder)?.toString()));
    this.folders = [...this.folders.filter((folder) => !gone.has(folder.toString())), ...added.flatMap((folder) => ownUri(folder) ?? [])];
    this.reload();
  }

  /** A document was opened or edited. */
  documentChanged(document: TextDocument): void {
    const place = this.places.get(document.uri);
    if (place) {
      place.project.documentChanged(place.path, document);
      if (decidesForOthers(place.path) || place.project.wantsFiles(place.path)) this.reload(TYPING_MS);
      return this.changed();
    }
    const uri = ownUri(document.uri);
    if (uri && decidesForOthers(uri.path)) this.reload();
    else if (uri) this.enqueue(() => this.adopt(uri, document.uri));
  }

  documentClosed(document: TextDocument): void {
    const place = this.places.get(document.uri);
    this.places.delete(document.uri);
    if (!place) return;
    const { project, path } = place;
    project.documentClosed(path);
    if (decidesForOthers(path)) this.reload();
    else if (project.holds(path)) this.enqueue(() => this.readFile(project, path));
    this.drop();
    this.changed();
  }

  /** Files were created, changed or deleted, as absolute paths; a deleted folder stands for all that was in it. */
  filesChanged(changes: readonly { readonly path: string; readonly deleted: boolean }[]): void {
    const concerned = changes.filter(({ path }) => !/\/(?:\.git|node_modules)\//.test(path));
    for (const { path, deleted } of concerned) {
      if (deleted) this.fileGone(path);
      const found = this.holderOf(path);
      if (found && !found.project.holds(found.path)) found.project.charts.fileTouched(found.path);
    }
    if (concerned.some(({ path }) => decidesForOthers(path) || /^\.(?:git|kubewho)ignore$/.test(nameOf(path)) || this.isChartFile(path))) {
      this.leftOut.clear();
      return this.reload();
    }
    this.enqueue(async () => {
      const unknown: string[] = [];
      for (const { path, deleted } of concerned) {
        // What a load that was under way had read before.
        if (deleted) this.fileGone(path);
        const found = deleted ? undefined : this.holderOf(path);
        if (found?.project.holds(found.path)) await this.readFile(found.project, found.path);
        else if (found && (await this.mayBeNew(path, found.project.planOf(found.path)))) unknown.push(path);
      }
      // Whether a new file is ignored, and what it is, only a look at the whole tree tells.
      if (unknown.length > 0) await this.load();
      for (const path of unknown) if (!this.isHeld(path) && !this.isUnread(path)) this.leftOut.add(path);
      this.changed();
    });
  }

  /** Reads all folders again: once, however often it is asked for before that begins. */
  reload(delay = 0): void {
    if (this.reloadQueued) return;
    this.reloadQueued = true;
    this.enqueue(async () => {
      if (delay > 0) await pause(delay);
      this.reloadQueued = false;
      await this.load();
    });
  }

  private enqueue(task: () => Promise<void>): void {
    this.queue = this.queue.then(task).catch((error: unknown) => this.options.log(error instanceof Error ? (error.stack ?? error.message) : String(error)));
  }

  /** Something changed that can alter a finding: has charts judged as they are now, and tells those who listen. */
  changed(): void {
    for (const project of this.projects.values()) project.install();
    for (const listener of this.listeners) listener();
  }

  private async load(): Promise<void> {
    this.reading++;
    this.changed();
    try {
      const { host } = this;
      if (host) {
        const roots = new Set(this.folders.filter((folder) => folder.scheme === 'file').map(pathOf));
        for (const uri of this.documents.keys()) {
          const own = ownUri(uri);
          const root = own?.scheme === 'file' ? await this.rootOf(pathOf(own)) : undefined;
          if (root !== undefined) roots.add(root);
        }
        const loaded = await this.loadRoots(host, [...roots]);
        for (const [key, project] of this.projects) if (project.isLoaded() && !loaded.has(key)) this.projects.delete(key);
      }
      for (const document of this.documents.all()) {
        const uri = ownUri(document.uri);
        if (uri) await this.adopt(uri, document.uri);
      }
    } finally {
      this.reading--;
      this.changed();
    }
  }

  /** Loads the workspaces of some folders and says which projects these are. */
  private async loadRoots(host: Host, roots: readonly string[]): Promise<ReadonlySet<string>> {
    // Other open documents are put over their files afterwards, so that what is loaded says what is on disk.
    const deciding = this.documents.all().flatMap((document) => {
      const uri = ownUri(document.uri);
      const place = this.places.get(document.uri);
      return uri?.scheme === 'file' && (decidesForOthers(uri.path) || (place?.project.holds(place.path) && speaksOfFiles(document.getText()))) && !place?.project.isDeleted(place.path) ? [[pathOf(uri), withoutMark(document.getText())] as const] : [];
    });
    const { workspaces, problems } = await loadTree(host, roots, { configure: this.options.configure, overlay: new Map(deciding) });
    const loaded = new Set<string>();
    for (const workspace of workspaces) {
      const root = URI.file(workspace.root);
      const key = root.toString();
      const project = this.projects.get(key) ?? this.create(key, root);
      const faults = problems.filter(({ kind, file }) => kind === 'configuration' && file === workspace.configurationFile);
      project.replan({ ...workspace, faults }, new Set(workspace.files.map((file) => file.path)));
      await this.fill(project, workspace, host);
      loaded.add(key);
    }
    return loaded;
  }

  private async fill(project: Project, workspace: LoadedWorkspace, host: Host): Promise<void> {
    let began = host.now();
    for (const { absolute: _, encoding: __, ...file } of workspace.files) {
      project.fileRead(file);
      if (host.now() - began < SLICE_MS) continue;
      await pause(0);
      began = host.now();
    }
  }

  /** Finds the project of an open document and puts the document there. A project that is not loaded yet is. */
  private async adopt(uri: URI, key: string): Promise<void> {
    const { host } = this;
    let project: Project | undefined;
    if (host && uri.scheme === 'file') {
      const root = await this.rootOf(pathOf(uri));
      const name = root === undefined ? undefined : URI.file(root).toString();
      if (root !== undefined && !this.projects.has(name!)) await this.loadRoots(host, [root]);
      project = name === undefined ? undefined : this.projects.get(name);
    }
    const document = this.documents.get(key);
    if (!document) return;
    project ??= this.buffersOf(uri);
    const before = this.places.get(key);
    if (before && before.project !== project) before.project.documentClosed(before.path);
    const path = relativeTo(project.root, uri) ?? uri.path;
    this.places.set(key, { uri: key, project, path });
    project.documentChanged(path, document);
    this.changed();
  }

  /**
   * The workspace root of a file: as the command line finds it (contract.md), or else the client's folder. Undefined for
   * a file in neither: its folder may be anything, a home directory or /tmp, so only what is open there is read.
   */
  private async rootOf(path: string): Promise<string | undefined> {
    const { host } = this;
    const folder = parentOf(path);
    if (!host || folder === undefined) return undefined;
    const anchored = (await nearestWith(host, folder, configurationName)) ?? (await nearestWith(host, folder, '.git'));
    if (anchored !== undefined) return anchored;
    return this.folders.filter((one) => one.scheme === 'file').map(pathOf).filter((one) => isWithin(one, path)).sort((a, b) => b.length - a.length)[0];
  }

  /** The project of open documents only: those of a virtual folder, of a folder on disk, or a document that is in none. */
  private buffersOf(uri: URI): Project {
    const folder = this.folders.find((one) => relativeTo(one, uri) !== undefined);
    const root = folder ?? (uri.scheme === 'untitled' ? uri : uri.with({ path: parentOf(uri.path) ?? '/' }));
    const key = `buffers ${root.toString()}`;
    return this.projects.get(key) ?? this.create(key, root);
  }

  private create(key: string, root: URI): Project {
    const project = new Project(root, this.positions, () => this.settings, this.host?.now ?? Date.now);
    this.projects.set(key, project);
    return project;
  }

  /** Forgets projects when the last document of them is closed, those on disk where they lie outside of the client's folders. */
  private drop(): void {
    const open = this.documents.keys().flatMap((key) => ownUri(key) ?? []);
    const isUsed = (project: Project): boolean => (project.isLoaded() ? this.shownIn(project).length > 0 || open.some((uri) => isWithin(pathOf(project.root), pathOf(uri))) : project.openPaths().length > 0);
    const used = [...this.projects.values()].filter(isUsed);
    // What lies in another project was read with it.
    const isPart = (project: Project): boolean => project.isLoaded() && used.some((other) => other.isLoaded() && isWithin(pathOf(other.root), pathOf(project.root)));
    for (const [key, project] of this.projects) if (!used.includes(project) && !isPart(project)) this.projects.delete(key);
  }

  private async readFile(project: Project, path: string): Promise<void> {
    const plan = project.planOf(path);
    const { host } = this;
    const absolute = `${pathOf(project.root)}/${path}`;
    const result = host && plan && (await readText(host, absolute, new Map(), bytesRead(plan)));
    if (result && 'text' in result && mayMatter(path, result.text, plan!)) project.fileRead({ path, text: result.text, ...plan! });
    else if (!host || !(await host.stat(absolute))) project.fileGone(path);
    else project.fileUnread(path, result && 'reason' in result && (plan!.dialect === 'template' || !path.endsWith('.json')) ? [{ file: path, document: null, reason: result.reason, detail: result.detail }] : []);
    this.changed();
  }

  /** Whether a file that no project holds may belong to one. Most JSON that changes is no manifest. */
  private async mayBeNew(path: string, plan: FilePlan | undefined): Promise<boolean> {
    const { host } = this;
    if (!host || this.leftOut.has(path)) return false;
    if (this.isUnread(path)) return 'text' in (await readText(host, path, new Map(), plan && bytesRead(plan)));
    if (plan?.dialect === 'template') return true;
    if (!isDiscoverable(nameOf(path))) return false;
    if (!path.endsWith('.json')) return true;
    const result = await readText(host, path, new Map());
    return 'text' in result && mayMatter(path, result.text, plan ?? { dialect: 'kubernetes' });
  }

  private fileGone(path: string): void {
    const found = this.holderOf(path);
    for (const gone of found?.project.within(found.path) ?? []) found!.project.fileGone(gone);
    found?.project.nothingUnreadIn(found.path);
  }

  /** Whether a file is no manifest, and templates of its chart may read it. */
  private isChartFile(path: string): boolean {
    const found = this.holderOf(path);
    return found !== undefined && !found.project.holds(found.path) && found.project.readFolders().some((folder) => isWithin(folder, found.path));
  }

  /** Whether a file was found and could not be read. */
  private isUnread(path: string): boolean {
    const found = this.holderOf(path);
    return found !== undefined && found.project.unreadable.some(({ file, reason }) => file === found.path && ['unreadable', 'encoding', 'size'].includes(reason));
  }

  private isHeld(path: string): boolean {
    const found = this.holderOf(path);
    return found !== undefined && found.project.holds(found.path);
  }

  /** The parts of a project that lie below the client's folders, as paths in it; "" is all of it. */
  private shownIn(project: Project): string[] {
    return this.folders.flatMap((folder) => {
      if (folder.toString() === project.root.toString() || relativeTo(folder, project.root) !== undefined) return [''];
      const inside = relativeTo(project.root, folder);
      return inside === undefined ? [] : [inside];
    });
  }

  private placeOnDisk(uri: string): Place | undefined {
    const own = ownUri(uri);
    const found = own?.scheme === 'file' ? this.holderOf(pathOf(own)) : undefined;
    return found && { uri, ...found };
  }

  /** The innermost loaded project that a path lies in. */
  private holderOf(path: string): { project: Project; path: string } | undefined {
    const project = [...this.projects.values()].filter((one) => one.isLoaded() && isWithin(pathOf(one.root), path)).sort((a, b) => pathOf(b.root).length - pathOf(a.root).length)[0];
    return project && { project, path: path.slice(pathOf(project.root).replace(/\/+$/, '').length + 1) };
  }
}

/** Whether a change of this file can change how others are read. */
function decidesForOthers(path: string): boolean {
  return isPlanningFile(path) || ['Chart.yaml', configurationName].includes(nameOf(path)) || /(?:^|\/)charts\/[^/]+\.tgz$/.test(path);
}

/** The host, which lets typing have its turn while a large tree of folders is walked: hosts may read without waiting. */
function breathing(host: Host): Host {
  let began = host.now();
  return {
    ...host,
    async readDirectory(path) {
      if (host.now() - began > SLICE_MS) {
        await pause(0);
        began = host.now();
      }
      return host.readDirectory(path);
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resume) => { setTimeout(resume, ms); });
}
