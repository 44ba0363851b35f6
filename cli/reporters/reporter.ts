import type { Report } from '../report.ts';
import type { Style } from '../style.ts';

export interface ReporterOptions {
  readonly style: Style;
  /** Cells of the terminal's width. */
  readonly width: number;
  /** Equal findings of a namespace are folded after three. */
  readonly fold: boolean;
  /** Findings only: no summary, no hints. */
  readonly quiet: boolean;
  /** Fixes are shown as diffs. */
  readonly showFixes: boolean;
  /** A table of findings by rule at the end. */
  readonly statistics: boolean;
}

/** Turns a report into text; pure. What it returns is written as it is. */
export type Reporter = (report: Report, options: ReporterOptions) => string;
