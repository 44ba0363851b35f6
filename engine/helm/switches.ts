import type { Path } from '../yaml/node.ts';
import type { Change } from './changes.ts';
import { ownDot } from './environment.ts';
import type { ChartInstance } from './release.ts';
import type { ChartReading, TemplateDocument } from './reading.ts';
import { isDict, originOf, type Origin, type Value } from './value.ts';

/** A value of a chart that is false and switches something off. */
export interface Switch {
  /** Where it is written. */
  readonly origin: Origin;
  /** Where it is set from the chart that is installed. */
  readonly path: Path;
}

/**
 * The values that switch something off in a release, in the order in which templates come to them.
 * @param fileOf the values.yaml of a chart of the release, as origins name it
 */
export function switchesIn({ templates }: ChartReading<TemplateDocument>, fileOf: (chart: Pick<ChartInstance, 'folder'>) => string): Switch[] {
  const found = new Map<string, Switch>();
  const top = fileOf({ folder: '' });
  const changes = [...templates.values()].flatMap((one) => [...one.changes.values()].flat());
  for (const { asides } of templates.values()) {
    for (const { instance, off } of asides) {
      for (const origin of off) {
        // Values of other charts than the one installed are set under the names that they have in it.
        const names = origin.file === top ? [] : origin.file === fileOf(instance) ? instance.fullName.split('/charts/').slice(1) : undefined;
        if (!names || origin.document !== undefined || origin.inner) continue;
        const path = [...names, ...(origin.file === fileOf(instance) ? setAt(origin, instance, changes) : origin.path)];
        if (path.every((step) => typeof step === 'string')) found.set(path.join('\n'), { origin, path });
      }
    }
  }
  return [...found.values()];
}

/**
 * Where a value is set of a chart's own values. A chart may keep its defaults under a key of their own, which a template takes
 * away when it puts them in the place of `.Values`, under what is set (Istio's charts do, templates/zzz_profile.yaml): they are
 * set without that key.
 * @param changes what templates change of the release's values
 */
function setAt({ file, path }: Origin, instance: ChartInstance, changes: readonly Change[]): Path {
  const [key, ...rest] = path;
  const isTaken = changes.some((one) => one.dict === instance.values && one.key === key && !one.has);
  if (!isTaken || rest.length === 0) return path;
  const now = changes.findLast((one) => one.dict === ownDot(instance) && one.key === 'Values')?.value;
  const holder = rest.slice(0, -1).reduce<Value>((below, step) => (isDict(below) ? below.get(String(step)) : undefined), now);
  const origin = originOf(holder, rest.at(-1)!);
  return origin?.file === file && origin.path.join('\n') === path.join('\n') ? rest : path;
}

/** With what words Helm stops in any template of a release. */
export function failuresIn({ templates }: ChartReading<TemplateDocument>): ReadonlySet<string> {
  return new Set([...templates.values()].flatMap(({ asides }) => asides.flatMap(({ failures }) => failures)));
}
