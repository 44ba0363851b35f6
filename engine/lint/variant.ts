import type { ValuesPart } from '../helm/release.ts';
import type { Path } from '../yaml/node.ts';
import type { ChartBuild } from './chart-builds.ts';

/** One way in which a chart is installed beside its defaults, or what Helm wrote for one. */
export interface ChartVariant {
  /** What tells it from the others of its chart. */
  readonly name: string;
  /** Further values files, each over the ones before; paths of the workspace. */
  readonly values: readonly string[];
  /** Values that an object holds which installs the chart (an Argo CD Application, a Flux HelmRelease); they come next, in order. */
  readonly inline?: readonly InlineValues[];
  /** Values files over those. */
  readonly over?: readonly string[];
  /** The Kustomize build that has it written, and makes others of its objects. */
  readonly build?: ChartBuild;
  /** Whether its values files stand in for the chart's own values.yaml. */
  readonly replacesDefaults?: boolean;
  /** The release's name and namespace, where they are told. */
  readonly release?: string;
  readonly namespace?: string;
  /** What a finding says that only it has, such as `profile prod`; nothing for what is no way of its own. */
  readonly label?: string;
  /** Where it is asked for. */
  readonly at?: { readonly file: string; readonly document: number; readonly path: Path };
  /** The output of `helm template`: read in place of the templates. */
  readonly rendered?: string;
  /** Whether it is the defaults with one value that switches something off turned to true: a question, and no way in which anybody installs the chart. */
  readonly isSwitch?: boolean;
}

/** Values as YAML, and where they are written. */
export interface InlineValues {
  readonly file: string;
  readonly text: string;
  readonly part: ValuesPart;
}

/** A chart with its defaults only. */
export const defaults: ChartVariant = { name: '', values: [] };
