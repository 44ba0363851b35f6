import { groupOf } from '../engine/kubernetes/header.ts';
import { toData, type SyntaxProblem } from '../engine/yaml/node.ts';
import { parseUnfinished } from '../engine/yaml/unfinished.ts';
import { splitStream, isBlank } from '../engine/yaml/split.ts';
import { shift } from '../engine/yaml/text.ts';
import { chartFolders } from './kustomize-charts.ts';
import { nameOf, parentOf, resolvePath } from './path.ts';

/** What a kustomization file says, as far as it can be read without building it. Paths are workspace-relative. */
export interface Kustomization {
  readonly path: string;
  readonly folder: string;
  /** The namespace that it gives to everything it builds. */
  readonly namespace: string | undefined;
  /** What it puts before and after the names of all it builds; "" where it does not. */
  readonly namePrefix: string;
  readonly nameSuffix: string;
  /** Files or folders whose objects it builds: `resources`, `bases`. */
  readonly resources: readonly string[];
  /** Folders of components: their objects are built too, and their settings apply to this one's objects. */
  readonly components: readonly string[];
  /** Files that are part of objects, or of the build: patches, replacements, transformers, generators, their inputs. */
  readonly parts: readonly string[];
  /** What of its text is no YAML; the rest counts. */
  readonly problem: SyntaxProblem | undefined;
  /** Those that generators put into ConfigMaps and Secrets. */
  readonly contents: readonly string[];
  /** Entries that kustomize would fetch from elsewhere. */
  readonly remote: readonly string[];
  /** Whether it is a Component: built only as part of others. */
  readonly component: boolean;
  /** Whether it may change fields of what it builds in ways that are not followed here: patches, replacements, its own name references. */
  readonly rewrites: boolean;
  /** Whether it changes what objects say, beside their names and namespaces: patches, labels, replacements, transformers. */
  readonly changes: boolean;
  /** Whether it writes values of objects that it builds into others: replacements, variables. */
  readonly copies: boolean;
  /** Whether some of what it builds is in none of the files that it names: it would be fetched, or Helm or a generator writes it. */
  readonly fetches: boolean;
  /** Whether it has Helm write charts. */
  readonly installs: boolean;
  /** The folders of these charts, as far as they may lie in the tree. */
  readonly charts: readonly string[];
}

const names = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** Whether a file is called as kustomize calls its files; what it is, its content says. */
export function isKustomizationName(path: string): boolean {
  return names.includes(nameOf(path));
}

/**
 * Reads a kustomization file; undefined for what is none. Flux has a kind of the same name in a group of its own, whose
 * objects are often kept in files of the same name; without an apiVersion it is kustomize's (kustomize, FixKustomizationPostUnmarshalling).
 */
export function readKustomization(path: string, content: string): Kustomization | undefined {
  const document = splitStream(content).find((one) => !isBlank(one.text));
  if (!document) return undefined;
  // Kustomize refuses a key that stands twice; what the file means is clear all the same.
  const { root, problem } = parseUnfinished(document.text, 'kubernetes');
  const data = toData(root);
  if (!isRecord(data)) return undefined;
  if (data['apiVersion'] !== undefined && groupOf(String(data['apiVersion'])) !== 'kustomize.config.k8s.io') return undefined;
  if (data['kind'] !== undefined && data['kind'] !== 'Kustomization' && data['kind'] !== 'Component') return undefined;
  const folder = parentOf(path) ?? '';
  const resolve = (entries: readonly string[]) => entries.filter(isLocalPath).map((entry) => resolvePath(folder, entry));
  return {
    path,
    folder,
    namespace: text(data['namespace']) || undefined,
    namePrefix: text(data['namePrefix']),
    nameSuffix: text(data['nameSuffix']),
    resources: resolve([...strings(data['resources']), ...strings(data['bases'])]),
    components: resolve(strings(data['components'])),
    parts: resolve(partsOf(data)),
    problem: problem && { ...problem, span: shift(problem.span, document.start) },
    contents: resolve(contentsOf(data)),
    remote: ['resources', 'bases', 'components', 'crds', 'patchesStrategicMerge', 'transformers', 'generators', 'validators', 'configurations'].flatMap((key) => strings(data[key])).concat(partsOf(data)).filter(isRemote),
    component: data['kind'] === 'Component',
    rewrites: rewriters.some((key) => Array.isArray(data[key]) && data[key].length > 0),
    changes: isRecord(data['commonLabels']) || changers.some((key) => Array.isArray(data[key]) && data[key].length > 0),
    copies: ['replacements', 'vars'].some((key) => Array.isArray(data[key]) && data[key].length > 0),
    fetches: ['resources', 'bases', 'components'].flatMap((key) => strings(data[key])).some(isRemote) || ['helmCharts', 'helmChartInflationGenerator', 'generators'].some((key) => Array.isArray(data[key]) && data[key].length > 0),
    installs: records(data['helmCharts']).length > 0,
    charts: chartFolders(data, folder),
  };
}

/** Fields that change what is built, or say which fields are references (kustomize api/types/kustomization.go). */
const rewriters = ['patches', 'patchesStrategicMerge', 'patchesJson6902', 'replacements', 'vars', 'transformers', 'configurations', 'crds'];

/** Fields that engine/kustomize follows. */
const changers = ['patches', 'patchesStrategicMerge', 'patchesJson6902', 'replacements', 'transformers', 'labels', 'vars', 'configurations'];

/** Every file that a kustomization reads and does not build (kustomize api/types/kustomization.go). */
function partsOf(data: Record<string, unknown>): string[] {
  const plain = ['patchesStrategicMerge', 'transformers', 'generators', 'validators', 'configurations', 'crds'];
  const withPath = ['patches', 'patchesJson6902', 'replacements'];
  const helm = [...records(data['helmCharts']), ...records(data['helmChartInflationGenerator'])];
  return [
    ...plain.flatMap((key) => strings(data[key])),
    ...[...withPath.flatMap((key) => records(data[key])), ...records([data['openapi']])].flatMap((one) => strings([one['path']])),
    ...contentsOf(data),
    ...helm.flatMap((one) => [...strings([one['valuesFile'], one['values']]), ...strings(one['additionalValuesFiles'])]),
  ];
}

/** The files of ConfigMaps and Secrets that are made. */
function contentsOf(data: Record<string, unknown>): string[] {
  const inputs = ['configMapGenerator', 'secretGenerator'].flatMap((key) => records(data[key]));
  // `files` entries may be `key=path`.
  return inputs.flatMap((one) => [...strings(one['files']), ...strings(one['envs']), ...strings([one['env']])]).map((entry) => entry.slice(entry.indexOf('=') + 1));
}

/** Entries may also be inline YAML (patches, transformers) or addresses of other repositories. */
function isLocalPath(entry: string): boolean {
  return entry !== '' && !entry.includes('\n') && !entry.startsWith('/') && !/^[a-z+]+:\/\/|^git@|[?&]ref=/.test(entry);
}

/** Whether kustomize may take an entry for an address: of a file, or of a repository (kustomize api/internal/git/repospec.go, api/loader). */
function isRemote(entry: string): boolean {
  return !entry.includes('\n') && /^[a-z+]+:\/\/|^(?:git::|gh:)|^[\w.-]+@|^(?:[\w-]+\.)+[a-z]{2,}[:/].*\/|[^:]\/\/|[?&](?:ref|version)=|\.git(?:$|\/)/i.test(entry);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function records(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}
