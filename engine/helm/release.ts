import type { Path } from '../yaml/node.ts';
import type { Node } from './ast.ts';
import type { Dict, Value } from './value.ts';

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

/** A template as one of the charts of a release has it. */
export interface ReleaseTemplate {
  /** What Helm knows it by: `umbrella/charts/worker/templates/account.yaml`. */
  readonly name: string;
  readonly path: string;
  readonly instance: ChartInstance;
}

/** Everything that templates of one release may use. */
export interface Release {
  readonly instances: readonly ChartInstance[];
  readonly templates: ReadonlyMap<string, readonly Node[]>;
  readonly defines: ReadonlyMap<string, readonly Node[]>;
  /** The templates of its charts in the order in which Helm writes them out. */
  readonly order: readonly ReleaseTemplate[];
  /** The files of the charts by their paths, for `.Files`; undefined is one whose text is not read, and without any nobody has looked. */
  readonly files?: ReadonlyMap<string, string | undefined>;
}
