import { shift, type Span } from '../yaml/text.ts';
import { parseTemplate, refusedAction } from './parse.ts';
import { tokensOf } from './tokens.ts';
import { readValues } from './values-file.ts';

/** Why Helm refuses a file of a chart; the span counts in the file. */
export interface ChartFault {
  readonly reason: 'syntax' | 'template';
  readonly detail: string;
  readonly span: Span;
}

/** What is wrong with a values file or Chart.yaml: YAML that cannot be read, or no mapping. Undefined where it is fine, or empty. */
export function valuesFault(file: string, text: string): ChartFault | undefined {
  const { root, problem, start } = readValues(file, text);
  if (problem) return { reason: 'syntax', detail: problem.detail, span: shift(problem.span, start) };
  if (!root || root.kind === 'map' || (root.kind === 'scalar' && root.value === null)) return undefined;
  return { reason: 'syntax', detail: 'Helm takes only a mapping of names to values here', span: shift({ start: root.span.start, end: Math.min(root.span.end, root.span.start + 1) }, start) };
}

/** What keeps a template from being one (text/template/parse); undefined where it is one. */
export function templateFault(text: string): ChartFault | undefined {
  if (!text.includes('{{') || parseTemplate(text)) return undefined;
  const fault = (detail: string, start: number): ChartFault => ({ reason: 'template', detail, span: { start, end: Math.min(text.length, start + 2) } });
  const open: { readonly word: string; readonly at: number }[] = [];
  let last = 0;
  for (let at = text.indexOf('{{'); at >= 0; at = text.indexOf('{{', last)) {
    const comment = /^\{\{-?\s*\/\*/.exec(text.slice(at, at + 40));
    const closed = comment ? text.indexOf('}}', text.indexOf('*/', at + comment[0].length) + 1 || text.length) : -1;
    if (comment && closed < 0) return fault('this comment is not closed by */}}', at);
    const read = comment ? { tokens: [], end: closed + 2 } : tokensOf(text, at + (/^\{\{-\s/.test(text.slice(at, at + 4)) ? 4 : 2));
    if (!read) return fault('this action is not closed by }}, or holds what no template may', at);
    last = read.end;
    const [first] = read.tokens;
    const word = first?.kind === 'word' ? first.text : '';
    if (['if', 'with', 'range', 'define', 'block'].includes(word)) open.push({ word, at });
    if (word === 'end' && !open.pop()) return fault('this {{ end }} closes nothing', at);
    if (word === 'else' && open.length === 0) return fault('this {{ else }} belongs to nothing', at);
  }
  const unclosed = open.at(-1);
  if (unclosed) return fault(`this {{ ${unclosed.word} }} has no {{ end }}`, unclosed.at);
  const refused = refusedAction(text);
  return refused ? fault(refused.detail, refused.start) : fault('this is no template that Helm can read', text.indexOf('{{'));
}
