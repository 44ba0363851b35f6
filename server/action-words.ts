import type { ChartVariant } from '../engine/lint/charts.ts';
import { valuesAt, type ActionValue } from '../engine/helm/shown.ts';
import type { Span } from '../engine/yaml/text.ts';
import type { Markup } from './markup.ts';
import type { Project } from './project.ts';

/** Lines of a value that are shown: a hover is read at a glance. */
const LINES = 12;
/** Values of a loop that are shown. */
const VALUES = 5;

/** What a hover says of the action at an offset of a template. */
export interface ActionWords {
  readonly span: Span;
  readonly paragraphs: readonly string[];
}

/** What an action gives with the values of each way of installing its chart, and the lines that decide it. */
export function actionWords(project: Project, path: string, offset: number, markup: Markup): ActionWords | undefined {
  const told = project.workspace.variantsOf(path).flatMap((variant) => {
    const shown = project.workspace.shown(path, variant);
    const values = shown ? valuesAt(shown, offset) : [];
    return values.length > 0 ? [{ variant, values }] : [];
  });
  const span = told[0]?.values[0]?.span;
  if (!span) return undefined;
  const action = markup.code((project.text(path) ?? '').slice(span.start, span.end));
  if (told.length === 1) return { span, paragraphs: [`${action} gives ${valueWords(project, told[0]!.values, markup)}`] };
  return { span, paragraphs: [`${action} gives`, told.map(({ variant, values }) => `- ${wayWords(variant, markup)}: ${valueWords(project, values, markup)}`).join('\n')] };
}

function wayWords({ label }: ChartVariant, markup: Markup): string {
  return label === undefined ? 'by default' : `with ${markup.code(label)}`;
}

function valueWords(project: Project, values: readonly ActionValue[], markup: Markup): string {
  const listed = values.slice(0, VALUES).map((value) => `${textWords(value.text, markup)}${decidedWords(project, value, markup)}`).join(', ');
  return values.length > VALUES ? `${listed} and ${values.length - VALUES} more` : listed;
}

function textWords(text: string, markup: Markup): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length <= 1) return markup.code(text.trim());
  return `\n\n${markup.block([...lines.slice(0, LINES), ...(lines.length > LINES ? ['…'] : [])].join('\n'))}\n\n`;
}

function decidedWords(project: Project, { from }: ActionValue, markup: Markup): string {
  const span = from && project.workspace.decidingSpan(from);
  if (!span) return '';
  const line = project.range(from.file, span).start.line + 1;
  return ` (${markup.link(`${from.file}:${line}`, `${project.uri(from.file)}#L${line}`)})`;
}
