import { coalesceValues, mergeTables, mergeValues, Refused, tableAt, type ValuesOwner } from './coalesce.ts';
import { satisfies } from './semver.ts';
import { copy, isDict, Unknown, type Dict, type Value } from './value.ts';

/*
 * Which charts a chart is installed with, and what they hand up to it (helm pkg/chartutil/dependencies.go; in Helm 4
 * pkg/chart/v2/util). Charts are changed in place, as there.
 */

/** A chart with the charts under its `charts/`. */
export interface LoadedChart extends ValuesOwner {
  name: string;
  readonly version: string;
  values: Dict;
  dependencies: LoadedChart[];
  /** What its Chart.yaml says of dependencies; undefined where it says nothing of them. */
  declared: readonly Dict[] | undefined;
  /** Whether that says more, which cannot be read: it may be of any chart that is not declared otherwise. */
  readonly isUntold?: boolean;
  /** From the folder of the chart that is installed. */
  readonly folder: string;
}

/** More charts than any release has: what goes beyond multiplies itself by aliases. */
const mostCharts = 2_000;

/** Helm would take forever. */
export class TooManyCharts extends Error {}

/**
 * Leaves of a chart's dependencies those that its values switch on, under the names that they have in it, and takes up what
 * it imports of theirs.
 * @param given the values that are given beside the chart's own; undefined where they cannot be told: then all is on
 */
export function processDependencies(chart: LoadedChart, given: Dict | undefined): void {
  enable(chart, given, '', { charts: 0 });
  if (given) importValues(chart);
}

function enable(chart: LoadedChart, given: Dict | undefined, path: string, budget: { charts: number }): void {
  const { declared } = chart;
  if (!declared) return;
  const undeclared = chart.isUntold ? [] : chart.dependencies.filter((one) => !declared.some((entry) => isAskedFor(entry, one)));
  const asked = declared.flatMap((entry) => {
    const one = chart.dependencies.find((candidate) => isAskedFor(entry, candidate));
    return one ? [{ ...copyOf(one, budget), name: nameOf(entry) }] : [];
  });
  chart.dependencies = [...undeclared, ...asked];
  const values = given && coalesceValues(chart, given);
  const off = new Set(declared.filter((entry) => isUnfinished(entry) || (values && !isEnabled(entry, values, path))).map(nameOf));
  chart.dependencies = chart.dependencies.filter(({ name }) => !off.has(name));
  chart.declared = declared.filter((entry) => !off.has(nameOf(entry)));
  for (const one of chart.dependencies) enable(one, values && lookedAt(values, `${path}${one.name}`), `${path}${one.name}.`, budget);
}

/** What conditions and tags below a chart can look at; copying all the rest for each chart would take long. */
function lookedAt(values: Dict, path: string): Dict {
  const first = path.split('.')[0]!;
  return new Map([...values].filter(([key]) => key === 'tags' || key === first || key === 'global'));
}

function copyOf(chart: LoadedChart, budget: { charts: number }): LoadedChart {
  if (++budget.charts > mostCharts) throw new TooManyCharts();
  return { ...chart, dependencies: chart.dependencies.map((one) => copyOf(one, budget)) };
}

function nameOf(entry: Dict): string {
  return text(entry.get('alias')) || text(entry.get('name'));
}

function text(value: Value): string {
  return typeof value === 'string' ? value : '';
}

/** Whether a dependency means a chart: by name, and by version as far as that can be told. */
function isAskedFor(entry: Dict, { name, version }: LoadedChart): boolean {
  if (entry.get('name') !== name) return false;
  try {
    return satisfies(version, String(entry.get('version') ?? '*'));
  } catch {
    return true;
  }
}

/** Whether what decides on a dependency cannot be read: then nothing is said of it. */
function isUnfinished(entry: Dict): boolean {
  return ['name', 'alias', 'condition', 'tags'].some((key) => entry.get(key) instanceof Unknown);
}

/** The first condition whose path holds a boolean decides, else the tags do, which are those of the chart that is installed. */
function isEnabled(entry: Dict, values: Dict, path: string): boolean {
  for (const condition of text(entry.get('condition')).trim().split(',')) {
    const steps = `${path}${condition}`.split('.');
    const last = steps.pop()!;
    const table = condition === '' ? undefined : steps.length === 0 ? values : tableAt(values, steps.join('.'));
    const said = table?.get(last);
    if (said instanceof Unknown || steps.some((_, i) => isUnknownAt(values, steps.slice(0, i + 1)))) return false;
    if (typeof said === 'boolean') return said;
  }
  const own = entry.get('tags');
  const tags = tableAt(values, 'tags');
  const said = Array.isArray(own) && tags ? own.map((tag) => tags.get(String(tag))).filter((tag) => typeof tag === 'boolean') : [];
  return said.length === 0 || said.includes(true);
}

function isUnknownAt(values: Dict, steps: readonly string[]): boolean {
  return steps.reduce<Value>((at, key) => (isDict(at) ? at.get(key) : undefined), values) instanceof Unknown;
}

function importValues(chart: LoadedChart): void {
  for (const one of chart.dependencies) importValues(one);
  const { declared } = chart;
  if (!declared || declared.length === 0) return;
  const values = mergeValues(chart, new Map());
  const imported: Dict = new Map();
  for (const entry of declared) {
    const list = entry.get('import-values');
    for (const one of Array.isArray(list) ? list : []) {
      const [child, parent] = isDict(one) ? [pathIn(one, 'child'), pathIn(one, 'parent')] : typeof one === 'string' ? [`exports.${one}`, '.'] : [];
      const table = child === undefined ? undefined : tableAt(values, `${nameOf(entry)}.${child}`);
      if (table) mergeTables(imported, within(parent!, table), true);
    }
  }
  chart.values = mergeTables(copy(values) as Dict, imported, true);
}

/** Helm 3 panics where it is no text, Helm 4 goes on. */
function pathIn(entry: Dict, key: string): string {
  const path = entry.get(key);
  if (typeof path !== 'string') throw new Refused(`the ${key} of import-values is no text`);
  return path;
}

/** A mapping at the end of a path of mappings. */
function within(path: string, table: Dict): Dict {
  return path === '.' ? table : path.split('.').reduceRight<Dict>((below, key) => new Map([[key, below]]), table);
}
