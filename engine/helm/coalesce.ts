import { copy, isDict, originOf, setEntry, Unknown, type Dict, type Value } from './value.ts';

/*
 * How Helm puts values together (helm pkg/chartutil/coalesce.go; in Helm 4 pkg/chart/common/util). Mappings are changed in
 * place and shared as Helm shares them: what a template sets in one, another sees in the other.
 */

/** A chart as far as values go. */
export interface ValuesOwner {
  readonly name: string;
  readonly values: Dict;
  readonly dependencies: readonly ValuesOwner[];
}

/** Helm refuses the chart: a subchart's values are no mapping. */
export class Refused extends Error {}

/** The values of a chart and of its subcharts below those given; a null in these takes a default away. */
export function coalesceValues(chart: ValuesOwner, given: Dict): Dict {
  return coalesce(chart, copy(given) as Dict, false);
}

/** The same with nulls left where they are, for they take defaults away only in the end. */
export function mergeValues(chart: ValuesOwner, given: Dict): Dict {
  return coalesce(chart, copy(given) as Dict, true);
}

function coalesce(chart: ValuesOwner, into: Dict, keepsNulls: boolean): Dict {
  underneath(chart, into, keepsNulls);
  for (const subchart of chart.dependencies) {
    if (!into.has(subchart.name)) into.set(subchart.name, new Map());
    const own = into.get(subchart.name);
    if (own instanceof Unknown) continue;
    if (!isDict(own)) throw new Refused(`the values of ${subchart.name} are no mapping`);
    shareGlobals(own, into);
    coalesce(subchart, own, keepsNulls);
  }
  return into;
}

/** Puts a chart's own values under what is there. */
function underneath({ values, dependencies }: ValuesOwner, into: Dict, keepsNulls: boolean): void {
  const defaults = copy(values) as Dict;
  for (const [key, value] of defaults) {
    const above = into.get(key);
    if (!into.has(key)) setEntry(into, key, value, originOf(defaults, key));
    else if (above === null && !keepsNulls) into.delete(key);
    else if (isDict(above) && isDict(value)) mergeTables(above, value, keepsNulls || dependencies.some(({ name }) => name === key));
  }
}

/** Puts a mapping under another; what is there stays. */
export function mergeTables(into: Dict, below: Dict, keepsNulls: boolean): Dict {
  for (const [key, value] of below) {
    const above = into.get(key);
    if (into.has(key) && !keepsNulls && (above === null || above === undefined)) into.delete(key);
    else if (!into.has(key)) setEntry(into, key, value, originOf(below, key));
    else if (isDict(value) && isDict(above)) mergeTables(above, value, keepsNulls);
  }
  return into;
}

/** A chart's globals are its subcharts' too, before their own. */
function shareGlobals(own: Dict, parent: Dict): void {
  const into = own.has('global') ? own.get('global') : new Map<string, Value>();
  const from = parent.has('global') ? parent.get('global') : new Map<string, Value>();
  if (!isDict(into) || !isDict(from)) return;
  for (const [key, value] of from) {
    const there = into.get(key);
    const origin = originOf(from, key);
    if (!isDict(value)) {
      if (!isDict(there)) setEntry(into, key, value, origin);
    } else if (!into.has(key)) setEntry(into, key, shallow(value), origin);
    else if (isDict(there)) setEntry(into, key, mergeTables(shallow(value), there, true), origin);
  }
  setEntry(own, 'global', into, originOf(own, 'global'));
}

function shallow(dict: Dict): Dict {
  const made: Dict = new Map();
  for (const [key, value] of dict) setEntry(made, key, value, originOf(dict, key));
  return made;
}

/** Values files one over the other, as `helm -f` takes them (helm pkg/cli/values, mergeMaps). */
export function stacked(below: Dict, above: Dict): Dict {
  const made = shallow(below);
  for (const [key, value] of above) {
    const under = made.get(key);
    if (isDict(under) && isDict(value)) setEntry(made, key, stacked(under, value), originOf(made, key));
    else setEntry(made, key, value, originOf(above, key));
  }
  return made;
}

/** The mapping at a path such as `sub.exports`; undefined where there is none. */
export function tableAt(values: Value, path: string): Dict | undefined {
  const found = path.split('.').reduce<Value>((at, key) => (isDict(at) ? at.get(key) : undefined), values);
  return isDict(found) ? found : undefined;
}
