import type { ChartVariant } from '../engine/lint/variant.ts';
import type { Evaluated, EvaluatedValue } from '../engine/helm/evaluated.ts';
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

/**
 * What an action gives with the values of each way of installing its chart, and the lines that decide it. Of a condition,
 * whether it holds; of a loop, how often it runs.
 */
export function actionWords(project: Project, path: string, offset: number, markup: Markup): ActionWords | undefined {
  return writtenWords(project, path, offset, markup) ?? evaluatedWords(project, path, offset, markup);
}

function writtenWords(project: Project, path: string, offset: number, markup: Markup): ActionWords | undefined {
  const told = project.workspace.variantsOf(path).flatMap((variant) => {
    const shown = project.workspace.shown(path, variant);
    const values = shown ? valuesAt(shown, offset) : [];
    return values.length > 0 ? [{ variant, values }] : [];
  });
  const span = told[0]?.values[0]?.span;
  return span && { span, paragraphs: perWay(project, path, span, 'gives', told.map(({ variant, values }) => ({ variant, words: valueWords(project, values, markup) })), markup) };
}

function evaluatedWords(project: Project, path: string, offset: number, markup: Markup): ActionWords | undefined {
  const told = project.workspace.variantsOf(path).flatMap((variant) => {
    const evaluated = project.workspace.evaluated(path, variant, offset);
    return evaluated ? [{ variant, evaluated }] : [];
  });
  const [first] = told;
  if (!first) return undefined;
  const { kind, span } = first.evaluated;
  return { span, paragraphs: perWay(project, path, span, kind === 'action' ? 'gives' : '', told.map(({ variant, evaluated }) => ({ variant, words: comesTo(project, evaluated, markup) })), markup) };
}

/** One sentence, or one line for each way of installing the chart. */
function perWay(project: Project, path: string, span: Span, verb: string, told: readonly { readonly variant: ChartVariant; readonly words: string }[], markup: Markup): string[] {
  const action = [markup.code((project.text(path) ?? '').slice(span.start, span.end)), verb].join(' ').trim();
  if (told.length === 1) return [`${action} ${told[0]!.words}`];
  return [action, told.map(({ variant, words }) => `- ${wayWords(variant, markup)}: ${words}`).join('\n')];
}

/** What an expression comes to, wherever templates ask for it. */
function comesTo(project: Project, { kind, values }: Evaluated, markup: Markup): string {
  const listed = values.slice(0, VALUES).map((one) => `${evaluatedValue(kind, one, markup)}${decidedWords(project, one, markup)}`).join(', ');
  return values.length > VALUES ? `${listed} and ${values.length - VALUES} more` : listed;
}

function evaluatedValue(kind: Evaluated['kind'], { text, holds, size, isPassed }: EvaluatedValue, markup: Markup): string {
  if (kind === 'else') return holds ? 'is taken' : 'is left out';
  if (isPassed) return 'is left out: one before it is taken';
  if (kind === 'range') return holds ? `runs ${size === 1 ? 'once' : `${size} times`}` : 'does not run';
  const value = size === undefined ? (text === '' ? 'nothing' : textWords(text, markup)) : size === 1 ? 'one entry' : `${size} entries`;
  if (kind === 'action') return value;
  return `${holds ? 'is taken' : 'is left out'}: ${value}`;
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

function decidedWords(project: Project, { from }: Pick<ActionValue, 'from'>, markup: Markup): string {
  const span = from && project.workspace.decidingSpan(from);
  if (!span) return '';
  const line = project.range(from.file, span).start.line + 1;
  return ` (${markup.link(`${from.file}:${line}`, `${project.uri(from.file)}#L${line}`)})`;
}
