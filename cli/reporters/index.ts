import { checkstyle } from './checkstyle.ts';
import { compact } from './compact.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import { html } from './html.ts';
import { json } from './json.ts';
import { junit } from './junit.ts';
import { markdown } from './markdown.ts';
import { pretty } from './pretty.ts';
import type { Reporter } from './reporter.ts';
import { sarif } from './sarif.ts';

/** Every format of `--format`, by name. */
export const reporters = { pretty, compact, json, sarif, github, gitlab, junit, checkstyle, markdown, html } as const satisfies Record<string, Reporter>;

export type Format = keyof typeof reporters;
