import type { Workspace } from '../engine/lint/workspace.ts';
import type { Install } from '../sources/installs.ts';
import { isWithin } from '../sources/path.ts';
import type { RenderedChart, RenderFailure } from '../sources/rendered-charts.ts';

/** A chart as the project has it: how it is installed, and its files with the values files of that, by path. */
export interface ChartState {
  readonly install: Install;
  readonly kubernetesMinor: number;
  readonly texts: ReadonlyMap<string, string>;
  /** Counts changes of files that Helm reads and the project does not. */
  readonly others: number;
}

/** What Helm made of a chart, as it was then. */
interface HelmOutput {
  readonly of: ChartState;
  readonly made: RenderedChart;
}

/**
 * The charts of a project in all ways in which they are judged. Helm's output counts exactly as long as the chart's files
 * are the ones that it was made of, so that it never puts a finding where the text has moved on; a text that comes back has
 * it back.
 */
export class InstalledCharts {
  private installs: readonly { readonly install: Install; readonly paths: readonly string[] }[] = [];
  private kubernetesMinor = 0;
  private readonly outputs = new Map<string, HelmOutput>();
  /** The outputs that the workspace judges, by chart. */
  private readonly judged = new Map<string, HelmOutput>();
  private readonly others = new Map<string, number>();

  constructor(private readonly workspace: Workspace) {}

  /** Takes over how the project's charts are installed now. */
  replace(installs: readonly Install[], kubernetesMinor: number): void {
    const paths = new Map<string, string[]>(installs.map(({ chart }) => [chart, []]));
    for (const { path, chart } of this.workspace.sources()) for (const one of chart === undefined ? this.workspace.chartsReading(path) : [chart]) paths.get(one)?.push(path);
    this.installs = installs.map((install) => ({ install, paths: [...new Set([...paths.get(install.chart)!, ...install.variants.flatMap(({ values }) => values)])] }));
    this.kubernetesMinor = kubernetesMinor;
    for (const chart of [...this.outputs.keys(), ...this.judged.keys()]) {
      if (paths.has(chart)) continue;
      this.outputs.delete(chart);
      this.judged.delete(chart);
    }
    for (const { install } of this.installs) this.judge(install);
  }

  /** Has what Helm made counted, or no longer, where texts changed; says whether that is so anywhere. */
  update(): boolean {
    const turned = this.installs.filter(({ install: { chart } }) => this.judged.get(chart) !== this.counting(chart));
    for (const { install } of turned) this.judge(install);
    return turned.length > 0;
  }

  /** The charts that Helm has to render, anew or for the first time, as they are now: those with one of some files, and those that it rendered before. */
  toRender(open: readonly string[]): ChartState[] {
    const wanted = this.installs.filter(({ install: { chart }, paths }) => this.outputs.has(chart) || open.some((path) => paths.includes(path)));
    return wanted.map(({ install: { chart } }) => this.stateOf(chart)!).filter((state) => this.outputs.get(state.install.chart)?.of.others !== state.others || !this.counting(state.install.chart));
  }

  /** Whether a chart still is as it was, for all that Helm reads of it. */
  isStill(state: ChartState): boolean {
    const now = this.stateOf(state.install.chart);
    return now !== undefined && now.others === state.others && isSame(state, now);
  }

  /** Takes in what Helm made of a chart. */
  rendered(of: ChartState, made: RenderedChart): void {
    this.outputs.set(of.install.chart, { of, made });
  }

  /** Forgets what Helm made. */
  clear(): void {
    this.outputs.clear();
  }

  /** A file on disk changed that is not among the project's. */
  fileTouched(path: string): void {
    for (const { install: { chart } } of this.installs) if (isWithin(chart, path)) this.others.set(chart, (this.others.get(chart) ?? 0) + 1);
  }

  /** The charts whose output counts, and what Helm says against them. */
  *counted(): Iterable<{ readonly chart: string; readonly failures: readonly RenderFailure[]; readonly rendered: boolean }> {
    for (const [chart, { made: { failures, variants } }] of this.judged) yield { chart, failures, rendered: variants.length > 0 };
  }

  private judge({ scope, chart, variants }: Install): void {
    const output = this.counting(chart);
    if (output) this.judged.set(chart, output);
    else this.judged.delete(chart);
    this.workspace.install(scope, [...variants, ...(output?.made.variants ?? [])]);
  }

  private counting(chart: string): HelmOutput | undefined {
    const output = this.outputs.get(chart);
    const now = output && this.stateOf(chart);
    return now && isSame(output!.of, now) ? output : undefined;
  }

  private stateOf(name: string): ChartState | undefined {
    const found = this.installs.find(({ install: { chart } }) => chart === name);
    if (!found) return undefined;
    const texts = new Map(found.paths.flatMap((path): [string, string][] => {
      const text = this.workspace.textOf(path);
      return text === undefined ? [] : [[path, text]];
    }));
    return { install: found.install, kubernetesMinor: this.kubernetesMinor, texts, others: this.others.get(name) ?? 0 };
  }
}

/** Whether Helm, given both, writes the same: as far as the project reads its files. */
function isSame(before: ChartState, now: ChartState): boolean {
  const { texts } = now;
  return texts.size === before.texts.size && before.kubernetesMinor === now.kubernetesMinor
    && [...before.texts].every(([path, text]) => texts.get(path) === text)
    && (before.install === now.install || JSON.stringify(before.install) === JSON.stringify(now.install));
}
