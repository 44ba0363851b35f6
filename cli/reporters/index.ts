import type { Report } from '../report.ts';
import type { Style } from '../style.ts';
import { checkstyle } from './checkstyle.ts';
import { compact } from './compact.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import { html } from './html.ts';
import { json } from './json.ts';
import { junit } from './junit.ts';
import { markdown } from './markdown.ts';
import { pretty } from './pretty.ts';
import { sarif } from './sarif.ts';

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

/** Every format of `--format`, by name. */
export const reporters = { pretty, compact, json, sarif, github, gitlab, junit, checkstyle, markdown, html } as const satisfies Record<string, Reporter>;

export type Format = keyof typeof reporters;
