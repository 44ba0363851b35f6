import { defaults, type ChartVariant } from '../engine/lint/variant.ts';
import { standIn } from '../engine/identity/objects.ts';
import type { Host } from './host.ts';
import type { Install } from './installs.ts';
import { resolvePath } from './path.ts';
import { renderChart, type RenderOptions } from './render.ts';

/** What Helm makes of a chart: its output for each way of installing it, and why there is none for others. */
export interface RenderedChart {
  /** Ways of installing the chart, to be judged beside those that are read without Helm. */
  readonly variants: readonly ChartVariant[];
  /** Each thing that Helm says against the chart, once, with the first way of installing it that it is said of. */
  readonly failures: readonly RenderFailure[];
}

export interface RenderFailure {
  /** Such as `profile prod`; nothing for the chart's defaults. */
  readonly label: string | undefined;
  /** Helm's own words. */
  readonly message: string;
}

/**
 * Has Helm render a chart with its defaults and in each way that its command line can say: values that stand in an object
 * cannot be given to it as files.
 * @param root the folder of the workspace, absolute
 * @param holds whether a file is among those read, by its path in the workspace
 * @returns undefined where there is no Helm
 */
export async function renderInstall(host: Host, root: string, { chart, isLibrary, variants }: Install, holds: (path: string) => boolean, options: Omit<RenderOptions, 'release' | 'namespace'> & { readonly namespace: string | undefined }): Promise<RenderedChart | undefined> {
  if (isLibrary) return { variants: [], failures: [] };
  const made: ChartVariant[] = [];
  const failures = new Map<string, RenderFailure>();
  // Objects that install the chart say more than Helm can be told by its values files.
  // Values files that are not there are a fault of the configuration, which is said; Helm need not say it again.
  const renderable = variants.filter(({ values, inline, replacesDefaults }) => inline === undefined && !replacesDefaults && values.every(holds));
  for (const variant of [defaults, ...renderable]) {
    // Helm's output is plain text: only with its release known is it one account that lies in no namespace here, in the release's there.
    const told = { release: variant.release ?? standIn.release, namespace: variant.namespace ?? options.namespace ?? standIn.namespace };
    const result = await renderChart(host, resolvePath(root, chart), variant.values.map((file) => resolvePath(root, file)), { ...options, ...told });
    if ('missing' in result) return undefined;
    if ('text' in result) made.push({ ...variant, ...told, name: `${variant.name} as Helm writes it`, rendered: result.text });
    // What fails with the chart's defaults mostly fails with every profile, in the same words.
    else if (!failures.has(result.failed)) failures.set(result.failed, { label: variant.label, message: result.failed });
  }
  return { variants: made, failures: [...failures.values()] };
}
