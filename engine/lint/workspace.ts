import type { Graph } from '../identity/graph.ts';
import { displayName, type GraphObject } from '../identity/objects.ts';
import type { Decided, Dialect } from '../yaml/node.ts';
import { splitStream, type StreamDocument } from '../yaml/split.ts';
import { shift, type Span } from '../yaml/text.ts';
import type { Evaluated } from '../helm/evaluated.ts';
import { placeShown, type Shown } from '../helm/shown.ts';
import { valueSpan } from '../helm/values-file.ts';
import { withOwnPlace } from './applied.ts';
import { unitsOf, type Answers } from './ask.ts';
import { chartFault, Charts, isLooseTemplate, placeKey } from './charts.ts';
import { defaults, type ChartVariant } from './variant.ts';
import type { ChartSupply } from './chart-supply.ts';
import { type Conclusion, conclusionOf, type FileFindings, inOrder, type Judged, makeFindings, type Suppressed, type Surroundings } from './conclude.ts';
import { defaultConfiguration, type Configuration } from './config.ts';
import { exceptionsAtWork, findingsAboutExceptions } from './exceptions.ts';
import { documentEntry, nothing, readDocument, sourceComment, type DocumentEntry, type DocumentFacts } from './document.ts';
import { fileEntry, graphObject, isKustomization, isPatch, sameHousehold, type FileEntry, type SourceFile } from './files.ts';
import { spanIn, type Finding } from './finding.ts';
import { applyEdits, makeFix, sameEdits, type Fix } from './fix.ts';
import type { Exception } from './phases.ts';
import { Judging } from './judging.ts';
import type { BuildOutput } from './overlay-output.ts';
import { BuiltFiles } from './overlays.ts';
import type { Made, Origin, Raised } from './made.ts';
import type { Skipped } from './skipped.ts';
import { fixesOfSuppression } from './suppress-fix.ts';
import { asOffered, clears, raisedOn, writesSeveral, type Comparison } from './values-fix.ts';
import { readSuppressions, type SuppressionFinding } from './suppress.ts';
import type { Environment, FixProposal, Rule } from './rule.ts';

export type { SourceFile } from './files.ts';
export type { Raised } from './made.ts';
export type { Suppressed } from './conclude.ts';

/** Counters that tests and the benchmark read: how much work an edit caused. */
export interface Work {
  /** Documents parsed. */
  parsed: number;
  /** Questions asked: a rule about a unit. */
  asked: number;
}

/** What the engine cannot know by itself. */
export interface WorkspaceOptions {
  /** Today as `YYYY-MM-DD`, for suppressions and exceptions that end and phases that start; without it none does. */
  readonly today?: () => string;
  /** False where suppressions do not count (`--no-ignores`). */
  readonly ignores?: boolean;
}

const defaultEnvironment: Environment = { isComplete: () => false, kubernetesMinor: defaultConfiguration.kubernetesMinor };

/** A template as a way of installing its chart writes it, with the findings that are about it where they stand in that text. */
export interface RenderedTemplate {
  readonly text: string;
  readonly findings: readonly { readonly finding: Finding; readonly span: Span }[];
}

/** All files of one workspace, their facts, graphs and findings, kept up to date edit by edit. No I/O. */
export class Workspace {
  private readonly files = new Map<string, FileEntry>();
  private readonly objects = new WeakMap<DocumentEntry, readonly GraphObject[]>();
  /** What the findings of each file came to. */
  private conclusions: ReadonlyMap<string, Conclusion> = new Map();
  /** What the findings of a conclusion were raised from, sorted when the fixes of one are asked for. */
  private readonly origins = new WeakMap<Conclusion, ReadonlyMap<Finding, Origin>>();
  /** Also of findings that stand no more: reports tell their fixes after the files were fixed. */
  private readonly aboutSuppressions = new WeakMap<Finding, SuppressionFinding>();
  private concluded: Concluded | undefined;
  private configuration: Configuration = defaultConfiguration;
  private readonly charts = new Charts();
  private readonly builds = new BuiltFiles();
  private readonly judging: Judging;
  /** The one scope that is judged, and only in its variants. */
  private only: string | undefined;
  private triesSwitches = false;
  /** Whether the files are known to be in the order of their paths. */
  private isOrdered = true;
  private ids = 0;

  constructor(private readonly rules: readonly Rule[], private environment: Environment = defaultEnvironment, private readonly way: WorkspaceOptions = {}, readonly work: Work = { parsed: 0, asked: 0 }) {
    const { files, charts, builds } = this;
    this.judging = new Judging({ rules, files, charts, builds, work }, { configuration: this.configuration, environment });
  }

  /** Takes in a file's text, new or changed. Documents whose text did not change keep their facts and findings. */
  set(source: SourceFile): void {
    const before = this.files.get(source.path);
    if (before && before.source.text === source.text && sameHousehold(before.source, source)) return;
    this.builds.forget(before?.source ?? source);
    const kept = new Map<string, DocumentEntry[]>();
    for (const entry of before && before.source.dialect === source.dialect ? before.documents : []) kept.set(entry.text, [...(kept.get(entry.text) ?? []), entry]);
    const rehoused = before && !sameHousehold(before.source, source);
    const documents = (source.role === 'part' && !isKustomization(source) ? [] : splitStream(source.text)).map(({ index, start, text }): DocumentEntry => {
      const old = kept.get(text)?.shift();
      if (old && !rehoused) return Object.assign(old, { index, start });
      return documentEntry({ id: ++this.ids, file: source.path, dialect: source.dialect, text, index, start, source: sourceComment(text) }, this.factsOf(text, source, old));
    });
    const suppressions = this.way.ignores === false || source.role !== 'manifest' && !isPatch(source) ? [] : readSuppressions({ ...source, documents });
    this.files.set(source.path, fileEntry({ source, documents, suppressions }, this.objectsOf(documents, source)));
    this.isOrdered &&= before !== undefined;
    this.touch(source);
    if (rehoused) this.touch(before.source);
  }

  /** How the facts of a document are read. Made here, where nothing of the text before is in reach: what is read late would hold it, and that the one before it. */
  private factsOf(text: string, { role, dialect }: SourceFile, old: DocumentEntry | undefined): () => DocumentFacts {
    return () => old?.facts ?? (role === 'part' ? nothing : this.read(text, dialect));
  }

  /** How the objects of a file are read; made here for the same reason. */
  private objectsOf(documents: readonly DocumentEntry[], source: SourceFile): () => readonly GraphObject[] {
    const holdsNone = source.role === 'patch' || source.role === 'part' || source.dialect === 'values';
    return () => (holdsNone ? [] : documents.flatMap((entry) => this.objectsIn(entry, source)));
  }

  /** Puts files that came late where they belong, so that nothing hangs on which of them was there first. */
  private order(): void {
    const paths = this.isOrdered ? [] : [...this.files.keys()];
    this.isOrdered = true;
    if (paths.every((path, i) => i === 0 || paths[i - 1]! < path)) return;
    for (const path of paths.sort()) {
      const file = this.files.get(path)!;
      this.files.delete(path);
      this.files.set(path, file);
    }
  }

  /** Forgets a file. */
  remove(path: string): void {
    const before = this.files.get(path);
    if (!before) return;
    this.files.delete(path);
    this.touch(before.source);
  }

  /** Sets what kubewho.yaml says, and what follows from it for rules; everything is asked again. */
  configure(configuration: Configuration, environment: Environment = this.environment): void {
    this.configuration = configuration;
    this.environment = environment;
    this.judging.configure({ configuration, environment });
    this.conclusions = new Map();
    this.concluded = undefined;
  }

  /** Says in which ways a chart is installed beside its defaults: with further values, or as Helm itself has written it. With `alone` nothing else is judged. */
  install(scope: string, variants: readonly ChartVariant[], { alone = false } = {}): void {
    if (!this.judging.install(scope, variants)) return;
    if (alone) this.only = scope;
    this.concluded = undefined;
  }

  /** Takes over what a chart is made of beside the files held: what archives under `charts/` hold, and what `.Files` reads. */
  supply(supply: ChartSupply): void {
    this.charts.supply(supply);
    this.judging.touchChart(supply.scope);
    this.concluded = undefined;
  }

  /** Says what kustomize made of a build: it is judged beside what is read without kustomize, until one of its files is another. */
  takeOutput(output: BuildOutput): void {
    this.builds.take(output);
    this.judging.touchBuild(output.root);
    this.concluded = undefined;
  }

  /** Whether charts are judged once more for each value that switches something off in them, as if it were true. */
  trySwitches(wanted: boolean): void {
    if (wanted !== this.triesSwitches) this.concluded = undefined;
    this.triesSwitches = wanted;
  }

  /** The folders of the charts whose templates may read a file through `.Files`. */
  chartsReading(path: string): string[] {
    return this.charts.readersOf(path).map(({ chart }) => chart);
  }

  /** The paths of all files held. */
  paths(): string[] {
    return [...this.files.keys()];
  }

  /** All files held, as they were last set. */
  *sources(): Iterable<SourceFile> {
    for (const { source } of this.files.values()) yield source;
  }

  /** The text of a file as it was last set, or undefined. */
  textOf(path: string): string | undefined {
    return this.files.get(path)?.source.text ?? (path === this.configuration.source?.path ? this.configuration.source.text : undefined);
  }

  /** The identity graph that a file belongs to; of a chart with its own values, or with those of a way of installing it. */
  graphOf(path: string, variant: ChartVariant = defaults): Graph | undefined {
    const file = this.files.get(path);
    return file && this.check(file.source.scope, variant).graph;
  }

  /** The identity graphs, one a scope. */
  graphs(): Graph[] {
    return [...this.all().graphs];
  }

  /** The exceptions of kubewho.yaml that keep a finding back. */
  usedExceptions(): ReadonlySet<Exception> {
    return this.all().used;
  }

  /** The suppression that a finding is about, with the rule's id in it. */
  suppressionIn(finding: Finding): SuppressionFinding | undefined {
    return this.aboutSuppressions.get(finding);
  }

  /** The signal that a finding was made from; undefined for one about suppressions. */
  raisedAs(finding: Finding): Raised | undefined {
    const origin = this.originOf(finding);
    return origin && { ...origin, graph: origin.judged.answers.graph };
  }

  private originOf(finding: Finding): Origin | undefined {
    this.all();
    const conclusion = this.conclusions.get(finding.file);
    if (!conclusion) return undefined;
    let origins = this.origins.get(conclusion);
    if (!origins) this.origins.set(conclusion, (origins = new Map(conclusion.made.map((one) => [one.finding, one.origin]))));
    return origins.get(finding);
  }

  /** All findings of all files, sorted by file, start and rule. */
  findings(): Finding[] {
    const { files } = this.all();
    return [...files.keys()].sort().flatMap((path) => files.get(path)!.findings);
  }

  /** The findings whose primary place is in a file, sorted by start and rule. */
  findingsOf(path: string): readonly Finding[] {
    return this.all().files.get(path)?.findings ?? [];
  }

  /** The ways of installing the chart of a template, its defaults first; none for what is no template of a chart. */
  variantsOf(path: string): readonly ChartVariant[] {
    const source = this.files.get(path)?.source;
    return source?.dialect === 'template' && source.chart !== undefined ? [defaults, ...this.waysOf(source.scope)] : [];
  }

  /** A template with the values of a way of installing its chart; undefined where it cannot be told what it writes. */
  shown(path: string, variant: ChartVariant): Shown | undefined {
    const file = this.files.get(path);
    // Helm writes nothing of a template that it refuses.
    if (!file || chartFault(file)) return undefined;
    const { source } = file;
    this.check(source.scope, variant);
    return this.charts.shown(source.scope, variant, source);
  }

  /** What the condition or loop at an offset of a template comes to with a way of installing its chart, or in a helper any action. */
  evaluated(path: string, variant: ChartVariant, offset: number): Evaluated | undefined {
    const source = this.files.get(path)?.source;
    if (!source) return undefined;
    this.check(source.scope, variant);
    return this.charts.evaluated(source.scope, variant, source, offset);
  }

  /** The same with the findings of the file that this way has, each on the lines that it is about: once for each turn of a loop. */
  rendered(path: string, variant: ChartVariant): RenderedTemplate | undefined {
    const shown = this.shown(path, variant);
    if (!shown) return undefined;
    const open = new Map(this.findingsOf(path).map((finding) => [placeKey(finding), finding]));
    const { said } = this.check(this.files.get(path)!.source.scope, variant);
    const findings = [...said].flatMap(([rule, ofUnits]) => [...ofUnits.values()].flat().flatMap(({ signal }) => {
      const { object, place } = signal.at;
      const finding = object.document.file === path && object.written ? open.get(placeKey({ rule, messageId: signal.messageId, span: spanIn(signal.at) })) : undefined;
      const span = finding && placeShown(shown, object.written!, spanIn(signal.at), place.path);
      return finding && span ? [{ finding, span }] : [];
    }));
    return { text: shown.text, findings: findings.sort((a, b) => a.span.start - b.span.start || inOrder(a.finding, b.finding)) };
  }

  /** Where a value is written that decides another. */
  decidingSpan(decided: Decided): Span | undefined {
    const text = this.files.get(decided.file)?.source.text;
    return text === undefined ? undefined : valueSpan(text, decided);
  }

  /** The findings that a suppression in the file, or an exception in kubewho.yaml, keeps back. */
  suppressed(): readonly Suppressed[] {
    return [...this.all().files.values()].flatMap((file) => file.suppressed);
  }

  /** The fixes of a finding, as edits of the texts as they are now; none where a change would touch what is not its own. */
  fixesOf(finding: Finding): readonly Fix[] {
    const { fixes } = this.all();
    let known = fixes.get(finding);
    if (!known) fixes.set(finding, (known = this.findFixes(finding)));
    return known;
  }

  private findFixes(finding: Finding): readonly Fix[] {
    const about = this.suppressionIn(finding);
    const file = about && this.files.get(finding.file);
    if (about && file) return fixesOfSuppression({ ...file.source, documents: file.documents }, about, this.rules.map((rule) => rule.id));
    const origin = this.originOf(finding);
    if (!origin) return [];
    const others = (origin.also ?? []).map((some) => some.flatMap((one) => this.fixesFrom({ ...one, ...(origin.by ? { by: origin.by } : {}) })));
    return this.fixesFrom(origin).map((fix) => (others.every((some) => some.some((one) => sameEdits(one, fix))) ? fix : { ...fix, title: `${fix.title} (builds need different changes)`, safe: false, choice: true }));
  }

  private fixesFrom(origin: Origin): Fix[] {
    return this.proposalsFor(origin, origin.judged.answers.graph).flatMap((proposal) => {
      const fix = makeFix(proposal, this.splitAt, origin.by);
      return (fix && this.isFinished(fix) ? this.inChart(fix, proposal, origin) : undefined) ?? [];
    });
  }

  /** Whether all that a fix changes can be read: of what is just being typed nobody knows what it will be. */
  private isFinished({ edits }: Fix): boolean {
    return edits.every(({ file, span }) => {
      const entry = this.files.get(file);
      return !entry || (!chartFault(entry) && (entry.source.chart !== undefined || !entry.documents.findLast(({ start }) => start <= span.start)?.facts.problem));
    });
  }

  private proposalsFor({ rule, unitKey, signal }: Pick<Origin, 'rule' | 'unitKey' | 'signal'>, graph: Graph): FixProposal[] {
    const unit = rule.fixes && unitsOf(graph, rule.unit).byKey.get(unitKey);
    return unit ? rule.fixes!({ ...this.judging.about(rule), unit, graph }, signal) : [];
  }

  private readonly sourceAt = (path: string): SourceFile | undefined => this.files.get(path)?.source;

  private readonly splitAt = (path: string): (SourceFile & { readonly documents: readonly StreamDocument[] }) | undefined => {
    const file = this.files.get(path);
    return file && { ...file.source, documents: file.source.role === 'part' ? splitStream(file.source.text) : file.documents };
  };

  /** A fix of a chart as it may be offered (values-fix.ts). */
  private inChart(fix: Fix, proposal: FixProposal, { rule, signal: { at: { object } }, variant }: Origin): Fix | undefined {
    const values = fix.edits.map(({ file }) => this.sourceAt(file)).find((source) => source?.dialect === 'values');
    const scope = (this.sourceAt(object.document.file) ?? values)?.scope;
    if (scope === undefined || !object.written) return fix;
    const ways = [defaults, ...this.waysOf(scope), ...(variant.isSwitch ? [variant] : [])];
    if (!values && ways.length === 1 && !writesSeveral(this.check(scope), fix.edits)) return fix;
    const fixed = this.copyWith(scope, fix);
    const comparison = (one: ChartVariant): Comparison => ({ before: this.check(scope, one), after: fixed.check(scope, one) });
    if (values && !clears(comparison(variant), rule.id, object)) return undefined;
    const alike = ({ graph, said }: Answers, objects: ReadonlySet<GraphObject>): FixProposal[] =>
      this.rules.flatMap((one) => raisedOn(objects, said.get(one.id)).flatMap((raised) => this.proposalsFor({ rule: one, ...raised }, graph))).filter((other) => {
        const made = makeFix(other, this.splitAt);
        return made !== undefined && sameEdits(made, fix);
      });
    return asOffered(fix, proposal, ways.map((way) => ({ ...comparison(way), isOwn: way === variant })), alike);
  }

  /** The ways of installing the chart of a scope beside its defaults, as they are read without Helm. */
  private waysOf(scope: string): ChartVariant[] {
    return this.judging.variantsOf(scope).filter(({ rendered }) => rendered === undefined);
  }

  /** A workspace as it is with a fix of a chart made, to be asked about that chart: what the fix leaves alone is taken over as it was read. */
  private copyWith(scope: string, { edits }: Fix): Workspace {
    const copy = new Workspace(this.rules, this.environment, this.way, this.work);
    copy.configure(this.configuration);
    copy.ids = this.ids;
    copy.charts.takeOver(this.charts);
    copy.judging.takeOver(this.judging, scope);
    for (const [path, file] of this.files) copy.files.set(path, file);
    for (const path of new Set(edits.map(({ file }) => file))) {
      const file = this.files.get(path);
      if (!file) continue;
      // Documents move with an edit: those of the copy are its own.
      const documents = file.documents.map((entry) => documentEntry({ id: ++copy.ids, file: path, dialect: entry.dialect, text: entry.text, index: entry.index, start: entry.start, source: entry.source }, () => entry.facts));
      copy.files.set(path, fileEntry({ source: file.source, documents, suppressions: [] }, () => []));
      copy.set({ ...file.source, text: applyEdits(file.source.text, edits.filter((edit) => edit.file === path)) ?? file.source.text });
    }
    // What is switched on is judged from what is there by default.
    copy.check(scope);
    return copy;
  }

  /** Documents that could not be read, and Kustomize builds that were too many, each with its reason. */
  skipped(): Skipped[] {
    this.all();
    return [...this.unread(), ...this.judging.buildsLeft()];
  }

  private unread(): Skipped[] {
    const charts = new Set([...this.files.values()].flatMap(({ source: { chart } }) => chart ?? []));
    return [...this.files.values()].flatMap((file) => {
      const { source, documents } = file;
      if (isLooseTemplate(source, charts)) return [];
      const fault = chartFault(file) ?? this.charts.wholeFault(source.scope, source);
      if (fault) return [{ file: source.path, document: documents.findLast(({ start }) => start <= fault.span.start)?.index ?? 0, ...fault }];
      if (this.charts.reads(source.scope, source)) return [];
      return documents.flatMap(({ facts, index, start }) => (facts.problem ? [{ file: source.path, document: index, reason: facts.problem.reason, detail: facts.problem.detail, span: shift(facts.problem.span, start) }] : []));
    });
  }

  /** How much was read: documents with content, and resources among them. */
  counts(): { files: number; documents: number; resources: number } {
    const documents = [...this.files.values()].flatMap((file) => file.documents).filter((entry) => entry.facts.unread || entry.facts.resources.length > 0 || entry.facts.problem);
    return { files: [...this.files.values()].filter(({ source }) => source.role !== 'part').length, documents: documents.length, resources: documents.reduce((sum, { facts }) => sum + (facts.unread ? 1 : facts.resources.length), 0) };
  }

  /** The objects of a document, the same ones as long as it stays. */
  private objectsIn(entry: DocumentEntry, source: SourceFile): readonly GraphObject[] {
    let objects = this.objects.get(entry);
    if (!objects) this.objects.set(entry, (objects = entry.facts.resources.map((resource, i) => graphObject(`${entry.id}.${i}`, entry, resource, source))));
    return objects;
  }

  private read(text: string, dialect: Dialect): DocumentFacts {
    this.work.parsed++;
    return readDocument(text, dialect);
  }

  /** What has to be looked at again when a file changes. */
  private touch(source: SourceFile): void {
    this.concluded = undefined;
    this.judging.touch(source);
  }

  private all(): Concluded {
    if (this.concluded) return this.concluded;
    this.order();
    const around = this.surroundings();
    const found = new Map<string, Made[]>([...this.files.values()].filter((file) => file.suppressions.length > 0).map((file) => [file.source.path, []]));
    const scopes = new Set([...this.files.values()].filter((file) => file.source.role !== 'context').map((file) => file.source.scope));
    const judged = this.only === undefined ? this.judging.scopesIn([...scopes]) : this.judging.scopesIn([...scopes].filter((scope) => scope === this.only), { defaults: false });
    for (const { variant, one } of judged) this.collect(one, variant, found);
    if (this.only === undefined) for (const scope of scopes) for (const { one, isMeant } of this.judging.inBuilds(scope)) this.collect(one, defaults, found, isMeant);
    if (this.only === undefined && this.triesSwitches) for (const scope of scopes) this.collectSwitches(scope, found);
    const exceptions = exceptionsAtWork(this.configuration.exceptions, around.today);
    this.conclusions = new Map([...found].map(([path, made]) => [path, conclusionOf(this.files.get(path)!, made, this.conclusions.get(path), exceptions, around)]));
    for (const { about } of this.conclusions.values()) for (const one of about) this.aboutSuppressions.set(one.finding, one);
    const files = new Map<string, FileFindings>(this.conclusions);
    const about = findingsAboutExceptions({ today: around.today, rules: this.rules, configuration: this.configuration, used: exceptions.used, canJudge: (target) => this.isWhollyRead(target) });
    if (about.length > 0) files.set(this.configuration.source!.path, { findings: about.sort(inOrder), suppressed: [] });
    return (this.concluded = { files, graphs: judged.map(({ one }) => one.answers.graph), used: exceptions.used, fixes: new Map() });
  }

  /** What findings are made with, as it is now. */
  private surroundings(): Surroundings {
    return {
      rules: this.rules,
      configuration: this.configuration,
      today: this.way.today?.() ?? '',
      holds: (path) => this.files.has(path),
      textOf: (path) => this.files.get(path)?.source.text,
      decidingSpan: (decided) => this.decidingSpan(decided),
      isPlain: ({ source }) => source.chart === undefined && source.overlays === undefined && !isPatch(source) && !this.builds.hasOutput(source),
    };
  }

  /** Makes the signals of a scope into findings of their files. */
  private collect(judged: Judged, variant: ChartVariant, found: Map<string, Made[]>, isMeant: (object: GraphObject) => boolean = () => true): void {
    for (const raised of judged.made ?? makeFindings(judged, variant, isMeant, this.surroundings())) {
      const plain = this.judging.plainOf(raised.origin.signal.at.object);
      const file = plain && this.files.get(plain.document.file);
      const one = file ? { ...raised, finding: withOwnPlace(raised.finding, raised.origin.signal, plain, file) } : raised;
      const list = found.get(one.finding.file);
      if (list) list.push(one);
      else found.set(one.finding.file, [one]);
    }
  }

  /** Whether all that can be found at a target has been: not where it may be in a template or in what could not be read. */
  private isWhollyRead(target: string): boolean {
    const files = [...this.files.values()];
    const isThere = files.some(({ source, objects }) => source.dialect !== 'template' && objects.some((object) => displayName(object) === target));
    return isThere || files.every(({ source, documents }) => source.dialect !== 'template' && documents.every(({ facts }) => !facts.problem));
  }

  /** Makes the signals that a chart's switches bring into findings. */
  private collectSwitches(scope: string, found: Map<string, Made[]>): void {
    for (const { variant, one } of this.judging.withSwitches(scope)) {
      const said = new Map<string, Made[]>();
      this.collect(one, variant, said);
      // What is the same by default has been said.
      for (const [path, all] of said) found.set(path, [...new Set([...(found.get(path) ?? []), ...all])]);
    }
  }

  private check(scope: string, variant: ChartVariant = defaults): Answers {
    this.order();
    return this.judging.scopeIn(scope, variant).answers;
  }
}

interface Concluded {
  readonly files: ReadonlyMap<string, FileFindings>;
  readonly graphs: readonly Graph[];
  readonly used: ReadonlySet<Exception>;
  /** The fixes that were asked for, by finding: for one of a chart this is read once more. */
  readonly fixes: Map<Finding, readonly Fix[]>;
}
