import type { Path } from '../yaml/node.ts';
import { isBlank, splitStream } from '../yaml/split.ts';
import { type Node, type ParsedTemplate, setHome } from './ast.ts';
import { coalesceValues, Refused, stacked, tableAt } from './coalesce.ts';
import { processDependencies, TooManyCharts, type LoadedChart } from './dependencies.ts';
import { metadataOf } from './environment.ts';
import { isBlankTemplate, parseTemplate } from './parse.ts';
import type { ChartFile, ChartInstance, Release } from './release.ts';
import { isDict, Unknown, valueOf, type Dict, type Origin } from './value.ts';
import { readValues } from './values-file.ts';

/**
 * Puts a release together from the files of a chart, its subcharts under `charts/` among them.
 * @param profile further values files, each over the ones before (`helm -f`)
 * @param parse where a file's parse is kept
 * @param before a release of the same files and profile, its templates apart: its values are taken as they are
 */
export function assemble(files: readonly ChartFile[], profile: readonly ChartFile[] = [], parse: (file: ChartFile) => ParsedTemplate | undefined = ({ text }) => parseTemplate(text), before?: Release): Release | undefined {
  const instances = before?.instances ?? instancesOf(files, profile);
  if (!instances) return undefined;
  const templates = new Map<string, readonly Node[]>();
  const defines = new Map<string, readonly Node[]>();
  const order = templatesOf(files, instances);
  for (const { name, file } of order) {
    const parsed = parse(file);
    if (!parsed) continue;
    templates.set(file.path, parsed.nodes);
    for (const nodes of [parsed.nodes, ...parsed.defines.values()]) setHome(nodes, file.file);
    defines.set(name, parsed.nodes);
    // One that holds nothing takes no other's place (text/template, associate).
    for (const [define, nodes] of parsed.defines) if (!defines.has(define) || !isBlankTemplate(nodes)) defines.set(define, nodes);
  }
  return { instances, templates, defines, order: order.map(({ name, file: { path }, instance }) => ({ name, path, instance })) };
}

/**
 * The templates of a release as Helm reads and writes them out, one after the other: deeper paths first, then from the end
 * of the alphabet (helm pkg/engine/engine.go, sortTemplates). Of equal names the last one counts.
 */
function templatesOf(files: readonly ChartFile[], instances: readonly ChartInstance[]): { name: string; file: ChartFile; instance: ChartInstance }[] {
  const byFolder = new Map<string, ChartInstance[]>();
  for (const one of instances) byFolder.set(one.folder, [...(byFolder.get(one.folder) ?? []), one]);
  const all = files.flatMap((file) => {
    const at = /^((?:charts\/[^/]+\/)*)(templates\/.+)$/.exec(file.path);
    if (!at || file.path.startsWith('templates/.')) return [];
    const owners = byFolder.get(at[1]!.slice(0, -1)) ?? [];
    // Of a library only the helpers are read.
    return owners.filter(({ isLibrary }) => !isLibrary || isPartial(file.path)).map((instance) => ({ name: `${instance.fullName}/${at[2]!}`, file, instance }));
  });
  const depth = new Map(all.map(({ name }) => [name, name.split('/').length]));
  return all.sort((a, b) => depth.get(b.name)! - depth.get(a.name)! || (a.name < b.name ? 1 : a.name > b.name ? -1 : 0));
}

/** Whether a template is there for people: what it gives is no manifest (helm pkg/action/action.go, renderResources: by the end of its path). */
export function isNotes(path: string): boolean {
  return path.endsWith('NOTES.txt');
}

/** Whether a template is there for others only. */
export function isPartial(path: string): boolean {
  return /(?:^|\/)_[^/]*$/.test(path);
}

/** The charts of a release with their values; undefined where no Chart.yaml can be read, or they have no end. */
function instancesOf(files: readonly ChartFile[], profile: readonly ChartFile[]): ChartInstance[] | undefined {
  const about = new Map<string, Dict>();
  const root = load('', new Map(files.map((file) => [file.path, file])), subfoldersOf(files), about);
  if (!root.chart) return undefined;
  const given = profile.reduce<Dict | undefined>((below, file) => {
    const above = mappingIn(file);
    return below && above && stacked(below, above);
  }, new Map());
  try {
    const { chart } = root;
    const values = root.isWhole ? given : undefined;
    processDependencies(chart, values);
    return instances(chart, chart.name, about, values && coalesceValues(chart, values));
  } catch (error) {
    if (error instanceof TooManyCharts) return undefined;
    if (!(error instanceof Refused)) throw error;
    return instances(root.chart, root.chart.name, about, undefined);
  }
}

/** A chart with what it is installed with. Helm refuses all of it where a values file is no mapping: then nobody knows any value. */
function instances({ folder, name, dependencies }: LoadedChart, fullName: string, about: ReadonlyMap<string, Dict>, values: Dict | undefined): ChartInstance[] {
  const said = about.get(folder)!;
  const own: ChartInstance = { folder, name, fullName, about: metadataOf(said, name, folder === ''), values: values ?? new Unknown('.Values'), isLibrary: String(said.get('type')).toLowerCase() === 'library' };
  // Templates of one name are one to Helm, the last.
  const named = dependencies.filter((child, i) => dependencies.findLastIndex((one) => one.name === child.name) === i);
  const below = (child: string): Dict | undefined => (values?.get(child) instanceof Unknown ? undefined : values && (tableAt(values, child) ?? new Map()));
  return [own, ...named.flatMap((child) => instances(child, `${fullName}/charts/${child.name}`, about, below(child.name)))];
}

/** The folders of charts by the folder of the chart that they lie in; what begins with `.` or `_` is none (helm pkg/chart/loader, LoadFiles). */
function subfoldersOf(files: readonly ChartFile[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { path } of files) {
    const at = /^((?:charts\/[^._/][^/]*\/)*)(charts\/[^._/][^/]*)\/Chart\.yaml$/.exec(path);
    if (at) found.set(at[1]!.slice(0, -1), [...(found.get(at[1]!.slice(0, -1)) ?? []), `${at[1]!}${at[2]!}`]);
  }
  return found;
}

/** A chart from its files. `isWhole`: all its values files, those of its subcharts among them, can be read. */
function load(folder: string, files: ReadonlyMap<string, ChartFile>, subfolders: ReadonlyMap<string, readonly string[]>, about: Map<string, Dict>): { chart: LoadedChart | undefined; isWhole: boolean } {
  const at = (name: string): ChartFile | undefined => files.get(folder === '' ? name : `${folder}/${name}`);
  const file = at('Chart.yaml');
  if (!file) return { chart: undefined, isWhole: false };
  const said = mappingIn(file) ?? untold;
  about.set(folder, said);
  const separate = at('requirements.yaml');
  const list = (separate && mappingIn(separate)?.get('dependencies')) ?? said.get('dependencies');
  const valuesFile = at('values.yaml');
  const values = valuesFile ? mappingIn(valuesFile) : new Map();
  const children = (subfolders.get(folder) ?? []).map((one) => load(one, files, subfolders, about));
  const name = said.get('name');
  const chart: LoadedChart = {
    folder,
    // Helm takes no chart without a name: it is still to be typed, and mostly that of its folder.
    name: name instanceof Unknown || name === undefined || name === null || name === '' ? folder.slice(folder.lastIndexOf('/') + 1) : String(name),
    version: String(said.get('version')),
    values: values ?? new Map(),
    dependencies: children.flatMap((one) => one.chart ?? []),
    declared: Array.isArray(list) ? list.filter(isDict) : list instanceof Unknown ? [] : undefined,
    isUntold: list instanceof Unknown || (Array.isArray(list) && list.some((one) => one instanceof Unknown)),
  };
  return { chart, isWhole: values !== undefined && children.every(({ isWhole }) => isWhole) };
}

/** What a Chart.yaml says that is no mapping. */
const untold: Dict = new Map(['name', 'version', 'appVersion', 'description', 'type', 'dependencies'].map((key) => [key, new Unknown(`.Chart.${key}`)]));

/** The mapping that a file holds; undefined where Helm refuses it, or one version of Helm reads more documents of it than another. */
function mappingIn(file: ChartFile): Dict | undefined {
  const [document, ...more] = splitStream(file.text).filter(({ text }) => !isBlank(text));
  if (!document) return new Map();
  // What is part of another file has no text under that file's name.
  const { root, problem } = readValues(file.part ? `${file.file}#${file.part.document}#${file.part.path.join('/')}` : file.file, file.text);
  if ((problem && !root) || more.length > 0) return undefined;
  const values = valueOf(root, originsIn(file));
  return isDict(values) ? values : values === undefined || values === null ? new Map() : undefined;
}

function originsIn({ file, part }: ChartFile): (path: Path) => Origin {
  if (!part) return (path) => ({ file, path });
  const { document, path: from, form } = part;
  if (form === 'mapping') return (path) => ({ file, document, path: [...from, ...path] });
  return form === 'text' ? (path) => ({ file, document, path: from, inner: path }) : () => ({ file, document, path: from });
}
