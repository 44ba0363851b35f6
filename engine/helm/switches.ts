import type { Path } from '../yaml/node.ts';
import type { ChartInstance } from './release.ts';
import type { ChartReading, TemplateDocument } from './reading.ts';
import type { Origin } from './value.ts';

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
  for (const { asides } of templates.values()) {
    for (const { instance, off } of asides) {
      for (const origin of off) {
        // Values of other charts than the one installed are set under the names that they have in it.
        const names = origin.file === top ? [] : origin.file === fileOf(instance) ? instance.fullName.split('/charts/').slice(1) : undefined;
        if (!names || origin.document !== undefined || origin.inner) continue;
        const path = [...names, ...origin.path];
        if (path.every((step) => typeof step === 'string')) found.set(path.join('\n'), { origin, path });
      }
    }
  }
  return [...found.values()];
}

/** With what words Helm stops in any template of a release. */
export function failuresIn({ templates }: ChartReading<TemplateDocument>): ReadonlySet<string> {
  return new Set([...templates.values()].flatMap(({ asides }) => asides.flatMap(({ failures }) => failures)));
}
