import { evaluatedAt, type Evaluated } from '../helm/evaluated.ts';
import { templateFault, valuesFault, type ChartFault } from '../helm/faults.ts';
import { readChart } from '../helm/read-chart.ts';
import type { ChartReading, WrittenObject } from '../helm/reading.ts';
import { readRendered, type RenderedObjects } from '../helm/rendered.ts';
import { showTemplate, type Shown } from '../helm/shown.ts';
import { failuresIn, switchesIn } from '../helm/switches.ts';
import { releaseNamespace, type GraphObject } from '../identity/objects.ts';
import { ChartBuilds, type BuiltFromChart, type ChartBuild } from './chart-builds.ts';
import { packedEntries, type ChartSupply } from './chart-supply.ts';
import type { DocumentEntry } from './document.ts';
import { switchedOn } from './switches.ts';
import { defaults, type ChartVariant } from './variant.ts';
import { graphObject, type FileEntry, type SourceFile } from './files.ts';
import type { Finding } from './finding.ts';

/** A file's path counted from the folder of its chart. */
function insideOf(chart: string, path: string): string {
  return chart === '' ? path : path.slice(chart.length + 1);
}

/** Whether a scope's files are those of a chart. */
export function isChart(files: readonly FileEntry[]): boolean {
  return files.some(({ source }) => source.chart !== undefined);
}

/** What the templates of charts write, kept up to date edit by edit. */
export class Charts {
  private readonly readings = new Map<string, ChartReading<DocumentEntry>>();
  private objects = new WeakMap<BuiltFromChart, GraphObject>();
  private readonly builds = new ChartBuilds();
  private readonly supplies = new Map<string, { readonly supply: ChartSupply; readonly packed: readonly FileEntry[] }>();
  private ids = { last: 0 };

  /** Takes over charts as they were last read. What is read here from then on stays here. */
  takeOver({ readings, supplies, objects, ids }: Charts): void {
    for (const [key, reading] of readings) this.readings.set(key, reading);
    for (const [scope, supply] of supplies) this.supplies.set(scope, supply);
    this.objects = objects;
    this.ids = ids;
  }

  /** Takes over what a chart is made of beside the files of the workspace. */
  supply(supply: ChartSupply): void {
    this.supplies.set(supply.scope, { supply, packed: packedEntries(supply) });
  }

  /** The ways of installing a chart in which something is switched on that its defaults leave out, as they were last read. */
  switched(scope: string, chart: string, textOf: (path: string) => string | undefined): ChartVariant[] {
    const reading = this.readings.get(`${scope}\n${defaults.name}`);
    return reading ? switchedOn(switchesIn(reading, ({ folder }) => [chart, folder, 'values.yaml'].filter(Boolean).join('/')), textOf) : [];
  }

  /** Whether Helm stops where it would not stop with the chart's defaults. */
  stops(scope: string, variant: ChartVariant): boolean {
    const [reading, before] = [variant, defaults].map(({ name }) => this.readings.get(`${scope}\n${name}`));
    const known = before && failuresIn(before);
    return reading !== undefined && [...failuresIn(reading)].some((words) => !known?.has(words));
  }

  /** What the chart of a scope is made of beside the files of the workspace, as far as anyone has looked. */
  supplyOf(scope: string): ChartSupply | undefined {
    return this.supplies.get(scope)?.supply;
  }

  /** The files that the templates of a chart read through `.Files`, as it was last read with a way of installing it; paths of the workspace. */
  readIn(scope: string, { name }: ChartVariant): readonly string[] {
    const { chart = '' } = this.supplyOf(scope) ?? {};
    const templates = this.readings.get(`${scope}\n${name}`)?.templates.values() ?? [];
    const paths = [...templates].flatMap(({ asides }) => asides.flatMap(({ reads }) => reads));
    return [...new Set(paths)].map((path) => (chart === '' ? path : `${chart}/${path}`));
  }

  /** The charts whose templates may read a file through `.Files`. */
  readersOf(path: string): Pick<ChartSupply, 'scope' | 'chart'>[] {
    return [...this.supplies.values()].flatMap(({ supply }) => (supply.files?.has(path) ? [supply] : []));
  }

  /**
   * The objects of a scope: those of its files, and for the templates of a chart what they write with its values.
   * @param textOf the text of any file of the workspace
   * @param documentsOf its documents
   */
  objectsOf(scope: string, variant: ChartVariant, read: readonly FileEntry[], textOf: (path: string) => string | undefined, documentsOf: (path: string) => readonly DocumentEntry[], kubernetesMinor: number): GraphObject[] {
    const own = read.find(({ source }) => source.chart !== undefined)?.source;
    if (!own) return read.flatMap((file) => file.objects);
    const { packed = [], supply } = this.supplies.get(scope) ?? {};
    const files = [...read, ...packed];
    const folder = own.chart!;
    const inChart = (path: string): string => insideOf(folder, path);
    const left = variant.replacesDefaults ? 'values.yaml' : undefined;
    const held = files.filter(({ source }) => source.chart === folder && inChart(source.path) !== left).map(({ source, documents }) => ({ path: inChart(source.path), file: source.path, text: source.text, documents: source.dialect === 'template' ? documents : [] }));
    const valuesIn = (paths: readonly string[]) => paths.map((file) => ({ path: file, file, text: textOf(file) ?? '' }));
    const profile = [...valuesIn(variant.values), ...(variant.inline ?? []).map((one) => ({ path: one.file, ...one })), ...valuesIn(variant.over ?? [])];
    const key = `${scope}\n${variant.name}`;
    const namespace = variant.namespace ?? (own.namespace === releaseNamespace ? undefined : own.namespace);
    const reading = readChart(held, profile, { namespace, kubernetesMinor, ...(variant.release === undefined ? {} : { release: variant.release }) }, this.readings.get(key) ?? (variant.isSwitch ? this.readings.get(`${scope}\n${defaults.name}`) : undefined), supply?.files && new Map([...supply.files].map(([path, text]) => [inChart(path), textOf(path) ?? text])));
    this.readings.set(key, reading);
    const rendered = variant.rendered === undefined ? undefined : renderedIn(variant.rendered, files, inChart, reading);
    // Output that came by itself shows the namespace that it was made for where the templates write it.
    const told = variant.namespace ?? rendered?.namespace;
    return files.flatMap((file) => {
      if (file.source.dialect !== 'template') return file.objects;
      const path = inChart(file.source.path);
      const written = rendered ? rendered.objects.get(path) ?? [] : reading.templates.get(path)?.objects;
      return written ? written.flatMap((one) => this.objectOf(one, told === undefined ? file.source : { ...file.source, namespace: told }, rendered !== undefined, variant.build, documentsOf) ?? []) : file.objects;
    });
  }

  /** A template as it comes out with its values, for reading; undefined for what is none, or cannot be told. */
  shown(scope: string, variant: ChartVariant, { path, chart }: SourceFile): Shown | undefined {
    const reading = this.readings.get(`${scope}\n${variant.name}`);
    return reading && chart !== undefined ? showTemplate(reading, insideOf(chart, path)) : undefined;
  }

  /** What the condition or loop at an offset of a template comes to, or in a helper any action. */
  evaluated(scope: string, variant: ChartVariant, { path, chart }: SourceFile, offset: number): Evaluated | undefined {
    const reading = this.readings.get(`${scope}\n${variant.name}`);
    return reading && chart !== undefined ? evaluatedAt(reading, insideOf(chart, path), offset) : undefined;
  }

  /** Whether a template was read with its values: then what its mask hides does not matter. */
  reads(scope: string, { chart, path }: SourceFile): boolean {
    return chart !== undefined && this.readings.get(`${scope}\n${defaults.name}`)?.templates.get(insideOf(chart, path))?.objects !== undefined;
  }

  /** Why a chart as a whole was not put together, if its Chart.yaml can be read. */
  wholeFault(scope: string, { chart, path, text }: SourceFile): ChartFault | undefined {
    const reading = this.readings.get(`${scope}\n${defaults.name}`);
    if (chart === undefined || insideOf(chart, path) !== 'Chart.yaml' || !reading || reading.release) return undefined;
    return { reason: 'template', detail: 'its dependencies multiply to more charts than are read: no template is expanded', span: { start: 0, end: Math.min(text.length, 1) } };
  }

  private objectOf(written: WrittenObject<DocumentEntry>, source: SourceFile, rendered: boolean, build: ChartBuild | undefined, documentsOf: (path: string) => readonly DocumentEntry[]): GraphObject | undefined {
    const made = build ? this.builds.of(written, build, documentsOf) : written;
    if (!made) return undefined;
    let object = this.objects.get(made);
    if (!object) this.objects.set(made, (object = { ...graphObject(`w${++this.ids.last}`, written.document, made.resource, build ? { ...source, build: build.build } : source), written: made.root, ...(rendered ? { rendered } : {}) }));
    return object;
  }
}

/** Helm's output, by template. A `# Source:` comment begins with the chart's name; of a subchart it says where that lies. */
function renderedIn(stream: string, files: readonly FileEntry[], inChart: (path: string) => string, reading: ChartReading<DocumentEntry>): RenderedObjects<DocumentEntry> {
  const templates = new Map(files.filter(({ source }) => source.dialect === 'template').map((file) => [inChart(file.source.path), file]));
  return readRendered(stream, (source) => {
    const path = pathOf(source, reading);
    const file = templates.get(path);
    return file && { path, file: { documents: file.documents, written: reading.templates.get(path)?.objects ?? [] } };
  });
}

/** A subchart's output is named by the names that the charts have, its files lie where their folders are. */
function pathOf(source: string, { release }: ChartReading<DocumentEntry>): string {
  const at = source.lastIndexOf('/templates/');
  const owner = release?.instances.find(({ fullName }) => fullName === source.slice(0, at));
  if (owner) return `${owner.folder === '' ? '' : `${owner.folder}/`}${source.slice(at + 1)}`;
  return source.slice(source.indexOf('/') + 1);
}

/** Why Helm refuses a file of a chart, if it does. Kept with the file's text: it is asked for after every edit. */
export function chartFault(file: FileEntry): ChartFault | undefined {
  const { source } = file;
  if (source.chart === undefined) return undefined;
  const known = faults.get(file);
  if (known) return known.fault;
  const fault = source.dialect === 'template' ? templateFault(source.text) : source.dialect === 'values' || source.role === 'part' ? valuesFault(source.path, source.text) : undefined;
  faults.set(file, { fault });
  return fault;
}

/**
 * Whether a file lies beside the templates of a chart and holds actions: a text that templates read (`tpl (.Files.Get ...)`),
 * which is no manifest to Helm and need not be YAML.
 * @param charts the folders of all charts
 */
export function isLooseTemplate({ role, dialect, chart, path, text }: SourceFile, charts: ReadonlySet<string>): boolean {
  return role === 'manifest' && dialect === 'kubernetes' && chart === undefined && text.includes('{{') && [...charts].some((folder) => folder === '' || path.startsWith(`${folder}/`));
}

const faults = new WeakMap<FileEntry, { readonly fault: ChartFault | undefined }>();

/** A finding for all that say the same at its place, and the ways of installing the chart that have it, where no other has. */
export interface Told {
  readonly finding: Finding;
  readonly only: readonly ChartVariant[];
}

/**
 * The findings of a file, those that a template's one line has several times over (loops, profiles) as one. What Helm's
 * output only repeats is no further one.
 */
export function oneEach({ source }: FileEntry, findings: readonly Finding[], variantOf: (finding: Finding) => ChartVariant): Told[] {
  if (source.chart === undefined) return findings.map((finding) => ({ finding, only: [] }));
  const places = new Map<string, { finding: Finding; variants: Set<ChartVariant> }>();
  const ways = [...new Set(findings.map(variantOf))];
  // Which of several turns of a loop speaks for all does not depend on which edit came first.
  const order = (a: Finding, b: Finding): number => Number(a.tier === 'rendered') - Number(b.tier === 'rendered') || ways.indexOf(variantOf(a)) - ways.indexOf(variantOf(b)) || compare(a.message, b.message) || compare(a.fingerprint, b.fingerprint);
  for (const finding of [...findings].sort(order)) {
    const key = `${placeKey(finding)} ${source.dialect === 'template' ? '' : finding.message}`;
    const first = places.get(key);
    if (!first) places.set(key, { finding, variants: new Set([variantOf(finding)]) });
    else {
      first.variants.add(variantOf(finding));
      if (finding.tier === first.finding.tier && source.dialect === 'template' && !variantOf(finding).isSwitch) first.finding.instances++;
    }
  }
  return [...places.values()].map(({ finding, variants }) => {
    const installed = [...variants].filter(({ isSwitch }) => !isSwitch);
    return { finding, only: installed.length === 0 ? [...variants] : installed.every(({ label }) => label !== undefined) ? installed : [] };
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What tells the findings of one line of a template apart. */
export function placeKey({ rule, messageId, span }: Pick<Finding, 'rule' | 'messageId' | 'span'>): string {
  return `${rule} ${messageId} ${span.start} ${span.end}`;
}
