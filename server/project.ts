import type { Position, Range } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { URI } from 'vscode-uri';
import type { ChartSupply } from '../engine/lint/chart-supply.ts';
import { defaultConfiguration, type Configuration } from '../engine/lint/config.ts';
import type { Finding } from '../engine/lint/finding.ts';
import { Workspace, type RenderedTemplate, type SourceFile } from '../engine/lint/workspace.ts';
import type { Skipped } from '../engine/lint/skipped.ts';
import type { Span } from '../engine/yaml/text.ts';
import { rules } from '../rules/index.ts';
import { environmentOf } from '../sources/environment.ts';
import { speaksOfFiles } from '../sources/chart-files.ts';
import { isDiscoverable } from '../sources/discover.ts';
import { installsOf, mayInstall } from '../sources/installs.ts';
import { isWithin, nameOf } from '../sources/path.ts';
import { mayMatter, type LoadProblem } from '../sources/tree.ts';
import type { FilePlan, Plan } from '../sources/plan.ts';
import { configurationName } from '../sources/workspace-root.ts';
import { InstalledCharts } from './charts.ts';
import { documentText, Positions, withoutMark, type DocumentText } from './positions.ts';
import { isShown, type Settings } from './settings.ts';
import { uriIn } from './uris.ts';

/** What is known of a project whose files are loaded, beside their texts. */
export interface ProjectPlan {
  readonly plan: Plan | undefined;
  readonly configuration: Configuration;
  readonly faults: readonly LoadProblem[];
  readonly skipped: readonly Skipped[];
  readonly supplies: readonly ChartSupply[];
}

const utf16 = new Positions('utf-16');

/** How a file is read in a project of open documents only: there is nothing around it to plan by. */
const alone: FilePlan = { dialect: 'kubernetes', scope: '', role: 'manifest' };

/** How an open document is read that holds no manifest, and that templates read. */
const attached: FilePlan = { dialect: 'kubernetes', scope: '', role: 'part' };

/** The files of one workspace root with their findings: what is on disk, and over it the open documents. Paths are relative to the root. */
export class Project {
  readonly workspace: Workspace;
  readonly charts: InstalledCharts;
  configuration: Configuration = defaultConfiguration;
  faults: readonly LoadProblem[] = [];
  unreadable: readonly Skipped[] = [];
  /** Counts changes; what is derived from an older state is out of date. */
  generation = 0;
  private plan: Plan | undefined;
  private installsStale = false;
  private supplies: readonly ChartSupply[] = [];
  /** Charts whose files were looked for since a template began to speak of them. */
  private readonly filesAsked = new Set<string>();
  private readonly open = new Map<string, TextDocument>();
  private readonly onDisk = new Set<string>();
  /** Open documents whose file was deleted, with the version that they had then. */
  private readonly deleted = new Map<string, number>();
  private readonly texts = new Map<string, { source: string; text: DocumentText }>();

  constructor(readonly root: URI, private readonly positions: Positions, private readonly settings: () => Settings, now: () => number) {
    this.workspace = new Workspace(rules, environmentOf(defaultConfiguration), { today: () => new Date(now()).toISOString().slice(0, 10) });
    this.charts = new InstalledCharts(this.workspace);
  }

  /** Takes over a plan made anew, and with it forgets the files that are no longer there. */
  replan({ plan, configuration, faults, skipped, supplies }: ProjectPlan, paths: ReadonlySet<string>): void {
    this.plan = plan;
    this.faults = faults;
    this.unreadable = skipped;
    // Setting it has everything asked again.
    if (JSON.stringify(configuration) !== JSON.stringify(this.configuration)) this.workspace.configure(configuration, environmentOf(configuration));
    this.configuration = configuration;
    this.supplies = supplies;
    for (const supply of supplies) this.workspace.supply(supply);
    this.installsStale = true;
    this.generation++;
    for (const path of [...this.onDisk]) if (!paths.has(path)) this.leaveOut(path);
    for (const document of this.open) this.place(...document);
  }

  /** Has charts judged in all ways in which they are installed now, and with what Helm made of them as they are now. */
  install(): void {
    this.workspace.trySwitches(this.settings().persona !== 'regular');
    if (this.installsStale) this.charts.replace(installsOf(this.workspace.sources(), this.configuration), this.configuration.kubernetesMinor);
    else if (!this.charts.update()) return;
    this.installsStale = false;
    this.generation++;
  }

  /** A file's text as it is on disk. An open document stands over it. */
  fileRead(file: SourceFile): void {
    this.onDisk.add(file.path);
    this.deleted.delete(file.path);
    const document = this.open.get(file.path);
    if (document) return this.place(file.path, document);
    this.take(file);
  }

  /**
   * A file was deleted. A document of it that is still open, in a tab struck through or kept by the editor for a while,
   * counts again when somebody types in it or the file comes back.
   */
  fileGone(path: string): void {
    this.onDisk.delete(path);
    const document = this.open.get(path);
    if (document) this.deleted.set(path, document.version);
    this.forget(path);
  }

  /** A file on disk holds nothing of the project's any more, or cannot be read, which is said. A document of it that is open counts all the same. */
  fileUnread(path: string, why: readonly Skipped[]): void {
    this.leaveOut(path);
    this.nothingUnreadIn(path);
    this.unreadable = [...this.unreadable, ...why];
  }

  /** What could not be read of a file, or of those in a folder, is there no more. */
  nothingUnreadIn(path: string): void {
    this.unreadable = this.unreadable.filter(({ file }) => !isWithin(path, file));
  }

  /** Whether a document is open whose file was deleted, and nobody typed in it since. */
  isDeleted(path: string): boolean {
    const document = this.open.get(path);
    return document !== undefined && this.deleted.get(path) === document.version;
  }

  /** Whether a file on disk was found to belong to the project. */
  holds(path: string): boolean {
    return this.onDisk.has(path);
  }

  /** The folders of charts whose templates read files of them. */
  readFolders(): string[] {
    return this.supplies.flatMap(({ chart, files }) => (files ? [chart] : []));
  }

  /** Whether a template began to read files of its chart that nobody has looked for; said once. */
  wantsFiles(path: string): boolean {
    const chart = this.planOf(path)?.chart;
    if (chart === undefined || this.filesAsked.has(chart) || !speaksOfFiles(this.text(path) ?? '') || this.readFolders().includes(chart)) return false;
    this.filesAsked.add(chart);
    return true;
  }

  /** The files that lie in a folder, or are it. */
  within(path: string): string[] {
    return [...new Set([...this.onDisk, ...this.open.keys()])].filter((one) => one === path || one.startsWith(`${path}/`));
  }

  /** A document was opened, or its text changed. */
  documentChanged(path: string, document: TextDocument): void {
    this.open.set(path, document);
    this.place(path, document);
  }

  /** A document was closed. What is on disk counts again: who closes it reads the file anew. */
  documentClosed(path: string): void {
    this.open.delete(path);
    this.deleted.delete(path);
    if (!this.onDisk.has(path)) this.forget(path);
  }

  /** How a file on disk is read; undefined where it holds no manifest. */
  planOf(path: string): FilePlan | undefined {
    return this.plan?.of(path);
  }

  /** The findings of a file that are shown, in the order of their places. */
  findingsOf(path: string): readonly Finding[] {
    return this.workspace.findingsOf(path).filter((finding) => isShown(finding, this.settings()));
  }

  /** A template as a way of installing its chart writes it, with the findings that are shown; undefined for what is none, or cannot be told. */
  rendered(path: string, name: string): RenderedTemplate | undefined {
    const variant = this.workspace.variantsOf(path).find((one) => one.name === name);
    const rendered = variant && this.workspace.rendered(path, variant);
    return rendered && { ...rendered, findings: rendered.findings.filter(({ finding }) => isShown(finding, this.settings())) };
  }

  /** The text of a file as it was last taken in, without a byte order mark. */
  text(path: string): string | undefined {
    return this.workspace.textOf(path);
  }

  /** How a file is read, whether or not it is open; undefined for what holds no manifest. */
  sourceOf(path: string): Omit<SourceFile, 'text'> | undefined {
    const plan = this.planFor(path, this.open.get(path));
    return plan && { path, ...plan };
  }

  /** The URI of a file: the client's own spelling where it is open. */
  uri(path: string): string {
    return this.open.get(path)?.uri ?? uriIn(this.root, path);
  }

  /** The version of an open document; null for a file that is not open. */
  version(path: string): number | null {
    return this.open.get(path)?.version ?? null;
  }

  /** Whether this is a root on disk; else it holds open documents only. */
  isLoaded(): boolean {
    return this.plan !== undefined;
  }

  /** All files that can have something to show. */
  paths(): string[] {
    const { source } = this.configuration;
    const settings = this.faults.length > 0 ? [configurationName] : source ? [source.path] : [];
    return [...this.workspace.paths(), ...settings];
  }

  openPaths(): string[] {
    return [...this.open.keys()];
  }

  range(path: string, span: Span): Range {
    return this.positions.range(this.lines(path), span);
  }

  span(path: string, range: Range): Span {
    return this.positions.span(this.lines(path), range);
  }

  offset(path: string, position: Position): number {
    return this.positions.offset(this.lines(path), position);
  }

  /** A position in UTF-16 as the client counts; as it is for a file whose text is not held. */
  fromUtf16(path: string, position: Position): Position {
    const text = this.lines(path);
    return text.lines.text === '' ? position : this.positions.position(text, utf16.offset(text, position));
  }

  private lines(path: string): DocumentText {
    const source = this.open.get(path)?.getText() ?? this.workspace.textOf(path) ?? '';
    const kept = this.texts.get(path);
    if (kept?.source === source) return kept.text;
    const text = documentText(source);
    this.texts.set(path, { source, text });
    return text;
  }

  private place(path: string, document: TextDocument): void {
    if (this.isDeleted(path)) return;
    const planned = this.planFor(path, document);
    const text = withoutMark(document.getText());
    const isOwn = planned && nameOf(path) !== configurationName && mayMatter(document.languageId === 'json' ? 'any.json' : path, text, planned);
    const plan = isOwn ? planned : this.supplies.some(({ files }) => files?.has(path)) ? attached : undefined;
    if (plan) this.take({ path, text, ...plan });
    else this.forget(path);
  }

  private take(file: SourceFile): void {
    const before = this.workspace.textOf(file.path);
    if (before === undefined || mayInstall({ ...file, text: before }) || mayInstall(file)) this.installsStale = true;
    this.generation++;
    this.workspace.set(file);
  }

  private planFor(path: string, document: TextDocument | undefined): FilePlan | undefined {
    const plan = this.plan ? this.plan.of(path) : alone;
    if (plan === alone && document?.languageId === 'helm') return { ...alone, dialect: 'template' };
    // Clients may tell of any document: what is called like no manifest, and is in no language of theirs, is none.
    const isOther = document && plan?.dialect === 'kubernetes' && plan.role === 'manifest' && !isDiscoverable(nameOf(path)) && !/^(?:yaml|json|helm)/.test(document.languageId);
    return isOther ? undefined : plan;
  }

  /** A file on disk that no longer belongs to the project; as an open document it does. */
  private leaveOut(path: string): void {
    this.onDisk.delete(path);
    if (!this.open.has(path)) this.forget(path);
  }

  private forget(path: string): void {
    if (this.text(path) === undefined) return;
    this.installsStale = true;
    this.generation++;
    this.texts.delete(path);
    this.workspace.remove(path);
  }
}
