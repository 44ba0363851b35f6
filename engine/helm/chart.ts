import type { Path } from '../yaml/node.ts';
import { parseYaml } from '../yaml/parse.ts';
import { splitStream } from '../yaml/split.ts';
import type { Node, ParsedTemplate } from './ast.ts';
import { parseTemplate } from './parse.ts';
import { satisfies } from './semver.ts';
import { isDict, overlay, Unknown, valueOf, type Dict, type Origin, type Value } from './value.ts';

/** A file of a chart; paths count from the folder of the chart that is installed. */
export interface ChartFile {
  readonly path: string;
  /** How the file is called outside the chart: what origins of values name. */
  readonly file: string;
  readonly text: string;
  /** Where its values are written, if they are part of another file. */
  readonly part?: ValuesPart;
}

/** Where values are written that an object of a file holds. */
export interface ValuesPart {
  /** The position of the document in its file. */
  readonly document: number;
  /** Where they stand in the document. */
  readonly path: Path;
  /** A mapping, a text that is YAML, or one value for one parameter. */
  readonly form: 'mapping' | 'text' | 'parameter';
}

/** A chart as it is installed: itself, or as a dependency of another under a name of its own. */
export interface ChartInstance {
  /** From the folder of the chart that is installed; "" is that chart itself. */
  readonly folder: string;
  /** Its name: of Chart.yaml, or the alias of the dependency. */
  readonly name: string;
  /** The names from the installed chart down to it, as template names begin: `umbrella/charts/worker`. */
  readonly fullName: string;
  /** What Chart.yaml says, with the names that templates know it by. */
  readonly about: Dict;
  readonly values: Value;
  /** A library chart writes nothing by itself (helm.sh/docs/topics/library_charts). */
  readonly isLibrary: boolean;
}

/** Everything that templates of one release may use. */
export interface Release {
  readonly instances: readonly ChartInstance[];
  readonly templates: ReadonlyMap<string, readonly Node[]>;
  readonly defines: ReadonlyMap<string, readonly Node[]>;
  /** The files of the charts by their paths, for `.Files`; undefined is one whose text is not read, and without any nobody has looked. */
  readonly files?: ReadonlyMap<string, string | undefined>;
}

/**
 * Puts a release together from the files of a chart, its subcharts under `charts/` among them.
 * @param profile further values files, each over the ones before (`helm -f`)
 * @param parse where a file's parse is kept
 * @param before a release of the same files and profile, its templates apart: its values are taken as they are
 */
export function assemble(files: readonly ChartFile[], profile: readonly ChartFile[] = [], parse: (file: ChartFile) => ParsedTemplate | undefined = ({ text }) => parseTemplate(text), before?: Release): Release | undefined {
  const instances = before?.instances ?? instancesOf(files, profile);
  if (!instances) return undefined;
  const folders = [...new Set(instances.map(({ folder }) => folder))];
  const templates = new Map<string, readonly Node[]>();
  const defines = new Map<string, readonly Node[]>();
  // Deeper charts first: for one name the chart nearest to the root wins (helm pkg/engine, sortTemplates).
  for (const folder of [...folders].sort((a, b) => depth(b) - depth(a))) {
    for (const file of files) {
      const { path } = file;
      const inside = below(folder, path);
      if (inside === undefined || !inside.startsWith('templates/') || inside.endsWith('NOTES.txt')) continue;
      const parsed = parse(file);
      if (!parsed) continue;
      templates.set(path, parsed.nodes);
      for (const { fullName } of instances.filter((one) => one.folder === folder)) defines.set(`${fullName}/${inside}`, parsed.nodes);
      for (const [define, nodes] of parsed.defines) defines.set(define, nodes);
    }
  }
  return { instances, templates, defines };
}

/** The charts of a release with their values; undefined where no Chart.yaml can be read. */
function instancesOf(files: readonly ChartFile[], profile: readonly ChartFile[]): ChartInstance[] | undefined {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const root = instanceOf('', byPath, undefined);
  if (!root) return undefined;
  const values = profile.reduce((below, file) => overlay(below, mappingIn(file)), root.values);
  return withDependencies({ ...root, values }, byPath);
}

function depth(folder: string): number {
  return folder === '' ? 0 : folder.split('/charts/').length;
}

/** A path within a folder; undefined for one of a subchart below it, or beside it. */
function below(folder: string, path: string): string | undefined {
  if (folder !== '' && !path.startsWith(`${folder}/`)) return undefined;
  const inside = folder === '' ? path : path.slice(folder.length + 1);
  return inside.startsWith('charts/') ? undefined : inside;
}

function instanceOf(folder: string, files: ReadonlyMap<string, ChartFile>, alias: string | undefined): ChartInstance | undefined {
  const at = (name: string): ChartFile | undefined => files.get(folder === '' ? name : `${folder}/${name}`);
  const chart = at('Chart.yaml');
  const said = chart && parseValues(chart);
  if (!isDict(said)) return undefined;
  const name = alias ?? String(said.get('name') ?? '');
  const valuesFile = at('values.yaml');
  const values = valuesFile ? mappingIn(valuesFile) : undefined;
  const about: Dict = new Map([...said].map(([key, value]): [string, Value] => [key === 'apiVersion' ? 'APIVersion' : key.charAt(0).toUpperCase() + key.slice(1), value]));
  about.set('Name', name);
  about.set('IsRoot', folder === '');
  for (const key of ['Version', 'AppVersion', 'Description', 'Type']) if (!about.has(key)) about.set(key, key === 'Type' ? 'application' : '');
  return { folder, name, fullName: name, about, values: values ?? new Map(), isLibrary: said.get('type') === 'library' };
}

/** The values of a file; unknown where Helm refuses it, since it cannot be read or is no mapping. */
function mappingIn(file: ChartFile): Value {
  const document = splitStream(file.text).find(({ text }) => text.trim() !== '');
  const { root, problem } = document ? parseYaml(document.text, 'values') : { root: undefined, problem: undefined };
  const values = problem ? undefined : valueOf(root, originsIn(file));
  return problem || !(isDict(values) || values === undefined || values === null) ? new Unknown('.Values') : values ?? undefined;
}

function parseValues(file: ChartFile): Value {
  const document = splitStream(file.text).find(({ text }) => text.trim() !== '');
  if (!document) return undefined;
  return valueOf(parseYaml(document.text, 'values').root, originsIn(file));
}

function originsIn({ file, part }: ChartFile): (path: Path) => Origin {
  if (!part) return (path) => ({ file, path });
  const { document, path: from, form } = part;
  if (form === 'mapping') return (path) => ({ file, document, path: [...from, ...path] });
  return form === 'text' ? (path) => ({ file, document, path: from, inner: path }) : () => ({ file, document, path: from });
}

/**
 * A chart and what it depends on, as far as that lies under `charts/` and its values switch it on (helm
 * pkg/chartutil/dependencies, processDependencyEnabled): of a name, the first chart whose version is asked for.
 */
function withDependencies(chart: ChartInstance, files: ReadonlyMap<string, ChartFile>): ChartInstance[] {
  const prefix = chart.folder === '' ? 'charts/' : `${chart.folder}/charts/`;
  const names = [...new Set([...files.keys()].flatMap((path) => (path.startsWith(prefix) && /^[^._][^/]*\//.test(path.slice(prefix.length)) ? [path.slice(prefix.length).split('/')[0]!] : [])))];
  const found = names.flatMap((name) => instanceOf(`${prefix}${name}`, files, undefined) ?? []);
  const declared = dependenciesOf(chart, files);
  const children = [
    ...declared.filter((entry) => isEnabled(entry, chart.values)).flatMap((entry) => {
      const one = found.find((candidate) => isAskedFor(entry, candidate));
      const alias = entry.get('alias');
      return (one && instanceOf(one.folder, files, typeof alias === 'string' ? alias : undefined)) ?? [];
    }),
    // What lies under charts/ without being declared is installed all the same.
    ...found.filter((one) => !declared.some((entry) => isAskedFor(entry, one))),
  ];
  // Templates of one name are one to Helm.
  const named = children.filter((child, i) => children.findIndex(({ name }) => name === child.name) === i);
  return [chart, ...named.flatMap((child) => withDependencies({ ...child, fullName: `${chart.fullName}/charts/${child.name}`, values: valuesFor(child, chart.values) }, files))];
}

/** Whether a dependency means a chart: by name, and by version as far as that can be told. */
function isAskedFor(entry: Dict, { name, about }: ChartInstance): boolean {
  if (entry.get('name') !== name) return false;
  try {
    return satisfies(String(about.get('Version')), String(entry.get('version') ?? '*'));
  } catch {
    return true;
  }
}

function dependenciesOf({ about, folder }: ChartInstance, files: ReadonlyMap<string, ChartFile>): Dict[] {
  const old = files.get(folder === '' ? 'requirements.yaml' : `${folder}/requirements.yaml`);
  const separate = old && parseValues(old);
  const list = about.get('Dependencies') ?? (isDict(separate) ? separate.get('dependencies') : undefined);
  return Array.isArray(list) ? list.filter(isDict) : [];
}

/** A condition decides where its path holds a boolean, else the tags do (helm.sh/docs/helm/helm_dependency, processDependencyEnabled). */
function isEnabled(entry: Dict, values: Value): boolean {
  for (const path of String(entry.get('condition') ?? '').split(',').map((one) => one.trim()).filter(Boolean)) {
    const said = path.split('.').reduce<Value>((at, key) => (isDict(at) ? at.get(key) : undefined), values);
    if (typeof said === 'boolean') return said;
  }
  const tags = isDict(values) ? values.get('tags') : undefined;
  const own = entry.get('tags');
  if (!Array.isArray(own) || !isDict(tags)) return true;
  const said = own.map((tag) => tags.get(String(tag))).filter((tag) => typeof tag === 'boolean');
  return said.length === 0 || said.includes(true);
}

/** A subchart's defaults under what its parent says of it, and the globals of the parent over its own. */
function valuesFor(child: ChartInstance, parent: Value): Value {
  if (!isDict(parent)) return child.values;
  const own = overlay(child.values, parent.get(child.name));
  const global = parent.get('global');
  if (!isDict(own) || !isDict(global)) return own;
  const wrapped: Dict = new Map([['global', global]]);
  return overlay(own, wrapped);
}

